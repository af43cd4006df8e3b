/* SPDX-License-Identifier: MIT */
/* transpose: the permutation that exchanges the last two dimensions. */
#include "support.h"

static bb_node *construct(bb_node *x)
{
    int ndim = bb_node_shape(x).ndim;
    bb_axes order = {.count = ndim};
    if (ndim < 2)
        return bb_fail_node(x, NULL, "transpose", BB_BAD_SHAPE, "needs two dimensions");
    for (int i = 0; i < ndim - 2; i++)
        order.axis[i] = i;
    order.axis[ndim - 2] = ndim - 1;
    order.axis[ndim - 1] = ndim - 2;
    return bb_permute(x, order);
}

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    (void)g, (void)attrs;
    return construct(in.items[0]);
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(2, 3, 4)}},
    {.n_in = 1, .in = {BB_DIMS(3, 0)}},
    {.n_in = 1,
     .in = {BB_DIMS(2, 3)},
     .golden_in = {BB_NUMBERS(1, 2, 3, 4, 5, 6)},
     .golden_out = BB_NUMBERS(1, 4, 2, 5, 3, 6)},
};

const bb_op bb__op_transpose = {
    .name = "transpose",
    .doc = "the last two dimensions exchanged",
    .arity = 1,
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_transpose(bb_node *x)
{
    return construct(x);
}
