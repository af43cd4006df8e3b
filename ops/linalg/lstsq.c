/* SPDX-License-Identifier: MIT */
/* lstsq: the x with the least |a x - b|, and of several the shortest, for matrices of full rank, by
 * QR of the taller of a and a'. */
#include "matrices.h"
#include "support.h"

static bb_node *solve_tall(bb_node *a, bb_node *b)
{
    return bb_triangular_solve(bb_qr_r(a), bb_matmul(bb_transpose(bb_qr_q(a)), b), BB_UPPER);
}

/* a' = Q R, so x = Q R^-T b is the only solution in the span of a's rows. */
static bb_node *solve_wide(bb_node *a, bb_node *b)
{
    bb_node *at = bb_transpose(a);
    return bb_matmul(bb_qr_q(at), bb_triangular_solve(bb_qr_r(at), b, BB_UPPER | BB_TRANSPOSED));
}

static bb_node *construct(bb_node *a, bb_node *b)
{
    bb_shape sa = bb_node_shape(a), sb = bb_node_shape(b);
    bb_node *refused = bb__refuse_pair(a, b, "lstsq");
    if (refused)
        return refused;
    if (sa.ndim < 2 || sb.ndim < 1)
        return bb_fail_node(a, b, "lstsq", BB_BAD_SHAPE, "needs a matrix, and a vector or matrix");
    const int64_t m = sa.dim[sa.ndim - 2], n = sa.dim[sa.ndim - 1];
    const bool is_vector = sb.ndim == 1;
    const int64_t rows = sb.dim[is_vector ? 0 : sb.ndim - 2];
    if (rows != m)
        return bb_fail_node(a, b, "lstsq", BB_BAD_SHAPE, "the right side has %lld rows, not %lld",
                            (long long)rows, (long long)m);
    if (is_vector)
        b = bb_reshape(b, BB_SHAPE(m, 1));
    bb_node *x = m >= n ? solve_tall(a, b) : solve_wide(a, b);
    bb_shape shape = bb_node_shape(x);
    if (!is_vector || bb_node_kind_of(x) == BB_NODE_INERT)
        return x;
    shape.ndim--;
    return bb_reshape(x, shape);
}

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    (void)g, (void)attrs;
    return construct(in.items[0], in.items[1]);
}

static const bb_sample samples[] = {
    {.n_in = 2, .in = {BB_DIMS(3, 2), BB_DIMS(3, 1)}, .is_dominant = {true}},
    {.n_in = 2, .in = {BB_DIMS(2, 2, 3), BB_DIMS(2)}, .is_dominant = {true}},
    {.n_in = 2, .in = {BB_DIMS(2, 0), BB_DIMS(2, 2)}, .is_dominant = {true}},
    {
        .n_in = 2,
        .in = {BB_DIMS(4, 2), BB_DIMS(4, 1)},
        .is_dominant = {true},
        .golden_in = {BB_NUMBERS(0.591, 1.819, -1.06, -1.546, 1.458, 1.17, -1.759, -0.716),
                      BB_NUMBERS(1.819, -1.06, -1.546, 1.458)},
        .golden_out = BB_NUMBERS(-1.7183305580703085, 1.5636747985271002),
    },
    {
        .n_in = 2,
        .in = {BB_DIMS(2, 3), BB_DIMS(2, 2)},
        .is_dominant = {true},
        .golden_in = {BB_NUMBERS(0.591, 1.819, -1.06, -1.546, 1.458, 1.17),
                      BB_NUMBERS(1.819, -1.06, -1.546, 1.458)},
        .golden_out = BB_NUMBERS(0.7031475323917032, -0.5632876983604396, 0.31454704534634853,
                                 -0.062148836946808395, -0.7842252196900876, 0.5792907885497491),
    },
};

const bb_op bb__op_lstsq = {
    .name = "lstsq",
    .doc = "the x with the least |a x - b|, the shortest of several; a of full rank, else a fault",
    .arity = 2,
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_lstsq(bb_node *a, bb_node *b)
{
    return construct(a, b);
}
