/* SPDX-License-Identifier: MIT */
/* unfold: windows that slide along an axis, as a view in which they may overlap; fold is its
 * rule. */
#include "moves.h"

#include <stdio.h>

typedef struct unfold_attrs {
    int64_t axis, size, step;
} unfold_attrs;

static bool infer(bb_infer *c)
{
    unfold_attrs *a = c->attrs;
    bb_shape shape = c->in[0].shape;
    if (!bb_infer_axis(c, &a->axis, shape.ndim))
        return false;
    int64_t length = shape.dim[a->axis];
    if (a->size < 1 || a->size > length)
        return bb_infer_fail(c, BB_BAD_ARGUMENT,
                             "size %lld is not in 1 .. %lld, the size of axis %lld",
                             (long long)a->size, (long long)length, (long long)a->axis);
    if (a->step < 1)
        return bb_infer_fail(c, BB_BAD_ARGUMENT, "step %lld is below 1", (long long)a->step);
    shape.dim[a->axis] = (length - a->size) / a->step + 1;
    if (shape.ndim < BB_MAX_DIMS)
        shape.dim[shape.ndim] = a->size;
    shape.ndim++;
    c->out = (bb_type){c->in[0].dtype, shape};
    return true;
}

static bool view(const void *attrs, const bb_type *in_type, const bb_layout *in,
                 const bb_type *out_type, bb_layout *out)
{
    (void)out_type;
    const unfold_attrs *a = attrs;
    *out = *in;
    out->stride[in_type->shape.ndim] = in->stride[a->axis];
    if (out_type->shape.dim[a->axis] > 1)
        out->stride[a->axis] *= a->step;
    return true;
}

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    const unfold_attrs *a = bb_node_attrs(y);
    return bb_fold(dy, (int)a->axis, bb_node_shape(bb_node_input(y, i)).dim[a->axis], a->step);
}

static void print_attrs(const void *attrs, char *buffer, size_t size)
{
    const unfold_attrs *a = attrs;
    snprintf(buffer, size, "axis %lld, size %lld by %lld", (long long)a->axis, (long long)a->size,
             (long long)a->step);
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(1)}, .attrs = &(const unfold_attrs){0, 1, 1}},
    {.n_in = 1, .in = {BB_DIMS(6)}, .attrs = &(const unfold_attrs){-1, 3, 1}},
    {.n_in = 1, .in = {BB_DIMS(6)}, .attrs = &(const unfold_attrs){0, 2, 2}},
    {.n_in = 1, .in = {BB_DIMS(7, 2)}, .attrs = &(const unfold_attrs){0, 2, 3}},
    {.n_in = 1, .in = {BB_DIMS(2, 5, 2)}, .attrs = &(const unfold_attrs){1, 3, 2}},
    {.n_in = 1, .in = {BB_DIMS(0, 4)}, .attrs = &(const unfold_attrs){1, 2, 1}},
    {.n_in = 1,
     .in = {BB_DIMS(2, 7)},
     .attrs = &(const unfold_attrs){1, 3, 2},
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25, 4.5, -5.75, 6.5, -8.25, 8.5, -10.75, 10.5,
                              -13.25, 12.5, -15.75)},
     .golden_out = BB_NUMBERS(0.5, -0.75, 2.5, 2.5, -3.25, 4.5, 4.5, -5.75, 6.5, -8.25, 8.5, -10.75,
                              -10.75, 10.5, -13.25, -13.25, 12.5, -15.75)},
    {.n_in = 1,
     .in = {BB_DIMS(3, 2)},
     .attrs = &(const unfold_attrs){0, 2, 1},
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25, 4.5, -5.75)},
     .golden_out = BB_NUMBERS(0.5, 2.5, -0.75, -3.25, 2.5, 4.5, -3.25, -5.75)},
};

const bb_op bb__op_unfold = {
    .name = "unfold",
    .doc = "windows along an axis, which counts them then; their elements are a new last axis",
    .arity = 1,
    .attrs_size = sizeof(unfold_attrs),
    .infer = infer,
    .forward = bb__forward_view,
    .view = view,
    .backward = backward,
    .batch = bb__batch_axis,
    .flops = bb__no_flops,
    .print_attrs = print_attrs,
    BB_SAMPLES(samples),
};

bb_node *bb_unfold(bb_node *x, int axis, int64_t size, int64_t step)
{
    return bb_apply(&bb__op_unfold, BB_NODES(x), &(unfold_attrs){axis, size, step});
}
