/* SPDX-License-Identifier: MIT */
/* Linear algebra, float. */
#ifndef BIBUN_OPS_LINALG_H
#define BIBUN_OPS_LINALG_H

#include <bibun/graph.h>

#ifdef __cplusplus
extern "C" {
#endif

/* NumPy's matmul: 2-D products; a 1-D operand is a row on the left, a column on the right, and its
 * dimension is dropped; leading dimensions are batches and broadcast. */
BB_BUILDER bb_node *bb_matmul(bb_node *x, bb_node *y);

/* Products of other kinds; leading dimensions are batches and broadcast. */

/* x_i y_j of vectors in the last dimensions: [..., m] and [..., n] give [..., m, n] */
BB_BUILDER bb_node *bb_outer(bb_node *x, bb_node *y);
/* the sum of x_i y_i of vectors in the last dimensions */
BB_BUILDER bb_node *bb_dot(bb_node *x, bb_node *y);
/* Kronecker's product of matrices: [m, n] and [p, q] give [mp, nq], blocks x_ij y */
BB_BUILDER bb_node *bb_kron(bb_node *x, bb_node *y);

/* Sums of products by Einstein's notation, as NumPy's einsum: "ij,jk->ik" is a matrix product.
 *
 * Each letter names a dimension; those that the result does not name are summed over. A letter
 * twice in one operand is its diagonal. "..." stands for the leading dimensions that are left,
 * which broadcast, and which the result must name too. Without "->" the result has "..." and the
 * letters that come once, in alphabetical order (capitals first). Operands are multiplied from left
 * to right, by matrix products where something is summed; no product may have a rank over 8. */
BB_BUILDER bb_node *bb_einsum(bb_nodes xs, const char *text);

/* Factorisations and solves, of each of the matrices [..., m, n].
 *
 * Matrices, pivots and faults: what cannot be done with the numbers of a matrix, as inverting a
 * singular one, is an error of the run, "matrix 3 is singular: pivot 2 is 0"; matrices are counted
 * from 0 through the leading dimensions, rows from 0. Only a pivot of exactly 0 counts as singular.
 * Packed inside: builders of one factorisation share it when their operand is the same node. */

/* the lower triangular L with L L' = x; reads the lower triangle of x, and d is 0 above it; one
 * that is not positive definite is a fault; NaN gives NaN. Rule: Murray (2016), "Differentiation of
 * the Cholesky decomposition". */
BB_BUILDER bb_node *bb_cholesky(bb_node *x);

/* Which triangular system; a sum of these. */
enum {
    BB_LOWER = 0,      /* the lower triangle A of a, in A x = b */
    BB_UPPER = 1,      /* the upper triangle */
    BB_TRANSPOSED = 2, /* A' in place of A */
    BB_RIGHT = 4       /* x A = b */
};
/* x with A x = b for a triangle A of a; what is beside it is not read, and d is 0 there. Leading
 * dimensions broadcast; a 1-D b is a column, or with BB_RIGHT a row. A 0 on the diagonal is a
 * fault. */
BB_BUILDER bb_node *bb_triangular_solve(bb_node *a, bb_node *b, int how);

/* x with a x = b for square a; leading dimensions broadcast; a 1-D b is a column. A singular matrix
 * is a fault. */
BB_BUILDER bb_node *bb_solve(bb_node *a, bb_node *b);
/* x^-1; a singular matrix is a fault. To multiply by it, bb_solve is faster and more exact. */
BB_BUILDER bb_node *bb_inverse(bb_node *x);
/* determinants; 0 of a singular matrix, but d is a fault there */
BB_BUILDER bb_node *bb_det(bb_node *x);
/* the sign of the determinant, -1, 0 or 1; d is 0, but a fault where the matrix is singular */
BB_BUILDER bb_node *bb_slogdet_sign(bb_node *x);
/* log of the determinant's size, without overflow; -infinity of a singular matrix, where d is a
 * fault */
BB_BUILDER bb_node *bb_slogdet_log(bb_node *x);

/* x = Q R for [m, n] with m >= n: Q [m, n] has orthonormal columns, R [n, n] is upper triangular
 * with a diagonal that is not negative, which makes both unique for full rank. Of less than full
 * rank d is a fault where the diagonal is exactly 0, and has no meaning near it. */
BB_BUILDER bb_node *bb_qr_q(bb_node *x);
BB_BUILDER bb_node *bb_qr_r(bb_node *x);

/* x = V diag(w) V' for symmetric [n, n]: values w [n] ascend, vectors are the columns of V [n, n],
 * each with its largest element positive (the first of those within 1/1000 of the largest). Reads
 * the lower triangle of x, and d is 0 above it. NaN or an infinity gives NaN throughout the matrix;
 * no convergence is a fault.
 *
 * d of vectors has the factor 1 / (w_j - w_i). Where two values are equal to the bit, as those of
 * the identity, the vectors are not determined, and the part of d that would turn them into each
 * other is left out: 0 where other libraries give NaN. d of a function of the values that treats
 * equal ones alike, as their sum, is right at ties too. */
BB_BUILDER bb_node *bb_eigh_values(bb_node *x);
BB_BUILDER bb_node *bb_eigh_vectors(bb_node *x);

/* x = U diag(s) V' for [m, n], k the shorter side: values s [k] descend, U [m, k] and V [n, k] have
 * orthonormal columns; the signs of U's are those of bb_eigh_vectors. NaN or an infinity gives NaN
 * throughout the matrix; no convergence is a fault.
 *
 * d of vectors has the factors 1 / (s_j^2 - s_i^2) and, unless x is square, 1 / s. Where values are
 * equal to the bit, or 0, the part of d with that factor is left out, as for bb_eigh_vectors; of a
 * value of 0, which is a kink, d is u v'. Rule: Townsend (2016), "Differentiating the singular
 * value decomposition". */
BB_BUILDER bb_node *bb_svd_values(bb_node *x);
BB_BUILDER bb_node *bb_svd_u(bb_node *x);
BB_BUILDER bb_node *bb_svd_v(bb_node *x);

/* the x with the least |a x - b|, and of several the shortest; a 1-D b is a column; a of full rank,
 * else a fault or, by rounding, large numbers */
BB_BUILDER bb_node *bb_lstsq(bb_node *a, bb_node *b);
/* the pseudo-inverse [n, m] of matrices of full rank, else as bb_lstsq */
BB_BUILDER bb_node *bb_pinv(bb_node *x);

/* Which norm; of a matrix without elements each is 0. */
typedef enum bb_matrix_norm_kind {
    BB_FROBENIUS,      /* root of the sum of squares, which must not overflow; d at 0 is 0 */
    BB_NUCLEAR,        /* sum of the singular values */
    BB_SPECTRAL,       /* largest singular value; ties share d evenly */
    BB_LARGEST_COLUMN, /* largest sum of a column's sizes; ties share d evenly */
    BB_LARGEST_ROW     /* of a row's */
} bb_matrix_norm_kind;
BB_BUILDER bb_node *bb_matrix_norm(bb_node *x, bb_matrix_norm_kind kind);

#ifdef __cplusplus
}
#endif
#endif
