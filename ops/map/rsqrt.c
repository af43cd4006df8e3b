/* SPDX-License-Identifier: MIT */
/* One over the square root; its rule reads the result. */
#include "support.h"

#include <tgmath.h>

BB_MAP1(tile, (T)1 / sqrt(x))

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *x = bb_node_input(y, 0);
    (void)i;
    return bb_div(bb_mul(dy, bb_mul_scalar(y, -0.5)), x);
}

static const bb_sample samples[] = {
    BB__SAMPLES1(.low = 0.25, .high = 4),
    {
        .n_in = 1,
        .in = {BB_DIMS(10)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 4.0, 0.29999999999999999,
                                 -1.0, 1.0000000000000001e+300, 1e-300)},
        .golden_out = BB_NUMBERS(INFINITY, -INFINITY, 0.0, NAN, NAN, 0.5, 1.8257418583505538, NAN,
                                 1e-150, 9.9999999999999998e+149),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(5)},
        .golden_in = {BB_NUMBERS(4.0, 0.29999999999999999, 1e-100, 0.0, -0.0)},
        .golden_out =
            BB_NUMBERS(0.5, 1.8257418583505538, 1.0000000000000001e+50, INFINITY, -INFINITY),
        .golden_slope = BB_NUMBERS(-0.0625, -3.0429030972509232, -4.9999999999999999e+149,
                                   -INFINITY, -INFINITY),
    },
};

const bb_op bb__op_rsqrt = {
    .name = "rsqrt",
    .doc =
        "1 / sqrt(x), NaN below 0, infinity of the sign of x at 0; d is -y / (2 x), -infinity at 0",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_rsqrt(bb_node *x)
{
    return bb__apply1(&bb__op_rsqrt, x, NULL);
}
