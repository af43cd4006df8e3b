/* SPDX-License-Identifier: MIT */
/* The whole part: constant almost everywhere, so its gradient is zero. */
#include "support.h"

#include <tgmath.h>

BB_MAP1(tile, trunc(x))

static const bb_sample samples[] = {
    BB__SAMPLES1(),
    {
        .n_in = 1,
        .in = {BB_DIMS(12)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 0.5, -0.5, 1.5, -1.5, 2.0,
                                 4503599627370495.5, -1.0000000000000001e+300)},
        .golden_out = BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 0.0, 0.0, 1.0, -1.0, 2.0,
                                 4503599627370495.0, -1.0000000000000001e+300),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(3)},
        .golden_in = {BB_NUMBERS(0.5, -1.0, 2.0)},
        .golden_out = BB_NUMBERS(0.0, -1.0, 2.0),
        .golden_slope = BB_NUMBERS(0.0, 0.0, 0.0),
    },
};

const bb_op bb__op_trunc = {
    .name = "trunc",
    .doc = "x without what follows the point; d is 0",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = bb_backward_zero,
    BB_SAMPLES(samples),
};

bb_node *bb_trunc(bb_node *x)
{
    return bb__apply1(&bb__op_trunc, x, NULL);
}
