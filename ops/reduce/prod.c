/* SPDX-License-Identifier: MIT */
/* prod: the product over any axes. The rule multiplies the others and never divides, so it holds
 * at zeros, to any order. */
#include "kernels.h"
#include "moves.h"
#include "reductions.h"

#include <math.h>

static void forward(const bb_call *call)
{
    const bb__reduce_attrs *a = call->attrs;
    bb__reduce(BB__PROD, &call->in[0], a->axes, call->out, call->scratch, call->threads);
}

/* The product of what is before an element and of what is behind it. */
static bb_node *others_along(bb_node *x, int axis)
{
    return bb_mul(bb_cumprod(x, axis, true, false), bb_cumprod(x, axis, true, true));
}

/* The same over several axes: brought to the back, they are one. */
static bb_node *others_over(bb_node *x, uint32_t axes)
{
    bb_shape shape = bb_node_shape(x), flat = {0};
    bb_axes order = bb__axes_of_bits(~axes & ((1U << shape.ndim) - 1U)), inverse = {0};
    bb_axes reduced = bb__axes_of_bits(axes);
    for (int i = 0; i < order.count; i++)
        flat.dim[flat.ndim++] = shape.dim[order.axis[i]];
    int last = flat.ndim++;
    flat.dim[last] = 1;
    for (int i = 0; i < reduced.count; i++) {
        flat.dim[last] *= shape.dim[reduced.axis[i]];
        order.axis[order.count++] = reduced.axis[i];
    }
    for (inverse.count = 0; inverse.count < order.count; inverse.count++)
        inverse.axis[order.axis[inverse.count]] = inverse.count;
    bb_node *moved = bb_permute(x, order);
    bb_node *others = others_along(bb_reshape(moved, flat), last);
    return bb_permute(bb_reshape(others, bb_node_shape(moved)), inverse);
}

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    uint32_t axes = ((const bb__reduce_attrs *)bb_node_attrs(y))->axes;
    bb_node *x = bb_node_input(y, i);
    bb_axes set = bb__axes_of_bits(axes);
    if (set.count == 0)
        return dy;
    return bb_mul(bb__unreduced(dy, y),
                  set.count == 1 ? others_along(x, set.axis[0]) : others_over(x, axes));
}

static const bb_sample samples[] = {
    BB__SAMPLES_REDUCE(BB__REDUCED),
    {.n_in = 1, .in = {BB_DIMS(3, 0, 2)}, .attrs = BB__REDUCED(2, 0)},
    {.n_in = 1,
     .in = {BB_DIMS(3, 4)},
     .attrs = BB__REDUCED(2, 0),
     .golden_in = {BB_NUMBERS(2.0, 0.0, 3.0, -1.5, 0.0, 4.0, 0.0, 0.5, 1.5, -2.0, 0.25, 3.0)},
     .golden_out = BB_NUMBERS(-0.0, 0.0, -2.25)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 4)},
     .attrs = BB__REDUCED(3, 1),
     .golden_in = {BB_NUMBERS(2.35, 1.5465, -2.7485, -0.8382, 2.9645, 0.0743, -2.9837, 0.6945)},
     .golden_out = BB_NUMBERS(-3.8214559446230374)},
    {.n_in = 1,
     .in = {BB_DIMS(4, 3)},
     .attrs = BB__REDUCED(2, 0),
     .golden_in = {BB_NUMBERS(1.0, INFINITY, 2.0, 0.0, INFINITY, 1.0, NAN, 0.0, 3.0, -INFINITY,
                              -2.0, 1.0)},
     .golden_out = BB_NUMBERS(INFINITY, NAN, NAN, INFINITY)},
};

const bb_op bb__op_prod = {
    .name = "prod",
    .doc = "the product over a set of axes; 1 over no elements",
    .arity = 1,
    .attrs_size = sizeof(bb__reduce_attrs),
    .infer = bb__infer_reduce,
    .forward = forward,
    .backward = backward,
    .batch = bb__batch_reduction,
    .scratch = bb__reduction_scratch,
    .rows = bb__reduction_rows,
    .flops = bb__reduction_flops,
    .print_attrs = bb__print_reduce,
    BB_SAMPLES(samples),
};

bb_node *bb_prod(bb_node *x, bb_axes axes)
{
    return bb__apply_reduce(&bb__op_prod, x, axes, false);
}

bb_node *bb_prod_keep(bb_node *x, bb_axes axes)
{
    return bb__apply_reduce(&bb__op_prod, x, axes, true);
}
