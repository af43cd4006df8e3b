/* SPDX-License-Identifier: MIT */
/* global_average_pool2d: bb_mean over the last two dimensions. */
#include "support.h"

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    (void)g, (void)attrs;
    return bb_mean(in.items[0], BB_AXES(-2, -1));
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(2, 3, 2, 4)}},
    {.n_in = 1, .in = {BB_DIMS(3, 2)}},
    {.n_in = 1, .in = {BB_DIMS(2, 0, 3, 2)}},
    {.n_in = 1,
     .in = {BB_DIMS(1, 2, 5, 4)},
     .golden_in = {BB_NUMBERS(-2.1875, 1.5625, 1.0625, -0.8125, 1.375, 0.875, 2.4375, -1.0, 0.0,
                              0.75, -1.5, 0.6875, 0.9375, 1.0625, 1.3125, -0.75, 1.6875, 0.5, -1.0,
                              -1.625, 2.1875, -2.0625, -0.375, 2.375, 0.5, 0.8125, 0.8125, 1.5625,
                              1.0, -1.9375, -0.5625, -1.5625, -0.1875, -0.375, 0.0, -2.125, -0.125,
                              -2.3125, 2.4375, -1.4375)},
     .golden_out = BB_NUMBERS(0.26875, -0.06875)},
};

const bb_op bb__op_global_average_pool2d = {
    .name = "global_average_pool2d",
    .doc = "the mean of each image",
    .arity = 1,
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_global_average_pool2d(bb_node *x)
{
    return build(NULL, BB_NODES(x), NULL);
}
