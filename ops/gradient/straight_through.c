/* SPDX-License-Identifier: MIT */
/* straight_through: one operand's value with the other one's gradient. */
#include "moves.h"

static bool infer(bb_infer *c)
{
    c->out = c->in[0];
    if (c->in[1].dtype != c->out.dtype)
        return bb_infer_fail(c, BB_BAD_TYPE, "types differ");
    return bb_shape_equal(c->in[1].shape, c->out.shape) ||
           bb_infer_fail(c, BB_BAD_SHAPE, "shapes differ");
}

static bool view(const void *attrs, const bb_type *in_type, const bb_layout *in,
                 const bb_type *out_type, bb_layout *out)
{
    (void)attrs, (void)in_type, (void)out_type;
    *out = *in;
    return true;
}

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    (void)y;
    return i == 1 ? dy : NULL;
}

/* Integers and masks, for the rule is not the derivative, which a gradient check would compare. */
static const bb_sample samples[] = {
    {.n_in = 2, .in = {{0}, {0}}, .is_integer = {true, true}, .bound = 7},
    {.n_in = 2, .in = {BB_DIMS(3, 1, 5), BB_DIMS(3, 1, 5)}, .is_mask = {true, true}},
    {.n_in = 2, .in = {BB_DIMS(2, 0), BB_DIMS(2, 0)}, .is_integer = {true, true}, .bound = 7},
    {.n_in = 2,
     .in = {BB_DIMS(2, 2), BB_DIMS(2, 2)},
     .is_integer = {true, true},
     .golden_in = {BB_NUMBERS(3, -7, 0, 2), BB_NUMBERS(1, 1, 4, 5)},
     .golden_out = BB_NUMBERS(3, -7, 0, 2)},
};

const bb_op bb__op_straight_through = {
    .name = "straight_through",
    .doc = "the value; its gradient is the surrogate's",
    .arity = 2,
    .infer = infer,
    .forward = bb__forward_view,
    .view = view,
    .backward = backward,
    .batch = bb_batch_same,
    .flops = bb__no_flops,
    BB_SAMPLES(samples),
};

bb_node *bb_straight_through(bb_node *value, bb_node *surrogate)
{
    return bb_apply(&bb__op_straight_through, BB_NODES(value, surrogate), NULL);
}
