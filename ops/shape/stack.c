/* SPDX-License-Identifier: MIT */
/* stack: concat of operands that have a new axis each. */
#include "moves.h"

typedef struct stack_attrs {
    int64_t axis;
} stack_attrs;

enum { WIDEST = 256 }; /* operands */

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    const stack_attrs *a = attrs;
    (void)g;
    return bb_stack(in, (int)a->axis);
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {{0}}, .attrs = &(const stack_attrs){0}},
    {.n_in = 2, .in = {BB_DIMS(3), BB_DIMS(3)}, .attrs = &(const stack_attrs){-1}},
    {.n_in = 3,
     .in = {BB_DIMS(2, 2), BB_DIMS(2, 2), BB_DIMS(2, 2)},
     .attrs = &(const stack_attrs){1}},
    {.n_in = 2, .in = {BB_DIMS(2, 0), BB_DIMS(2, 0)}, .attrs = &(const stack_attrs){0}},
    {.n_in = 2,
     .in = {BB_DIMS(2, 2), BB_DIMS(2, 2)},
     .attrs = &(const stack_attrs){1},
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25), BB_NUMBERS(7.0, 5.75, 9.0, 3.25)},
     .golden_out = BB_NUMBERS(0.5, -0.75, 7.0, 5.75, 2.5, -3.25, 9.0, 3.25)},
    {.n_in = 2,
     .in = {BB_DIMS(2), BB_DIMS(2)},
     .attrs = &(const stack_attrs){-1},
     .golden_in = {BB_NUMBERS(0.5, -0.75), BB_NUMBERS(7.0, 5.75)},
     .golden_out = BB_NUMBERS(0.5, 7.0, -0.75, 5.75)},
};

const bb_op bb__op_stack = {
    .name = "stack",
    .doc = "operands of one shape one after the other along a new axis",
    .arity = BB_VARIADIC,
    .attrs_size = sizeof(stack_attrs),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_stack(bb_nodes xs, int axis)
{
    xs.count = xs.items ? xs.count : 0;
    bb_node *wide[WIDEST], *first = xs.count > 0 ? xs.items[0] : NULL;
    int ndim = bb_node_shape(first).ndim, along = bb__count_axis(axis, ndim + 1);
    if (along < 0)
        return bb__fail_axis(first, "stack", axis, ndim + 1);
    if (xs.count < 1 || xs.count > WIDEST)
        return bb_fail_node(first, NULL, "stack", BB_BAD_ARGUMENT,
                            "the number of operands, %d, is not in 1 .. %d", xs.count, (int)WIDEST);
    for (int i = 0; i < xs.count; i++) {
        if (!bb_shape_equal(bb_node_shape(xs.items[i]), bb_node_shape(first)))
            return bb_fail_node(first, xs.items[i], "stack", BB_BAD_SHAPE,
                                "operand %d is of another shape", i + 1);
        wide[i] = bb__insert_axis(xs.items[i], along);
    }
    return bb_concat((bb_nodes){xs.count, wide}, along);
}
