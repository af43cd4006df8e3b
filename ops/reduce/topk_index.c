/* SPDX-License-Identifier: MIT */
/* topk_index: the first places of a falling order. */
#include "moves.h"

#include <math.h>

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    const bb__topk_attrs *a = attrs;
    (void)g;
    return bb_topk_index(in.items[0], a->k, (int)a->axis);
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(1)}, .attrs = &(const bb__topk_attrs){1, 0}},
    {.n_in = 1, .in = {BB_DIMS(3, 4)}, .attrs = &(const bb__topk_attrs){2, -1}},
    {.n_in = 1, .in = {BB_DIMS(2, 5, 2)}, .attrs = &(const bb__topk_attrs){3, 1}},
    {.n_in = 1, .in = {BB_DIMS(2, 3)}, .attrs = &(const bb__topk_attrs){0, 1}},
    {.n_in = 1,
     .in = {BB_DIMS(3, 5)},
     .attrs = &(const bb__topk_attrs){3, 1},
     .golden_in = {BB_NUMBERS(3.0, 1.0, 3.0, -2.0, 1.0, 0.0, -0.0, -INFINITY, NAN, INFINITY, NAN,
                              2.0, NAN, 5.0, 2.0)},
     .golden_out = BB_NUMBERS(0.0, 2.0, 1.0, 4.0, 0.0, 1.0, 3.0, 1.0, 4.0)},
};

const bb_op bb__op_topk_index = {
    .name = "topk_index",
    .doc = "i32 places of the k largest along an axis, falling, the first of ties first, NaN last",
    .arity = 1,
    .attrs_size = sizeof(bb__topk_attrs),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb__fail_topk(bb_node *x, const char *op_name, int64_t k, int axis)
{
    return bb_fail_node(x, NULL, op_name, BB_BAD_ARGUMENT,
                        "%lld is not in 0 .. %lld, the size of axis %d", (long long)k,
                        (long long)bb_node_shape(x).dim[axis], axis);
}

bb_node *bb_topk_index(bb_node *x, int64_t k, int axis)
{
    bb_shape shape = bb_node_shape(x);
    int along = bb__count_axis(axis, shape.ndim);
    if (along < 0)
        return bb__fail_axis(x, "topk_index", axis, shape.ndim);
    if (k < 0 || k > shape.dim[along])
        return bb__fail_topk(x, "topk_index", k, along);
    return bb_slice(bb_argsort(x, along, true), along, 0, k, 1);
}
