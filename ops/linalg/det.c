/* SPDX-License-Identifier: MIT */
/* det: determinants, by elimination; of a matrix without elements 1. */
#include "kernels.h"
#include "matrices.h"

static bool infer(bb_infer *c)
{
    c->out = c->in[0];
    if (!bb__infer_square(c, 0))
        return false;
    for (int i = 0; i < 2; i++)
        c->out.shape.dim[--c->out.shape.ndim] = 0;
    return true;
}

static void forward(const bb_call *call)
{
    bb__linalg_run(BB__DET, call);
}

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *x = bb_node_input(y, i);
    bb_shape shape = bb_node_shape(x);
    shape.dim[shape.ndim - 2] = shape.dim[shape.ndim - 1] = 1;
    return bb_mul(bb_reshape(bb_mul(dy, y), shape), bb_transpose(bb_inverse(x)));
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(1, 1)}, .is_dominant = {true}, .low = -1, .high = 1},
    {.n_in = 1, .in = {BB_DIMS(3, 3)}, .is_dominant = {true}, .low = -0.5, .high = 0.5},
    {.n_in = 1, .in = {BB_DIMS(2, 1, 2, 2)}, .is_dominant = {true}, .low = -1, .high = 1},
    {.n_in = 1, .in = {BB_DIMS(2, 0, 0)}, .is_dominant = {true}},
    {
        .n_in = 1,
        .in = {BB_DIMS(3, 3)},
        .is_dominant = {true},
        .golden_in = {BB_NUMBERS(0.0, 2.0, -1.0, 1.5, 0.25, 3.0, -2.0, 1.0, 0.5)},
        .golden_out = BB_NUMBERS(-15.5),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(2, 2, 2)},
        .is_dominant = {true},
        .golden_in = {BB_NUMBERS(1.0, 2.0, 2.0, 4.0, 1.782, 0.67, -1.955, -0.166)},
        .golden_out = BB_NUMBERS(-0.0, 1.014038),
    },
};

static size_t scratch(const void *attrs, int n_in, const bb_array *in, const bb_array *out)
{
    (void)attrs;
    return bb__linalg_scratch(BB__DET, n_in, in, out);
}

static double flops(const void *attrs, const bb_type *in, const bb_type *out)
{
    bb_shape x = in[0].shape;
    (void)attrs, (void)out;
    return 2 * (double)bb_shape_count(x) * (double)x.dim[x.ndim - 1] / 3;
}

const bb_op bb__op_det = {
    .name = "det",
    .doc = "determinants; 0 of a singular matrix, whose d is a fault",
    .arity = 1,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .batch = bb_batch_same,
    .scratch = scratch,
    .flops = flops,
    BB_SAMPLES(samples),
};

bb_node *bb_det(bb_node *x)
{
    return bb_apply(&bb__op_det, BB_NODES(x), NULL);
}
