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

#ifdef __cplusplus
}
#endif
#endif
