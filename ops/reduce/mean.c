/* SPDX-License-Identifier: MIT */
/* mean: the sum over the number of terms; of no terms 0 / 0, which is NaN. */
#include "reductions.h"

#include <math.h>

static bb_node *divide(bb_node *sum)
{
    if (bb_node_kind_of(sum) != BB_NODE_OP)
        return sum;
    const bb_shape shape = bb_node_shape(bb_node_input(sum, 0));
    return bb_div(sum, bb_number(sum, bb__reduction_terms(bb_node_attrs(sum), shape)));
}

static bb_node *construct(bb_node *x, bb_axes axes, bool keep)
{
    bb_node *refused = bb__refuse_reduction(x, "mean", axes);
    return refused ? refused : divide(keep ? bb_sum_keep(x, axes) : bb_sum(x, axes));
}

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    const bb__reduce_attrs *a = attrs;
    (void)g;
    return construct(in.items[0], bb__axes_of_bits(a->axes), a->keep);
}

static const bb_sample samples[] = {
    BB__SAMPLES_REDUCE(BB__REDUCED),
    {.n_in = 1,
     .in = {BB_DIMS(2, 3)},
     .attrs = BB__REDUCED(2, 0),
     .golden_in = {BB_NUMBERS(1, 2, 6, -1, INFINITY, 0)},
     .golden_out = BB_NUMBERS(3, INFINITY)},
};

const bb_op bb__op_mean = {
    .name = "mean",
    .doc = "the mean over a set of axes; NaN of no elements",
    .arity = 1,
    .attrs_size = sizeof(bb__reduce_attrs),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_mean(bb_node *x, bb_axes axes)
{
    return construct(x, axes, false);
}

bb_node *bb_mean_keep(bb_node *x, bb_axes axes)
{
    return construct(x, axes, true);
}
