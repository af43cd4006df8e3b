/* SPDX-License-Identifier: MIT */
/* Ops that move, choose or repeat elements, and constants; any dtype unless it says otherwise. */
#ifndef BIBUN_OPS_SHAPE_H
#define BIBUN_OPS_SHAPE_H

#include <bibun/axes.h>
#include <bibun/graph.h>

#ifdef __cplusplus
extern "C" {
#endif

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
/* x; d is 0 */
BB_BUILDER bb_node *bb_stop_gradient(bb_node *x);

/* Constants. */

BB_BUILDER bb_node *bb_full(bb_graph *g, bb_dtype dtype, bb_shape shape, double value);
BB_BUILDER bb_node *bb_zeros_like(bb_node *x);
BB_BUILDER bb_node *bb_ones_like(bb_node *x);

#ifdef __cplusplus
}
#endif
#endif
