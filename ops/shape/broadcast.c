/* SPDX-License-Identifier: MIT */
/* broadcast: what repeats gets stride 0; its rule alone sums gradients back to a shape. */
#include "moves.h"

static bool repeats_to(bb_shape from, bb_shape to)
{
    int lead = to.ndim - from.ndim;
    for (int i = 0; i < from.ndim && lead >= 0; i++)
        if (from.dim[i] != 1 && from.dim[i] != to.dim[lead + i])
            return false;
    return lead >= 0;
}

static bool infer(bb_infer *c)
{
    bb_shape shape = bb__shape_from_attrs(c->attrs);
    char text[BB_SHAPE_TEXT];
    c->out = (bb_type){c->in[0].dtype, shape};
    return bb_shape_count(shape) < 0 || repeats_to(c->in[0].shape, shape) ||
           bb_infer_fail(c, BB_BAD_SHAPE, "does not broadcast to %s", bb_shape_text(shape, text));
}

static bool view(const void *attrs, const bb_type *in_type, const bb_layout *in,
                 const bb_type *out_type, bb_layout *out)
{
    (void)attrs;
    int lead = out_type->shape.ndim - in_type->shape.ndim;
    *out = (bb_layout){.offset = in->offset};
    for (int i = lead; i < out_type->shape.ndim; i++)
        if (in_type->shape.dim[i - lead] == out_type->shape.dim[i])
            out->stride[i] = in->stride[i - lead];
    return true;
}

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    return bb_sum_to(dy, bb_node_shape(bb_node_input(y, i)));
}

/* Sizes of 1 keep the operand's dimensions at the back. */
static bb_node *batch(const bb_node *node, bb_node *const *in, const bool *batched)
{
    (void)batched;
    bb_shape shape = bb_node_shape(node), given = bb_node_shape(bb_node_input(node, 0));
    int64_t rows = bb_node_shape(in[0]).dim[0];
    bb_shape aligned = shape;
    for (int i = 0; i < shape.ndim; i++) {
        int k = i - (shape.ndim - given.ndim);
        aligned.dim[i] = k < 0 ? 1 : given.dim[k];
    }
    bb_node *x = bb_reshape(in[0], bb__with_rows(rows, aligned));
    return bb_broadcast(x, bb__with_rows(rows, shape));
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {{0}}, .attrs = &(const bb__shape_attrs){0}},
    {.n_in = 1, .in = {{0}}, .attrs = &(const bb__shape_attrs)BB_DIMS(3, 2)},
    {.n_in = 1, .in = {BB_DIMS(5)}, .attrs = &(const bb__shape_attrs)BB_DIMS(5)},
    {.n_in = 1, .in = {BB_DIMS(2, 1, 3)}, .attrs = &(const bb__shape_attrs)BB_DIMS(2, 2, 2, 3)},
    {.n_in = 1,
     .in = {BB_DIMS(1, 2, 1, 3, 1)},
     .attrs = &(const bb__shape_attrs)BB_DIMS(2, 2, 1, 3, 2)},
    {.n_in = 1, .in = {BB_DIMS(1, 1)}, .attrs = &(const bb__shape_attrs)BB_DIMS(0, 3)},
    {.n_in = 1, .in = {BB_DIMS(2, 0)}, .attrs = &(const bb__shape_attrs)BB_DIMS(3, 2, 0)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 1)},
     .attrs = &(const bb__shape_attrs)BB_DIMS(2, 2, 3),
     .golden_in = {BB_NUMBERS(0.5, -0.75)},
     .golden_out =
         BB_NUMBERS(0.5, 0.5, 0.5, -0.75, -0.75, -0.75, 0.5, 0.5, 0.5, -0.75, -0.75, -0.75)},
};

const bb_op bb__op_broadcast = {
    .name = "broadcast",
    .doc = "x repeated to a shape by NumPy's rules",
    .arity = 1,
    .attrs_size = sizeof(bb__shape_attrs),
    .infer = infer,
    .forward = bb__forward_view,
    .view = view,
    .backward = backward,
    .batch = batch,
    .flops = bb__no_flops,
    .print_attrs = bb__print_shape,
    BB_SAMPLES(samples),
};

bb_node *bb_broadcast(bb_node *x, bb_shape shape)
{
    bb__shape_attrs attrs = bb__shape_to_attrs(shape);
    return bb_apply(&bb__op_broadcast, BB_NODES(x), &attrs);
}
