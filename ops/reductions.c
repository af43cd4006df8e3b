/* SPDX-License-Identifier: MIT */
/* What reductions share. The count of ties is constant almost everywhere, so it is made of
 * constants, and derivatives of any order pass it by. */
#include "reductions.h"

#include "kernels.h"
#include "moves.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

size_t bb__reduction_scratch(const void *attrs, int n_in, const bb_array *in, const bb_array *out)
{
    (void)n_in;
    (void)out;
    return bb__reduce_scratch(&in[0], ((const bb__reduce_attrs *)attrs)->axes);
}

double bb__reduction_terms(const bb__reduce_attrs *attrs, bb_shape shape)
{
    double terms = 1;
    for (int i = 0; i < shape.ndim; i++)
        terms *= attrs->axes >> i & 1U ? (double)shape.dim[i] : 1;
    return terms;
}

double bb__reduction_flops(const void *attrs, const bb_type *in, const bb_type *out)
{
    (void)attrs;
    (void)out;
    return (double)bb_shape_count(in[0].shape);
}

uint32_t bb__reduction_rows(const void *attrs, const bb_type *in, const bb_type *out)
{
    (void)in;
    (void)out;
    return ((const bb__reduce_attrs *)attrs)->axes & 1U ? 0 : 1;
}

bool bb__reduction_stages(const void *attrs, void *within_out, void *across_out)
{
    const bb__reduce_attrs *a = attrs;
    bb__reduce_attrs within = *a, across = *a;
    within.axes <<= 1;
    across.axes = 1;
    across.keep = 0;
    memcpy(within_out, &within, sizeof within);
    memcpy(across_out, &across, sizeof across);
    return a->axes & 1U;
}

bb_node *bb__batch_reduction(const bb_node *node, bb_node *const *in, const bool *batched)
{
    bb__var_attrs attrs = {{0}, 0}; /* the longest that begin so */
    size_t size = bb_node_op(node)->attrs_size;
    assert(size <= sizeof attrs);
    memcpy(&attrs, bb_node_attrs(node), size);
    attrs.reduce.axes <<= 1;
    return bb_batch_with(node, in, batched, &attrs);
}

bb_node *bb__unreduced(bb_node *reduced, const bb_node *y)
{
    const bb__reduce_attrs *attrs = bb_node_attrs(y);
    return bb__restore_axes(reduced, bb_node_input(y, 0), attrs->axes);
}

bb_node *bb__count_ties(bb_node *tied, const bb_node *y)
{
    bb_axes axes = bb__axes_of_bits(((const bb__reduce_attrs *)bb_node_attrs(y))->axes);
    const bb_node *x = bb_node_input(y, 0);
    bb_node *one = bb_scalar(bb_node_graph(x), bb_node_dtype(x), 1);
    return bb_maximum(bb_sum_keep(bb_where(tied, one, bb_number(one, 0)), axes), one);
}

bb_node *bb__share_among_ties(bb_node *y, bb_node *dy)
{
    bb_node *tied = bb_equal(bb_node_input(y, 0), bb__unreduced(y, y));
    bb_node *share = bb_div(bb__unreduced(dy, y), bb__count_ties(tied, y));
    return bb_where(tied, share, bb_number(dy, 0));
}

bool bb__infer_place(bb_infer *c)
{
    bb__axis_attrs *a = c->attrs;
    bb_shape shape = c->in[0].shape;
    if (!bb_infer_need_float(c) || !bb_infer_axis(c, &a->axis, shape.ndim))
        return false;
    int64_t size = shape.dim[a->axis];
    if (size < 1 || size > INT32_MAX)
        return bb_infer_fail(c, BB_BAD_SHAPE, size ? "axis %d is too long" : "axis %d is empty",
                             (int)a->axis);
    for (int i = (int)a->axis; i < shape.ndim - 1; i++)
        shape.dim[i] = shape.dim[i + 1];
    shape.ndim--;
    c->out = (bb_type){BB_I32, shape};
    return true;
}

bool bb__infer_places(bb_infer *c, int64_t *axis)
{
    bb_shape shape = c->in[0].shape;
    if (!bb_infer_axis(c, axis, shape.ndim))
        return false;
    if (shape.dim[*axis] > INT32_MAX)
        return bb_infer_fail(c, BB_BAD_SHAPE, "axis %d is too long", (int)*axis);
    c->out = (bb_type){BB_I32, shape};
    return true;
}

void bb__print_scan(const void *attrs, char *buffer, size_t size)
{
    const bb__scan_attrs *a = attrs;
    snprintf(buffer, size, "axis %lld%s%s", (long long)a->axis, a->exclusive ? ", exclusive" : "",
             a->reverse ? ", reverse" : "");
}

bb_node *bb__step_before(bb_node *x, int axis, bool reverse)
{
    int64_t size = bb_node_shape(x).dim[axis];
    if (size == 0)
        return x;
    return reverse ? bb_pad(bb_slice(x, axis, 1, size, 1), axis, 0, 1, 0)
                   : bb_pad(bb_slice(x, axis, 0, size - 1, 1), axis, 1, 0, 0);
}
