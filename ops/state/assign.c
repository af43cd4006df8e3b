/* SPDX-License-Identifier: MIT */
/* assign: stores a value in a parameter, after all that reads the old numbers has run. */
#include "kernels.h"
#include "moves.h"

static bool infer(bb_infer *c)
{
    c->out = (bb_type){BB_U8, BB_SHAPE(0)};
    return bb_infer_need_same(c);
}

static void forward(const bb_call *call)
{
    bb__copy(&call->in[1], &call->in[0], call->threads);
}

const bb_op bb__op_assign = {
    .name = "assign",
    .doc = "stores a value in a parameter or state at the end of a run",
    .arity = 2,
    .infer = infer,
    .forward = forward,
    .flops = bb__no_flops,
    .is_effect = true,
    .is_store = true,
};

bb_node *bb_assign(bb_node *target, bb_node *value)
{
    return bb_apply(&bb__op_assign, BB_NODES(target, value), NULL);
}
