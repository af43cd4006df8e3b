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
/* max(x, 0); d at 0 is 0; NaN stays, and d there is 1 */
BB_BUILDER bb_node *bb_relu(bb_node *x);
/* x if x > 0, else slope x; d at 0 is slope, at NaN 1 */
BB_BUILDER bb_node *bb_leaky_relu(bb_node *x, double slope);
/* 1 if x > 0, else 0; NaN stays; d is 0 */
BB_BUILDER bb_node *bb_step(bb_node *x);
/* min(max(x, low), high); d is 1 on [low, high], ends included, and at NaN, which stays; else 0 */
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
/* x^y, as C's pow, squares and cubes as products; dy is 0 where x = 0 and y >= 0; dx is 0 where
 * y = 0 */
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

/* Exponentials, logarithms, roots; float. */

/* log(1 + x), exact for small x; -infinity at -1, NaN below */
BB_BUILDER bb_node *bb_log1p(bb_node *x);
/* e^x - 1, exact for small x */
BB_BUILDER bb_node *bb_expm1(bb_node *x);
/* logarithm to base 2; -infinity at 0, NaN below */
BB_BUILDER bb_node *bb_log2(bb_node *x);
/* 2^x */
BB_BUILDER bb_node *bb_exp2(bb_node *x);
/* 1 / sqrt(x); infinity of the sign of x at 0, NaN below; d at 0 and -0 is -infinity */
BB_BUILDER bb_node *bb_rsqrt(bb_node *x);
/* cube root, of either sign; d at 0 is infinite */
BB_BUILDER bb_node *bb_cbrt(bb_node *x);
/* 1 / x; infinity of the sign of x at 0, where d is -infinity */
BB_BUILDER bb_node *bb_reciprocal(bb_node *x);
/* sqrt(x^2 + y^2) without overflow, as C's hypot, broadcast; d at the origin is 0, in every
 * order */
BB_BUILDER bb_node *bb_hypot(bb_node *x, bb_node *y);

/* Trigonometric and hyperbolic, float. */

/* tangent, radians */
BB_BUILDER bb_node *bb_tan(bb_node *x);
/* arc sine, radians; NaN off [-1, 1]; d at -1 and 1 is infinite */
BB_BUILDER bb_node *bb_asin(bb_node *x);
/* arc cosine, radians; NaN off [-1, 1]; d at -1 and 1 is -infinity */
BB_BUILDER bb_node *bb_acos(bb_node *x);
/* arc tangent, radians */
BB_BUILDER bb_node *bb_atan(bb_node *x);
/* the angle of the point (x, y) in -pi .. pi, as C's atan2, broadcast; d at the origin is NaN */
BB_BUILDER bb_node *bb_atan2(bb_node *y, bb_node *x);
/* hyperbolic sine */
BB_BUILDER bb_node *bb_sinh(bb_node *x);
/* hyperbolic cosine */
BB_BUILDER bb_node *bb_cosh(bb_node *x);
/* inverse hyperbolic sine */
BB_BUILDER bb_node *bb_asinh(bb_node *x);
/* inverse hyperbolic cosine; NaN below 1; d at 1 is infinite */
BB_BUILDER bb_node *bb_acosh(bb_node *x);
/* inverse hyperbolic tangent; infinite at -1 and 1, as its d is; NaN beyond */
BB_BUILDER bb_node *bb_atanh(bb_node *x);

/* Special functions, float. */

/* 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x */
BB_BUILDER bb_node *bb_erf(bb_node *x);
/* 1 - erf(x), exact where it is small */
BB_BUILDER bb_node *bb_erfc(bb_node *x);
/* the y with erf(y) = x; infinite at -1 and 1, as its d is; NaN beyond */
BB_BUILDER bb_node *bb_erfinv(bb_node *x);
/* log |gamma(x)|; infinite at 0 and the negative integers; d there is digamma's pole */
BB_BUILDER bb_node *bb_lgamma(bb_node *x);
/* psi(x), the derivative of log |gamma(x)|, for x > 0 to 1e-15 of max(1, |psi|); -infinity at 0,
 * infinity at -0, NaN at the negative integers, where the sides differ (Abramowitz and Stegun, 6.3)
 */
BB_BUILDER bb_node *bb_digamma(bb_node *x);
/* the derivative of digamma of that order, 0 .. 160 (0: digamma itself). Odd orders are infinity at
 * 0, -1, -2 ...; even ones have digamma's poles (Abramowitz and Stegun, 6.4) */
BB_BUILDER bb_node *bb_polygamma(bb_node *x, int64_t order);

/* Whole numbers, float. */

/* the largest whole number not above x; d is 0 */
BB_BUILDER bb_node *bb_floor(bb_node *x);
/* the smallest whole number not below x; d is 0 */
BB_BUILDER bb_node *bb_ceil(bb_node *x);
/* the nearest whole number, of two the even one; d is 0 */
BB_BUILDER bb_node *bb_round(bb_node *x);
/* x without what follows the point; d is 0 */
BB_BUILDER bb_node *bb_trunc(bb_node *x);
/* x - n y with n = x / y rounded to 0, as C's fmod: of the sign of x, exact; NaN for y = 0;
 * broadcast; d is 1 and -n, at the jumps too */
BB_BUILDER bb_node *bb_fmod(bb_node *x, bb_node *y);

/* Activations, float. */

/* Where a derivative of any order has become constant it is just that, at infinities too. */

/* log(1 + e^x), without overflow */
BB_BUILDER bb_node *bb_softplus(bb_node *x);
/* log of the sigmoid of x, without overflow */
BB_BUILDER bb_node *bb_log_sigmoid(bb_node *x);
/* the share of a standard normal distribution below x */
BB_BUILDER bb_node *bb_normal_cdf(bb_node *x);
/* the density of the standard normal distribution, exp(-x^2 / 2) / sqrt(2 pi) */
BB_BUILDER bb_node *bb_normal_pdf(bb_node *x);
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
/* min(max(x / 6 + 1 / 2, 0), 1); d is 1/6 on [-3, 3], ends included, and at NaN, which stays; else
 * 0 */
BB_BUILDER bb_node *bb_hard_sigmoid(bb_node *x);
/* x times its hard sigmoid; d is (2 x + 3) / 6 on [-3, 3], ends included */
BB_BUILDER bb_node *bb_hard_swish(bb_node *x);
/* bb_clip by the name that networks have for it */
BB_BUILDER bb_node *bb_hard_tanh(bb_node *x, double low, double high);

/* More of two and three operands, float, broadcast. */

/* x log y; 0 where x is 0 and y is not NaN; where x = 0 and y <= 0 both derivatives are 0 */
BB_BUILDER bb_node *bb_xlogy(bb_node *x, bb_node *y);
/* x + weight (y - x); just x and y for weights 0 and 1 */
BB_BUILDER bb_node *bb_lerp(bb_node *x, bb_node *y, bb_node *weight);
/* a x + b y, as BLAS's axpby: two products and their sum, each rounded */
BB_BUILDER bb_node *bb_axpby(bb_node *x, bb_node *y, double a, double b);

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
