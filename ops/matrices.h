/* SPDX-License-Identifier: MIT */
/* What the ops of linear algebra share: checks of matrices, batches, and rows of packed
 * results. */
#ifndef BIBUN_OPS_MATRICES_H
#define BIBUN_OPS_MATRICES_H

#include "support.h"

/* Checks that input i is float and of rank 2 or more, and that its matrices are square. */
bool bb__infer_matrix(bb_infer *c, int i);
bool bb__infer_square(bb_infer *c, int i);
/* Two inputs of one type whose leading sizes are equal. */
bool bb__infer_same_batch(bb_infer *c);
/* That LAPACK can count the memory that it takes for values and vectors of input 0. */
bool bb__infer_spectral(bb_infer *c);

/* The leading sizes that matrices x and y broadcast to; false when they do not. */
bool bb__common_batch(bb_shape x, bb_shape y, bb_shape *batch_out);
/* x with its leading sizes broadcast. */
bb_node *bb__with_batch(bb_node *x, bb_shape batch);
/* Applies an op of matrices a and b: leading sizes are broadcast, and a vector b is a column, or a
 * row on the left of a. */
bb_node *bb__apply_pair(const bb_op *op, bb_node *a, bb_node *b, const void *attrs, bool row);

/* The gradient for an operand of which the lower triangle is read as a symmetric matrix, given that
 * for all elements of that matrix. */
bb_node *bb__fold_lower(bb_node *gradient);

/* 1 / x, and 0 where x is 0. */
bb_node *bb__reciprocal_or_zero(bb_node *x);
/* Rows `first` to `stop` - 1 of the matrices. */
bb_node *bb__rows(bb_node *x, int64_t first, int64_t stop);

#endif
