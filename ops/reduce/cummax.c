/* SPDX-License-Identifier: MIT */
/* cummax: the elements at the places of cummax_index, where the gradient goes. */
#include "moves.h"

#include <math.h>

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    (void)g;
    return bb_cummax(in.items[0], (int)((const bb__axis_attrs *)attrs)->axis);
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(1)}, .attrs = &(const bb__axis_attrs){0}},
    {.n_in = 1, .in = {BB_DIMS(3, 4)}, .attrs = &(const bb__axis_attrs){-1}},
    {.n_in = 1, .in = {BB_DIMS(2, 3, 2)}, .attrs = &(const bb__axis_attrs){1}},
    {.n_in = 1, .in = {BB_DIMS(2, 0)}, .attrs = &(const bb__axis_attrs){1}},
    {.n_in = 1,
     .in = {BB_DIMS(3, 5)},
     .attrs = &(const bb__axis_attrs){0},
     .golden_in = {BB_NUMBERS(3.0, 1.0, 3.0, -2.0, 1.0, 0.0, -0.0, -INFINITY, NAN, INFINITY, NAN,
                              2.0, NAN, 5.0, 2.0)},
     .golden_out = BB_NUMBERS(3.0, 1.0, 3.0, -2.0, 1.0, 3.0, 1.0, 3.0, NAN, INFINITY, NAN, 2.0, NAN,
                              NAN, INFINITY)},
    {.n_in = 1,
     .in = {BB_DIMS(3, 5)},
     .attrs = &(const bb__axis_attrs){1},
     .golden_in = {BB_NUMBERS(3.0, 1.0, 3.0, -2.0, 1.0, 0.0, -0.0, -INFINITY, NAN, INFINITY, NAN,
                              2.0, NAN, 5.0, 2.0)},
     .golden_out =
         BB_NUMBERS(3.0, 3.0, 3.0, 3.0, 3.0, 0.0, -0.0, -0.0, NAN, NAN, NAN, NAN, NAN, NAN, NAN)},
};

const bb_op bb__op_cummax = {
    .name = "cummax",
    .doc = "the largest up to each along an axis, NaN from the first on; d goes to the first of "
           "ties",
    .arity = 1,
    .attrs_size = sizeof(bb__axis_attrs),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_cummax(bb_node *x, int axis)
{
    int ndim = bb_node_shape(x).ndim;
    if (bb__count_axis(axis, ndim) < 0)
        return bb__fail_axis(x, "cummax", axis, ndim);
    return bb_take_along_axis(x, bb_cummax_index(bb_stop_gradient(x), axis), axis);
}
