/* SPDX-License-Identifier: MIT */
/* scatter_add: updates added to slabs of x in the order of the index; gathering is its rule. */
#include "kernels.h"
#include "moves.h"

static bool infer(bb_infer *c)
{
    bb__axis_attrs *a = c->attrs;
    bb_shape shape;
    char text[BB_SHAPE_TEXT];
    if (!bb__infer_gathered(c, &a->axis, &shape))
        return false;
    if (!bb_dtype_is_float(c->in[0].dtype))
        return bb_infer_fail(c, BB_BAD_TYPE, "needs f32 or f64");
    if (c->in[2].dtype != c->in[0].dtype)
        return bb_infer_fail(c, BB_BAD_TYPE, "the updates are of another type");
    if (!bb_shape_equal(c->in[2].shape, shape))
        return bb_infer_fail(c, BB_BAD_SHAPE, "the updates must be %s", bb_shape_text(shape, text));
    c->out = c->in[0];
    return true;
}

static void forward(const bb_call *call)
{
    bb__scatter_add(call, (int)((const bb__axis_attrs *)call->attrs)->axis);
}

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    int axis = (int)((const bb__axis_attrs *)bb_node_attrs(y))->axis;
    return i == 0 ? dy : i == 2 ? bb_gather(dy, bb_node_input(y, 1), axis) : NULL;
}

static double flops(const void *attrs, const bb_type *in, const bb_type *out)
{
    (void)attrs, (void)out;
    return (double)bb_shape_count(in[2].shape);
}

/* An index of its own for each row is left to copies. */
static bb_node *batch(const bb_node *node, bb_node *const *in, const bool *batched)
{
    int axis = (int)((const bb__axis_attrs *)bb_node_attrs(node))->axis;
    if (batched[1])
        return NULL;
    return bb_scatter_add(bb__batch_operand(node, in, batched, 0), in[1],
                          bb__batch_operand(node, in, batched, 2), axis + 1);
}

#define INDEX .n_in = 3, .is_integer = {false, true, false}

static const bb_sample samples[] = {
    {INDEX, .in = {BB_DIMS(5), {0}, {0}}, .attrs = &(const bb__axis_attrs){0}, .bound = 5},
    {INDEX, .in = {BB_DIMS(3), BB_DIMS(7), BB_DIMS(7)}, .attrs = &(const bb__axis_attrs){-1},
     .bound = 3},
    {INDEX, .in = {BB_DIMS(3, 5), BB_DIMS(4), BB_DIMS(4, 5)}, .attrs = &(const bb__axis_attrs){0},
     .bound = 3},
    {INDEX, .in = {BB_DIMS(2, 3, 2), BB_DIMS(2, 2), BB_DIMS(2, 2, 2, 2)},
     .attrs = &(const bb__axis_attrs){1}, .bound = 3},
    {INDEX, .in = {BB_DIMS(2, 1, 2, 1, 3), BB_DIMS(5), BB_DIMS(2, 1, 2, 1, 5)},
     .attrs = &(const bb__axis_attrs){4}, .bound = 3},
    {INDEX, .in = {BB_DIMS(3, 2), BB_DIMS(0), BB_DIMS(0, 2)}, .attrs = &(const bb__axis_attrs){0},
     .bound = 3},
    {INDEX, .in = {BB_DIMS(3, 0), BB_DIMS(2), BB_DIMS(2, 0)}, .attrs = &(const bb__axis_attrs){0},
     .bound = 3},
    {INDEX, .in = {BB_DIMS(3, 2), BB_DIMS(4), BB_DIMS(4, 2)}, .attrs = &(const bb__axis_attrs){0},
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25, 4.5, -5.75), BB_NUMBERS(2.0, 0.0, 2.0, 2.0),
                   BB_NUMBERS(7.0, 5.75, 9.0, 3.25, 11.0, 0.75, 13.0, -1.75)},
     .golden_out = BB_NUMBERS(9.5, 2.5, 2.5, -3.25, 35.5, -1.0)},
    {INDEX, .in = {BB_DIMS(2, 3), BB_DIMS(2, 2), BB_DIMS(2, 2, 2)},
     .attrs = &(const bb__axis_attrs){1},
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25, 4.5, -5.75), BB_NUMBERS(0.0, 0.0, 2.0, 0.0),
                   BB_NUMBERS(0.1, -1.15, 2.1, -3.65, 4.1, -6.15, 6.1, -8.65)},
     .golden_out = BB_NUMBERS(-4.2, -0.75, 4.6, -13.950000000000001, 4.5, 0.34999999999999964)},
};

const bb_op bb__op_scatter_add = {
    .name = "scatter_add",
    .doc = "x with updates added at the indices of an axis, in their order",
    .arity = 3,
    .may_fault = true,
    .index = bb__index_along_axis,
    .attrs_size = sizeof(bb__axis_attrs),
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .batch = batch,
    .inplace = 1U << 0,
    .flops = flops,
    .print_attrs = bb__print_axis,
    BB_SAMPLES(samples),
};

bb_node *bb_scatter_add(bb_node *x, bb_node *index, bb_node *updates, int axis)
{
    return bb_apply(&bb__op_scatter_add, BB_NODES(x, index, updates), &(bb__axis_attrs){axis});
}
