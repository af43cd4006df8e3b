/* SPDX-License-Identifier: MIT */
/* What the ops of linear algebra refuse, to the letter. */
#include "refusals.h"

TestSuite(errors_linalg, .init = refusals_begin, .fini = refusals_end);

static bb_node *input(const char *name, bb_shape shape)
{
    return bb_input(w.g, name, BB_F32, shape);
}

Test(errors_linalg, matrices)
{
    REFUSED(SHAPE, "cholesky: operand 1 is no matrix: v [3]", bb_cholesky(w.v));
    REFUSED(SHAPE, "cholesky: the matrix is not square: x [2 3]", bb_cholesky(w.x));
    REFUSED(TYPE, "cholesky: needs f32 or f64: m u8 [2 3]", bb_cholesky(w.m));
    REFUSED(SHAPE, "inverse: the matrix is not square: x [2 3]", bb_inverse(w.x));
    REFUSED(SHAPE, "det: operand 1 is no matrix: s []", bb_det(w.s));
    REFUSED(SHAPE, "slogdet: the matrix is not square: x [2 3]", bb_slogdet_log(w.x));
    REFUSED(SHAPE, "slogdet: operand 1 is no matrix: v [3]", bb_slogdet_sign(w.v));
    REFUSED(SHAPE, "qr: needs at least as many rows as columns: x [2 3]", bb_qr_q(w.x));
    REFUSED(SHAPE, "qr: operand 1 is no matrix: v [3]", bb_qr_r(w.v));
    REFUSED(SHAPE, "eigh: the matrix is not square: x [2 3]", bb_eigh_values(w.x));
    REFUSED(SHAPE, "eigh: a shorter side of 20000 is over 16384: k [20000 20000]",
            bb_eigh_vectors(input("k", BB_SHAPE(20000, 20000))));
    REFUSED(SHAPE, "svd: operand 1 is no matrix: v [3]", bb_svd_u(w.v));
    REFUSED(SHAPE, "svd: a side of 3000000000 is over 2147483647: k [3000000000 2]",
            bb_svd_values(input("k", BB_SHAPE(3000000000, 2))));
    REFUSED(SHAPE, "svd: a side of 9000000 is over 8388608: k [9000000 2]",
            bb_svd_values(input("k", BB_SHAPE(9000000, 2))));
    REFUSED(TYPE, "svd: needs f32 or f64: m u8 [2 3]", bb_svd_v(w.m));
}

Test(errors_linalg, solves)
{
    bb_node *a = input("a", BB_SHAPE(3, 3));
    REFUSED(SHAPE, "solve: the right side has 2 rows, not 3: a [3 3] x x [2 3]", bb_solve(a, w.x));
    a = input("a", BB_SHAPE(5, 3, 3));
    REFUSED(SHAPE, "solve: batch sizes do not broadcast: a [5 3 3] x b [4 3 1]",
            bb_solve(a, input("b", BB_SHAPE(4, 3, 1))));
    REFUSED(SHAPE, "solve: the matrix is not square: x [2 3] x y [4 5]", bb_solve(w.x, w.y));
    a = input("a", BB_SHAPE(2, 2));
    REFUSED(TYPE, "solve: types differ: a f32 [2 2] x d f64 [2 3]", bb_solve(a, w.d));
    a = input("a", BB_SHAPE(2, 2));
    REFUSED(SHAPE, "solve: operand 2 is no matrix: a [2 2] x s []", bb_solve(a, w.s));
    a = input("a", BB_SHAPE(3, 3));
    REFUSED(SHAPE, "triangular_solve: the right side has 2 rows, not 3: a [3 3] x x [2 3]",
            bb_triangular_solve(a, w.x, BB_UPPER));
    a = input("a", BB_SHAPE(2, 2));
    REFUSED(SHAPE, "triangular_solve: the right side has 3 columns, not 2: a [2 2] x x [2 3]",
            bb_triangular_solve(a, w.x, BB_RIGHT));
    a = input("a", BB_SHAPE(2, 2));
    REFUSED(ARGUMENT,
            "triangular_solve: 8 is no sum of BB_UPPER, BB_TRANSPOSED and BB_RIGHT: "
            "a [2 2] x x [2 3]",
            bb_triangular_solve(a, w.x, 8));
    REFUSED(SHAPE, "lstsq: the right side has 3 rows, not 2: x [2 3] x v [3]", bb_lstsq(w.x, w.v));
    REFUSED(SHAPE, "lstsq: needs a matrix, and a vector or matrix: v [3] x x [2 3]",
            bb_lstsq(w.v, w.x));
    REFUSED(SHAPE, "pinv: operand 1 is no matrix: v [3]", bb_pinv(w.v));
}

Test(errors_linalg, products)
{
    bb_node *deep = input("deep", BB_SHAPE(1, 1, 1, 1, 1, 1, 1));
    REFUSED(SHAPE, "outer: an operand is a scalar: v [3] x s []", bb_outer(w.v, w.s));
    REFUSED(SHAPE, "dot: an operand is a scalar: s [] x v [3]", bb_dot(w.s, w.v));
    REFUSED(SHAPE, "dot: last sizes differ: x [2 3] x y [4 5]", bb_dot(w.x, w.y));
    REFUSED(SHAPE, "kron: an operand is no matrix: x [2 3] x v [3]", bb_kron(w.x, w.v));
    REFUSED(SHAPE, "dot: batch sizes do not broadcast: x [2 3] x b [4 3]",
            bb_dot(w.x, input("b", BB_SHAPE(4, 3))));
    deep = input("deep", BB_SHAPE(1, 1, 1, 1, 1, 1, 1));
    REFUSED(SHAPE, "kron: a rank is over 6: deep [1 1 1 1 1 1 1] x x [2 3]", bb_kron(deep, w.x));
    deep = input("deep", BB_SHAPE(1, 1, 1, 1, 1, 1, 1, 1));
    REFUSED(SHAPE, "outer: rank 9 is over 8: deep [1 1 1 1 1 1 1 1] x v [3]", bb_outer(deep, w.v));
    REFUSED(ARGUMENT, "matrix_norm: 7 is no norm: x [2 3]",
            bb_matrix_norm(w.x, (bb_matrix_norm_kind)7));
    REFUSED(SHAPE, "matrix_norm: operand 1 is no matrix: v [3]", bb_matrix_norm(w.v, BB_FROBENIUS));
}

#define EINSUM(text, ...) bb_einsum(BB_NODES(__VA_ARGS__), text)

Test(errors_linalg, einsum_text)
{
    REFUSED(ARGUMENT,
            "einsum: character 3 of \"ij*jk\" is '*', not a letter, \"...\", ',' or \"->\": "
            "x [2 3] x y [4 5]",
            EINSUM("ij*jk", w.x, w.y));
    REFUSED(ARGUMENT,
            "einsum: character 3 of \"ij-ji\" is '-', not a letter, \"...\", ',' or \"->\": "
            "x [2 3]",
            EINSUM("ij-ji", w.x));
    REFUSED(ARGUMENT, "einsum: character 7 of \"ij->ji,\" is ',', not a letter or \"...\": x [2 3]",
            EINSUM("ij->ji,", w.x));
    REFUSED(ARGUMENT,
            "einsum: character 1 of \"..i\" is '.', not a letter, \"...\", ',' or \"->\": x [2 3]",
            EINSUM("..i", w.x));
    REFUSED(ARGUMENT, "einsum: character 5 of \"...i...\" begins a second \"...\": x [2 3]",
            EINSUM("...i...", w.x));
    REFUSED(ARGUMENT, "einsum: a term of \"abcdefghijk\" names more than 8 axes: x [2 3]",
            EINSUM("abcdefghijk", w.x));
    REFUSED(ARGUMENT, "einsum: 'k' of the result is in no operand: x [2 3]", EINSUM("ij->ik", w.x));
    REFUSED(ARGUMENT, "einsum: 'i' comes twice in the result: x [2 3]", EINSUM("ij->ii", w.x));
    REFUSED(ARGUMENT, "einsum: the result of \"...j->j\" has no \"...\": x [2 3]",
            EINSUM("...j->j", w.x));
    REFUSED(ARGUMENT, "einsum: \"ij\" names 1 operands, not 2: x [2 3] x y [4 5]",
            EINSUM("ij", w.x, w.y));
    REFUSED(ARGUMENT, "einsum: more than 16 operands: x [2 3]",
            EINSUM("i,i,i,i,i,i,i,i,i,i,i,i,i,i,i,i,i", w.x));
    REFUSED(ARGUMENT, "einsum: the text is NULL: x [2 3]", EINSUM(NULL, w.x));
}

Test(errors_linalg, einsum_operands)
{
    REFUSED(ARGUMENT, "einsum: operand 1 of \"ijk\" has 2 axes, not 3: x [2 3]",
            EINSUM("ijk", w.x));
    REFUSED(ARGUMENT, "einsum: operand 2 of \"ij,...jkl\" has 2 axes, not 3: x [2 3] x y [4 5]",
            EINSUM("ij,...jkl", w.x, w.y));
    REFUSED(ARGUMENT,
            "einsum: the size of 'j' is 3 in operand 1 and 4 in operand 2: x [2 3] x y [4 5]",
            EINSUM("ij,jk->ik", w.x, w.y));
    REFUSED(ARGUMENT, "einsum: the size of 'i' is 2 in operand 1 and 3 in operand 1: x [2 3]",
            EINSUM("ii", w.x));
    REFUSED(ARGUMENT,
            "einsum: the size of '...' is 2 in operand 1 and 4 in operand 2: x [2 3] x y [4 5]",
            EINSUM("...,...", w.x, w.y));
    REFUSED(TYPE, "einsum: types differ: x f32 [2 3] x d f64 [2 3]", EINSUM("ij,ij", w.x, w.d));
    REFUSED(TYPE, "einsum: needs f32 or f64: m u8 [2 3]", EINSUM("ij", w.m));
    REFUSED(ARGUMENT, "einsum: operand 2 is NULL: x [2 3]", EINSUM("ij,jk", w.x, NULL));
    bb_node *a = input("a", BB_SHAPE(1, 1, 1, 1, 1)), *b = input("b", BB_SHAPE(1, 1, 1, 1));
    bb_node *c = input("c", BB_SHAPE(1, 1, 1, 1, 1, 1));
    REFUSED(SHAPE,
            "einsum: the product up to operand 2 is of rank over 8: a [1 1 1 1 1] x b [1 1 1 1]",
            EINSUM("abcde,fghi,defghi->abc", a, b, c));
}

/* What is wrong is said before it is reshaped, in the name of what was called. */
Test(errors_linalg, pairs_that_are_none)
{
    REFUSED(ARGUMENT, "dot: operand 2 is NULL: v [3]", bb_dot(w.v, NULL));
    REFUSED(ARGUMENT, "dot: operand 1 is NULL: v [3]", bb_dot(NULL, w.v));
    REFUSED(ARGUMENT, "outer: operand 2 is NULL: v [3]", bb_outer(w.v, NULL));
    REFUSED(ARGUMENT, "kron: operand 2 is NULL: x [2 3]", bb_kron(w.x, NULL));
    REFUSED(ARGUMENT, "lstsq: operand 2 is NULL: x [2 3]", bb_lstsq(w.x, NULL));
    REFUSED(TYPE, "dot: types differ: x f32 [2 3] x d f64 [2 3]", bb_dot(w.x, w.d));
    REFUSED(TYPE, "dot: needs f32 or f64: m u8 [2 3] x x f32 [2 3]", bb_dot(w.m, w.x));
    REFUSED(TYPE, "outer: types differ: x f32 [2 3] x d f64 [2 3]", bb_outer(w.x, w.d));
    REFUSED(TYPE, "kron: types differ: x f32 [2 3] x d f64 [2 3]", bb_kron(w.x, w.d));
    REFUSED(TYPE, "lstsq: types differ: x f32 [2 3] x d f64 [2 3]", bb_lstsq(w.x, w.d));
}

/* What is reshaped on the way is inert then, and has no sizes. */
Test(errors_linalg, sound_operands_in_a_graph_that_has_failed)
{
    bb_node *a = input("a", BB_SHAPE(3, 3)), *many = input("many", BB_SHAPE(2, 3, 3));
    bb_node *(*const builders[])(bb_node *, bb_node *) = {bb_matmul, bb_solve, bb_lstsq,
                                                          bb_dot,    bb_outer, bb_kron};
    cr_assert_eq(bb_node_kind_of(bb_add(w.x, w.y)), BB_NODE_INERT);
    for (size_t i = 0; i < sizeof builders / sizeof *builders; i++) {
        cr_assert_eq(bb_node_kind_of(builders[i](a, w.v)), BB_NODE_INERT);
        cr_assert_eq(bb_node_kind_of(builders[i](w.v, a)), BB_NODE_INERT);
        cr_assert_eq(bb_node_kind_of(builders[i](a, many)), BB_NODE_INERT);
        cr_assert_eq(bb_node_kind_of(builders[i](many, a)), BB_NODE_INERT);
    }
    cr_assert_eq(bb_node_kind_of(bb_triangular_solve(a, w.v, BB_RIGHT)), BB_NODE_INERT);
}
