/* SPDX-License-Identifier: MIT */
/* inverse: of square matrices, by elimination with row exchanges. */
#include "kernels.h"
#include "matrices.h"

static bool infer(bb_infer *c)
{
    c->out = c->in[0];
    return bb__infer_square(c, 0);
}

static void forward(const bb_call *call)
{
    bb__linalg_run(BB__INVERSE, call);
}

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *transposed = bb_transpose(y);
    (void)i;
    return bb_neg(bb_matmul(transposed, bb_matmul(dy, transposed)));
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(1, 1)}, .is_dominant = {true}},
    {.n_in = 1, .in = {BB_DIMS(3, 3)}, .is_dominant = {true}},
    {.n_in = 1, .in = {BB_DIMS(2, 1, 2, 2)}, .is_dominant = {true}},
    {.n_in = 1, .in = {BB_DIMS(2, 0, 0)}, .is_dominant = {true}},
    {
        .n_in = 1,
        .in = {BB_DIMS(3, 3)},
        .is_dominant = {true},
        .golden_in = {BB_NUMBERS(0.0, 2.0, -1.0, 1.5, 0.25, 3.0, -2.0, 1.0, 0.5)},
        .golden_out = BB_NUMBERS(0.18548387096774197, 0.12903225806451615, -0.40322580645161293,
                                 0.43548387096774194, 0.12903225806451613, 0.0967741935483871,
                                 -0.12903225806451615, 0.25806451612903225, 0.1935483870967742),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(2, 2, 2)},
        .is_dominant = {true},
        .golden_in = {BB_NUMBERS(1.782, 0.67, -1.955, -0.166, 1.998, -0.349, -1.908, 0.84)},
        .golden_out = BB_NUMBERS(-0.16370195199785398, -0.6607247460154353, 1.9279356394927998,
                                 1.7573305931335905, 0.8296886297099646, 0.3447158711533067,
                                 1.8845784589126338, 1.9734736692387014),
    },
};

static size_t scratch(const void *attrs, int n_in, const bb_array *in, const bb_array *out)
{
    (void)attrs;
    return bb__linalg_scratch(BB__INVERSE, n_in, in, out);
}

static double flops(const void *attrs, const bb_type *in, const bb_type *out)
{
    (void)attrs, (void)in;
    return 8 * (double)bb_shape_count(out->shape) * (double)out->shape.dim[out->shape.ndim - 1] / 3;
}

const bb_op bb__op_inverse = {
    .name = "inverse",
    .doc = "x^-1; a singular matrix is a fault",
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

bb_node *bb_inverse(bb_node *x)
{
    return bb_apply(&bb__op_inverse, BB_NODES(x), NULL);
}
