/* SPDX-License-Identifier: MIT */
/* meshgrid: a vector that varies along one axis of the grid of all of them; a broadcast. */
#include "moves.h"

typedef struct meshgrid_attrs {
    int64_t i;
} meshgrid_attrs;

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    const meshgrid_attrs *a = attrs;
    (void)g;
    return bb_meshgrid(in, (int)a->i);
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(3)}, .attrs = &(const meshgrid_attrs){0}},
    {.n_in = 1, .in = {BB_DIMS(0)}, .attrs = &(const meshgrid_attrs){0}},
    {.n_in = 2,
     .in = {BB_DIMS(2), BB_DIMS(3)},
     .attrs = &(const meshgrid_attrs){0},
     .golden_in = {BB_NUMBERS(0.5, -0.75), BB_NUMBERS(0.5, -0.75, 2.5)},
     .golden_out = BB_NUMBERS(0.5, 0.5, 0.5, -0.75, -0.75, -0.75)},
    {.n_in = 2,
     .in = {BB_DIMS(2), BB_DIMS(3)},
     .attrs = &(const meshgrid_attrs){1},
     .golden_in = {BB_NUMBERS(0.5, -0.75), BB_NUMBERS(0.5, -0.75, 2.5)},
     .golden_out = BB_NUMBERS(0.5, -0.75, 2.5, 0.5, -0.75, 2.5)},
};

const bb_op bb__op_meshgrid = {
    .name = "meshgrid",
    .doc = "vector i along axis i of the grid of all vectors; a view",
    .arity = BB_VARIADIC,
    .attrs_size = sizeof(meshgrid_attrs),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_meshgrid(bb_nodes xs, int i)
{
    xs.count = xs.items ? xs.count : 0;
    bb_node *first = xs.count > 0 ? xs.items[0] : NULL;
    bb_shape grid = {.ndim = xs.count}, column = {.ndim = xs.count};
    if (xs.count < 1 || xs.count > BB_MAX_DIMS)
        return bb_fail_node(first, NULL, "meshgrid", BB_BAD_ARGUMENT,
                            "the number of operands, %d, is not in 1 .. %d", xs.count,
                            (int)BB_MAX_DIMS);
    if (i < 0 || i >= xs.count)
        return bb_fail_node(first, NULL, "meshgrid", BB_BAD_ARGUMENT,
                            "operand %d is not in 0 .. %d", i, xs.count - 1);
    for (int k = 0; k < xs.count; k++) {
        bb_shape shape = bb_node_shape(xs.items[k]);
        if (shape.ndim != 1)
            return bb_fail_node(xs.items[k], NULL, "meshgrid", BB_BAD_SHAPE,
                                "operand %d is no vector", k);
        grid.dim[k] = shape.dim[0];
        column.dim[k] = k == i ? shape.dim[0] : 1;
    }
    return bb_broadcast(bb_reshape(xs.items[i], column), grid);
}
