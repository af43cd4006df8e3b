/* SPDX-License-Identifier: MIT */
/* expand_dims: a reshape with one more axis, of size 1. */
#include "moves.h"

typedef struct expand_dims_attrs {
    int64_t axis;
} expand_dims_attrs;

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    const expand_dims_attrs *a = attrs;
    (void)g;
    return bb_expand_dims(in.items[0], (int)a->axis);
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {{0}}, .attrs = &(const expand_dims_attrs){0}},
    {.n_in = 1, .in = {BB_DIMS(3)}, .attrs = &(const expand_dims_attrs){-1}},
    {.n_in = 1, .in = {BB_DIMS(2, 3)}, .attrs = &(const expand_dims_attrs){1}},
    {.n_in = 1, .in = {BB_DIMS(2, 0)}, .attrs = &(const expand_dims_attrs){0}},
    {.n_in = 1,
     .in = {BB_DIMS(2, 2)},
     .attrs = &(const expand_dims_attrs){1},
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25)},
     .golden_out = BB_NUMBERS(0.5, -0.75, 2.5, -3.25)},
};

const bb_op bb__op_expand_dims = {
    .name = "expand_dims",
    .doc = "x with a new axis of size 1 at that place; a view",
    .arity = 1,
    .attrs_size = sizeof(expand_dims_attrs),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_expand_dims(bb_node *x, int axis)
{
    int ndim = bb_node_shape(x).ndim, at = bb__count_axis(axis, ndim + 1);
    return at < 0 ? bb__fail_axis(x, "expand_dims", axis, ndim + 1) : bb__insert_axis(x, at);
}
