/* SPDX-License-Identifier: MIT */
/* all: whether every element of a mask is set, over any axes; a mask, so without a gradient. */
#include "kernels.h"
#include "reductions.h"

static void forward(const bb_call *call)
{
    const bb__reduce_attrs *a = call->attrs;
    bb__reduce(BB__ALL, &call->in[0], a->axes, call->out, call->scratch, call->threads);
}

#define MASK(bits, kept) BB__REDUCED(bits, kept), .is_mask = {true}

static const bb_sample samples[] = {
    BB__SAMPLES_REDUCE(MASK),
    {.n_in = 1, .in = {BB_DIMS(3, 0, 2)}, .attrs = MASK(2, 0)},
    {.n_in = 1,
     .is_mask = {true},
     .in = {BB_DIMS(4, 3)},
     .attrs = BB__REDUCED(2, 0),
     .golden_in = {BB_NUMBERS(0.0, 0.0, 0.0, 0.0, 255.0, 0.0, 1.0, 2.0, 3.0, 1.0, 0.0, 1.0)},
     .golden_out = BB_NUMBERS(0.0, 0.0, 1.0, 0.0)},
    {.n_in = 1,
     .is_mask = {true},
     .in = {BB_DIMS(4, 3)},
     .attrs = BB__REDUCED(1, 1),
     .golden_in = {BB_NUMBERS(0.0, 0.0, 0.0, 0.0, 255.0, 0.0, 1.0, 2.0, 3.0, 1.0, 0.0, 1.0)},
     .golden_out = BB_NUMBERS(0.0, 0.0, 0.0)},
    {.n_in = 1,
     .is_mask = {true},
     .in = {BB_DIMS(4, 3)},
     .attrs = BB__REDUCED(0, 0),
     .golden_in = {BB_NUMBERS(0.0, 0.0, 0.0, 0.0, 255.0, 0.0, 1.0, 2.0, 3.0, 1.0, 0.0, 1.0)},
     .golden_out = BB_NUMBERS(0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 0.0, 1.0)},
};

const bb_op bb__op_all = {
    .name = "all",
    .doc = "1 where no element of a u8 mask is 0 over a set of axes, else 0; 1 over no elements",
    .arity = 1,
    .attrs_size = sizeof(bb__reduce_attrs),
    .infer = bb__infer_reduce_mask,
    .forward = forward,
    .batch = bb__batch_reduction,
    .scratch = bb__reduction_scratch,
    .flops = bb__reduction_flops,
    .print_attrs = bb__print_reduce,
    BB_SAMPLES(samples),
};

bb_node *bb_all(bb_node *x, bb_axes axes)
{
    return bb__apply_reduce(&bb__op_all, x, axes, false);
}

bb_node *bb_all_keep(bb_node *x, bb_axes axes)
{
    return bb__apply_reduce(&bb__op_all, x, axes, true);
}
