/* SPDX-License-Identifier: MIT */
/* matrix_norm: norms of matrices, from their elements or their singular values. */
#include "matrices.h"

/* d is 0 where the sum of squares is: x / |x| has no limit there. */
static bb_node *frobenius(bb_node *x)
{
    bb_node *squares = bb_sum(bb_square(x), BB_AXES(-2, -1)), *zero = bb_number(x, 0);
    bb_node *is_zero = bb_equal(squares, zero);
    return bb_where(is_zero, zero, bb_sqrt(bb_where(is_zero, bb_number(x, 1), squares)));
}

static bb_node *nuclear(bb_node *x)
{
    return bb_sum(bb_svd_values(x), BB_AXES(-1));
}

/* Along the last axis, of numbers that are not negative: 0 of none. */
static bb_node *largest(bb_node *x)
{
    bb_shape shape = bb_node_shape(x);
    bool is_empty = shape.ndim > 0 && shape.dim[shape.ndim - 1] == 0;
    return is_empty ? bb_sum(x, BB_AXES(-1)) : bb_max(x, BB_AXES(-1));
}

static bb_node *spectral(bb_node *x)
{
    return largest(bb_svd_values(x));
}

static bb_node *largest_column(bb_node *x)
{
    return largest(bb_sum(bb_abs(x), BB_AXES(-2)));
}

static bb_node *largest_row(bb_node *x)
{
    return largest(bb_sum(bb_abs(x), BB_AXES(-1)));
}

static bb_node *(*const norms[])(bb_node *x) = {
    [BB_FROBENIUS] = frobenius,           [BB_NUCLEAR] = nuclear,         [BB_SPECTRAL] = spectral,
    [BB_LARGEST_COLUMN] = largest_column, [BB_LARGEST_ROW] = largest_row,
};

static bb_node *construct(bb_node *x, bb_matrix_norm_kind kind)
{
    if ((size_t)kind >= sizeof norms / sizeof *norms)
        return bb_fail_node(x, NULL, "matrix_norm", BB_BAD_ARGUMENT, "%d is no norm", (int)kind);
    if (bb_node_shape(x).ndim < 2)
        return bb_fail_node(x, NULL, "matrix_norm", BB_BAD_SHAPE, "operand 1 is no matrix");
    return norms[kind](x);
}

typedef struct norm_attrs {
    bb_matrix_norm_kind kind;
} norm_attrs;

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    (void)g;
    return construct(in.items[0], ((const norm_attrs *)attrs)->kind);
}

#define KIND(kind) .attrs = &(const norm_attrs){kind}, .is_dominant = {true}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(2, 3)}, KIND(BB_FROBENIUS)},
    {.n_in = 1, .in = {BB_DIMS(2, 3)}, KIND(BB_NUCLEAR)},
    {.n_in = 1, .in = {BB_DIMS(2, 3)}, KIND(BB_SPECTRAL)},
    {.n_in = 1, .in = {BB_DIMS(2, 2, 3)}, KIND(BB_LARGEST_COLUMN)},
    {.n_in = 1, .in = {BB_DIMS(2, 2, 3)}, KIND(BB_LARGEST_ROW)},
    {.n_in = 1, .in = {BB_DIMS(0, 3)}, KIND(BB_FROBENIUS)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 0, 3)},
     KIND(BB_SPECTRAL),
     .golden_in = {BB_NUMBERS(0)},
     .golden_out = BB_NUMBERS(0, 0)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 3, 0)},
     KIND(BB_LARGEST_COLUMN),
     .golden_in = {BB_NUMBERS(0)},
     .golden_out = BB_NUMBERS(0, 0)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 0, 3)},
     KIND(BB_LARGEST_ROW),
     .golden_in = {BB_NUMBERS(0)},
     .golden_out = BB_NUMBERS(0, 0)},
    {
        .n_in = 1,
        .in = {BB_DIMS(2, 2, 3)},
        KIND(BB_FROBENIUS),
        .golden_in = {BB_NUMBERS(0.591, 1.819, -1.06, -1.546, 1.458, 1.17, -1.759, -0.716, 1.944,
                                 0.216, -2.0, 0.3)},
        .golden_out = BB_NUMBERS(3.26594886671546, 3.39448508613604),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(2, 2, 3)},
        KIND(BB_NUCLEAR),
        .golden_in = {BB_NUMBERS(0.591, 1.819, -1.06, -1.546, 1.458, 1.17, -1.759, -0.716, 1.944,
                                 0.216, -2.0, 0.3)},
        .golden_out = BB_NUMBERS(4.607466742005489, 4.699212272681226),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(2, 2, 3)},
        KIND(BB_SPECTRAL),
        .golden_in = {BB_NUMBERS(0.591, 1.819, -1.06, -1.546, 1.458, 1.17, -1.759, -0.716, 1.944,
                                 0.216, -2.0, 0.3)},
        .golden_out = BB_NUMBERS(2.46505155140512, 2.8401318788562686),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(2, 2, 3)},
        KIND(BB_LARGEST_COLUMN),
        .golden_in = {BB_NUMBERS(0.591, 1.819, -1.06, -1.546, 1.458, 1.17, -1.759, -0.716, 1.944,
                                 0.216, -2.0, 0.3)},
        .golden_out = BB_NUMBERS(3.277, 2.716),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(2, 2, 3)},
        KIND(BB_LARGEST_ROW),
        .golden_in = {BB_NUMBERS(0.591, 1.819, -1.06, -1.546, 1.458, 1.17, -1.759, -0.716, 1.944,
                                 0.216, -2.0, 0.3)},
        .golden_out = BB_NUMBERS(4.1739999999999995, 4.419),
    },
};

const bb_op bb__op_matrix_norm = {
    .name = "matrix_norm",
    .doc = "a norm of matrices: Frobenius, nuclear, spectral, largest sum of a column or row",
    .arity = 1,
    .attrs_size = sizeof(norm_attrs),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_matrix_norm(bb_node *x, bb_matrix_norm_kind kind)
{
    return construct(x, kind);
}
