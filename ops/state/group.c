/* SPDX-License-Identifier: MIT */
/* group: several effects as one node, which itself does nothing. */
#include "moves.h"

static bool infer(bb_infer *c)
{
    c->out = (bb_type){BB_U8, BB_SHAPE(0)};
    for (int i = 0; i < c->n_in; i++)
        if (c->in[i].dtype != c->out.dtype || !bb_shape_equal(c->in[i].shape, c->out.shape))
            return bb_infer_fail(c, BB_BAD_ARGUMENT, "operand %d is not an effect", i + 1);
    return true;
}

static void forward(const bb_call *call)
{
    (void)call;
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(0)}, .is_mask = {true}},
    {.n_in = 3, .in = {BB_DIMS(0), BB_DIMS(0), BB_DIMS(0)}, .is_mask = {true, true, true}},
};

const bb_op bb__op_group = {
    .name = "group",
    .doc = "several effects as one",
    .arity = BB_VARIADIC,
    .infer = infer,
    .forward = forward,
    .flops = bb__no_flops,
    .is_effect = true,
    BB_SAMPLES(samples),
};

bb_node *bb_group(bb_nodes effects)
{
    return bb_apply(&bb__op_group, effects, NULL);
}
