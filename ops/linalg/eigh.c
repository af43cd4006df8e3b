/* SPDX-License-Identifier: MIT */
/* eigh: eigenvalues and vectors of symmetric matrices, packed as [n + 1, n]: the values over the
 * vectors, which are columns; two builders take them apart. The lower triangle is read, by forward
 * and rule alike. */
#include "kernels.h"
#include "matrices.h"

static bool infer(bb_infer *c)
{
    c->out = c->in[0];
    if (!bb__infer_square(c, 0) || !bb__infer_spectral(c))
        return false;
    c->out.shape.dim[c->out.shape.ndim - 2]++;
    return true;
}

static void forward(const bb_call *call)
{
    bb__linalg_run(BB__EIGH, call);
}

/* V (diag(dw) + F o V' dV) V' with F_ij = 1 / (w_j - w_i), and 0 where values are equal: for i = j,
 * and at a tie. */
static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_shape shape = bb_node_shape(y);
    const int64_t n = shape.dim[shape.ndim - 1];
    bb_node *w = bb__rows(y, 0, 1), *v = bb__rows(y, 1, n + 1), *vt = bb_transpose(v);
    bb_node *dw = bb__rows(dy, 0, 1), *dv = bb__rows(dy, 1, n + 1);
    bb_node *f = bb__reciprocal_or_zero(bb_sub(w, bb_transpose(w)));
    bb_node *turned = bb_matmul(v, bb_mul(f, bb_matmul(vt, dv)));
    (void)i;
    return bb__fold_lower(bb_matmul(bb_add(turned, bb_mul(v, dw)), vt));
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(1, 1)}, .is_dominant = {true}},
    {.n_in = 1, .in = {BB_DIMS(3, 3)}, .is_dominant = {true}},
    {.n_in = 1, .in = {BB_DIMS(2, 1, 2, 2)}, .is_dominant = {true}},
    {.n_in = 1, .in = {BB_DIMS(2, 0, 0)}, .is_dominant = {true}},
    {.n_in = 1, .in = {BB_DIMS(0, 2, 2)}, .is_dominant = {true}},
    {
        .n_in = 1,
        .in = {BB_DIMS(3, 3)},
        .is_dominant = {true},
        .golden_in = {BB_NUMBERS(1.591, 1.819, -1.06, -1.546, 3.458, 1.17, -1.759, -0.716, 4.944)},
        .golden_out = BB_NUMBERS(-0.001046106690189422, 4.295094597469381, 5.698951509220808,
                                 0.8231503191926496, -0.418408684057539, -0.3838720165866194,
                                 0.44174993958106357, 0.896634995663933, -0.030044557425025653,
                                 0.35676398766294476, -0.14484425309958837, 0.9228973937826765),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(2, 2, 2)},
        .is_dominant = {true},
        .golden_in = {BB_NUMBERS(1.782, 0.67, -1.955, -0.166, 1.998, -0.349, -1.908, 0.84)},
        .golden_out = BB_NUMBERS(-1.376193443813986, 2.992193443813986, 0.5263405748996256,
                                 0.8502738377807069, 0.8502738377807069, -0.5263405748996256,
                                 -0.5749169992755464, 3.412916999275547, 0.5956579552856491,
                                 0.8032381964927463, 0.8032381964927463, -0.5956579552856491),
    },
};

static size_t scratch(const void *attrs, int n_in, const bb_array *in, const bb_array *out)
{
    (void)attrs;
    return bb__linalg_scratch(BB__EIGH, n_in, in, out);
}

/* Golub and Van Loan's count for the QR iteration. */
static double flops(const void *attrs, const bb_type *in, const bb_type *out)
{
    bb_shape x = in[0].shape;
    (void)attrs, (void)out;
    return 9 * (double)bb_shape_count(x) * (double)x.dim[x.ndim - 1];
}

const bb_op bb__op_eigh = {
    .name = "eigh",
    .doc = "ascending eigenvalues over the vectors, which are columns, of the lower triangle taken "
           "as symmetric; d of vectors whose values tie leaves out what turns them into each other",
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

bb_node *bb_eigh_values(bb_node *x)
{
    bb_node *packed = bb_apply(&bb__op_eigh, BB_NODES(x), NULL);
    bb_shape shape = bb_node_shape(x);
    if (bb_node_kind_of(packed) == BB_NODE_INERT)
        return packed;
    shape.ndim--;
    return bb_reshape(bb__rows(packed, 0, 1), shape);
}

bb_node *bb_eigh_vectors(bb_node *x)
{
    bb_node *packed = bb_apply(&bb__op_eigh, BB_NODES(x), NULL);
    bb_shape shape = bb_node_shape(packed);
    return bb_node_kind_of(packed) == BB_NODE_INERT
               ? packed
               : bb__rows(packed, 1, shape.dim[shape.ndim - 2]);
}
