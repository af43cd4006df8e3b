/* SPDX-License-Identifier: MIT */
/* permute: the same elements with strides in another order; the inverse permutation is its rule. */
#include "moves.h"

/* Counts axes from the front; false when they are no permutation of 0 .. ndim-1. */
static bool permutes(int64_t *order, int64_t count, int ndim)
{
    uint32_t seen = 0;
    for (int i = 0; i < ndim && count == ndim; i++) {
        if (order[i] < -ndim || order[i] >= ndim)
            return false;
        order[i] += order[i] < 0 ? ndim : 0;
        if (seen >> order[i] & 1U)
            return false;
        seen |= 1U << order[i];
    }
    return count == ndim;
}

static bool infer(bb_infer *c)
{
    bb__shape_attrs *order = c->attrs;
    bb_shape given = bb__shape_from_attrs(order), shape = c->in[0].shape;
    char text[BB_SHAPE_TEXT];
    if (!permutes(order->dim, order->ndim, shape.ndim))
        return bb_infer_fail(c, BB_BAD_ARGUMENT, "%s is no permutation of %d axes",
                             bb_shape_text(given, text), shape.ndim);
    c->out = c->in[0];
    for (int i = 0; i < shape.ndim; i++)
        c->out.shape.dim[i] = shape.dim[order->dim[i]];
    return true;
}

static bool view(const void *attrs, const bb_type *in_type, const bb_layout *in,
                 const bb_type *out_type, bb_layout *out)
{
    (void)out_type;
    const bb__shape_attrs *order = attrs;
    *out = (bb_layout){.offset = in->offset};
    for (int i = 0; i < in_type->shape.ndim; i++)
        out->stride[i] = in->stride[order->dim[i]];
    return true;
}

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    (void)i;
    const bb__shape_attrs *order = bb_node_attrs(y);
    bb_axes inverse = {.count = (int)order->ndim};
    for (int k = 0; k < inverse.count; k++)
        inverse.axis[order->dim[k]] = k;
    return bb_permute(dy, inverse);
}

static bb_node *batch(const bb_node *node, bb_node *const *in, const bool *batched)
{
    const bb__shape_attrs *order = bb_node_attrs(node);
    bb__shape_attrs attrs = {.ndim = order->ndim + 1};
    for (int i = 1; i < attrs.ndim && i < BB_MAX_DIMS; i++)
        attrs.dim[i] = order->dim[i - 1] + 1;
    return bb_batch_with(node, in, batched, &attrs);
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {{0}}, .attrs = &(const bb__shape_attrs){0}},
    {.n_in = 1, .in = {BB_DIMS(5)}, .attrs = &(const bb__shape_attrs)BB_DIMS(0)},
    {.n_in = 1, .in = {BB_DIMS(5, 7)}, .attrs = &(const bb__shape_attrs)BB_DIMS(1, 0)},
    {.n_in = 1, .in = {BB_DIMS(2, 3, 5)}, .attrs = &(const bb__shape_attrs)BB_DIMS(-1, 0, 1)},
    {.n_in = 1, .in = {BB_DIMS(2, 3, 1, 2)}, .attrs = &(const bb__shape_attrs)BB_DIMS(3, 1, 0, 2)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 1, 3, 2, 2)},
     .attrs = &(const bb__shape_attrs)BB_DIMS(4, 2, 0, 3, 1)},
    {.n_in = 1, .in = {BB_DIMS(0, 3)}, .attrs = &(const bb__shape_attrs)BB_DIMS(1, 0)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 3, 2)},
     .attrs = &(const bb__shape_attrs)BB_DIMS(2, 0, 1),
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25, 4.5, -5.75, 6.5, -8.25, 8.5, -10.75, 10.5,
                              -13.25)},
     .golden_out =
         BB_NUMBERS(0.5, 2.5, 4.5, 6.5, 8.5, 10.5, -0.75, -3.25, -5.75, -8.25, -10.75, -13.25)},
};

const bb_op bb__op_permute = {
    .name = "permute",
    .doc = "dimension i of the result is dimension order[i] of x",
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

bb_node *bb_permute(bb_node *x, bb_axes order)
{
    bb__shape_attrs attrs = {.ndim = order.count};
    for (int i = 0; i < order.count && i < BB_MAX_DIMS; i++)
        attrs.dim[i] = order.axis[i];
    return bb_apply(&bb__op_permute, BB_NODES(x), &attrs);
}

bool bb__is_transposed_batch(const bb_node *x)
{
    const int ndim = bb_node_shape(x).ndim;
    if (ndim < 3 || bb_node_op(x) != &bb__op_permute)
        return false;
    const bb__shape_attrs *order = bb_node_attrs(x);
    for (int i = 0; i < ndim - 2; i++)
        if (order->dim[i] != i)
            return false;
    return order->dim[ndim - 1] == ndim - 2;
}
