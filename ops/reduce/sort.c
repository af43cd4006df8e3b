/* SPDX-License-Identifier: MIT */
/* sort: the elements at the places of argsort, where the gradient goes back. */
#include "moves.h"

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
    {.n_in = 1,
     .in = {BB_DIMS(3, 5)},
     .attrs = &(const sort_attrs){0, 0},
     .golden_in = {BB_NUMBERS(3.0, 1.0, 3.0, -2.0, 1.0, 0.0, -0.0, -INFINITY, NAN, INFINITY, NAN,
                              2.0, NAN, 5.0, 2.0)},
     .golden_out = BB_NUMBERS(0.0, -0.0, -INFINITY, -2.0, 1.0, 3.0, 1.0, 3.0, 5.0, 2.0, NAN, 2.0,
                              NAN, NAN, INFINITY)},
    {.n_in = 1,
     .in = {BB_DIMS(3, 5)},
     .attrs = &(const sort_attrs){0, 1},
     .golden_in = {BB_NUMBERS(3.0, 1.0, 3.0, -2.0, 1.0, 0.0, -0.0, -INFINITY, NAN, INFINITY, NAN,
                              2.0, NAN, 5.0, 2.0)},
     .golden_out = BB_NUMBERS(3.0, 2.0, 3.0, 5.0, INFINITY, 0.0, 1.0, -INFINITY, -2.0, 2.0, NAN,
                              -0.0, NAN, NAN, 1.0)},
    {.n_in = 1,
     .in = {BB_DIMS(3, 5)},
     .attrs = &(const sort_attrs){1, 0},
     .golden_in = {BB_NUMBERS(3.0, 1.0, 3.0, -2.0, 1.0, 0.0, -0.0, -INFINITY, NAN, INFINITY, NAN,
                              2.0, NAN, 5.0, 2.0)},
     .golden_out = BB_NUMBERS(-2.0, 1.0, 1.0, 3.0, 3.0, -INFINITY, 0.0, -0.0, INFINITY, NAN, 2.0,
                              2.0, 5.0, NAN, NAN)},
    {.n_in = 1,
     .in = {BB_DIMS(3, 5)},
     .attrs = &(const sort_attrs){1, 1},
     .golden_in = {BB_NUMBERS(3.0, 1.0, 3.0, -2.0, 1.0, 0.0, -0.0, -INFINITY, NAN, INFINITY, NAN,
                              2.0, NAN, 5.0, 2.0)},
     .golden_out = BB_NUMBERS(3.0, 3.0, 1.0, 1.0, -2.0, INFINITY, 0.0, -0.0, -INFINITY, NAN, 5.0,
                              2.0, 2.0, NAN, NAN)},
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
    int ndim = bb_node_shape(x).ndim;
    if (bb__count_axis(axis, ndim) < 0)
        return bb__fail_axis(x, "sort", axis, ndim);
    return bb_take_along_axis(x, bb_argsort(bb_stop_gradient(x), axis, descending), axis);
}
