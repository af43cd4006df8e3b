/* SPDX-License-Identifier: MIT */
/* cholesky: the lower triangular L with L L' = x. Of x the lower triangle is read, by forward and
 * rule alike. */
#include "kernels.h"
#include "matrices.h"

static bool infer(bb_infer *c)
{
    c->out = c->in[0];
    return bb__infer_square(c, 0);
}

static void forward(const bb_call *call)
{
    bb__linalg_run(BB__CHOLESKY, call);
}

/* Murray (2016), equations 8 to 10: L^-T P L^-1 for the lower triangle P of L' dL with half its
 * diagonal. */
static bb_node *backward(bb_node *l, bb_node *dl, int i)
{
    bb_node *product = bb_matmul(bb_transpose(l), bb_tril(dl, 0));
    bb_node *twice = bb_add(bb_tril(product, 0), bb_tril(product, -1));
    bb_node *left = bb_triangular_solve(l, bb_mul_scalar(twice, 0.5), BB_TRANSPOSED);
    (void)i;
    return bb__fold_lower(bb_triangular_solve(l, left, BB_RIGHT));
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(1, 1)}, .is_dominant = {true}},
    {.n_in = 1, .in = {BB_DIMS(4, 4)}, .is_dominant = {true}},
    {.n_in = 1, .in = {BB_DIMS(2, 1, 3, 3)}, .is_dominant = {true}},
    {.n_in = 1, .in = {BB_DIMS(0, 0)}, .is_dominant = {true}},
    {.n_in = 1, .in = {BB_DIMS(0, 2, 2)}, .is_dominant = {true}},
    {
        .n_in = 1,
        .in = {BB_DIMS(2, 3, 3)},
        .is_dominant = {true},
        .golden_in = {BB_NUMBERS(4.591, 1.819, -1.06, -1.546, 9.458, 1.17, -1.759, -0.716,
                                 13.943999999999999, 4.216, -2.0, 0.3, 1.922, 7.205, -1.717, 1.238,
                                 1.398, 10.402)},
        .golden_out =
            BB_NUMBERS(2.1426618958669144, 0.0, 0.0, -0.7215324092812567, 2.989546952693131, 0.0,
                       -0.8209414669636032, -0.4376368377016205, 3.6164249067423166,
                       2.0532900428336958, 0.0, 0.0, 0.9360586959977142, 2.515709466064605, 0.0,
                       0.6029347896176743, 0.33136483298402303, 3.1509787347632416),
    },
};

static size_t scratch(const void *attrs, int n_in, const bb_array *in, const bb_array *out)
{
    (void)attrs;
    return bb__linalg_scratch(BB__CHOLESKY, n_in, in, out);
}

static double flops(const void *attrs, const bb_type *in, const bb_type *out)
{
    (void)attrs, (void)in;
    return (double)bb_shape_count(out->shape) * (double)out->shape.dim[out->shape.ndim - 1] / 3;
}

const bb_op bb__op_cholesky = {
    .name = "cholesky",
    .doc = "the lower triangular L with L L' = x, of which the lower triangle is read; a matrix "
           "that is not positive definite is a fault",
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

bb_node *bb_cholesky(bb_node *x)
{
    return bb_apply(&bb__op_cholesky, BB_NODES(x), NULL);
}
