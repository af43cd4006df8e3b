/* SPDX-License-Identifier: MIT */
/* solve: x with a x = b, by elimination with row exchanges. */
#include "kernels.h"
#include "matrices.h"

static bool infer(bb_infer *c)
{
    bb_shape a = c->in[0].shape, b = c->in[1].shape;
    if (!bb__infer_square(c, 0) || !bb__infer_matrix(c, 1) || !bb__infer_same_batch(c))
        return false;
    const int64_t n = a.dim[a.ndim - 1], rows = b.dim[b.ndim - 2];
    if (rows != n)
        return bb_infer_fail(c, BB_BAD_SHAPE, "the right side has %lld rows, not %lld",
                             (long long)rows, (long long)n);
    c->out = c->in[1];
    return true;
}

static void forward(const bb_call *call)
{
    bb__linalg_run(BB__SOLVE, call);
}

static bb_node *backward(bb_node *x, bb_node *dx, int i)
{
    bb_node *db = bb_solve(bb_transpose(bb_node_input(x, 0)), dx);
    return i == 1 ? db : bb_neg(bb_matmul(db, bb_transpose(x)));
}

static const bb_sample samples[] = {
    {.n_in = 2, .in = {BB_DIMS(1, 1), BB_DIMS(1, 1)}, .is_dominant = {true}},
    {.n_in = 2, .in = {BB_DIMS(3, 3), BB_DIMS(3, 2)}, .is_dominant = {true}},
    {.n_in = 2, .in = {BB_DIMS(2, 1, 3, 3), BB_DIMS(2, 1, 3, 1)}, .is_dominant = {true}},
    {.n_in = 2, .in = {BB_DIMS(0, 0), BB_DIMS(0, 2)}, .is_dominant = {true}},
    {.n_in = 2, .in = {BB_DIMS(2, 2), BB_DIMS(2, 0)}, .is_dominant = {true}},
    {
        .n_in = 2,
        .in = {BB_DIMS(3, 3), BB_DIMS(3, 2)},
        .is_dominant = {true},
        .golden_in = {BB_NUMBERS(0.0, 2.0, -1.0, 1.5, 0.25, 3.0, -2.0, 1.0, 0.5),
                      BB_NUMBERS(1.819, -1.06, -1.546, 1.458, 1.17, -1.759)},
        .golden_out = BB_NUMBERS(-0.3338629032258065, 0.7007903225806451, 0.7058870967741935,
                                 -0.44370967741935485, -0.407225806451613, 0.17258064516129035),
    },
    {
        .n_in = 2,
        .in = {BB_DIMS(2, 2, 2), BB_DIMS(2, 2, 1)},
        .is_dominant = {true},
        .golden_in = {BB_NUMBERS(1.782, 0.67, -1.955, -0.166, 1.998, -0.349, -1.908, 0.84),
                      BB_NUMBERS(1.819, -1.06, -1.546, 1.458)},
        .golden_out = BB_NUMBERS(0.4025943800922648, 1.6441444995157968, -0.780102881390084,
                                 -0.036233687728905194),
    },
};

static size_t scratch(const void *attrs, int n_in, const bb_array *in, const bb_array *out)
{
    (void)attrs;
    return bb__linalg_scratch(BB__SOLVE, n_in, in, out);
}

/* Elimination, and both triangles for each column of b. */
static double flops(const void *attrs, const bb_type *in, const bb_type *out)
{
    double n = (double)in[0].shape.dim[in[0].shape.ndim - 1];
    (void)attrs;
    return 2 * n * ((double)bb_shape_count(in[0].shape) / 3 + (double)bb_shape_count(out->shape));
}

const bb_op bb__op_solve = {
    .name = "solve",
    .doc = "x with a x = b; a singular matrix is a fault",
    .arity = 2,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .batch = bb_batch_same,
    .scratch = scratch,
    .flops = flops,
    .may_fault = true,
    BB_SAMPLES(samples),
};

bb_node *bb_solve(bb_node *a, bb_node *b)
{
    return bb__apply_pair(&bb__op_solve, a, b, NULL, false);
}
