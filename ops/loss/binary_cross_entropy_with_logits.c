/* SPDX-License-Identifier: MIT */
/* binary_cross_entropy_with_logits: of the logistic function, with the logarithms of it and of its
 * rest as softplus. A term of no weight is 0 even if it is infinite. */
#include "losses.h"
#include "support.h"

bb_node *bb__binary_cross_entropy_each(bb_node *logits, bb_node *target, bb_node *positive)
{
    bb_node *rest = bb_sub(bb_number(target, 1), target);
    bb_node *weight = positive ? bb_mul(target, positive) : target;
    return bb_add(bb__weigh(weight, bb_softplus(bb_neg(logits))),
                  bb__weigh(rest, bb_softplus(logits)));
}

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    bb_node *x = in.items[0], *target = in.items[1], *refusal;
    (void)g, (void)attrs;
    if ((refusal = bb__refuse_unlike(x, target, "binary_cross_entropy_with_logits")))
        return refusal;
    return bb_mean(bb__binary_cross_entropy_each(x, target, NULL), BB_ALL);
}

static const bb_sample samples[] = {
    {.n_in = 2, .in = {{0}, {0}}},
    {.n_in = 2, .in = {BB_DIMS(2, 3, 2), BB_DIMS(2, 3, 2)}},
    {.n_in = 2,
     .in = {BB_DIMS(2, 3), BB_DIMS(2, 3)},
     .golden_in = {BB_NUMBERS(0.5, -1.25, 3, -2, 0.75, 10), BB_NUMBERS(0, 1, 0.25, 1, 0.75, 0)},
     .golden_out = BB_NUMBERS(2.9126563055260521)},
    {.n_in = 2,
     .in = {BB_DIMS(2, 3), BB_DIMS(2, 3)},
     .golden_in = {BB_NUMBERS(1000, -1000, 2, 800, 0, -900), BB_NUMBERS(0, 1, 0.25, 1, 0.75, 0)},
     .golden_out = BB_NUMBERS(333.72001253193383)},
};

const bb_op bb__op_binary_cross_entropy_with_logits = {
    .name = "binary_cross_entropy_with_logits",
    .doc = "-mean of t log sigmoid(x) + (1 - t) log sigmoid(-x), without overflow",
    .arity = 2,
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_binary_cross_entropy_with_logits(bb_node *x, bb_node *target)
{
    return build(NULL, BB_NODES(x, target), NULL);
}
