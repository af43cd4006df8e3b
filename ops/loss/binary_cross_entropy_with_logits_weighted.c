/* SPDX-License-Identifier: MIT */
/* binary_cross_entropy_with_logits_weighted: the mean of the weighted losses, in which the term of
 * the targets 1 has a weight of its own. Weights broadcast to the logits, and never the other way.
 * */
#include "losses.h"
#include "support.h"

static bool widens_to(bb_shape from, bb_shape to)
{
    for (int i = 1; i <= from.ndim; i++)
        if (i > to.ndim ||
            (from.dim[from.ndim - i] != 1 && from.dim[from.ndim - i] != to.dim[to.ndim - i]))
            return false;
    return true;
}

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    static const char *const name = "binary_cross_entropy_with_logits_weighted";
    bb_node *x = in.items[0], *target = in.items[1], *refusal;
    (void)g, (void)attrs;
    if ((refusal = bb__refuse_unlike(x, target, name)))
        return refusal;
    for (int i = 2; i < 4; i++)
        if (in.items[i] && !widens_to(bb_node_shape(in.items[i]), bb_node_shape(x)))
            return bb_fail_node(x, in.items[i], name, BB_BAD_SHAPE, "weights do not broadcast");
    bb_node *each = bb__binary_cross_entropy_each(x, target, in.items[3]);
    return bb_mean(bb__weigh(in.items[2], each), BB_ALL);
}

static const bb_sample samples[] = {
    {.n_in = 4, .in = {{0}, {0}, {0}, {0}}, .low = 0.1, .high = 2},
    {.n_in = 4,
     .in = {BB_DIMS(2, 3), BB_DIMS(2, 3), BB_DIMS(2, 1), BB_DIMS(3)},
     .low = 0.1,
     .high = 2},
    {.n_in = 4,
     .in = {BB_DIMS(2, 3), BB_DIMS(2, 3), BB_DIMS(2, 3), BB_DIMS(3)},
     .golden_in = {BB_NUMBERS(0.5, -1.25, 3, -2, 0.75, 10), BB_NUMBERS(0, 1, 0.25, 1, 0.75, 0),
                   BB_NUMBERS(0.25, 1, 0.5, 1.5, 0.75, 20), BB_NUMBERS(0.5, 2, 3)},
     .golden_out = BB_NUMBERS(34.442219184034741)},
};

const bb_op bb__op_binary_cross_entropy_with_logits_weighted = {
    .name = "binary_cross_entropy_with_logits_weighted",
    .doc = "mean of weight (-positive_weight t log sigmoid(x) - (1 - t) log sigmoid(-x))",
    .arity = 4,
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_binary_cross_entropy_with_logits_weighted(bb_node *logits, bb_node *target,
                                                      bb_node *weight, bb_node *positive_weight)
{
    return build(NULL, BB_NODES(logits, target, weight, positive_weight), NULL);
}
