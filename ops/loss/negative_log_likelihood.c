/* SPDX-License-Identifier: MIT */
/* negative_log_likelihood: the mean of what the logarithms of probabilities are at the labels, with
 * the other sign. */
#include "losses.h"
#include "support.h"

bb_node *bb__log_likelihood_each(bb_node *log_probabilities, bb_node *labels)
{
    int64_t classes = bb_node_shape(log_probabilities).dim[1];
    bb_node *is_label = bb_one_hot(labels, BB_U8, classes);
    bb_node *at_label = bb_where(is_label, log_probabilities, bb_number(log_probabilities, 0));
    return bb_sum(at_label, BB_AXES(1));
}

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    static const char *const name = "negative_log_likelihood";
    bb_node *x = in.items[0], *labels = in.items[1], *refusal;
    (void)g, (void)attrs;
    if ((refusal = bb__refuse_labels(x, labels, name)))
        return refusal;
    return bb_neg(bb_mean(bb__log_likelihood_each(x, labels), BB_ALL));
}

static const bb_sample samples[] = {
    {.n_in = 2, .in = {BB_DIMS(1, 2), BB_DIMS(1)}, .is_integer = {false, true}, .bound = 2},
    {.n_in = 2, .in = {BB_DIMS(4, 3), BB_DIMS(4)}, .is_integer = {false, true}, .bound = 3},
    {.n_in = 2,
     .in = {BB_DIMS(3, 3), BB_DIMS(3)},
     .golden_in = {BB_NUMBERS(-1.3715390318526828, -0.37153903185268283, -2.871539031852683,
                              -0.1269280110429726, -2.1269280110429727, -1000.126928011043,
                              -7.0018221028929251, -7.0018221028929251, -0.0018221028929251222),
                   BB_NUMBERS(1, 0, 1)},
     .golden_out = BB_NUMBERS(2.5000963819295268),
     .is_integer = {false, true}},
};

const bb_op bb__op_negative_log_likelihood = {
    .name = "negative_log_likelihood",
    .doc = "-mean of x[row, label] for x = log q; a label out of range is an error of the run",
    .arity = 2,
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_negative_log_likelihood(bb_node *log_probabilities, bb_node *labels)
{
    return build(NULL, BB_NODES(log_probabilities, labels), NULL);
}
