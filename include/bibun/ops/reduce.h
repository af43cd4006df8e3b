/* SPDX-License-Identifier: MIT */
/* Reductions over a set of axes, or along one. */
#ifndef BIBUN_OPS_REDUCE_H
#define BIBUN_OPS_REDUCE_H

#include <bibun/axes.h>
#include <bibun/graph.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Of floats, where nothing else is said. Each drops the axes that it reduces; the _keep form leaves
 * them with size 1. Over no elements a sum is 0, a mean NaN, a max -infinity, a min +infinity. */
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

/* More reductions. */

/* the product, 1 over no elements; d is the product of the others, also at zeros */
BB_BUILDER bb_node *bb_prod(bb_node *x, bb_axes axes);
BB_BUILDER bb_node *bb_prod_keep(bb_node *x, bb_axes axes);
/* the sum of squared deviations from the mean, over max(terms - correction, 0): 0 for the variance
 * of these numbers, 1 for an unbiased estimate from a sample */
BB_BUILDER bb_node *bb_var(bb_node *x, bb_axes axes, double correction);
BB_BUILDER bb_node *bb_var_keep(bb_node *x, bb_axes axes, double correction);
/* the root of var; where it is 0, d is 0 */
BB_BUILDER bb_node *bb_std(bb_node *x, bb_axes axes, double correction);
BB_BUILDER bb_node *bb_std_keep(bb_node *x, bb_axes axes, double correction);
/* (sum of |x|^p)^(1/p) without overflow, p from 1 to INFINITY, where it is the largest |x| and tied
 * elements share d evenly; at the origin d is 0, in every order; where an element is 0 its
 * derivatives of higher order are 0 unless p is 2; 0 over no elements */
BB_BUILDER bb_node *bb_norm(bb_node *x, double p, bb_axes axes);
BB_BUILDER bb_node *bb_norm_keep(bb_node *x, double p, bb_axes axes);
/* of u8: whether an element is not 0, as 0 or 1; 0 over no elements */
BB_BUILDER bb_node *bb_any(bb_node *x, bb_axes axes);
BB_BUILDER bb_node *bb_any_keep(bb_node *x, bb_axes axes);
/* of u8: whether no element is 0, as 0 or 1; 1 over no elements */
BB_BUILDER bb_node *bb_all(bb_node *x, bb_axes axes);
BB_BUILDER bb_node *bb_all_keep(bb_node *x, bb_axes axes);
/* i32 place of the smallest, the first of ties, a NaN before all; drops the axis, which must not
 * be empty */
BB_BUILDER bb_node *bb_argmin(bb_node *x, int axis);

/* Cumulative: along an axis, from its end if `reverse`, without the element itself if
 * `exclusive`. */

BB_BUILDER bb_node *bb_cumsum(bb_node *x, int axis, bool exclusive, bool reverse);
/* d also holds at zeros */
BB_BUILDER bb_node *bb_cumprod(bb_node *x, int axis, bool exclusive, bool reverse);
/* the largest up to each, NaN from the first NaN on; d goes to the first of ties */
BB_BUILDER bb_node *bb_cummax(bb_node *x, int axis);
/* its i32 place */
BB_BUILDER bb_node *bb_cummax_index(bb_node *x, int axis);
/* y[i] = a[i] y[i - 1] + b[i] with y[-1] = 0; a and b are broadcast */
BB_BUILDER bb_node *bb_linear_recurrence(bb_node *a, bb_node *b, int axis, bool reverse);

/* Order: along an axis, any dtype; equals keep their order, and NaN is last in either. */

BB_BUILDER bb_node *bb_sort(bb_node *x, int axis, bool descending);
/* i32 places of the sorted elements */
BB_BUILDER bb_node *bb_argsort(bb_node *x, int axis, bool descending);
/* the k largest, falling */
BB_BUILDER bb_node *bb_topk(bb_node *x, int64_t k, int axis);
/* their i32 places */
BB_BUILDER bb_node *bb_topk_index(bb_node *x, int64_t k, int axis);

#ifdef __cplusplus
}
#endif
#endif
