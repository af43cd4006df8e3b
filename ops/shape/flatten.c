/* SPDX-License-Identifier: MIT */
/* flatten: a reshape that joins the last axes. */
#include "moves.h"

typedef struct flatten_attrs {
    int64_t axis;
} flatten_attrs;

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    const flatten_attrs *a = attrs;
    (void)g;
    return bb_flatten(in.items[0], (int)a->axis);
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {{0}}, .attrs = &(const flatten_attrs){0}},
    {.n_in = 1, .in = {BB_DIMS(3)}, .attrs = &(const flatten_attrs){0}},
    {.n_in = 1, .in = {BB_DIMS(2, 3, 2)}, .attrs = &(const flatten_attrs){1}},
    {.n_in = 1, .in = {BB_DIMS(2, 3)}, .attrs = &(const flatten_attrs){-2}},
    {.n_in = 1, .in = {BB_DIMS(2, 0, 3)}, .attrs = &(const flatten_attrs){1}},
    {.n_in = 1,
     .in = {BB_DIMS(2, 2, 2)},
     .attrs = &(const flatten_attrs){1},
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25, 4.5, -5.75, 6.5, -8.25)},
     .golden_out = BB_NUMBERS(0.5, -0.75, 2.5, -3.25, 4.5, -5.75, 6.5, -8.25)},
};

const bb_op bb__op_flatten = {
    .name = "flatten",
    .doc = "the axes from one on joined",
    .arity = 1,
    .attrs_size = sizeof(flatten_attrs),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_flatten(bb_node *x, int axis)
{
    bb_shape shape = bb_node_shape(x);
    int first = shape.ndim == 0 && axis == 0 ? 0 : bb__count_axis(axis, shape.ndim);
    if (first < 0)
        return bb__fail_axis(x, "flatten", axis, shape.ndim);
    int64_t joined = 1;
    for (int i = first; i < shape.ndim; i++)
        joined *= shape.dim[i];
    shape.ndim = first + 1;
    shape.dim[first] = joined;
    return bb_reshape(x, shape);
}
