/* SPDX-License-Identifier: MIT */
/* flip: an axis read from its end, as a view with the stride negated; its own rule. */
#include "moves.h"

static bool infer(bb_infer *c)
{
    c->out = c->in[0];
    return bb_infer_axis(c, &((bb__axis_attrs *)c->attrs)->axis, c->in[0].shape.ndim);
}

static bool view(const void *attrs, const bb_type *in_type, const bb_layout *in,
                 const bb_type *out_type, bb_layout *out)
{
    (void)out_type;
    int64_t axis = ((const bb__axis_attrs *)attrs)->axis, size = in_type->shape.dim[axis];
    *out = *in;
    if (size > 1) {
        out->offset += (size - 1) * in->stride[axis];
        out->stride[axis] = -in->stride[axis];
    }
    return true;
}

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    (void)i;
    return bb_flip(dy, (int)((const bb__axis_attrs *)bb_node_attrs(y))->axis);
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(1)}, .attrs = &(const bb__axis_attrs){0}},
    {.n_in = 1, .in = {BB_DIMS(5)}, .attrs = &(const bb__axis_attrs){-1}},
    {.n_in = 1, .in = {BB_DIMS(3, 4)}, .attrs = &(const bb__axis_attrs){0}},
    {.n_in = 1, .in = {BB_DIMS(2, 3, 2)}, .attrs = &(const bb__axis_attrs){1}},
    {.n_in = 1, .in = {BB_DIMS(2, 0)}, .attrs = &(const bb__axis_attrs){1}},
    {.n_in = 1,
     .in = {BB_DIMS(2, 3)},
     .attrs = &(const bb__axis_attrs){1},
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25, 4.5, -5.75)},
     .golden_out = BB_NUMBERS(2.5, -0.75, 0.5, -5.75, 4.5, -3.25)},
    {.n_in = 1,
     .in = {BB_DIMS(3, 2)},
     .attrs = &(const bb__axis_attrs){0},
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25, 4.5, -5.75)},
     .golden_out = BB_NUMBERS(4.5, -5.75, 2.5, -3.25, 0.5, -0.75)},
};

const bb_op bb__op_flip = {
    .name = "flip",
    .doc = "x with the elements of an axis in reverse order",
    .arity = 1,
    .attrs_size = sizeof(bb__axis_attrs),
    .infer = infer,
    .forward = bb__forward_view,
    .view = view,
    .backward = backward,
    .batch = bb__batch_axis,
    .flops = bb__no_flops,
    .print_attrs = bb__print_axis,
    BB_SAMPLES(samples),
};

bb_node *bb_flip(bb_node *x, int axis)
{
    return bb_apply(&bb__op_flip, BB_NODES(x), &(bb__axis_attrs){axis});
}
