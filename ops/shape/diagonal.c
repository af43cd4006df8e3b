/* SPDX-License-Identifier: MIT */
/* diagonal: of the matrices in the last two dimensions, as a view whose stride is the sum of both;
 * its rule puts the gradient back among zeros. */
#include "moves.h"

static bool infer(bb_infer *c)
{
    bb_shape shape = c->in[0].shape;
    int64_t k = ((const bb__diagonal_attrs *)c->attrs)->k;
    if (shape.ndim < 2)
        return bb_infer_fail(c, BB_BAD_SHAPE, "needs two dimensions");
    int64_t rows = shape.dim[shape.ndim - 2], columns = shape.dim[shape.ndim - 1];
    if (k > columns || k < -rows)
        return bb_infer_fail(c, BB_BAD_ARGUMENT, "diagonal %lld is not in %lld .. %lld",
                             (long long)k, (long long)-rows, (long long)columns);
    int64_t below = k < 0 ? rows + k : rows, right = k < 0 ? columns : columns - k;
    shape.ndim--;
    shape.dim[shape.ndim - 1] = below < right ? below : right;
    c->out = (bb_type){c->in[0].dtype, shape};
    return true;
}

static bool view(const void *attrs, const bb_type *in_type, const bb_layout *in,
                 const bb_type *out_type, bb_layout *out)
{
    int64_t k = ((const bb__diagonal_attrs *)attrs)->k;
    int last = in_type->shape.ndim - 1;
    *out = *in;
    if (out_type->shape.dim[last - 1] > 0)
        out->offset += k < 0 ? -k * in->stride[last - 1] : k * in->stride[last];
    out->stride[last - 1] = in->stride[last - 1] + in->stride[last];
    return true;
}

/* Row-major, an element of the diagonal is followed by a row and one more. */
static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    int64_t k = ((const bb__diagonal_attrs *)bb_node_attrs(y))->k;
    bb_shape shape = bb_node_shape(bb_node_input(y, i));
    int last = bb_node_shape(y).ndim - 1;
    int64_t columns = shape.dim[last + 1], count = bb_node_shape(y).dim[last];
    int64_t before = count == 0 ? 0 : k < 0 ? -k * columns : k;
    int64_t span = count > 0 ? (count - 1) * (columns + 1) + 1 : 0;
    int64_t after = shape.dim[last] * columns - before - span;
    return bb_reshape(bb__pad_apart(dy, last, before, after, columns, 0), shape);
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(1, 1)}, .attrs = &(const bb__diagonal_attrs){0}},
    {.n_in = 1, .in = {BB_DIMS(3, 3)}, .attrs = &(const bb__diagonal_attrs){0}},
    {.n_in = 1, .in = {BB_DIMS(4, 3)}, .attrs = &(const bb__diagonal_attrs){1}},
    {.n_in = 1, .in = {BB_DIMS(3, 3)}, .attrs = &(const bb__diagonal_attrs){-1}},
    {.n_in = 1, .in = {BB_DIMS(2, 2, 4)}, .attrs = &(const bb__diagonal_attrs){2}},
    {.n_in = 1, .in = {BB_DIMS(2, 4, 2)}, .attrs = &(const bb__diagonal_attrs){-1}},
    {.n_in = 1, .in = {BB_DIMS(3, 4)}, .attrs = &(const bb__diagonal_attrs){-3}},
    {.n_in = 1, .in = {BB_DIMS(2, 0, 3)}, .attrs = &(const bb__diagonal_attrs){1}},
    {.n_in = 1,
     .in = {BB_DIMS(3, 3)},
     .attrs = &(const bb__diagonal_attrs){0},
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25, 4.5, -5.75, 6.5, -8.25, 8.5)},
     .golden_out = BB_NUMBERS(0.5, 4.5, 8.5)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 2, 3)},
     .attrs = &(const bb__diagonal_attrs){1},
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25, 4.5, -5.75, 6.5, -8.25, 8.5, -10.75, 10.5,
                              -13.25)},
     .golden_out = BB_NUMBERS(-0.75, -5.75, -8.25, -13.25)},
    {.n_in = 1,
     .in = {BB_DIMS(4, 2)},
     .attrs = &(const bb__diagonal_attrs){-1},
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25, 4.5, -5.75, 6.5, -8.25)},
     .golden_out = BB_NUMBERS(2.5, -5.75)},
};

const bb_op bb__op_diagonal = {
    .name = "diagonal",
    .doc = "element [..., i, i + k] of the last two dimensions",
    .arity = 1,
    .attrs_size = sizeof(bb__diagonal_attrs),
    .infer = infer,
    .forward = bb__forward_view,
    .view = view,
    .backward = backward,
    .batch = bb_batch_same,
    .flops = bb__no_flops,
    .print_attrs = bb__print_diagonal,
    BB_SAMPLES(samples),
};

bb_node *bb_diagonal(bb_node *x, int64_t k)
{
    return bb_apply(&bb__op_diagonal, BB_NODES(x), &(bb__diagonal_attrs){k});
}
