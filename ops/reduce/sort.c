/* SPDX-License-Identifier: MIT */
/* sort: the elements at the places of argsort, where the gradient goes back. */
#include "support.h"

#include <math.h>

typedef struct sort_attrs {
    int64_t axis, descending;
} sort_attrs;

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    const sort_attrs *a = attrs;
    (void)g;
    return bb_sort(in.items[0], (int)a->axis, a->descending);
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(1)}, .attrs = &(const sort_attrs){0, 0}},
    {.n_in = 1, .in = {BB_DIMS(3, 4)}, .attrs = &(const sort_attrs){-1, 1}},
    {.n_in = 1, .in = {BB_DIMS(2, 3, 2)}, .attrs = &(const sort_attrs){1, 0}},
    {.n_in = 1, .in = {BB_DIMS(2, 0)}, .attrs = &(const sort_attrs){1, 0}},
    @GOLDEN@
};

const bb_op bb__op_sort = {
    .name = "sort",
    .doc = "the elements along an axis in rising or falling order, equals in theirs, NaN last",
    .arity = 1,
    .attrs_size = sizeof(sort_attrs),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_sort(bb_node *x, int axis, bool descending)
{
    return bb_take_along_axis(x, bb_argsort(x, axis, descending), axis);
}
