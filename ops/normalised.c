/* SPDX-License-Identifier: MIT */
/* normalised: what has mean 0 and deviation 1 over some axes, and its gradient, for which of large
 * arrays only the result has to be kept. Where the axes are the last ones, so that what is
 * normalised are rows, variances and gradients take one pass of a kernel, and else some maps and
 * reductions. The attributes of all three ops are those of a reduction over the axes. */
#include "normalised.h"
#include "kernels.h"
#include "reductions.h"

static bb_axes axes_of(const bb_node *node)
{
    return bb__axes_of_bits(((const bb__reduce_attrs *)bb_node_attrs(node))->axes);
}

/* Whether the axes are the last ones, of rows that are worth a start each and stay in a
 * second-level cache. */
static bool are_rows(bb_shape shape, const bb__reduce_attrs *attrs)
{
    enum { LEAST = 16, MOST = 1 << 16 }; /* elements */
    const bb_axes axes = bb__axes_of_bits(attrs->axes);
    int64_t size = 1;
    if (attrs->mistake != BB__AXES_GOOD || axes.count == 0 ||
        axes.axis[0] != shape.ndim - axes.count)
        return false;
    for (int k = 0; k < axes.count; k++)
        size *= shape.dim[axes.axis[k]];
    return size >= LEAST && size <= MOST;
}

static bb_node *batch(const bb_node *node, bb_node *const *in, const bool *batched)
{
    bb__reduce_attrs attrs = *(const bb__reduce_attrs *)bb_node_attrs(node);
    attrs.axes <<= 1;
    return bb_batch_with(node, in, batched, &attrs);
}

/* Variances. */

static void variance_forward(const bb_call *call)
{
    const bb_array *x = &call->in[0], *mean = &call->in[1];
    bb__var_about(x, mean, ((const bb__reduce_attrs *)call->attrs)->axes,
                  bb__reduction_terms(call->attrs, x->shape), call->out, call->threads);
}

/* Deviations from x's own mean add up to 0, so that nothing comes by way of it. */
static bb_node *variance_backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *x = bb_node_input(y, 0), *mean = bb_node_input(y, 1);
    const double slope = 2 / bb__reduction_terms(bb_node_attrs(y), bb_node_shape(x));
    return i == 0 ? bb_mul(bb_mul_scalar(dy, slope), bb_sub(x, mean)) : NULL;
}

static uint32_t variance_rows(const void *attrs, const bb_type *in, const bb_type *out)
{
    return bb__reduction_rows(attrs, in, out) ? 3 : 0;
}

static double variance_flops(const void *attrs, const bb_type *in, const bb_type *out)
{
    return 3 * bb__reduction_flops(attrs, in, out);
}

static const bb_op variance_about = {
    .name = "variance_about",
    .doc = "the mean of (x - mean)^2 over rows, for x's own mean",
    .arity = 2,
    .attrs_size = sizeof(bb__reduce_attrs),
    .infer = bb__infer_reduce,
    .forward = variance_forward,
    .backward = variance_backward,
    .batch = batch,
    .rows = variance_rows,
    .flops = variance_flops,
};

bb_node *bb__variance_about(bb_node *x, bb_node *mean, bb_axes axes)
{
    const bb__reduce_attrs attrs = bb__reduce_attrs_of(x, axes, true);
    if (!are_rows(bb_node_shape(x), &attrs))
        return bb_mean_keep(bb_square(bb_sub(x, mean)), axes);
    return bb_apply(&variance_about, BB_NODES(x, mean), &attrs);
}

/* Gradients: scale (dy - mean of dy - y mean of dy y), where y has mean 0. */

static bb_node *before_scale(bb_node *dy, bb_node *y, bb_axes axes)
{
    bb_node *along = bb_mul(y, bb_mean_keep(bb_mul(dy, y), axes));
    return bb_sub(bb_sub(dy, bb_mean_keep(dy, axes)), along);
}

static bool gradient_infer(bb_infer *c)
{
    c->out = c->in[0];
    return true;
}

static void gradient_forward(const bb_call *call)
{
    bb__normalised_gradient(&call->in[0], &call->in[1], &call->in[2], call->out, call->tail,
                            call->threads);
}

/* Linear in dy, and its own adjoint there. */
static bb_node *gradient_backward(bb_node *dx, bb_node *d, int i)
{
    bb_node *dy = bb_node_input(dx, 0), *y = bb_node_input(dx, 1), *scale = bb_node_input(dx, 2);
    const bb_axes axes = axes_of(dx);
    if (i == 0)
        return bb_apply(bb_node_op(dx), BB_NODES(d, y, scale), bb_node_attrs(dx));
    if (i == 2)
        return bb_sum_keep(bb_mul(d, before_scale(dy, y, axes)), axes);
    bb_node *of_d = bb_mul(d, bb_mean_keep(bb_mul(dy, y), axes));
    bb_node *of_dy = bb_mul(dy, bb_mean_keep(bb_mul(d, y), axes));
    return bb_mul(bb_neg(bb_add(of_d, of_dy)), scale);
}

static uint32_t gradient_rows(const void *attrs, const bb_type *in, const bb_type *out)
{
    return bb__reduction_rows(attrs, in, out) ? 7 : 0;
}

static double gradient_flops(const void *attrs, const bb_type *in, const bb_type *out)
{
    (void)attrs;
    (void)in;
    return 7 * (double)bb_shape_count(out->shape);
}

static const bb_op normalised_gradient = {
    .name = "normalised_gradient",
    .doc = "scale (dy - mean of dy - y mean of dy y) over rows",
    .arity = 3,
    .attrs_size = sizeof(bb__reduce_attrs),
    .infer = gradient_infer,
    .forward = gradient_forward,
    .backward = gradient_backward,
    .batch = batch,
    .needs_contiguous = true,
    .inplace = 3,
    .rows = gradient_rows,
    .takes_tail = true,
    .flops = gradient_flops,
};

/* The map. */

BB_TILE3(tile_f32, float, float, float, float, (x - y) * z)
BB_TILE3(tile_f64, double, double, double, double, (x - y) * z)

/* The ways through mean and scale are in that of x. Scale was repeated along the axes. */
static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    const bb_axes axes = axes_of(y);
    bb_node *scale = bb_node_input(y, 2);
    if (i > 0)
        return NULL;
    if (!are_rows(bb_node_shape(y), bb_node_attrs(y)))
        return bb_mul(before_scale(dy, y, axes), scale);
    for (int k = 0; k < axes.count; k++)
        scale = bb_slice(scale, axes.axis[k], 0, 1, 1);
    return bb_apply(&normalised_gradient, BB_NODES(dy, y, scale), bb_node_attrs(y));
}

static const bb_op normalised = {
    .name = "normalised",
    .doc = "(x - mean) scale, for x's own mean and scale",
    .arity = 3,
    .attrs_size = sizeof(bb__reduce_attrs),
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    .batch = batch,
};

bb_node *bb__normalised(bb_node *x, bb_node *mean, bb_node *scale, bb_axes axes)
{
    const bb__reduce_attrs attrs = bb__reduce_attrs_of(x, axes, true);
    bb_node *of[] = {x, mean, scale};
    bb__broadcast_operands(3, of);
    return bb_apply(&normalised, (bb_nodes){3, of}, &attrs);
}
