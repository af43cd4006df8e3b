/* SPDX-License-Identifier: MIT */
/* cummax_index: the place of the largest so far; an integer, so without a gradient. */
#include "kernels.h"
#include "moves.h"
#include "reductions.h"

#include <math.h>

static bool infer(bb_infer *c)
{
    return bb_infer_need_float(c) && bb__infer_places(c, &((bb__axis_attrs *)c->attrs)->axis);
}

static void forward(const bb_call *call)
{
    const bb__axis_attrs *a = call->attrs;
    bb__cummax_index(&call->in[0], (int)a->axis, call->out, call->threads);
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(1)}, .attrs = &(const bb__axis_attrs){0}},
    {.n_in = 1, .in = {BB_DIMS(3, 4)}, .attrs = &(const bb__axis_attrs){-1}},
    {.n_in = 1, .in = {BB_DIMS(2, 3, 2)}, .attrs = &(const bb__axis_attrs){1}},
    {.n_in = 1, .in = {BB_DIMS(2, 0)}, .attrs = &(const bb__axis_attrs){1}},
    {.n_in = 1,
     .in = {BB_DIMS(3, 5)},
     .attrs = &(const bb__axis_attrs){0},
     .golden_in = {BB_NUMBERS(3.0, 1.0, 3.0, -2.0, 1.0, 0.0, -0.0, -INFINITY, NAN, INFINITY, NAN,
                              2.0, NAN, 5.0, 2.0)},
     .golden_out =
         BB_NUMBERS(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 2.0, 1.0, 1.0)},
    {.n_in = 1,
     .in = {BB_DIMS(3, 5)},
     .attrs = &(const bb__axis_attrs){1},
     .golden_in = {BB_NUMBERS(3.0, 1.0, 3.0, -2.0, 1.0, 0.0, -0.0, -INFINITY, NAN, INFINITY, NAN,
                              2.0, NAN, 5.0, 2.0)},
     .golden_out =
         BB_NUMBERS(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 3.0, 3.0, 0.0, 0.0, 0.0, 0.0, 0.0)},
};

const bb_op bb__op_cummax_index = {
    .name = "cummax_index",
    .doc = "i32 place of the largest up to each along an axis, the first of ties, a NaN before all",
    .arity = 1,
    .attrs_size = sizeof(bb__axis_attrs),
    .infer = infer,
    .forward = forward,
    .batch = bb__batch_axis,
    .needs_contiguous = true,
    .print_attrs = bb__print_axis,
    BB_SAMPLES(samples),
};

bb_node *bb_cummax_index(bb_node *x, int axis)
{
    return bb_apply(&bb__op_cummax_index, BB_NODES(x), &(bb__axis_attrs){axis});
}
