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
/* widen with a number, which becomes one of x's type as by bb_cast */
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
/* start, start + step, ... before stop; step is not 0 */
BB_BUILDER bb_node *bb_arange(bb_graph *g, bb_dtype dtype, double start, double stop, double step);
/* `count` numbers from first to last, both among them, in equal steps */
BB_BUILDER bb_node *bb_linspace(bb_graph *g, bb_dtype dtype, double first, double last,
                                int64_t count);
/* the identity matrix of n rows */
BB_BUILDER bb_node *bb_eye(bb_graph *g, bb_dtype dtype, int64_t n);

/* More views. */

/* an axis in reverse order */
BB_BUILDER bb_node *bb_flip(bb_node *x, int axis);
/* without axes of size 1: those named, or with BB_ALL every one */
BB_BUILDER bb_node *bb_squeeze(bb_node *x, bb_axes axes);
/* with a new axis of size 1 that the result has at `axis`, -ndim-1 .. ndim */
BB_BUILDER bb_node *bb_expand_dims(bb_node *x, int axis);
BB_BUILDER bb_node *bb_swap_axes(bb_node *x, int first, int second);
/* the others keep their order */
BB_BUILDER bb_node *bb_move_axis(bb_node *x, int from, int to);
/* the axes from `axis` on joined */
BB_BUILDER bb_node *bb_flatten(bb_node *x, int axis);
/* part i of so many equal parts of an axis; for parts of other sizes, bb_slice */
BB_BUILDER bb_node *bb_split(bb_node *x, int axis, int64_t parts, int64_t i);
/* windows of `size` elements that begin at 0, step, 2 step, ...: the axis counts them, and their
 * elements are a new last axis; 1 <= size <= the axis's, step >= 1 */
BB_BUILDER bb_node *bb_unfold(bb_node *x, int axis, int64_t size, int64_t step);
/* its adjoint: windows, the last axis, added up at their places along an axis of that length;
 * float; no view */
BB_BUILDER bb_node *bb_fold(bb_node *x, int axis, int64_t length, int64_t step);
/* operand i, a vector, along axis i of the grid of all operands */
BB_BUILDER bb_node *bb_meshgrid(bb_nodes xs, int i);

/* Matrices in the last two dimensions; diagonal k has column - row = k. */

/* [..., rows, columns] to its diagonal; a view; -rows <= k <= columns */
BB_BUILDER bb_node *bb_diagonal(bb_node *x, int64_t k);
/* [..., n] to matrices of zeros with x on the diagonal */
BB_BUILDER bb_node *bb_diag(bb_node *x, int64_t k);
/* the sum of diagonal 0; float */
BB_BUILDER bb_node *bb_trace(bb_node *x);
/* 0 above the diagonal, whatever was there */
BB_BUILDER bb_node *bb_tril(bb_node *x, int64_t k);
/* 0 below the diagonal, whatever was there */
BB_BUILDER bb_node *bb_triu(bb_node *x, int64_t k);

/* More moves. */

/* operands of one shape along a new axis, at most 256 */
BB_BUILDER bb_node *bb_stack(bb_nodes xs, int axis);
/* each element n times: a b to a a b b; rank below 8 */
BB_BUILDER bb_node *bb_repeat(bb_node *x, int axis, int64_t n);
/* the axis n times over: a b to a b a b; rank below 8 */
BB_BUILDER bb_node *bb_tile(bb_node *x, int axis, int64_t n);
/* element i moves to i + shift, in a circle */
BB_BUILDER bb_node *bb_roll(bb_node *x, int axis, int64_t shift);
/* x[..., index[..., j, ...], ...]: the i32 index has x's sizes but along the axis; out of range is
 * an error of the run */
BB_BUILDER bb_node *bb_take_along_axis(bb_node *x, bb_node *index, int axis);
/* x with updates, shaped as the index, added where it says, in its order; float */
BB_BUILDER bb_node *bb_scatter_add_along_axis(bb_node *x, bb_node *index, bb_node *updates,
                                              int axis);
/* gather by an i32 vector */
BB_BUILDER bb_node *bb_index_select(bb_node *x, bb_node *index, int axis);

#ifdef __cplusplus
}
#endif
#endif
