/* SPDX-License-Identifier: MIT */
/* argmax: the place of the largest along an axis; an integer, so without a gradient. */
#include "kernels.h"
#include "moves.h"
#include "reductions.h"

#include <math.h>

static void forward(const bb_call *call)
{
    const bb__axis_attrs *a = call->attrs;
    bb__argmax(&call->in[0], (int)a->axis, call->out, call->threads);
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(5)}, .attrs = &(const bb__axis_attrs){0}},
    {.n_in = 1, .in = {BB_DIMS(1)}, .attrs = &(const bb__axis_attrs){-1}},
    {.n_in = 1, .in = {BB_DIMS(3, 4)}, .attrs = &(const bb__axis_attrs){0}},
    {.n_in = 1, .in = {BB_DIMS(3, 4)}, .attrs = &(const bb__axis_attrs){-1}},
    {.n_in = 1, .in = {BB_DIMS(2, 3, 4)}, .attrs = &(const bb__axis_attrs){1}},
    {.n_in = 1, .in = {BB_DIMS(2, 1, 3, 2)}, .attrs = &(const bb__axis_attrs){2}},
    {.n_in = 1, .in = {BB_DIMS(0, 3)}, .attrs = &(const bb__axis_attrs){1}},
    {.n_in = 1,
     .in = {BB_DIMS(4, 3)},
     .attrs = &(const bb__axis_attrs){1},
     .golden_in = {BB_NUMBERS(1.0, 3.0, 3.0, -INFINITY, -INFINITY, -INFINITY, 0.0, NAN, INFINITY,
                              5.0, 4.0, 5.0)},
     .golden_out = BB_NUMBERS(1.0, 0.0, 1.0, 0.0)},
    {.n_in = 1,
     .in = {BB_DIMS(4, 3)},
     .attrs = &(const bb__axis_attrs){0},
     .golden_in = {BB_NUMBERS(1.6939, 2.2371, -2.2704, -1.6521, 2.6961, 0.9573, -2.9428, -0.199,
                              2.9941, -0.5726, -2.8465, 1.3061)},
     .golden_out = BB_NUMBERS(0.0, 1.0, 2.0)},
};

const bb_op bb__op_argmax = {
    .name = "argmax",
    .doc = "i32 place of the largest along an axis, the first of ties, a NaN before all",
    .arity = 1,
    .attrs_size = sizeof(bb__axis_attrs),
    .infer = bb__infer_place,
    .forward = forward,
    .batch = bb__batch_axis,
    .flops = bb__reduction_flops,
    .print_attrs = bb__print_axis,
    BB_SAMPLES(samples),
};

bb_node *bb_argmax(bb_node *x, int axis)
{
    return bb_apply(&bb__op_argmax, BB_NODES(x), &(bb__axis_attrs){axis});
}
