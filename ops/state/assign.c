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

static const bb_sample samples[] = {
    {.n_in = 2, .in = {{0}, {0}}},
    {.n_in = 2, .in = {BB_DIMS(3, 5), BB_DIMS(3, 5)}},
    {.n_in = 2, .in = {BB_DIMS(7), BB_DIMS(7)}, .is_integer = {true, true}, .bound = 9},
    {.n_in = 2, .in = {BB_DIMS(2, 0), BB_DIMS(2, 0)}},
};

const bb_op bb__op_assign = {
    .name = "assign",
    .doc = "stores a value in a parameter or state at the end of a run",
    .arity = 2,
    .infer = infer,
    .forward = forward,
    .flops = bb__no_flops,
    .is_effect = true,
    .is_store = true,
    BB_SAMPLES(samples),
};

bb_node *bb_assign(bb_node *target, bb_node *value)
{
    if (target && bb_node_kind_of(target) != BB_NODE_PARAM)
        return bb_fail_node(target, value, "assign", BB_BAD_ARGUMENT,
                            "the target is not a parameter");
    return bb_apply(&bb__op_assign, BB_NODES(target, value), NULL);
}
