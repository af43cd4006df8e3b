/* SPDX-License-Identifier: MIT */
/* kl_divergence: of a target of probabilities from what is given by its logarithms, such as
 * log_softmax has them. An impossible class of no probability counts 0. */
#include "losses.h"
#include "support.h"

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    bb_node *x = in.items[0], *target = in.items[1], *refusal;
    (void)g, (void)attrs;
    if ((refusal = bb__refuse_unlike(x, target, "kl_divergence")))
        return refusal;
    if (bb_node_shape(x).ndim < 1)
        return bb_fail_node(x, target, "kl_divergence", BB_BAD_SHAPE, "needs an axis of classes");
    bb_node *each = bb_sub(bb_xlogy(target, target), bb__weigh(target, x));
    return bb_mean(bb_sum(each, BB_AXES(-1)), BB_ALL);
}

static const bb_sample samples[] = {
    {.n_in = 2, .in = {BB_DIMS(3), BB_DIMS(3)}, .low = 0.1, .high = 1},
    {.n_in = 2, .in = {BB_DIMS(2, 2, 3), BB_DIMS(2, 2, 3)}, .low = 0.1, .high = 1},
    {.n_in = 2,
     .in = {BB_DIMS(2, 3), BB_DIMS(2, 3)},
     .golden_in = {BB_NUMBERS(-2.5919857805919686, -4.341985780591969, -0.091985780591968783,
                              -12.00010225063664, -9.2501022506366404, -0.0001022506366402868),
                   BB_NUMBERS(0, 1, 0.5, 0.125, 0.75, 0.25)},
     .golden_out = BB_NUMBERS(5.8283773876227061)},
};

const bb_op bb__op_kl_divergence = {
    .name = "kl_divergence",
    .doc = "sum of t (log t - x) over the last axis, for x = log q, and the mean over the others",
    .arity = 2,
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_kl_divergence(bb_node *log_probabilities, bb_node *target)
{
    return build(NULL, BB_NODES(log_probabilities, target), NULL);
}
