/* SPDX-License-Identifier: MIT */
/* The unit step: constant almost everywhere, so its gradient is zero. */
#include "support.h"

#include <math.h>

BB_MAP1(tile, x > 0 ? (T)1 : x <= 0 ? (T)0 : x)

static const bb_sample samples[] = {
    BB__SAMPLES1(.low = 0.25, .high = 2),
    BB__SAMPLES1(.low = -2, .high = -0.25),
    {
        .n_in = 1,
        .in = {BB_DIMS(8)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, -1.5, 2.5, 1e-300)},
        .golden_out = BB_NUMBERS(0.0, 0.0, 1.0, 0.0, NAN, 0.0, 1.0, 1.0),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(3)},
        .golden_in = {BB_NUMBERS(0.0, -1.5, 2.5)},
        .golden_out = BB_NUMBERS(0.0, 0.0, 1.0),
        .golden_slope = BB_NUMBERS(0.0, 0.0, 0.0),
    },
};

const bb_op bb__op_step = {
    .name = "step",
    .doc = "1 if x > 0, else 0; NaN stays; d is 0",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = bb_backward_zero,
    BB_SAMPLES(samples),
};

bb_node *bb_step(bb_node *x)
{
    return bb__apply1(&bb__op_step, x, NULL);
}
