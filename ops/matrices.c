/* SPDX-License-Identifier: MIT */
/* What the ops of linear algebra share. Builders here are given usable nodes, but for
 * bb__apply_pair, which leaves it to the op's infer to say what is wrong. */
#include "matrices.h"

#include <limits.h>

bool bb__infer_matrix(bb_infer *c, int i)
{
    bb_shape shape = c->in[i].shape;
    if (!bb_infer_need_float(c))
        return false;
    if (shape.ndim < 2)
        return bb_infer_fail(c, BB_BAD_SHAPE, "operand %d is no matrix", i + 1);
    for (int k = shape.ndim - 2; k < shape.ndim; k++)
        if (shape.dim[k] > INT_MAX)
            return bb_infer_fail(c, BB_BAD_SHAPE, "a side of %lld is over %d",
                                 (long long)shape.dim[k], INT_MAX);
    return true;
}

bool bb__infer_square(bb_infer *c, int i)
{
    bb_shape shape = c->in[i].shape;
    if (!bb__infer_matrix(c, i))
        return false;
    if (shape.dim[shape.ndim - 1] != shape.dim[shape.ndim - 2])
        return bb_infer_fail(c, BB_BAD_SHAPE, "the matrix is not square");
    return true;
}

bool bb__infer_same_batch(bb_infer *c)
{
    bb_shape x = c->in[0].shape, y = c->in[1].shape;
    if (c->in[0].dtype != c->in[1].dtype)
        return bb_infer_fail(c, BB_BAD_TYPE, "types differ");
    for (int i = 0; i < x.ndim - 2; i++)
        if (x.ndim != y.ndim || x.dim[i] != y.dim[i])
            return bb_infer_fail(c, BB_BAD_SHAPE, "batch sizes do not broadcast");
    return x.ndim == y.ndim || bb_infer_fail(c, BB_BAD_SHAPE, "batch sizes do not broadcast");
}

bool bb__infer_spectral(bb_infer *c)
{
    enum { SHORTER = 1 << 14, LONGER = 1 << 23 };
    bb_shape x = c->in[0].shape;
    int64_t m = x.dim[x.ndim - 2], n = x.dim[x.ndim - 1];
    int64_t shorter = m < n ? m : n, longer = m < n ? n : m;
    if (shorter > SHORTER)
        return bb_infer_fail(c, BB_BAD_SHAPE, "a shorter side of %lld is over %d",
                             (long long)shorter, (int)SHORTER);
    return longer <= LONGER || bb_infer_fail(c, BB_BAD_SHAPE, "a side of %lld is over %d",
                                             (long long)longer, (int)LONGER);
}

bool bb__common_batch(bb_shape x, bb_shape y, bb_shape *batch_out)
{
    int nx = x.ndim > 2 ? x.ndim - 2 : 0, ny = y.ndim > 2 ? y.ndim - 2 : 0;
    bb_shape batch = {.ndim = nx > ny ? nx : ny};
    for (int i = 0; i < batch.ndim; i++) {
        int ix = nx - batch.ndim + i, iy = ny - batch.ndim + i;
        int64_t a = ix < 0 ? 1 : x.dim[ix], b = iy < 0 ? 1 : y.dim[iy];
        if (a != b && a != 1 && b != 1)
            return false;
        batch.dim[i] = a == 1 ? b : a;
    }
    *batch_out = batch;
    return true;
}

bb_node *bb__with_batch(bb_node *x, bb_shape batch)
{
    bb_shape shape = bb_node_shape(x), wide = batch;
    if (shape.ndim < 2) /* inert, in a graph that has failed */
        return x;
    wide.dim[wide.ndim++] = shape.dim[shape.ndim - 2];
    wide.dim[wide.ndim++] = shape.dim[shape.ndim - 1];
    return bb_shape_equal(shape, wide) ? x : bb_broadcast(x, wide);
}

bb_node *bb__apply_pair(const bb_op *op, bb_node *a, bb_node *b, const void *attrs, bool row)
{
    bb_shape sa = bb_node_shape(a), sb = bb_node_shape(b), batch;
    bool sound = a && b && bb_node_graph(a) == bb_node_graph(b) && sa.ndim >= 2 && sb.ndim >= 1;
    if (!sound)
        return bb_apply(op, BB_NODES(a, b), attrs);
    bool is_vector = sb.ndim == 1;
    if (is_vector)
        b = bb_reshape(b, row ? BB_SHAPE(1, sb.dim[0]) : BB_SHAPE(sb.dim[0], 1));
    if (bb__common_batch(sa, sb, &batch)) {
        a = bb__with_batch(a, batch);
        b = bb__with_batch(b, batch);
    }
    bb_node *y = bb_apply(op, BB_NODES(a, b), attrs);
    bb_shape shape = bb_node_shape(y);
    if (!is_vector || bb_node_kind_of(y) == BB_NODE_INERT)
        return y;
    if (row)
        shape.dim[shape.ndim - 2] = shape.dim[shape.ndim - 1];
    shape.ndim--;
    return bb_reshape(y, shape);
}

bb_node *bb__fold_lower(bb_node *gradient)
{
    return bb_add(bb_tril(gradient, 0), bb_tril(bb_transpose(gradient), -1));
}

bb_node *bb__reciprocal_or_zero(bb_node *x)
{
    bb_node *is_zero = bb_equal(x, bb_number(x, 0)), *one = bb_number(x, 1);
    bb_node *safe = bb_where(is_zero, one, x);
    return bb_where(is_zero, bb_number(x, 0), bb_div(one, safe));
}

bb_node *bb__rows(bb_node *x, int64_t first, int64_t stop)
{
    return bb_slice(x, -2, first, stop, 1);
}
