/* SPDX-License-Identifier: MIT */
/* negative_log_likelihood_weighted: the mean weighed by the weights of the labels' classes. */
#include "losses.h"
#include "support.h"

static bb_node *each(bb_node *log_probabilities, bb_node *labels)
{
    return bb_neg(bb__log_likelihood_each(log_probabilities, labels));
}

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    (void)g, (void)attrs;
    return bb__weighted_loss(in, each, "negative_log_likelihood_weighted");
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
     .golden_in = {BB_NUMBERS(-1.3715390318526828, -0.37153903185268283, -2.871539031852683,
                              -0.1269280110429726, -2.1269280110429727, -1000.126928011043,
                              -7.0018221028929251, -7.0018221028929251, -0.0018221028929251222),
                   BB_NUMBERS(1, 0, 1), BB_NUMBERS(0.5, 2, 0.25)},
     .golden_out = BB_NUMBERS(3.2911525055583781),
     .is_integer = {false, true}},
};

const bb_op bb__op_negative_log_likelihood_weighted = {
    .name = "negative_log_likelihood_weighted",
    .doc = "sum of -w[label] x[row, label] over the sum of w[label], for x = log q",
    .arity = 3,
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_negative_log_likelihood_weighted(bb_node *log_probabilities, bb_node *labels,
                                             bb_node *weights)
{
    return build(NULL, BB_NODES(log_probabilities, labels, weights), NULL);
}
