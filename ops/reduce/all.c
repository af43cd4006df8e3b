/* SPDX-License-Identifier: MIT */
/* all: whether every element of a mask is set, over any axes; a mask, so without a gradient. */
#include "kernels.h"
#include "reductions.h"

static void forward(const bb_call *call)
{
    const bb__reduce_attrs *a = call->attrs;
    bb__reduce(BB__ALL, &call->in[0], a->axes, call->out, call->scratch, call->threads);
}

static const bb_sample samples[] = {
    BB__SAMPLES_MASK(BB_NUMBERS(0, 0, 1, 0), BB_NUMBERS(0, 0, 0)),
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
    .rows = bb__reduction_rows,
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
