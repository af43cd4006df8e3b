/* SPDX-License-Identifier: MIT */
/* stop_gradient: x itself, as a constant to differentiation. */
#include "moves.h"

static bool infer(bb_infer *c)
{
    c->out = c->in[0];
    return true;
}

static bool view(const void *attrs, const bb_type *in_type, const bb_layout *in,
                 const bb_type *out_type, bb_layout *out)
{
    (void)attrs, (void)in_type, (void)out_type;
    *out = *in;
    return true;
}

/* Integers and masks, for the rule is not the derivative, which a gradient check would compare. */
static const bb_sample samples[] = {
    {.n_in = 1, .in = {{0}}, .is_integer = {true}, .bound = 7},
    {.n_in = 1, .in = {BB_DIMS(3, 1, 5)}, .is_mask = {true}},
    {.n_in = 1, .in = {BB_DIMS(2, 0)}, .is_integer = {true}, .bound = 7},
    {.n_in = 1,
     .is_integer = {true},
     .in = {BB_DIMS(2, 2)},
     .golden_in = {BB_NUMBERS(3.0, -7.0, 0.0, 2.0)},
     .golden_out = BB_NUMBERS(3.0, -7.0, 0.0, 2.0)},
};

const bb_op bb__op_stop_gradient = {
    .name = "stop_gradient",
    .doc = "x; its gradient is 0",
    .arity = 1,
    .infer = infer,
    .forward = bb__forward_view,
    .view = view,
    .backward = bb_backward_zero,
    .batch = bb_batch_same,
    .flops = bb__no_flops,
    BB_SAMPLES(samples),
};

bb_node *bb_stop_gradient(bb_node *x)
{
    return bb_apply(&bb__op_stop_gradient, BB_NODES(x), NULL);
}
