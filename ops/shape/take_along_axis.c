/* SPDX-License-Identifier: MIT */
/* take_along_axis: elements of each line picked by an index of its own; scatter_add_along_axis into
 * zeros is its rule. */
#include "kernels.h"
#include "moves.h"

#include <math.h>

static bool infer(bb_infer *c)
{
    c->out = (bb_type){c->in[0].dtype, c->in[1].shape};
    return bb__infer_along_axis(c, &((bb__axis_attrs *)c->attrs)->axis);
}

static void forward(const bb_call *call)
{
    bb__take_along_axis(call, (int)((const bb__axis_attrs *)call->attrs)->axis);
}

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    if (i != 0)
        return NULL;
    int axis = (int)((const bb__axis_attrs *)bb_node_attrs(y))->axis;
    bb_node *zeros = bb_zeros_like(bb_node_input(y, 0));
    return bb_scatter_add_along_axis(zeros, bb_node_input(y, 1), dy, axis);
}

#define INDEX .n_in = 2, .is_integer = {false, true}

static const bb_sample samples[] = {
    {INDEX, .in = {BB_DIMS(1), BB_DIMS(3)}, .attrs = &(const bb__axis_attrs){0}, .bound = 1},
    {INDEX, .in = {BB_DIMS(4), BB_DIMS(6)}, .attrs = &(const bb__axis_attrs){-1}, .bound = 4},
    {INDEX, .in = {BB_DIMS(3, 4), BB_DIMS(2, 4)}, .attrs = &(const bb__axis_attrs){0}, .bound = 3},
    {INDEX, .in = {BB_DIMS(2, 3, 2), BB_DIMS(2, 4, 2)}, .attrs = &(const bb__axis_attrs){1},
     .bound = 3},
    {INDEX, .in = {BB_DIMS(3, 2), BB_DIMS(0, 2)}, .attrs = &(const bb__axis_attrs){0}, .bound = 3},
    {INDEX, .in = {BB_DIMS(0, 2), BB_DIMS(0, 4)}, .attrs = &(const bb__axis_attrs){1}, .bound = 2},
    {INDEX, .in = {BB_DIMS(2, 3), BB_DIMS(2, 2)}, .attrs = &(const bb__axis_attrs){1},
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25, 4.5, -5.75), BB_NUMBERS(2.0, 2.0, 0.0, 1.0)},
     .golden_out = BB_NUMBERS(2.5, 2.5, -3.25, 4.5)},
    {INDEX, .in = {BB_DIMS(3, 2), BB_DIMS(3, 2)}, .attrs = &(const bb__axis_attrs){0},
     .golden_in = {BB_NUMBERS(NAN, -0.75, 2.5, INFINITY, 4.5, -5.75),
                   BB_NUMBERS(0.0, 1.0, 2.0, 2.0, 0.0, 0.0)},
     .golden_out = BB_NUMBERS(NAN, INFINITY, 4.5, -5.75, NAN, -0.75)},
};

const bb_op bb__op_take_along_axis = {
    .name = "take_along_axis",
    .doc = "x[..., index[..., j, ...], ...]: each line along an axis has an index of its own",
    .arity = 2,
    .may_fault = true,
    .index = bb__index_along_axis,
    .attrs_size = sizeof(bb__axis_attrs),
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .batch = bb__batch_axis,
    .needs_contiguous = true,
    .flops = bb__no_flops,
    .print_attrs = bb__print_axis,
    BB_SAMPLES(samples),
};

bb_node *bb_take_along_axis(bb_node *x, bb_node *index, int axis)
{
    return bb_apply(&bb__op_take_along_axis, BB_NODES(x, index), &(bb__axis_attrs){axis});
}
