/* SPDX-License-Identifier: MIT */
/* topk: the elements at the places of topk_index, where the gradient goes back. */
#include "moves.h"

#include <math.h>

typedef struct topk_attrs {
    int64_t k, axis;
} topk_attrs;

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    const topk_attrs *a = attrs;
    (void)g;
    return bb_topk(in.items[0], a->k, (int)a->axis);
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(1)}, .attrs = &(const topk_attrs){1, 0}},
    {.n_in = 1, .in = {BB_DIMS(3, 4)}, .attrs = &(const topk_attrs){2, -1}},
    {.n_in = 1, .in = {BB_DIMS(2, 5, 2)}, .attrs = &(const topk_attrs){3, 1}},
    {.n_in = 1, .in = {BB_DIMS(2, 3)}, .attrs = &(const topk_attrs){0, 1}},
    @GOLDEN@
};

const bb_op bb__op_topk = {
    .name = "topk",
    .doc = "the k largest along an axis, falling, NaN last",
    .arity = 1,
    .attrs_size = sizeof(topk_attrs),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_topk(bb_node *x, int64_t k, int axis)
{
    return bb_take_along_axis(x, bb_topk_index(x, k, axis), axis);
}
