/* SPDX-License-Identifier: MIT */
/* What the ops of pooling share: checks of windows, after which none of them is empty. */
#include "pools.h"

#include <stdio.h>

extern const bb_op bb__op_max_pool2d, bb__op_max_pool2d_spread, bb__op_stop_gradient;

static const int64_t largest = INT32_MAX;

/* The number of windows along an axis of `size`, which is above 0; 0 after a failure. */
static int64_t windows(bb_infer *c, bb_pool *p, int64_t size, int axis)
{
    const char *side = axis ? "width" : "height";
    long long window = p->window[axis], padding = p->padding[axis];
    if (window < 1)
        bb_infer_fail(c, BB_BAD_ARGUMENT, "window %s %lld is below 1", side, window);
    else if (p->stride[axis] < 0)
        bb_infer_fail(c, BB_BAD_ARGUMENT, "stride %lld is negative", (long long)p->stride[axis]);
    else if (padding < 0)
        bb_infer_fail(c, BB_BAD_ARGUMENT, "padding %lld is negative", padding);
    else if (padding >= window)
        bb_infer_fail(c, BB_BAD_ARGUMENT, "padding %lld is not below the window's %s, %lld",
                      padding, side, window);
    else if (padding > largest)
        bb_infer_fail(c, BB_BAD_ARGUMENT, "padding %lld is too large", padding);
    else if (window > size + 2 * padding)
        bb_infer_fail(c, BB_BAD_SHAPE, "a window of %s %lld does not fit the padded image, %lld",
                      side, window, (long long)size + 2 * padding);
    else {
        if (p->stride[axis] == 0)
            p->stride[axis] = window;
        return (size + 2 * padding - window) / p->stride[axis] + 1;
    }
    return 0;
}

static int64_t cells(bb_infer *c, const bb__pool_attrs *a, int axis)
{
    int64_t count = a->cells[axis];
    if (count < 1)
        bb_infer_fail(c, BB_BAD_ARGUMENT, "%s %lld is below 1", axis ? "width" : "height",
                      (long long)count);
    else if (count > largest)
        bb_infer_fail(c, BB_BAD_ARGUMENT, "%s %lld is too large", axis ? "width" : "height",
                      (long long)count);
    else
        return count;
    return 0;
}

bool bb__pool_check(bb_infer *c, bb_shape images, bb_shape *pooled_out)
{
    bb__pool_attrs *a = c->attrs;
    bb_shape pooled = images;
    if (images.ndim < 2)
        return bb_infer_fail(c, BB_BAD_SHAPE, "needs at least two dimensions");
    for (int axis = 0; axis < 2; axis++) {
        int at = images.ndim - 2 + axis;
        int64_t size = images.dim[at];
        if (size < 1)
            return bb_infer_fail(c, BB_BAD_SHAPE, "images must not be empty");
        if (size > largest)
            return bb_infer_fail(c, BB_BAD_SHAPE, "images are too large");
        pooled.dim[at] = a->is_adaptive ? cells(c, a, axis) : windows(c, &a->pool, size, axis);
        if (pooled.dim[at] < 1)
            return false;
    }
    *pooled_out = pooled;
    return true;
}

bool bb__infer_pooled(bb_infer *c)
{
    c->out.dtype = c->in[0].dtype;
    return bb_infer_need_float(c) && bb__pool_check(c, c->in[0].shape, &c->out.shape);
}

bb__pool_shape bb__pool_shape_of(const void *attrs, bb_dtype dtype, bb_shape images,
                                 bb_shape pooled)
{
    const bb__pool_attrs *a = attrs;
    bb__pool_shape s = {.dtype = dtype, .is_adaptive = a->is_adaptive != 0, .planes = 1};
    for (int i = 0; i < images.ndim - 2; i++)
        s.planes *= images.dim[i];
    s.h = images.dim[images.ndim - 2], s.w = images.dim[images.ndim - 1];
    s.oh = pooled.dim[pooled.ndim - 2], s.ow = pooled.dim[pooled.ndim - 1];
    for (int i = 0; i < 2; i++) {
        s.window[i] = a->pool.window[i];
        s.stride[i] = a->pool.stride[i];
        s.padding[i] = a->pool.padding[i];
    }
    return s;
}

/* A comparison or an addition for each element of each window. */
double bb__pool_flops(const void *attrs, const bb_type *in, const bb_type *out)
{
    const bb__pool_attrs *a = attrs;
    double few = (double)bb_shape_count(out->shape), all = (double)bb_shape_count(in[0].shape);
    if (a->is_adaptive)
        return few > all ? few : all;
    return (few < all ? few : all) * (double)a->pool.window[0] * (double)a->pool.window[1];
}

void bb__print_pool(const void *attrs, char *buffer, size_t size)
{
    const bb__pool_attrs *a = attrs;
    const bb_pool *p = &a->pool;
    if (a->is_adaptive)
        snprintf(buffer, size, "%lld x %lld windows", (long long)a->cells[0],
                 (long long)a->cells[1]);
    else
        snprintf(buffer, size, "window %lld %lld, stride %lld %lld, padding %lld %lld",
                 (long long)p->window[0], (long long)p->window[1], (long long)p->stride[0],
                 (long long)p->stride[1], (long long)p->padding[0], (long long)p->padding[1]);
}

bb_node *bb__spread_where_positive(bb_node *d, bb_node *x)
{
    if (bb_node_op(d) != &bb__op_max_pool2d_spread)
        return NULL;
    bb_node *places = bb_node_input(d, 0), *dy = bb_node_input(d, 1);
    if (bb_node_op(places) != &bb__op_stop_gradient || bb_node_input(places, 0) != x)
        return NULL;
    bb_node *top = bb_apply(&bb__op_max_pool2d, BB_NODES(x), bb_node_attrs(d));
    bb_node *is_none = bb_less_equal(top, bb_number(top, 0));
    return bb__max_pool2d_spread(places, bb_where(is_none, bb_number(dy, 0), dy), bb_node_attrs(d));
}

bb_node *bb__before_max_spread(bb_node *d, bb_axes axes)
{
    if (bb_node_op(d) != &bb__op_max_pool2d_spread)
        return d;
    const bb_shape shape = bb_node_shape(d);
    int summed = 0; /* of both axes of an image, or of one element anyway */
    for (int i = 0; i < axes.count; i++)
        summed += axes.axis[i] >= shape.ndim - 2 && shape.dim[axes.axis[i]] > 1;
    for (int axis = shape.ndim - 2; axis < shape.ndim; axis++)
        summed += shape.dim[axis] == 1 && bb_node_shape(bb_node_input(d, 1)).dim[axis] == 1;
    return summed == 2 ? bb_node_input(d, 1) : d;
}
