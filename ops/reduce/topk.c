/* SPDX-License-Identifier: MIT */
/* topk: the elements at the places of topk_index, where the gradient goes back. */
#include "moves.h"

#include <math.h>

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    const bb__topk_attrs *a = attrs;
    (void)g;
    return bb_topk(in.items[0], a->k, (int)a->axis);
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(1)}, .attrs = &(const bb__topk_attrs){0, 1}},
    {.n_in = 1, .in = {BB_DIMS(3, 4)}, .attrs = &(const bb__topk_attrs){-1, 2}},
    {.n_in = 1, .in = {BB_DIMS(2, 5, 2)}, .attrs = &(const bb__topk_attrs){1, 3}},
    {.n_in = 1, .in = {BB_DIMS(2, 3)}, .attrs = &(const bb__topk_attrs){1, 0}},
    {.n_in = 1,
     .in = {BB_DIMS(3, 5)},
     .attrs = &(const bb__topk_attrs){1, 3},
     .golden_in = {BB_NUMBERS(3.0, 1.0, 3.0, -2.0, 1.0, 0.0, -0.0, -INFINITY, NAN, INFINITY, NAN,
                              2.0, NAN, 5.0, 2.0)},
     .golden_out = BB_NUMBERS(3.0, 3.0, 1.0, INFINITY, 0.0, -0.0, 5.0, 2.0, 2.0)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 4)},
     .attrs = &(const bb__topk_attrs){0, 2},
     .golden_in = {BB_NUMBERS(2.35, 1.5465, -2.7485, -0.8382, 2.9645, 0.0743, -2.9837, 0.6945)},
     .golden_out = BB_NUMBERS(2.9645, 1.5465, -2.7485, 0.6945, 2.35, 0.0743, -2.9837, -0.8382)},
};

const bb_op bb__op_topk = {
    .name = "topk",
    .doc = "the k largest along an axis, falling, NaN last",
    .arity = 1,
    .attrs_size = sizeof(bb__topk_attrs),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_topk(bb_node *x, int64_t k, int axis)
{
    bb_shape shape = bb_node_shape(x);
    int along = bb__count_axis(axis, shape.ndim);
    if (along < 0)
        return bb__fail_axis(x, "topk", axis, shape.ndim);
    if (k < 0 || k > shape.dim[along])
        return bb_fail_node(x, NULL, "topk", BB_BAD_ARGUMENT,
                            "%lld is not in 0 .. %lld, the size of axis %d", (long long)k,
                            (long long)shape.dim[along], along);
    return bb_take_along_axis(x, bb_topk_index(bb_stop_gradient(x), k, along), along);
}
