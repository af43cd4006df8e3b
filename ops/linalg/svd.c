/* SPDX-License-Identifier: MIT */
/* svd: singular values and vectors of matrices [m, n], packed as [m + 1 + n, k] for k the shorter
 * side: U over the values s over V, with x = U diag(s) V'; three builders take them apart. */
#include "kernels.h"
#include "matrices.h"

typedef struct parts {
    bb_node *u, *s, *v;
} parts;

static bool infer(bb_infer *c)
{
    c->out = c->in[0];
    if (!bb__infer_matrix(c, 0) || !bb__infer_spectral(c))
        return false;
    int64_t *sides = &c->out.shape.dim[c->out.shape.ndim - 2], m = sides[0], n = sides[1];
    sides[0] = m + 1 + n;
    sides[1] = m < n ? m : n;
    return true;
}

static void forward(const bb_call *call)
{
    bb__linalg_run(BB__SVD, call);
}

static parts take_apart(bb_node *packed, const bb_node *x)
{
    bb_shape shape = bb_node_shape(x);
    const int64_t m = shape.dim[shape.ndim - 2], n = shape.dim[shape.ndim - 1];
    return (parts){bb__rows(packed, 0, m), bb__rows(packed, m, m + 1),
                   bb__rows(packed, m + 1, m + 1 + n)};
}

/* What of d lies beside the columns of u, over the values; NULL when nothing can. */
static bb_node *beside(bb_node *u, bb_node *d, bb_node *product, bb_node *s)
{
    bb_shape shape = bb_node_shape(u);
    if (shape.ndim < 2 || shape.dim[shape.ndim - 2] == shape.dim[shape.ndim - 1])
        return NULL;
    return bb_mul(bb_sub(d, bb_matmul(u, product)), bb__reciprocal_or_zero(s));
}

/* Townsend (2016), "Differentiating the singular value decomposition": U (A S + S B + diag(ds)) V'
 * with A = F o (U' dU - dU' U), B the same of V, F_ij = 1 / (s_j^2 - s_i^2); and what lies beside U
 * and V. Reciprocals of 0 are 0: for i = j, at a tie, and of values of 0. */
static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *x = bb_node_input(y, i);
    parts p = take_apart(y, x), d = take_apart(dy, x);
    bb_node *st = bb_transpose(p.s), *vt = bb_transpose(p.v);
    bb_node *f = bb__reciprocal_or_zero(bb_mul(bb_sub(p.s, st), bb_add(p.s, st)));
    bb_node *of_u = bb_matmul(bb_transpose(p.u), d.u), *of_v = bb_matmul(vt, d.v);
    bb_node *a = bb_mul(f, bb_sub(of_u, bb_transpose(of_u)));
    bb_node *b = bb_mul(f, bb_sub(of_v, bb_transpose(of_v)));
    bb_node *inner = bb_add(bb_mul(a, p.s), bb_mul(st, b));
    bb_node *left = bb_add(bb_matmul(p.u, inner), bb_mul(p.u, d.s));
    bb_node *beside_u = beside(p.u, d.u, of_u, p.s), *beside_v = beside(p.v, d.v, of_v, p.s);
    bb_node *dx = bb_matmul(beside_u ? bb_add(left, beside_u) : left, vt);
    return beside_v ? bb_add(dx, bb_matmul(p.u, bb_transpose(beside_v))) : dx;
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(1, 1)}, .is_dominant = {true}},
    {.n_in = 1, .in = {BB_DIMS(3, 3)}, .is_dominant = {true}},
    {.n_in = 1, .in = {BB_DIMS(3, 2)}, .is_dominant = {true}},
    {.n_in = 1, .in = {BB_DIMS(2, 1, 2, 3)}, .is_dominant = {true}},
    {.n_in = 1, .in = {BB_DIMS(3, 0)}, .is_dominant = {true}},
    {.n_in = 1, .in = {BB_DIMS(0, 2, 2)}, .is_dominant = {true}},
    {
        .n_in = 1,
        .in = {BB_DIMS(4, 3)},
        .is_dominant = {true},
        .golden_in = {BB_NUMBERS(1.591, 1.819, -1.06, -1.546, 3.458, 1.17, -1.759, -0.716, 4.944,
                                 0.216, -2.0, 0.3)},
        .golden_out = BB_NUMBERS(
            -0.3116622528985231, 0.3426992819873267, 0.8739050960692891, 0.24810285621386957,
            0.8221417223237267, -0.30352389426678356, 0.915263728245074, -0.0767777334435128,
            0.376778966822243, 0.06003266290666079, -0.44804616970489125, 0.046912032929902384,
            5.747273242318217, 4.471385167546194, 1.3573930755610149, -0.4308832029473092,
            -0.15376051465883028, 0.8892116562156165, -0.08427789945763431, 0.9879268058470376,
            0.12999177647789367, 0.8984636336997048, 0.018929617553490652, 0.4386396795758469),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(2, 2, 3)},
        .is_dominant = {true},
        .golden_in = {BB_NUMBERS(1.683, 0.855, -1.903, -0.364, 1.997, -0.15, -1.958, 0.655, 1.79,
                                 -1.116, -1.502, 1.503)},
        .golden_out = BB_NUMBERS(
            0.9328787503578226, -0.36019055669301864, 0.3601905566930187, 0.9328787503578228,
            2.778102839731463, 1.9000191082923308, 0.5179525947120973, -0.4977679266050229,
            0.5460243773475733, 0.8184106842428631, -0.658469808702875, 0.2871080687832802,
            0.7791510602718379, -0.6268362029089176, 0.6268362029089177, 0.7791510602718383,
            3.2554259049633543, 1.6215918652033035, -0.6835133231157537, 0.22065521523039294,
            -0.1324447383777864, -0.9748831622533116, 0.7178216550086093, 0.030234019689944186),
    },
};

static size_t scratch(const void *attrs, int n_in, const bb_array *in, const bb_array *out)
{
    (void)attrs;
    return bb__linalg_scratch(BB__SVD, n_in, in, out);
}

/* Golub and Van Loan's count for the thin factors: 14 m n^2 + 8 n^3 for n the shorter side. */
static double flops(const void *attrs, const bb_type *in, const bb_type *out)
{
    double k = (double)out->shape.dim[out->shape.ndim - 1];
    double count = (double)bb_shape_count(in[0].shape);
    double rest = (double)in[0].shape.dim[in[0].shape.ndim - 1];
    double longer = rest > k ? rest : (double)in[0].shape.dim[in[0].shape.ndim - 2];
    (void)attrs;
    return longer > 0 ? count * k * (14 + 8 * k / longer) : 0;
}

const bb_op bb__op_svd = {
    .name = "svd",
    .doc = "U over descending singular values over V; d of vectors whose values tie leaves out "
           "what turns them into each other",
    .arity = 1,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .batch = bb_batch_same,
    .scratch = scratch,
    .flops = flops,
    .may_fault = true,
    BB_SAMPLES(samples),
};

static bb_node *decompose(bb_node *x)
{
    return bb_apply(&bb__op_svd, BB_NODES(x), NULL);
}

bb_node *bb_svd_values(bb_node *x)
{
    bb_node *packed = decompose(x);
    bb_shape shape = bb_node_shape(packed);
    if (bb_node_kind_of(packed) == BB_NODE_INERT)
        return packed;
    shape.dim[shape.ndim - 2] = shape.dim[shape.ndim - 1];
    shape.ndim--;
    return bb_reshape(take_apart(packed, x).s, shape);
}

bb_node *bb_svd_u(bb_node *x)
{
    bb_node *packed = decompose(x);
    return bb_node_kind_of(packed) == BB_NODE_INERT ? packed : take_apart(packed, x).u;
}

bb_node *bb_svd_v(bb_node *x)
{
    bb_node *packed = decompose(x);
    return bb_node_kind_of(packed) == BB_NODE_INERT ? packed : take_apart(packed, x).v;
}
