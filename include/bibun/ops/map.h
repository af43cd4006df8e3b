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

#ifdef __cplusplus
}
#endif
#endif
