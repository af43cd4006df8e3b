/* SPDX-License-Identifier: MIT */
/* softmax_cross_entropy_weighted: the mean weighed by the weights of the labels' classes. */
#include "losses.h"
#include "support.h"

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    (void)g, (void)attrs;
    return bb__weighted_loss(in, bb_softmax_cross_entropy_each, "softmax_cross_entropy_weighted");
}

static const bb_sample samples[] = {
    {.n_in = 3,
     .in = {BB_DIMS(1, 2), BB_DIMS(1), BB_DIMS(2)},
     .is_integer = {false, true},
     .bound = 2,
     .low = 0.1,
     .high = 2},
    {.n_in = 3,
     .in = {BB_DIMS(4, 3), BB_DIMS(4), BB_DIMS(3)},
     .is_integer = {false, true},
     .bound = 3,
     .low = 0.1,
     .high = 2},
    {.n_in = 3,
     .in = {BB_DIMS(3, 3), BB_DIMS(3), BB_DIMS(3)},
     .golden_in = {BB_NUMBERS(1, 2, -0.5, 1000, 998, 0, -3, -3, 4), BB_NUMBERS(1, 0, 1),
                   BB_NUMBERS(0.5, 2, 0.25)},
     .golden_out = BB_NUMBERS(3.2911525055583781),
     .is_integer = {false, true}},
};

const bb_op bb__op_softmax_cross_entropy_weighted = {
    .name = "softmax_cross_entropy_weighted",
    .doc = "sum of w[label] times the cross-entropy of each row, over the sum of w[label]",
    .arity = 3,
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_softmax_cross_entropy_weighted(bb_node *logits, bb_node *labels, bb_node *weights)
{
    return build(NULL, BB_NODES(logits, labels, weights), NULL);
}
