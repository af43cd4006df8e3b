/* SPDX-License-Identifier: MIT */
/* fold: windows added up where unfold took them from, which is its rule. */
#include "kernels.h"
#include "moves.h"

#include <stdio.h>

typedef struct fold_attrs {
    int64_t axis, length, step;
} fold_attrs;

static bool infer(bb_infer *c)
{
    fold_attrs *a = c->attrs;
    bb_shape shape = c->in[0].shape;
    if (!bb_infer_need_float(c))
        return false;
    if (shape.ndim < 2)
        return bb_infer_fail(c, BB_BAD_SHAPE, "needs two dimensions");
    if (!bb_infer_axis(c, &a->axis, shape.ndim - 1))
        return false;
    if (a->step < 1)
        return bb_infer_fail(c, BB_BAD_ARGUMENT, "step %lld is below 1", (long long)a->step);
    int64_t size = shape.dim[shape.ndim - 1], windows = shape.dim[a->axis];
    if (size < 1 || a->length < size || (a->length - size) / a->step + 1 != windows)
        return bb_infer_fail(
            c, BB_BAD_SHAPE, "length %lld does not have %lld windows of size %lld by %lld",
            (long long)a->length, (long long)windows, (long long)size, (long long)a->step);
    shape.dim[a->axis] = a->length;
    shape.ndim--;
    c->out = (bb_type){c->in[0].dtype, shape};
    return true;
}

/* Element k of every window in turn, for no two of these meet. */
static void forward(const bb_call *call)
{
    const fold_attrs *a = call->attrs;
    bb_array from = call->in[0];
    int last = --from.shape.ndim, axis = (int)a->axis;
    int64_t size = call->in[0].shape.dim[last], windows = from.shape.dim[axis];
    bb__fill(call->out, 0, call->threads);
    for (int64_t k = 0; k < size && bb_shape_count(from.shape) > 0; k++) {
        bb_array to = bb__window(call->out, axis, k, windows, a->step);
        bb_array element = bb__window(&call->in[0], last, k, 1, 1);
        from.data = element.data;
        bb__accumulate(&from, &to, call->threads);
    }
}

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    const fold_attrs *a = bb_node_attrs(y);
    bb_shape shape = bb_node_shape(bb_node_input(y, i));
    return bb_unfold(dy, (int)a->axis, shape.dim[shape.ndim - 1], a->step);
}

static double flops(const void *attrs, const bb_type *in, const bb_type *out)
{
    (void)attrs, (void)out;
    return (double)bb_shape_count(in[0].shape);
}

static void print_attrs(const void *attrs, char *buffer, size_t size)
{
    const fold_attrs *a = attrs;
    snprintf(buffer, size, "axis %lld, length %lld by %lld", (long long)a->axis,
             (long long)a->length, (long long)a->step);
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(1, 1)}, .attrs = &(const fold_attrs){0, 1, 1}},
    {.n_in = 1, .in = {BB_DIMS(4, 3)}, .attrs = &(const fold_attrs){-1, 6, 1}},
    {.n_in = 1, .in = {BB_DIMS(2, 2, 2)}, .attrs = &(const fold_attrs){0, 6, 3}},
    {.n_in = 1, .in = {BB_DIMS(2, 2, 2, 3)}, .attrs = &(const fold_attrs){1, 5, 2}},
    {.n_in = 1, .in = {BB_DIMS(0, 3, 2)}, .attrs = &(const fold_attrs){1, 4, 1}},
    {.n_in = 1,
     .in = {BB_DIMS(2, 3, 3)},
     .attrs = &(const fold_attrs){1, 8, 2},
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25, 4.5, -5.75, 6.5, -8.25, 8.5, -10.75, 10.5,
                              -13.25, 12.5, -15.75, 14.5, -18.25, 16.5, -20.75)},
     .golden_out = BB_NUMBERS(0.5, -0.75, -0.75, 4.5, 0.75, -8.25, 8.5, 0.0, -10.75, 10.5, -0.75,
                              -15.75, -3.75, 16.5, -20.75, 0.0)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 2, 2)},
     .attrs = &(const fold_attrs){0, 3, 1},
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25, 4.5, -5.75, 6.5, -8.25)},
     .golden_out = BB_NUMBERS(0.5, 2.5, 3.75, 3.25, -5.75, -8.25)},
};

const bb_op bb__op_fold = {
    .name = "fold",
    .doc = "the sum of windows, the last axis, at their places along an axis of the given length",
    .arity = 1,
    .attrs_size = sizeof(fold_attrs),
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .batch = bb__batch_axis,
    .flops = flops,
    .print_attrs = print_attrs,
    BB_SAMPLES(samples),
};

bb_node *bb_fold(bb_node *x, int axis, int64_t length, int64_t step)
{
    return bb_apply(&bb__op_fold, BB_NODES(x), &(fold_attrs){axis, length, step});
}
