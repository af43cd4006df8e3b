/* SPDX-License-Identifier: MIT */
/* trace: the sum of the diagonal. */
#include "moves.h"

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    (void)g, (void)attrs;
    return bb_trace(in.items[0]);
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(1, 1)}},
    {.n_in = 1, .in = {BB_DIMS(3, 3)}},
    {.n_in = 1, .in = {BB_DIMS(2, 2, 3)}},
    {.n_in = 1, .in = {BB_DIMS(0, 3)}},
    {.n_in = 1,
     .in = {BB_DIMS(3, 3)},
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25, 4.5, -5.75, 6.5, -8.25, 8.5)},
     .golden_out = BB_NUMBERS(13.5)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 2, 3)},
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25, 4.5, -5.75, 6.5, -8.25, 8.5, -10.75, 10.5,
                              -13.25)},
     .golden_out = BB_NUMBERS(5.0, 17.0)},
};

const bb_op bb__op_trace = {
    .name = "trace",
    .doc = "the sum of the diagonal of the last two dimensions",
    .arity = 1,
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_trace(bb_node *x)
{
    if (bb_node_shape(x).ndim < 2)
        return bb_fail_node(x, NULL, "trace", BB_BAD_SHAPE, "needs two dimensions");
    return bb_sum(bb_diagonal(x, 0), BB_AXES(-1));
}
