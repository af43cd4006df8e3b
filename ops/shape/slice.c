/* SPDX-License-Identifier: MIT */
/* slice: every step-th element of a part of an axis, as a view; padding apart is its rule. */
#include "moves.h"

#include <stdio.h>

typedef struct slice_attrs {
    int64_t axis, start, stop, step;
} slice_attrs;

static bool infer(bb_infer *c)
{
    slice_attrs *a = c->attrs;
    if (!bb_infer_axis(c, &a->axis, c->in[0].shape.ndim))
        return false;
    int64_t size = c->in[0].shape.dim[a->axis];
    if (a->step < 1)
        return bb_infer_fail(c, BB_BAD_ARGUMENT, "step %lld is below 1", (long long)a->step);
    if (a->start < 0 || a->start > a->stop || a->stop > size)
        return bb_infer_fail(
            c, BB_BAD_ARGUMENT, "%lld to %lld is not within 0 to %lld of axis %lld",
            (long long)a->start, (long long)a->stop, (long long)size, (long long)a->axis);
    c->out = c->in[0];
    c->out.shape.dim[a->axis] = a->stop > a->start ? (a->stop - a->start - 1) / a->step + 1 : 0;
    return true;
}

static bool view(const void *attrs, const bb_type *in_type, const bb_layout *in,
                 const bb_type *out_type, bb_layout *out)
{
    (void)in_type;
    const slice_attrs *a = attrs;
    *out = *in;
    out->offset += a->start * in->stride[a->axis];
    if (out_type->shape.dim[a->axis] > 1)
        out->stride[a->axis] *= a->step;
    return true;
}

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    const slice_attrs *a = bb_node_attrs(y);
    int64_t size = bb_node_shape(bb_node_input(y, i)).dim[a->axis];
    int64_t count = bb_node_shape(y).dim[a->axis];
    int64_t end = count > 0 ? a->start + (count - 1) * a->step + 1 : a->start;
    int64_t gap = count > 1 ? a->step - 1 : 0;
    return bb__pad_apart(dy, (int)a->axis, a->start, size - end, gap, 0);
}

static void print_attrs(const void *attrs, char *buffer, size_t size)
{
    const slice_attrs *a = attrs;
    snprintf(buffer, size, "axis %lld, %lld to %lld by %lld", (long long)a->axis,
             (long long)a->start, (long long)a->stop, (long long)a->step);
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(7)}, .attrs = &(const slice_attrs){0, 0, 7, 1}},
    {.n_in = 1, .in = {BB_DIMS(7)}, .attrs = &(const slice_attrs){-1, 1, 7, 3}},
    {.n_in = 1, .in = {BB_DIMS(3, 5)}, .attrs = &(const slice_attrs){1, 2, 4, 1}},
    {.n_in = 1, .in = {BB_DIMS(2, 5, 3)}, .attrs = &(const slice_attrs){1, 0, 5, 2}},
    {.n_in = 1, .in = {BB_DIMS(1, 2, 3, 2)}, .attrs = &(const slice_attrs){-2, 1, 2, 9}},
    {.n_in = 1, .in = {BB_DIMS(2, 1, 2, 2, 4)}, .attrs = &(const slice_attrs){4, 1, 4, 2}},
    {.n_in = 1, .in = {BB_DIMS(3, 2)}, .attrs = &(const slice_attrs){0, 3, 3, 1}},
    {.n_in = 1, .in = {BB_DIMS(0, 4)}, .attrs = &(const slice_attrs){1, 1, 3, 1}},
    {.n_in = 1,
     .in = {BB_DIMS(2, 5)},
     .attrs = &(const slice_attrs){1, 1, 5, 2},
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25, 4.5, -5.75, 6.5, -8.25, 8.5, -10.75)},
     .golden_out = BB_NUMBERS(-0.75, -3.25, 6.5, 8.5)},
};

const bb_op bb__op_slice = {
    .name = "slice",
    .doc = "elements start, start + step, ... before stop of an axis",
    .arity = 1,
    .attrs_size = sizeof(slice_attrs),
    .infer = infer,
    .forward = bb__forward_view,
    .view = view,
    .backward = backward,
    .batch = bb__batch_axis,
    .flops = bb__no_flops,
    .print_attrs = print_attrs,
    BB_SAMPLES(samples),
};

bb_node *bb_slice(bb_node *x, int axis, int64_t start, int64_t stop, int64_t step)
{
    return bb_apply(&bb__op_slice, BB_NODES(x), &(slice_attrs){axis, start, stop, step});
}
