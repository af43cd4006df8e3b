/* SPDX-License-Identifier: MIT */
/* Losses and scores. */
#ifndef BIBUN_OPS_LOSS_H
#define BIBUN_OPS_LOSS_H

#include <bibun/graph.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Cross-entropy of softmax(logits) [n, classes], the mean over n, a scalar: `target` is i32 labels
 * [n] or probabilities of the logits' type and shape. A label out of range is an error of the
 * run. */
BB_BUILDER bb_node *bb_softmax_cross_entropy(bb_node *logits, bb_node *target);
/* a loss for each row: [n] */
BB_BUILDER bb_node *bb_softmax_cross_entropy_each(bb_node *logits, bb_node *target);

/* mean of (x - target)^2 */
BB_BUILDER bb_node *bb_mean_squared_error(bb_node *x, bb_node *target);
/* half the sum of (x - target)^2 */
BB_BUILDER bb_node *bb_half_squared_error(bb_node *x, bb_node *target);
/* share of rows whose largest is at the i32 label, f32; d is an error */
BB_BUILDER bb_node *bb_accuracy(bb_node *logits, bb_node *labels);

/* More losses: scalars, means over all elements. Operands have equal shapes, unless it says
 * otherwise: a column against a row would broadcast to a table of wrong pairs. */

/* |x - target|; d is 0 where they meet */
BB_BUILDER bb_node *bb_mean_absolute_error(bb_node *x, bb_node *target);
/* e^2 / 2 where |e| <= delta, else delta (|e| - delta / 2), for e = x - target; delta > 0 */
BB_BUILDER bb_node *bb_huber(bb_node *x, bb_node *target, double delta);
/* e^2 / (2 beta) where |e| <= beta, else |e| - beta / 2, for e = x - target; beta > 0 */
BB_BUILDER bb_node *bb_smooth_l1(bb_node *x, bb_node *target, double beta);
/* max(0, 1 - target x) for targets -1 and 1; d at the margin is 0 */
BB_BUILDER bb_node *bb_hinge(bb_node *x, bb_node *target);

/* -t log p - (1 - t) log(1 - p), where 0 log 0 is 0; not clamped: infinite where what has no
 * probability happens */
BB_BUILDER bb_node *bb_binary_cross_entropy(bb_node *p, bb_node *target);
/* the same of p = sigmoid(logits), without overflow */
BB_BUILDER bb_node *bb_binary_cross_entropy_with_logits(bb_node *logits, bb_node *target);
/* the same, each loss times weight and the terms of log p times positive_weight, which broadcast to
 * the logits; bb_number(logits, 1) leaves one of them out */
BB_BUILDER bb_node *bb_binary_cross_entropy_with_logits_weighted(bb_node *logits, bb_node *target,
                                                                 bb_node *weight,
                                                                 bb_node *positive_weight);

/* sum of t (log t - log q) over the last axis, the mean over the others; t is the target, q is
 * given by its logarithms; an impossible class of no probability counts 0 */
BB_BUILDER bb_node *bb_kl_divergence(bb_node *log_probabilities, bb_node *target);
/* mean of -x[row, label] for x [rows classes] and i32 labels [rows]; a label out of range is an
 * error of the run */
BB_BUILDER bb_node *bb_negative_log_likelihood(bb_node *log_probabilities, bb_node *labels);
/* the mean weighed by weights[label], for weights [classes]; NaN when these sum to 0 */
BB_BUILDER bb_node *bb_negative_log_likelihood_weighted(bb_node *log_probabilities, bb_node *labels,
                                                        bb_node *weights);
/* bb_softmax_cross_entropy with i32 labels, as a mean weighed by weights[label]; NaN when these sum
 * to 0 */
BB_BUILDER bb_node *bb_softmax_cross_entropy_weighted(bb_node *logits, bb_node *labels,
                                                      bb_node *weights);
/* bb_softmax_cross_entropy with probabilities smoothing / classes, and the rest at the i32 label;
 * 0 <= smoothing <= 1 (Szegedy et al. 2016) */
BB_BUILDER bb_node *bb_softmax_cross_entropy_smooth(bb_node *logits, bb_node *labels,
                                                    double smoothing);

/* no mean: x . y / (|x| |y|) along an axis, which is dropped; 0 where x or y is zero, and d too */
BB_BUILDER bb_node *bb_cosine_similarity(bb_node *x, bb_node *y, int axis);
/* 1 - cos(x, y) of the rows of [rows size] with a target [rows] above 0, max(0, cos(x, y) - margin)
 * of the others; -1 <= margin <= 1 */
BB_BUILDER bb_node *bb_cosine_embedding(bb_node *x, bb_node *y, bb_node *target, double margin);

#ifdef __cplusplus
}
#endif
#endif
