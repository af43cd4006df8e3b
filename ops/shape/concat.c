/* SPDX-License-Identifier: MIT */
/* concat: operands one after the other along an axis; each one's gradient is its slice. */
#include "kernels.h"
#include "moves.h"

#include <string.h>

static bool joins(bb_shape a, bb_shape b, int64_t axis)
{
    if (a.ndim == b.ndim)
        a.dim[axis] = b.dim[axis];
    return bb_shape_equal(a, b);
}

static bool infer(bb_infer *c)
{
    bb__axis_attrs *a = c->attrs;
    if (c->n_in < 1)
        return bb_infer_fail(c, BB_BAD_ARGUMENT, "needs an operand");
    c->out = c->in[0];
    if (!bb_infer_axis(c, &a->axis, c->out.shape.ndim))
        return false;
    for (int i = 1; i < c->n_in; i++) {
        if (c->in[i].dtype != c->out.dtype)
            return bb_infer_fail(c, BB_BAD_TYPE, "operand %d is of another type", i + 1);
        if (!joins(c->out.shape, c->in[i].shape, a->axis))
            return bb_infer_fail(c, BB_BAD_SHAPE, "operand %d does not fit along axis %lld", i + 1,
                                 (long long)a->axis);
        c->out.shape.dim[a->axis] += c->in[i].shape.dim[a->axis];
        if (bb_shape_count(c->out.shape) < 0)
            return bb_infer_fail(c, BB_BAD_SHAPE, "too many elements");
    }
    return true;
}

static void forward(const bb_call *call)
{
    bb__concat(call, (int)((const bb__axis_attrs *)call->attrs)->axis);
}

static void parts(const void *attrs, int n_in, const bb_type *in, bb_layout *out)
{
    const int axis = (int)((const bb__axis_attrs *)attrs)->axis, ndim = in[0].shape.ndim;
    int64_t stride[BB_MAX_DIMS], step = 1, all = 0, start = 0;
    for (int i = 0; i < n_in; i++)
        all += in[i].shape.dim[axis];
    for (int d = ndim - 1; d >= 0; d--) {
        stride[d] = step;
        step *= d == axis ? all : in[0].shape.dim[d];
    }
    for (int i = 0; i < n_in; i++) {
        memcpy(out[i].stride, stride, (size_t)ndim * sizeof *stride);
        out[i].offset = start * stride[axis];
        start += in[i].shape.dim[axis];
    }
}

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    int axis = (int)((const bb__axis_attrs *)bb_node_attrs(y))->axis;
    int64_t start = 0;
    for (int k = 0; k < i; k++)
        start += bb_node_shape(bb_node_input(y, k)).dim[axis];
    int64_t size = bb_node_shape(bb_node_input(y, i)).dim[axis];
    return bb_slice(dy, axis, start, start + size, 1);
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(3)}, .attrs = &(const bb__axis_attrs){0}},
    {.n_in = 2, .in = {BB_DIMS(3), BB_DIMS(4)}, .attrs = &(const bb__axis_attrs){-1}},
    {.n_in = 3,
     .in = {BB_DIMS(2, 1), BB_DIMS(2, 3), BB_DIMS(2, 2)},
     .attrs = &(const bb__axis_attrs){1}},
    {.n_in = 2, .in = {BB_DIMS(2, 1, 3), BB_DIMS(2, 2, 3)}, .attrs = &(const bb__axis_attrs){-2}},
    {.n_in = 2,
     .in = {BB_DIMS(1, 2, 2, 1, 2), BB_DIMS(2, 2, 2, 1, 2)},
     .attrs = &(const bb__axis_attrs){0}},
    {.n_in = 4,
     .in = {BB_DIMS(0, 2), BB_DIMS(1, 2), BB_DIMS(0, 2), BB_DIMS(2, 2)},
     .attrs = &(const bb__axis_attrs){0}},
    {.n_in = 2,
     .in = {BB_DIMS(2, 2), BB_DIMS(2, 1)},
     .attrs = &(const bb__axis_attrs){1},
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25), BB_NUMBERS(7.0, 5.75)},
     .golden_out = BB_NUMBERS(0.5, -0.75, 7.0, 2.5, -3.25, 5.75)},
};

const bb_op bb__op_concat = {
    .name = "concat",
    .doc = "operands one after the other along an axis",
    .arity = BB_VARIADIC,
    .attrs_size = sizeof(bb__axis_attrs),
    .infer = infer,
    .forward = forward,
    .parts = parts,
    .writes_strided = true,
    .backward = backward,
    .batch = bb__batch_axis,
    .flops = bb__no_flops,
    .print_attrs = bb__print_axis,
    BB_SAMPLES(samples),
};

bb_node *bb_concat(bb_nodes xs, int axis)
{
    return bb_apply(&bb__op_concat, xs, &(bb__axis_attrs){axis});
}
