/* SPDX-License-Identifier: MIT */
/* Elementwise ops. Where two or three operands stand side by side they are broadcast. */
#ifndef BIBUN_OPS_MAP_H
#define BIBUN_OPS_MAP_H

#include <bibun/graph.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Elementwise, one operand, float. */

/* -x */
BB_BUILDER bb_node *bb_neg(bb_node *x);
/* x^2 */
BB_BUILDER bb_node *bb_square(bb_node *x);
/* square root; NaN below 0; d at 0 is infinite */
BB_BUILDER bb_node *bb_sqrt(bb_node *x);
/* |x|; d at 0 is 0 */
BB_BUILDER bb_node *bb_abs(bb_node *x);
/* -1, 0 or 1; NaN stays; d is 0 */
BB_BUILDER bb_node *bb_sign(bb_node *x);
/* e^x */
BB_BUILDER bb_node *bb_exp(bb_node *x);
/* natural logarithm; -infinity at 0, NaN below */
BB_BUILDER bb_node *bb_log(bb_node *x);
/* sine, radians */
BB_BUILDER bb_node *bb_sin(bb_node *x);
/* cosine, radians */
BB_BUILDER bb_node *bb_cos(bb_node *x);
/* hyperbolic tangent */
BB_BUILDER bb_node *bb_tanh(bb_node *x);
/* 1 / (1 + e^-x), without overflow */
BB_BUILDER bb_node *bb_sigmoid(bb_node *x);
/* max(x, 0); d at 0 is 0; NaN stays */
BB_BUILDER bb_node *bb_relu(bb_node *x);
/* x if x > 0, else slope x; d at 0 is slope */
BB_BUILDER bb_node *bb_leaky_relu(bb_node *x, double slope);
/* 1 if x > 0, else 0; NaN stays; d is 0 */
BB_BUILDER bb_node *bb_step(bb_node *x);
/* min(max(x, low), high); d is 1 on [low, high], ends included, else 0 */
BB_BUILDER bb_node *bb_clip(bb_node *x, double low, double high);
/* C's conversion, saturating, NaN to 0; d passes between float types */
BB_BUILDER bb_node *bb_cast(bb_node *x, bb_dtype dtype);

/* k x */
BB_BUILDER bb_node *bb_mul_scalar(bb_node *x, double k);
/* x + k */
BB_BUILDER bb_node *bb_add_scalar(bb_node *x, double k);

/* Elementwise, two operands, float, broadcast. */

/* x + y */
BB_BUILDER bb_node *bb_add(bb_node *x, bb_node *y);
/* x - y */
BB_BUILDER bb_node *bb_sub(bb_node *x, bb_node *y);
/* x y */
BB_BUILDER bb_node *bb_mul(bb_node *x, bb_node *y);
/* x / y */
BB_BUILDER bb_node *bb_div(bb_node *x, bb_node *y);
/* x^y, as C's pow; dy is 0 where x = 0 and y >= 0; dx is 0 where y = 0 */
BB_BUILDER bb_node *bb_pow(bb_node *x, bb_node *y);
/* the larger; NaN if either is; a tie gives each half of d */
BB_BUILDER bb_node *bb_maximum(bb_node *x, bb_node *y);
/* the smaller; NaN if either is; a tie gives each half of d */
BB_BUILDER bb_node *bb_minimum(bb_node *x, bb_node *y);

/* Comparisons, any dtype, broadcast. */

/* Results are u8, 0 or 1. Comparisons with NaN are false, but != is true. */

/* x == y */
BB_BUILDER bb_node *bb_equal(bb_node *x, bb_node *y);
/* x != y */
BB_BUILDER bb_node *bb_not_equal(bb_node *x, bb_node *y);
/* x < y */
BB_BUILDER bb_node *bb_less(bb_node *x, bb_node *y);
/* x <= y */
BB_BUILDER bb_node *bb_less_equal(bb_node *x, bb_node *y);
/* x > y */
BB_BUILDER bb_node *bb_greater(bb_node *x, bb_node *y);
/* x >= y */
BB_BUILDER bb_node *bb_greater_equal(bb_node *x, bb_node *y);
/* x where the u8 mask is not 0, else y; any dtype; broadcast */
BB_BUILDER bb_node *bb_where(bb_node *mask, bb_node *x, bb_node *y);

/* Activations, float. */

/* Where a derivative of any order has become constant it is just that, at infinities too. */

/* log(1 + e^x), without overflow */
BB_BUILDER bb_node *bb_softplus(bb_node *x);
/* log of the sigmoid of x, without overflow */
BB_BUILDER bb_node *bb_log_sigmoid(bb_node *x);
/* the share of a standard normal distribution below x */
BB_BUILDER bb_node *bb_normal_cdf(bb_node *x);
/* x Phi(x) with bb_normal_cdf as Phi; -infinity gives 0 (Hendrycks and Gimpel 2016) */
BB_BUILDER bb_node *bb_gelu(bb_node *x);
/* its approximation x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2; -infinity gives 0 */
BB_BUILDER bb_node *bb_gelu_tanh(bb_node *x);
/* x times its sigmoid; -infinity gives 0 */
BB_BUILDER bb_node *bb_silu(bb_node *x);
/* x tanh(log(1 + e^x)); -infinity gives 0 (Misra 2019) */
BB_BUILDER bb_node *bb_mish(bb_node *x);
/* x / (1 + |x|); infinities give -1 and 1 */
BB_BUILDER bb_node *bb_softsign(bb_node *x);
/* x if x > 0, else alpha (e^x - 1); d at 0 is alpha */
BB_BUILDER bb_node *bb_elu(bb_node *x, double alpha);
/* 1.0507 elu(x, 1.6733) with the constants of Klambauer et al. 2017; d at 0 is 1.7581 */
BB_BUILDER bb_node *bb_selu(bb_node *x);
/* x if x > 0, else alpha (e^(x / alpha) - 1); alpha > 0; d at 0 is 1 (Barron 2017) */
BB_BUILDER bb_node *bb_celu(bb_node *x, double alpha);
/* min(max(x / 6 + 1 / 2, 0), 1); d is 1/6 on [-3, 3], ends included, else 0 */
BB_BUILDER bb_node *bb_hard_sigmoid(bb_node *x);
/* x times its hard sigmoid; d is (2 x + 3) / 6 on [-3, 3], ends included */
BB_BUILDER bb_node *bb_hard_swish(bb_node *x);
/* bb_clip by its other name; d is 1 on [low, high], ends included, else 0 */
BB_BUILDER bb_node *bb_hard_tanh(bb_node *x, double low, double high);

/* More of two and three operands, float, broadcast. */

/* x log y; 0 where x is 0 and y is not NaN; where x = 0 and y <= 0 both derivatives are 0 */
BB_BUILDER bb_node *bb_xlogy(bb_node *x, bb_node *y);
/* x + weight (y - x); just x and y for weights 0 and 1 */
BB_BUILDER bb_node *bb_lerp(bb_node *x, bb_node *y, bb_node *weight);

/* Logic. */

/* Results are u8, 0 or 1. Masks are u8, set where they are not 0, and broadcast. */

/* x is NaN; float */
BB_BUILDER bb_node *bb_is_nan(bb_node *x);
/* x is neither infinite nor NaN; float */
BB_BUILDER bb_node *bb_is_finite(bb_node *x);
/* both masks */
BB_BUILDER bb_node *bb_logical_and(bb_node *x, bb_node *y);
/* either mask */
BB_BUILDER bb_node *bb_logical_or(bb_node *x, bb_node *y);
/* one mask and not the other */
BB_BUILDER bb_node *bb_logical_xor(bb_node *x, bb_node *y);
/* not the mask */
BB_BUILDER bb_node *bb_logical_not(bb_node *x);

#ifdef __cplusplus
}
#endif
#endif
