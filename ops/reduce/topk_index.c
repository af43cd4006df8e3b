/* SPDX-License-Identifier: MIT */
/* topk_index: the first places of a falling order; integers, so without a gradient. */
#include "kernels.h"
#include "moves.h"
#include "reductions.h"

#include <math.h>
#include <stdio.h>

static bool infer(bb_infer *c)
{
    bb__topk_attrs *a = c->attrs;
    if (!bb__infer_places(c, &a->axis))
        return false;
    if (a->k < 0 || a->k > c->out.shape.dim[a->axis])
        return bb_infer_fail(c, BB_BAD_ARGUMENT, "%lld is not in 0 .. %lld, the size of axis %d",
                             (long long)a->k, (long long)c->out.shape.dim[a->axis], (int)a->axis);
    c->out.shape.dim[a->axis] = a->k;
    return true;
}

static size_t scratch(const void *attrs, int n_in, const bb_array *in, const bb_array *out)
{
    const int axis = (int)((const bb__topk_attrs *)attrs)->axis;
    (void)n_in;
    return bb__argsort_scratch(&in[0], axis, out->shape.dim[axis]);
}

static void forward(const bb_call *call)
{
    const bb__topk_attrs *a = call->attrs;
    bb__argsort(&call->in[0], (int)a->axis, true, call->out, call->scratch, call->threads);
}

static void print_attrs(const void *attrs, char *buffer, size_t size)
{
    const bb__topk_attrs *a = attrs;
    snprintf(buffer, size, "%lld, axis %lld", (long long)a->k, (long long)a->axis);
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(1)}, .attrs = &(const bb__topk_attrs){0, 1}},
    {.n_in = 1, .in = {BB_DIMS(3, 4)}, .attrs = &(const bb__topk_attrs){-1, 2}},
    {.n_in = 1, .in = {BB_DIMS(2, 5, 2)}, .attrs = &(const bb__topk_attrs){1, 3}},
    {.n_in = 1, .in = {BB_DIMS(2, 3)}, .attrs = &(const bb__topk_attrs){1, 0}},
    {.n_in = 1, .in = {BB_DIMS(2, 70)}, .attrs = &(const bb__topk_attrs){1, 2}}, /* by a heap */
    {.n_in = 1,
     .in = {BB_DIMS(70)},
     .is_integer = {true},
     .bound = 9,
     .attrs = &(const bb__topk_attrs){0, 5}},
    {.n_in = 1, .in = {BB_DIMS(70)}, .is_mask = {true}, .attrs = &(const bb__topk_attrs){0, 2}},
    {.n_in = 1,
     .in = {BB_DIMS(3, 5)},
     .attrs = &(const bb__topk_attrs){1, 3},
     .golden_in = {BB_NUMBERS(3.0, 1.0, 3.0, -2.0, 1.0, 0.0, -0.0, -INFINITY, NAN, INFINITY, NAN,
                              2.0, NAN, 5.0, 2.0)},
     .golden_out = BB_NUMBERS(0.0, 2.0, 1.0, 4.0, 0.0, 1.0, 3.0, 1.0, 4.0)},
};

const bb_op bb__op_topk_index = {
    .name = "topk_index",
    .doc = "i32 places of the k largest along an axis, falling, the first of ties first, NaN last",
    .arity = 1,
    .attrs_size = sizeof(bb__topk_attrs),
    .infer = infer,
    .forward = forward,
    .batch = bb__batch_axis,
    .scratch = scratch,
    .print_attrs = print_attrs,
    BB_SAMPLES(samples),
};

bb_node *bb_topk_index(bb_node *x, int64_t k, int axis)
{
    return bb_apply(&bb__op_topk_index, BB_NODES(x), &(bb__topk_attrs){axis, k});
}
