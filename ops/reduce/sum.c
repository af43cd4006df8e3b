/* SPDX-License-Identifier: MIT */
/* sum: over any axes; broadcasting is its rule. */
#include "kernels.h"
#include "reductions.h"

#include <math.h>

static void forward(const bb_call *call)
{
    const bb__reduce_attrs *a = call->attrs;
    bb__reduce(BB__SUM, &call->in[0], a->axes, call->out, call->scratch, call->threads);
}

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    return bb_broadcast(bb__unreduced(dy, y), bb_node_shape(bb_node_input(y, i)));
}

static const bb_sample samples[] = {
    BB__SAMPLES_REDUCE(BB__REDUCED),
    {.n_in = 1, .in = {BB_DIMS(3, 0, 2)}, .attrs = &(const bb__reduce_attrs){.axes = 2}},
    {.n_in = 1,
     .in = {BB_DIMS(3, 2)},
     .attrs = &(const bb__reduce_attrs){.axes = 1, .keep = 0},
     .golden_in = {BB_NUMBERS(1.6939, 2.2371, -2.2704, -1.6521, 2.6961, 0.9573)},
     .golden_out = BB_NUMBERS(2.1196, 1.5423)},
    {.n_in = 1,
     .in = {BB_DIMS(4, 3)},
     .attrs = &(const bb__reduce_attrs){.axes = 2, .keep = 0},
     .golden_in = {BB_NUMBERS(1.0, INFINITY, -INFINITY, 2.0, NAN, 3.0, INFINITY, INFINITY, 0.0,
                              -INFINITY, -INFINITY, -INFINITY)},
     .golden_out = BB_NUMBERS(NAN, NAN, INFINITY, -INFINITY)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 3, 2)},
     .attrs = &(const bb__reduce_attrs){.axes = 5, .keep = 1},
     .golden_in = {BB_NUMBERS(2.35, 1.5465, -2.7485, -0.8382, 2.9645, 0.0743, -2.9837, 0.6945,
                              2.8047, -1.4173, -2.4395, 2.0459)},
     .golden_out = BB_NUMBERS(1.6073000000000004, -2.1993, 2.6452000000000004)},
};

const bb_op bb__op_sum = {
    .name = "sum",
    .doc = "the sum over a set of axes; 0 over no elements",
    .arity = 1,
    .attrs_size = sizeof(bb__reduce_attrs),
    .infer = bb__infer_reduce,
    .forward = forward,
    .backward = backward,
    .batch = bb__batch_reduction,
    .scratch = bb__reduction_scratch,
    .rows = bb__reduction_rows,
    .stages = bb__reduction_stages,
    .flops = bb__reduction_flops,
    .print_attrs = bb__print_reduce,
    BB_SAMPLES(samples),
};

bb_node *bb_sum(bb_node *x, bb_axes axes)
{
    return bb__apply_reduce(&bb__op_sum, x, axes, false);
}

bb_node *bb_sum_keep(bb_node *x, bb_axes axes)
{
    return bb__apply_reduce(&bb__op_sum, x, axes, true);
}
