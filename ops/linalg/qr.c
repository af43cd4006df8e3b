/* SPDX-License-Identifier: MIT */
/* qr: the factors of matrices [m, n], m >= n, packed as [m + n, n]: Q with orthonormal columns over
 * the upper triangular R; two builders take them apart. */
#include "kernels.h"
#include "matrices.h"

static bool infer(bb_infer *c)
{
    c->out = c->in[0];
    if (!bb__infer_matrix(c, 0))
        return false;
    int64_t *rows = &c->out.shape.dim[c->out.shape.ndim - 2], columns = rows[1];
    if (*rows < columns)
        return bb_infer_fail(c, BB_BAD_SHAPE, "needs at least as many rows as columns");
    *rows += columns;
    return true;
}

static void forward(const bb_call *call)
{
    bb__linalg_run(BB__QR, call);
}

static int64_t side(const bb_node *x, int from_back)
{
    bb_shape shape = bb_node_shape(x);
    return shape.dim[shape.ndim - from_back];
}

/* (dQ + Q S) R^-T, where S is symmetric with the lower triangle of M = R dR' - dQ' Q. */
static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    const int64_t m = side(bb_node_input(y, i), 2), n = side(y, 1);
    bb_node *q = bb__rows(y, 0, m), *r = bb__rows(y, m, m + n);
    bb_node *dq = bb__rows(dy, 0, m), *dr = bb_triu(bb__rows(dy, m, m + n), 0);
    bb_node *inner = bb_sub(bb_matmul(r, bb_transpose(dr)), bb_matmul(bb_transpose(dq), q));
    bb_node *below = bb_tril(inner, -1);
    bb_node *symmetric = bb_add(bb_tril(inner, 0), bb_transpose(below));
    bb_node *sum = bb_add(dq, bb_matmul(q, symmetric));
    return bb_triangular_solve(r, sum, BB_RIGHT | BB_UPPER | BB_TRANSPOSED);
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(1, 1)}, .is_dominant = {true}},
    {.n_in = 1, .in = {BB_DIMS(3, 3)}, .is_dominant = {true}},
    {.n_in = 1, .in = {BB_DIMS(4, 2)}, .is_dominant = {true}},
    {.n_in = 1, .in = {BB_DIMS(2, 1, 3, 2)}, .is_dominant = {true}},
    {.n_in = 1, .in = {BB_DIMS(3, 0)}, .is_dominant = {true}},
    {.n_in = 1, .in = {BB_DIMS(0, 2, 2)}, .is_dominant = {true}},
    {
        .n_in = 1,
        .in = {BB_DIMS(4, 3)},
        .is_dominant = {true},
        .golden_in = {BB_NUMBERS(1.591, 1.819, -1.06, -1.546, 3.458, 1.17, -1.759, -0.716, 4.944,
                                 0.216, -2.0, 0.3)},
        .golden_out = BB_NUMBERS(
            0.5603316751558967, 0.4851240930551805, 0.6549574817090501, -0.5444831991144036,
            0.7134164501193463, -0.15547928421185953, -0.619499319044137, -0.24271038001668277,
            0.7368019866758235, 0.07607268499916635, -0.4436025861834622, 0.06308503598213117,
            2.8393897231623555, -0.5721634429917619, -4.270979746483567, 0.0, 4.4104206142389435,
            -1.012575186656375, 0.0, 0.0, 2.7855088397804417),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(2, 2, 2)},
        .is_dominant = {true},
        .golden_in = {BB_NUMBERS(1.782, 0.67, -1.955, -0.166, 1.998, -0.349, -1.908, 0.84)},
        .golden_out = BB_NUMBERS(0.6736506382075376, 0.7390499425901996, -0.7390499425901996,
                                 0.6736506382075376, 2.645288075049672, 0.5740282180690234, 0.0,
                                 0.3833374555929826, 0.7232076107221757, 0.6906306913202758,
                                 -0.6906306913202758, 0.7232076107221757, 2.762692165261993,
                                 -0.832529236851071, 0.0, 0.3664642817358512),
    },
};

static size_t scratch(const void *attrs, int n_in, const bb_array *in, const bb_array *out)
{
    (void)attrs;
    return bb__linalg_scratch(BB__QR, n_in, in, out);
}

/* The reflections, and as many again to form Q. */
static double flops(const void *attrs, const bb_type *in, const bb_type *out)
{
    bb_shape x = in[0].shape;
    double m = (double)x.dim[x.ndim - 2], n = (double)x.dim[x.ndim - 1];
    (void)attrs, (void)out;
    return m > 0 ? 4 * (double)bb_shape_count(x) * (n - n * n / (3 * m)) : 0;
}

const bb_op bb__op_qr = {
    .name = "qr",
    .doc = "Q over R with Q R = x, the diagonal of R not negative; d needs full rank, else it is a "
           "fault",
    .arity = 1,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .batch = bb_batch_same,
    .scratch = scratch,
    .flops = flops,
    BB_SAMPLES(samples),
};

bb_node *bb_qr_q(bb_node *x)
{
    bb_node *packed = bb_apply(&bb__op_qr, BB_NODES(x), NULL);
    return bb_node_kind_of(packed) == BB_NODE_INERT ? packed : bb__rows(packed, 0, side(x, 2));
}

bb_node *bb_qr_r(bb_node *x)
{
    bb_node *packed = bb_apply(&bb__op_qr, BB_NODES(x), NULL);
    return bb_node_kind_of(packed) == BB_NODE_INERT
               ? packed
               : bb__rows(packed, side(x, 2), side(x, 2) + side(x, 1));
}
