/* SPDX-License-Identifier: MIT */
/* slogdet: the sign of each determinant and the log of its size, side by side in a last dimension
 * of 2; two builders take them apart. */
#include "kernels.h"
#include "matrices.h"

#include <math.h>

static bool infer(bb_infer *c)
{
    c->out = c->in[0];
    if (!bb__infer_square(c, 0))
        return false;
    c->out.shape.dim[--c->out.shape.ndim] = 0;
    c->out.shape.dim[c->out.shape.ndim - 1] = 2;
    return true;
}

static void forward(const bb_call *call)
{
    bb__linalg_run(BB__DET, call);
}

/* The sign is constant almost everywhere. */
static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *x = bb_node_input(y, i), *d = bb_slice(dy, -1, 1, 2, 1);
    bb_shape shape = bb_node_shape(x);
    shape.dim[shape.ndim - 2] = shape.dim[shape.ndim - 1] = 1;
    return bb_mul(bb_reshape(d, shape), bb_transpose(bb_inverse(x)));
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
        .golden_out = BB_NUMBERS(-1.0, 2.740840023925201),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(2, 2, 2)},
        .is_dominant = {true},
        .golden_in = {BB_NUMBERS(1.0, 2.0, 2.0, 4.0, 1.782, 0.67, -1.955, -0.166)},
        .golden_out = BB_NUMBERS(0.0, -INFINITY, 1.0, 0.013940379811975934),
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

const bb_op bb__op_slogdet = {
    .name = "slogdet",
    .doc = "the sign and the log of the size of determinants; of a singular matrix 0 and "
           "-infinity, and d is a fault",
    .arity = 1,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .batch = bb_batch_same,
    .scratch = scratch,
    .flops = flops,
    BB_SAMPLES(samples),
};

static bb_node *part(bb_node *x, int64_t place)
{
    bb_node *packed = bb_apply(&bb__op_slogdet, BB_NODES(x), NULL);
    bb_shape shape = bb_node_shape(packed);
    if (bb_node_kind_of(packed) == BB_NODE_INERT)
        return packed;
    shape.ndim--;
    return bb_reshape(bb_slice(packed, -1, place, place + 1, 1), shape);
}

bb_node *bb_slogdet_sign(bb_node *x)
{
    return part(x, 0);
}

bb_node *bb_slogdet_log(bb_node *x)
{
    return part(x, 1);
}
