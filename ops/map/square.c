/* SPDX-License-Identifier: MIT */
/* The square, whose gradient is 2 x d. */
#include "support.h"

#include <math.h>

BB_MAP1(tile, x *x)

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *x = bb_node_input(y, 0);
    (void)i;
    return bb_mul(dy, bb_mul_scalar(x, 2));
}

static const bb_sample samples[] = {
    BB__SAMPLES1(),
    {
        .n_in = 1,
        .in = {BB_DIMS(9)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 1.5, -3.0,
                                 9.9999999999999997e+199, 1e-100)},
        .golden_out = BB_NUMBERS(0.0, 0.0, INFINITY, INFINITY, NAN, 2.25, 9.0, INFINITY,
                                 9.9999999999999998e-201),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(3)},
        .golden_in = {BB_NUMBERS(0.0, -1.5, 2.0)},
        .golden_out = BB_NUMBERS(0.0, 2.25, 4.0),
        .golden_slope = BB_NUMBERS(0.0, -3.0, 4.0),
    },
};

const bb_op bb__op_square = {
    .name = "square",
    .doc = "x^2; d is 2 x",
    .arity = 1,
    .infer = bb_infer_same,
    .arithmetic = BB_ARITHMETIC_SQUARE,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_square(bb_node *x)
{
    return bb__apply1(&bb__op_square, x, NULL);
}
