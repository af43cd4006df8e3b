/* SPDX-License-Identifier: MIT */
/* Every op: a prototype a line, with its formula and what happens at a kink or a tie.
 *
 * Operands come first, attributes last. Operands of one op have one dtype, unless it says
 * otherwise. Where two or three operands stand side by side they are broadcast by NumPy's rules:
 * shapes are aligned at their last dimension, and a size of 1 repeats. Axes may be negative,
 * counting from the back. `d` is the gradient. */
#ifndef BIBUN_OPS_H
#define BIBUN_OPS_H

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
/* x; d is 0 */
BB_BUILDER bb_node *bb_stop_gradient(bb_node *x);

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

/* Reductions, float. */

/* A set of axes: BB_AXES(0, 2); BB_ALL is all of them. */
typedef struct bb_axes {
    int count; /* -1: all */
    int axis[BB_MAX_DIMS];
} bb_axes;
#ifdef __cplusplus
#define BB_AXES(...) bb__axes_of({__VA_ARGS__})
#define BB_ALL (bb_axes{-1, {0}})
#else
#define BB_AXES(...) ((bb_axes){(int)(sizeof((int[]){__VA_ARGS__}) / sizeof(int)), {__VA_ARGS__}})
#define BB_ALL ((bb_axes){-1, {0}})
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

/* Shape; any dtype. */

/* repeat to `shape` by NumPy's rules; a view */
BB_BUILDER bb_node *bb_broadcast(bb_node *x, bb_shape shape);
/* the sum over what broadcasting `shape` to x's would repeat; float */
BB_BUILDER bb_node *bb_sum_to(bb_node *x, bb_shape shape);
/* the same elements in row-major order; one size may be -1 */
BB_BUILDER bb_node *bb_reshape(bb_node *x, bb_shape shape);
/* dimension i of the result is dimension order[i] of x; a view */
BB_BUILDER bb_node *bb_permute(bb_node *x, bb_axes order);
/* the last two dimensions exchanged; a view */
BB_BUILDER bb_node *bb_transpose(bb_node *x);
/* start, start+step, ... before stop; step >= 1, 0 <= start <= stop <= size; a view */
BB_BUILDER bb_node *bb_slice(bb_node *x, int axis, int64_t start, int64_t stop, int64_t step);
/* widen with a constant */
BB_BUILDER bb_node *bb_pad(bb_node *x, int axis, int64_t before, int64_t after, double value);
/* one after the other along an axis */
BB_BUILDER bb_node *bb_concat(bb_nodes xs, int axis);
/* x[..., index, ...]: the axis is replaced by the dimensions of the i32 index; an index out of
 * range is an error of the run */
BB_BUILDER bb_node *bb_gather(bb_node *x, bb_node *index, int axis);
/* x with updates (shaped as gather's result) added at the indices, in their order; float */
BB_BUILDER bb_node *bb_scatter_add(bb_node *x, bb_node *index, bb_node *updates, int axis);
/* 1 at the i32 index along a new last axis of size depth, else 0; out of range is an error of
 * the run */
BB_BUILDER bb_node *bb_one_hot(bb_node *index, bb_dtype dtype, int64_t depth);

/* Linear algebra, float. */

/* NumPy's matmul: 2-D products; a 1-D operand is a row on the left, a column on the right, and its
 * dimension is dropped; leading dimensions are batches and broadcast. */
BB_BUILDER bb_node *bb_matmul(bb_node *x, bb_node *y);

/* Networks and losses, float. */

/* e^x / sum of e^x along an axis */
BB_BUILDER bb_node *bb_softmax(bb_node *x, int axis);
/* log of softmax, without overflow */
BB_BUILDER bb_node *bb_log_softmax(bb_node *x, int axis);

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

/* Constants and random numbers. */

BB_BUILDER bb_node *bb_full(bb_graph *g, bb_dtype dtype, bb_shape shape, double value);
BB_BUILDER bb_node *bb_zeros_like(bb_node *x);
BB_BUILDER bb_node *bb_ones_like(bb_node *x);

/* New numbers each run, keyed by the program's seed, by which random node of its graph this is, and
 * by the number of the run: the same seed gives the same numbers, in another graph too. */
/* [low, high) */
BB_BUILDER bb_node *bb_uniform(bb_graph *g, bb_dtype dtype, bb_shape shape, double low,
                               double high);
BB_BUILDER bb_node *bb_normal(bb_graph *g, bb_dtype dtype, bb_shape shape, double mean,
                              double deviation);
/* 0 with probability rate, else x / (1 - rate); 0 <= rate < 1 (Srivastava et al. 2014); build
 * the graph without it to evaluate */
BB_BUILDER bb_node *bb_dropout(bb_node *x, double rate);

/* Effects. */

/* Stores `value` in a parameter or state at the end of a run: all that the run computes sees the
 * old numbers. The node has no value of its own; ask for it as an output, or join several with
 * bb_group. */
BB_BUILDER bb_node *bb_assign(bb_node *target, bb_node *value);
BB_BUILDER bb_node *bb_group(bb_nodes effects);

#ifdef __cplusplus
}

inline bb_axes bb__axes_of(std::initializer_list<int> axes)
{
    bb_axes set = {(int)axes.size(), {0}};
    int i = 0;
    for (int axis : axes)
        if (i < BB_MAX_DIMS)
            set.axis[i++] = axis;
    return set;
}
#endif
#endif
