/* SPDX-License-Identifier: MIT */
/* Reductions over a set of axes, or along one. */
#ifndef BIBUN_OPS_REDUCE_H
#define BIBUN_OPS_REDUCE_H

#include <bibun/axes.h>
#include <bibun/graph.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Each drops the axes that it reduces; the _keep form leaves them with size 1. Over no elements a
 * sum is 0, a mean NaN, a max -infinity, a min +infinity. */
BB_BUILDER bb_node *bb_sum(bb_node *x, bb_axes axes);
BB_BUILDER bb_node *bb_sum_keep(bb_node *x, bb_axes axes);
BB_BUILDER bb_node *bb_mean(bb_node *x, bb_axes axes);
BB_BUILDER bb_node *bb_mean_keep(bb_node *x, bb_axes axes);
/* NaN if any is, and then d is 0; tied elements share d evenly */
BB_BUILDER bb_node *bb_max(bb_node *x, bb_axes axes);
BB_BUILDER bb_node *bb_max_keep(bb_node *x, bb_axes axes);
/* NaN if any is, and then d is 0; tied elements share d evenly */
BB_BUILDER bb_node *bb_min(bb_node *x, bb_axes axes);
BB_BUILDER bb_node *bb_min_keep(bb_node *x, bb_axes axes);
/* log of the sum of e^x, without overflow */
BB_BUILDER bb_node *bb_logsumexp(bb_node *x, bb_axes axes);
BB_BUILDER bb_node *bb_logsumexp_keep(bb_node *x, bb_axes axes);
/* i32 place of the largest, the first of ties, a NaN before all; drops the axis, which must not
 * be empty */
BB_BUILDER bb_node *bb_argmax(bb_node *x, int axis);

#ifdef __cplusplus
}
#endif
#endif
