/* SPDX-License-Identifier: MIT */
/* index_select: gather by a list of places. */
#include "moves.h"

typedef struct index_select_attrs {
    int64_t axis;
} index_select_attrs;

#define INDEX .n_in = 2, .is_integer = {false, true}

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    const index_select_attrs *a = attrs;
    (void)g;
    return bb_index_select(in.items[0], in.items[1], (int)a->axis);
}

static const bb_sample samples[] = {
    {INDEX, .in = {BB_DIMS(4), BB_DIMS(2)}, .attrs = &(const index_select_attrs){0}, .bound = 4},
    {INDEX, .in = {BB_DIMS(2, 3), BB_DIMS(4)}, .attrs = &(const index_select_attrs){-1},
     .bound = 3},
    {INDEX, .in = {BB_DIMS(2, 3), BB_DIMS(3)}, .attrs = &(const index_select_attrs){1},
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25, 4.5, -5.75), BB_NUMBERS(2.0, 0.0, 2.0)},
     .golden_out = BB_NUMBERS(2.5, 0.5, 2.5, -5.75, -3.25, -5.75)},
};

const bb_op bb__op_index_select = {
    .name = "index_select",
    .doc = "x with the elements of an axis that an i32 vector lists",
    .arity = 2,
    .attrs_size = sizeof(index_select_attrs),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_index_select(bb_node *x, bb_node *index, int axis)
{
    if (bb_node_shape(index).ndim != 1)
        return bb_fail_node(x, index, "index_select", BB_BAD_SHAPE, "the index must be a vector");
    return bb_gather(x, index, axis);
}
