/* SPDX-License-Identifier: MIT */
/* The square root; its rule reads the result. */
#include "support.h"

#include <tgmath.h>

BB_MAP1(tile, sqrt(x))

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    (void)i;
    return bb_div(dy, bb_mul_scalar(y, 2));
}

static const bb_sample samples[] = {
    BB__SAMPLES1(.low = 0.25, .high = 4),
    {
        .n_in = 1,
        .in = {BB_DIMS(9)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 2.0, -1.0,
                                 1.0000000000000001e+300, 1e-300)},
        .golden_out = BB_NUMBERS(0.0, -0.0, INFINITY, NAN, NAN, 1.4142135623730951, NAN,
                                 9.9999999999999998e+149, 1e-150),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(3)},
        .golden_in = {BB_NUMBERS(0.0, 0.25, 2.0)},
        .golden_out = BB_NUMBERS(0.0, 0.5, 1.4142135623730951),
        .golden_slope = BB_NUMBERS(INFINITY, 1.0, 0.35355339059327373),
    },
};

const bb_op bb__op_sqrt = {
    .name = "sqrt",
    .doc = "square root of x, NaN below 0; d is 1 / (2 y), infinite at 0",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .arithmetic = BB_ARITHMETIC_SQRT,
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_sqrt(bb_node *x)
{
    return bb__apply1(&bb__op_sqrt, x, NULL);
}
