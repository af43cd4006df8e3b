/* SPDX-License-Identifier: MIT */
/* The inverse of the hyperbolic tangent. Its rule factors 1 - x^2, which is exact near 1 and -1. */
#include "support.h"

#include <bibun/vector_math.h>

BB_VECTOR1(tile, atanh(x))

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *x = bb_node_input(y, 0);
    (void)i;
    bb_node *left = bb_sub(bb_number(x, 1), x), *right = bb_add_scalar(x, 1);
    return bb_div(dy, bb_mul(left, right));
}

static const bb_sample samples[] = {
    BB__SAMPLES1(.low = -0.9, .high = 0.9),
    {
        .n_in = 1,
        .in = {BB_DIMS(11)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 0.5, -0.90000000000000002,
                                 1.0, -1.0, 1.5, 1e-10)},
        .golden_out = BB_NUMBERS(0.0, -0.0, NAN, NAN, NAN, 0.54930614433405489, -1.4722194895832204,
                                 INFINITY, -INFINITY, NAN, 1e-10),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(5)},
        .golden_in = {BB_NUMBERS(0.0, 0.5, -0.90000000000000002, 0.99999999989999999, 1.0)},
        .golden_out =
            BB_NUMBERS(0.0, 0.54930614433405489, -1.4722194895832204, 11.859499013855018, INFINITY),
        .golden_slope =
            BB_NUMBERS(1.0, 1.3333333333333333, 5.2631578947368434, 4999999586.5481796, INFINITY),
    },
};

const bb_op bb__op_atanh = {
    .name = "atanh",
    .doc = "inverse hyperbolic tangent of x, infinite at -1 and 1, NaN beyond; d is 1 / (1 - x^2)",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_atanh(bb_node *x)
{
    return bb__apply1(&bb__op_atanh, x, NULL);
}
