/* SPDX-License-Identifier: MIT */
/* group: several effects as one node, which itself does nothing. */
#include "moves.h"

static bool infer(bb_infer *c)
{
    c->out = (bb_type){BB_U8, BB_SHAPE(0)};
    return true;
}

static void forward(const bb_call *call)
{
    (void)call;
}

const bb_op bb__op_group = {
    .name = "group",
    .doc = "several effects as one",
    .arity = BB_VARIADIC,
    .infer = infer,
    .forward = forward,
    .flops = bb__no_flops,
    .is_effect = true,
    .takes_effects = true,
};

bb_node *bb_group(bb_nodes effects)
{
    return bb_apply(&bb__op_group, effects, NULL);
}
