/* SPDX-License-Identifier: MIT */
/* reshape: the same elements in row-major order; a view wherever strides can say it. */
#include "kernels.h"
#include "moves.h"

#include <assert.h>

/* Sets the size that is -1, if one is. */
static bool complete(bb_infer *c, bb_shape *shape, int64_t count)
{
    char text[BB_SHAPE_TEXT];
    int open = -1;
    bb_shape known = *shape;
    for (int i = 0; i < shape->ndim; i++) {
        if (shape->dim[i] != -1)
            continue;
        if (open >= 0)
            return bb_infer_fail(c, BB_BAD_SHAPE, "more than one size of %s is -1",
                                 bb_shape_text(*shape, text));
        known.dim[open = i] = 1;
    }
    int64_t rest = bb_shape_count(known);
    if (open >= 0 && rest == 0)
        return bb_infer_fail(c, BB_BAD_SHAPE, "any size fits the -1 of %s",
                             bb_shape_text(*shape, text));
    if (open >= 0 && rest > 0 && count % rest == 0)
        shape->dim[open] = count / rest;
    return true;
}

static bool infer(bb_infer *c)
{
    char text[BB_SHAPE_TEXT];
    int64_t count = bb_shape_count(c->in[0].shape);
    bb_shape shape = bb__shape_from_attrs(c->attrs);
    if (shape.ndim < 0 || shape.ndim > BB_MAX_DIMS)
        return bb_infer_fail(c, BB_BAD_SHAPE, "rank %d is not in 0 .. %d", shape.ndim,
                             (int)BB_MAX_DIMS);
    if (!complete(c, &shape, count))
        return false;
    if (bb_shape_count(shape) != count)
        return bb_infer_fail(c, BB_BAD_SHAPE, "%lld elements do not fit %s", (long long)count,
                             bb_shape_text(shape, text));
    *(bb__shape_attrs *)c->attrs = bb__shape_to_attrs(shape);
    c->out = (bb_type){c->in[0].dtype, shape};
    return true;
}

/* The result may lie in another's memory, as its operand then does, too. */
static void forward(const bb_call *call)
{
    bb_array out = *call->out;
    out.shape = call->in[0].shape;
    const bool has = bb__restride(call->out->shape, call->out->stride, out.shape, out.stride);
    assert(has); /* of row-major strides, or of those in which the operand lies there */
    (void)has;
    bb__copy(&call->in[0], &out, call->threads);
}

static bool view(const void *attrs, const bb_type *in_type, const bb_layout *in,
                 const bb_type *out_type, bb_layout *out)
{
    (void)attrs;
    *out = (bb_layout){.offset = in->offset};
    return bb__restride(in_type->shape, in->stride, out_type->shape, out->stride);
}

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    return bb_reshape(dy, bb_node_shape(bb_node_input(y, i)));
}

static bb_node *batch(const bb_node *node, bb_node *const *in, const bool *batched)
{
    (void)batched;
    return bb_reshape(in[0], bb__with_rows(bb_node_shape(in[0]).dim[0], bb_node_shape(node)));
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {{0}}, .attrs = &(const bb__shape_attrs)BB_DIMS(1, 1)},
    {.n_in = 1, .in = {BB_DIMS(1)}, .attrs = &(const bb__shape_attrs){0}},
    {.n_in = 1, .in = {BB_DIMS(12)}, .attrs = &(const bb__shape_attrs)BB_DIMS(3, -1)},
    {.n_in = 1, .in = {BB_DIMS(2, 3, 1, 2, 2)}, .attrs = &(const bb__shape_attrs)BB_DIMS(4, 1, 6)},
    {.n_in = 1, .in = {BB_DIMS(5, 7)}, .attrs = &(const bb__shape_attrs)BB_DIMS(7, 5)},
    {.n_in = 1, .in = {BB_DIMS(0, 3)}, .attrs = &(const bb__shape_attrs)BB_DIMS(5, 0)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 3)},
     .attrs = &(const bb__shape_attrs)BB_DIMS(3, -1),
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25, 4.5, -5.75)},
     .golden_out = BB_NUMBERS(0.5, -0.75, 2.5, -3.25, 4.5, -5.75)},
};

const bb_op bb__op_reshape = {
    .name = "reshape",
    .doc = "the elements of x in row-major order under another shape; one size may be -1",
    .arity = 1,
    .attrs_size = sizeof(bb__shape_attrs),
    .infer = infer,
    .forward = forward,
    .view = view,
    .parts = bb__copy_parts,
    .writes_strided = true,
    .backward = backward,
    .batch = batch,
    .flops = bb__no_flops,
    .print_attrs = bb__print_shape,
    BB_SAMPLES(samples),
};

bb_node *bb_reshape(bb_node *x, bb_shape shape)
{
    bb__shape_attrs attrs = bb__shape_to_attrs(shape);
    return bb_apply(&bb__op_reshape, BB_NODES(x), &attrs);
}
