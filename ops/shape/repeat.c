/* SPDX-License-Identifier: MIT */
/* repeat: a new axis behind the repeated one, broadcast and joined with it. */
#include "moves.h"

typedef struct repeat_attrs {
    int64_t axis, n;
} repeat_attrs;

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    const repeat_attrs *a = attrs;
    (void)g;
    return bb_repeat(in.items[0], (int)a->axis, a->n);
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(1)}, .attrs = &(const repeat_attrs){0, 3}},
    {.n_in = 1, .in = {BB_DIMS(3)}, .attrs = &(const repeat_attrs){-1, 2}},
    {.n_in = 1, .in = {BB_DIMS(2, 3)}, .attrs = &(const repeat_attrs){0, 2}},
    {.n_in = 1, .in = {BB_DIMS(2, 1, 3)}, .attrs = &(const repeat_attrs){2, 2}},
    {.n_in = 1, .in = {BB_DIMS(2, 2)}, .attrs = &(const repeat_attrs){1, 1}},
    {.n_in = 1, .in = {BB_DIMS(2, 2)}, .attrs = &(const repeat_attrs){1, 0}},
    {.n_in = 1,
     .in = {BB_DIMS(2, 2)},
     .attrs = &(const repeat_attrs){0, 2},
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25)},
     .golden_out = BB_NUMBERS(0.5, -0.75, 0.5, -0.75, 2.5, -3.25, 2.5, -3.25)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 2)},
     .attrs = &(const repeat_attrs){-1, 3},
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25)},
     .golden_out =
         BB_NUMBERS(0.5, 0.5, 0.5, -0.75, -0.75, -0.75, 2.5, 2.5, 2.5, -3.25, -3.25, -3.25)},
};

const bb_op bb__op_repeat = {
    .name = "repeat",
    .doc = "each element of an axis n times",
    .arity = 1,
    .attrs_size = sizeof(repeat_attrs),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_repeat(bb_node *x, int axis, int64_t n)
{
    bb_shape shape = bb_node_shape(x);
    int along = bb__count_axis(axis, shape.ndim);
    if (along < 0)
        return bb__fail_axis(x, "repeat", axis, shape.ndim);
    if (n < 0)
        return bb_fail_node(x, NULL, "repeat", BB_BAD_ARGUMENT, "%lld times is negative",
                            (long long)n);
    if (shape.ndim == BB_MAX_DIMS)
        return bb_fail_node(x, NULL, "repeat", BB_BAD_SHAPE, "needs a rank below %d",
                            (int)BB_MAX_DIMS);
    bb_node *wide = bb__insert_axis(x, along + 1);
    bb_shape repeated = bb_node_shape(wide);
    if (bb_node_kind_of(wide) == BB_NODE_INERT)
        return wide;
    repeated.dim[along + 1] = n;
    wide = bb_broadcast(wide, repeated);
    if (bb_node_kind_of(wide) == BB_NODE_INERT)
        return wide;
    shape.dim[along] *= n;
    return bb_reshape(wide, shape);
}
