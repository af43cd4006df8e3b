/* SPDX-License-Identifier: MIT */
/* The arc sine. Its rule factors 1 - x^2, which is exact near 1 and -1. */
#include "support.h"

#include <bibun/vector_math.h>

BB_VECTOR1(tile, asin(x))

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *x = bb_node_input(y, 0);
    (void)i;
    bb_node *left = bb_sub(bb_number(x, 1), x), *right = bb_add_scalar(x, 1);
    return bb_div(dy, bb_sqrt(bb_mul(left, right)));
}

static const bb_sample samples[] = {
    BB__SAMPLES1(.low = -0.9, .high = 0.9),
    {
        .n_in = 1,
        .in = {BB_DIMS(11)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 0.5, -0.90000000000000002,
                                 1.0, -1.0, 1.5, 1e-10)},
        .golden_out = BB_NUMBERS(0.0, -0.0, NAN, NAN, NAN, 0.52359877559829893, -1.1197695149986342,
                                 1.5707963267948966, -1.5707963267948966, NAN, 1e-10),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(7)},
        .golden_in = {BB_NUMBERS(0.0, 0.5, -0.90000000000000002, 0.99999999989999999, 1.0, -1.0,
                                 2.0)},
        .golden_out = BB_NUMBERS(0.0, 0.52359877559829893, -1.1197695149986342, 1.5707821846586878,
                                 1.5707963267948966, -1.5707963267948966, NAN),
        .golden_slope = BB_NUMBERS(1.0, 1.1547005383792515, 2.294157338705618, 70710.675195108837,
                                   INFINITY, INFINITY, NAN),
    },
};

const bb_op bb__op_asin = {
    .name = "asin",
    .doc = "arc sine of x in radians, NaN off [-1, 1]; d is 1 / sqrt(1 - x^2), infinite at -1 and "
           "1, NaN beyond",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_asin(bb_node *x)
{
    return bb__apply1(&bb__op_asin, x, NULL);
}
