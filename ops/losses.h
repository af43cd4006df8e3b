/* SPDX-License-Identifier: MIT */
/* What losses share. Cross-entropy with probabilities as the target is in
 * loss/cross_entropy_of_probabilities.c, that of two classes in
 * loss/binary_cross_entropy_with_logits.c, likelihoods in loss/negative_log_likelihood.c, the rest
 * in losses.c. */
#ifndef BIBUN_OPS_LOSSES_H
#define BIBUN_OPS_LOSSES_H

#include <bibun/op.h>
#include <bibun/ops.h>

/* -sum of p log_softmax(x) for each row; float nodes. */
bb_node *bb__cross_entropy_of_probabilities(bb_node *logits, bb_node *target);

/* -t log sigmoid(x) - (1 - t) log(1 - sigmoid(x)), each; the first term times `positive` unless
 * that is NULL. */
bb_node *bb__binary_cross_entropy_each(bb_node *logits, bb_node *target, bb_node *positive);

/* log_probabilities[row, label] for each row. */
bb_node *bb__log_likelihood_each(bb_node *log_probabilities, bb_node *labels);

/* weight x, but 0 where the weight is 0 and x infinite. */
bb_node *bb__weigh(bb_node *weight, bb_node *x);

/* The mean of half a squared error that goes on straight beyond `bend` (Huber 1964). */
bb_node *bb__huber(bb_node *x, bb_node *target, double bend, const char *name,
                   const char *bend_name);

/* The weighted mean of what `each` gives for each row, after the checks of a loss of that name. */
bb_node *bb__weighted_loss(bb_nodes in, bb_node *(*each)(bb_node *x, bb_node *labels),
                           const char *name);

/* NULL when the operands fit, else the inert node of the failure, named after the loss. Wanted are
 * floats of one type and shape, or floats [rows classes] and i32 [rows], or [rows classes] and
 * [classes]. */
bb_node *bb__refuse_unlike(bb_node *x, bb_node *target, const char *name);
bb_node *bb__refuse_labels(bb_node *x, bb_node *labels, const char *name);
bb_node *bb__refuse_weights(bb_node *x, bb_node *weights, const char *name);

#endif
