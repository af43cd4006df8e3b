/* SPDX-License-Identifier: MIT */
/* scatter_add_along_axis: updates added to elements of each line, in the order of its index;
 * take_along_axis is its rule. */
#include "kernels.h"
#include "moves.h"

static bool infer(bb_infer *c)
{
    if (!bb__infer_along_axis(c, &((bb__axis_attrs *)c->attrs)->axis))
        return false;
    char text[BB_SHAPE_TEXT];
    if (!bb_dtype_is_float(c->in[0].dtype))
        return bb_infer_fail(c, BB_BAD_TYPE, "needs f32 or f64");
    if (c->in[2].dtype != c->in[0].dtype)
        return bb_infer_fail(c, BB_BAD_TYPE, "the updates are of another type");
    if (!bb_shape_equal(c->in[2].shape, c->in[1].shape))
        return bb_infer_fail(c, BB_BAD_SHAPE, "the updates must be %s",
                             bb_shape_text(c->in[1].shape, text));
    c->out = c->in[0];
    return true;
}

static void forward(const bb_call *call)
{
    bb__scatter_add_along_axis(call, (int)((const bb__axis_attrs *)call->attrs)->axis);
}

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    int axis = (int)((const bb__axis_attrs *)bb_node_attrs(y))->axis;
    return i == 0 ? dy : i == 2 ? bb_take_along_axis(dy, bb_node_input(y, 1), axis) : NULL;
}

static double flops(const void *attrs, const bb_type *in, const bb_type *out)
{
    (void)attrs, (void)out;
    return (double)bb_shape_count(in[2].shape);
}

#define INDEX .n_in = 3, .is_integer = {false, true, false}

static const bb_sample samples[] = {
    {INDEX, .in = {BB_DIMS(1), BB_DIMS(3), BB_DIMS(3)}, .attrs = &(const bb__axis_attrs){0},
     .bound = 1},
    {INDEX, .in = {BB_DIMS(4), BB_DIMS(6), BB_DIMS(6)}, .attrs = &(const bb__axis_attrs){-1},
     .bound = 4},
    {INDEX, .in = {BB_DIMS(2, 3, 2), BB_DIMS(2, 2, 2), BB_DIMS(2, 2, 2)},
     .attrs = &(const bb__axis_attrs){1}, .bound = 3},
    {INDEX, .in = {BB_DIMS(3, 2), BB_DIMS(0, 2), BB_DIMS(0, 2)},
     .attrs = &(const bb__axis_attrs){0}, .bound = 3},
    {INDEX, .in = {BB_DIMS(2, 3), BB_DIMS(2, 2), BB_DIMS(2, 2)},
     .attrs = &(const bb__axis_attrs){1},
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25, 4.5, -5.75), BB_NUMBERS(2.0, 2.0, 0.0, 1.0),
                   BB_NUMBERS(7.0, 5.75, 9.0, 3.25)},
     .golden_out = BB_NUMBERS(0.5, -0.75, 15.25, 5.75, 7.75, -5.75)},
    {INDEX, .in = {BB_DIMS(3, 2), BB_DIMS(2, 2), BB_DIMS(2, 2)},
     .attrs = &(const bb__axis_attrs){0},
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25, 4.5, -5.75), BB_NUMBERS(2.0, 0.0, 2.0, 1.0),
                   BB_NUMBERS(0.1, -1.15, 2.1, -3.65)},
     .golden_out = BB_NUMBERS(0.5, -1.9, 2.5, -6.9, 6.699999999999999, -5.75)},
};

const bb_op bb__op_scatter_add_along_axis = {
    .name = "scatter_add_along_axis",
    .doc = "x with updates added at the index that each line along an axis has of its own",
    .arity = 3,
    .may_fault = true,
    .index = bb__index_along_axis,
    .attrs_size = sizeof(bb__axis_attrs),
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .batch = bb__batch_axis,
    .needs_contiguous = true,
    .inplace = 1U << 0,
    .flops = flops,
    .print_attrs = bb__print_axis,
    BB_SAMPLES(samples),
};

bb_node *bb_scatter_add_along_axis(bb_node *x, bb_node *index, bb_node *updates, int axis)
{
    return bb_apply(&bb__op_scatter_add_along_axis, BB_NODES(x, index, updates),
                    &(bb__axis_attrs){axis});
}
