/* SPDX-License-Identifier: MIT */
/* gather: slabs of x picked by an index along an axis; scatter_add into zeros is its rule. */
#include "kernels.h"
#include "moves.h"

static bool infer(bb_infer *c)
{
    bb__axis_attrs *a = c->attrs;
    c->out.dtype = c->in[0].dtype;
    return bb__infer_gathered(c, &a->axis, &c->out.shape);
}

static void forward(const bb_call *call)
{
    bb__gather(call, (int)((const bb__axis_attrs *)call->attrs)->axis);
}

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    if (i != 0)
        return NULL;
    int axis = (int)((const bb__axis_attrs *)bb_node_attrs(y))->axis;
    return bb_scatter_add(bb_zeros_like(bb_node_input(y, 0)), bb_node_input(y, 1), dy, axis);
}

/* An index of its own for each row of its own x is left to copies. */
static bb_node *batch(const bb_node *node, bb_node *const *in, const bool *batched)
{
    int axis = (int)((const bb__axis_attrs *)bb_node_attrs(node))->axis;
    if (!batched[1])
        return bb_gather(in[0], in[1], axis + 1);
    return batched[0] ? NULL : bb_move_axis(bb_gather(in[0], in[1], axis), axis, 0);
}

#define INDEX .n_in = 2, .is_integer = {false, true}

static const bb_sample samples[] = {
    {INDEX, .in = {BB_DIMS(5), {0}}, .attrs = &(const bb__axis_attrs){0}, .bound = 5},
    {INDEX, .in = {BB_DIMS(7), BB_DIMS(4)}, .attrs = &(const bb__axis_attrs){-1}, .bound = 7},
    {INDEX, .in = {BB_DIMS(3, 5), BB_DIMS(7)}, .attrs = &(const bb__axis_attrs){0}, .bound = 3},
    {INDEX, .in = {BB_DIMS(2, 3, 4), BB_DIMS(2, 2)}, .attrs = &(const bb__axis_attrs){1},
     .bound = 3},
    {INDEX, .in = {BB_DIMS(2, 3, 2), BB_DIMS(1, 3)}, .attrs = &(const bb__axis_attrs){2},
     .bound = 2},
    {INDEX, .in = {BB_DIMS(1, 2, 1, 3, 2), BB_DIMS(2)}, .attrs = &(const bb__axis_attrs){3},
     .bound = 3},
    {INDEX, .in = {BB_DIMS(3, 2), BB_DIMS(0)}, .attrs = &(const bb__axis_attrs){0}, .bound = 3},
    {INDEX, .in = {BB_DIMS(3, 0), BB_DIMS(2)}, .attrs = &(const bb__axis_attrs){0}, .bound = 3},
    {INDEX, .in = {BB_DIMS(3, 2), BB_DIMS(4)}, .attrs = &(const bb__axis_attrs){0},
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25, 4.5, -5.75), BB_NUMBERS(2.0, 0.0, 2.0, 1.0)},
     .golden_out = BB_NUMBERS(4.5, -5.75, 0.5, -0.75, 4.5, -5.75, 2.5, -3.25)},
    {INDEX, .in = {BB_DIMS(2, 3), BB_DIMS(2, 2)}, .attrs = &(const bb__axis_attrs){1},
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25, 4.5, -5.75), BB_NUMBERS(2.0, 2.0, 0.0, 1.0)},
     .golden_out = BB_NUMBERS(2.5, 2.5, 0.5, -0.75, -5.75, -5.75, -3.25, 4.5)},
    {INDEX, .in = {BB_DIMS(2, 3), {0}}, .attrs = &(const bb__axis_attrs){-1},
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25, 4.5, -5.75), BB_NUMBERS(1.0)},
     .golden_out = BB_NUMBERS(-0.75, 4.5)},
};

const bb_op bb__op_gather = {
    .name = "gather",
    .doc = "x[..., index, ...]: the axis is replaced by the dimensions of the index",
    .arity = 2,
    .may_fault = true,
    .index = bb__index_along_axis,
    .attrs_size = sizeof(bb__axis_attrs),
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .batch = batch,
    .flops = bb__no_flops,
    .print_attrs = bb__print_axis,
    BB_SAMPLES(samples),
};

bb_node *bb_gather(bb_node *x, bb_node *index, int axis)
{
    return bb_apply(&bb__op_gather, BB_NODES(x, index), &(bb__axis_attrs){axis});
}
