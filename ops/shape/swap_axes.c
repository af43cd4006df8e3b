/* SPDX-License-Identifier: MIT */
/* swap_axes: a permutation of two. */
#include "moves.h"

typedef struct swap_axes_attrs {
    int64_t first, second;
} swap_axes_attrs;

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    const swap_axes_attrs *a = attrs;
    (void)g;
    return bb_swap_axes(in.items[0], (int)a->first, (int)a->second);
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(3)}, .attrs = &(const swap_axes_attrs){0, 0}},
    {.n_in = 1, .in = {BB_DIMS(2, 3)}, .attrs = &(const swap_axes_attrs){0, 1}},
    {.n_in = 1, .in = {BB_DIMS(2, 3, 1, 2)}, .attrs = &(const swap_axes_attrs){-1, 1}},
    {.n_in = 1, .in = {BB_DIMS(0, 3)}, .attrs = &(const swap_axes_attrs){0, 1}},
    {.n_in = 1,
     .in = {BB_DIMS(2, 1, 3)},
     .attrs = &(const swap_axes_attrs){0, -1},
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25, 4.5, -5.75)},
     .golden_out = BB_NUMBERS(0.5, -3.25, -0.75, 4.5, 2.5, -5.75)},
};

const bb_op bb__op_swap_axes = {
    .name = "swap_axes",
    .doc = "x with two axes exchanged; a view",
    .arity = 1,
    .attrs_size = sizeof(swap_axes_attrs),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_swap_axes(bb_node *x, int first, int second)
{
    int ndim = bb_node_shape(x).ndim;
    int a = bb__count_axis(first, ndim), b = bb__count_axis(second, ndim);
    if (a < 0 || b < 0)
        return bb__fail_axis(x, "swap_axes", a < 0 ? first : second, ndim);
    bb_axes order = {.count = ndim};
    for (int i = 0; i < ndim; i++)
        order.axis[i] = i == a ? b : i == b ? a : i;
    return bb_permute(x, order);
}
