/* SPDX-License-Identifier: MIT */
/* roll: two slices of an axis that change places. */
#include "moves.h"

typedef struct roll_attrs {
    int64_t axis, shift;
} roll_attrs;

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    const roll_attrs *a = attrs;
    (void)g;
    return bb_roll(in.items[0], (int)a->axis, a->shift);
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(1)}, .attrs = &(const roll_attrs){0, 3}},
    {.n_in = 1, .in = {BB_DIMS(5)}, .attrs = &(const roll_attrs){-1, 2}},
    {.n_in = 1, .in = {BB_DIMS(3, 4)}, .attrs = &(const roll_attrs){0, -1}},
    {.n_in = 1, .in = {BB_DIMS(2, 3, 2)}, .attrs = &(const roll_attrs){1, 7}},
    {.n_in = 1, .in = {BB_DIMS(2, 3)}, .attrs = &(const roll_attrs){1, 3}},
    {.n_in = 1, .in = {BB_DIMS(2, 0)}, .attrs = &(const roll_attrs){1, 3}},
    {.n_in = 1,
     .in = {BB_DIMS(2, 3)},
     .attrs = &(const roll_attrs){1, 1},
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25, 4.5, -5.75)},
     .golden_out = BB_NUMBERS(2.5, 0.5, -0.75, -5.75, -3.25, 4.5)},
    {.n_in = 1,
     .in = {BB_DIMS(3, 2)},
     .attrs = &(const roll_attrs){0, -5},
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25, 4.5, -5.75)},
     .golden_out = BB_NUMBERS(4.5, -5.75, 0.5, -0.75, 2.5, -3.25)},
};

const bb_op bb__op_roll = {
    .name = "roll",
    .doc = "x with the elements of an axis moved on in a circle",
    .arity = 1,
    .attrs_size = sizeof(roll_attrs),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_roll(bb_node *x, int axis, int64_t shift)
{
    bb_shape shape = bb_node_shape(x);
    int along = bb__count_axis(axis, shape.ndim);
    if (along < 0)
        return bb__fail_axis(x, "roll", axis, shape.ndim);
    int64_t size = shape.dim[along],
            cut = size > 0 ? size - 1 - (shift % size + size - 1) % size : 0;
    if (cut == 0 || cut == size)
        return x;
    bb_node *tail = bb_slice(x, along, cut, size, 1);
    return bb_concat(BB_NODES(tail, bb_slice(x, along, 0, cut, 1)), along);
}
