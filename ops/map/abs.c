/* SPDX-License-Identifier: MIT */
/* The absolute value, whose slope at the kink is 0. */
#include "support.h"

#include <tgmath.h>

BB_MAP1(tile, fabs(x))

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *x = bb_node_input(y, 0);
    (void)i;
    return bb_mul(dy, bb_sign(x));
}

static const bb_sample samples[] = {
    BB__SAMPLES1(.low = 0.25, .high = 2),
    BB__SAMPLES1(.low = -2, .high = -0.25),
    {
        .n_in = 1,
        .in = {BB_DIMS(8)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, -1.5, 2.5,
                                 -1.0000000000000001e+300)},
        .golden_out =
            BB_NUMBERS(0.0, 0.0, INFINITY, INFINITY, NAN, 1.5, 2.5, 1.0000000000000001e+300),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(5)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, -1.5, 2.5, INFINITY)},
        .golden_out = BB_NUMBERS(0.0, 0.0, 1.5, 2.5, INFINITY),
        .golden_slope = BB_NUMBERS(0.0, 0.0, -1.0, 1.0, 1.0),
    },
};

const bb_op bb__op_abs = {
    .name = "abs",
    .doc = "|x|; d is the sign of x, 0 at the kink 0",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_abs(bb_node *x)
{
    return bb__apply1(&bb__op_abs, x, NULL);
}
