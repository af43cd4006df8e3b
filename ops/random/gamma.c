/* SPDX-License-Identifier: MIT */
/* gamma: samples that are a smooth function of their shape, the quantile of a random share; so the
 * rule, implicit differentiation of P(a, y) = share, gives the derivative of just these samples. */
#include "gammas.h"
#include "kernels.h"

#include <bibun/rng.h>

typedef struct gamma_attrs {
    int64_t key; /* of the node */
} gamma_attrs;

static bool infer(bb_infer *c)
{
    return bb_infer_same(c);
}

static void forward(const bb_call *call)
{
    const gamma_attrs *a = call->attrs;
    uint64_t key = bb_rng_key(bb_rng_key(call->seed, call->step), (uint64_t)a->key);
    bb__draw_gamma(&call->in[0], call->out, key, call->threads);
}

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    return bb_neg(bb_mul(dy, bb__gamma_ratio_of(bb_node_input(y, i), y, 1)));
}

#define KEY                                  \
    .n_in = 1, .attrs = &(const gamma_attrs) \
    {                                        \
        0                                    \
    }

static const bb_sample samples[] = {
    {KEY, .in = {{0}}, .low = 0.5, .high = 4},
    {KEY, .in = {BB_DIMS(1)}, .low = 20, .high = 30},
    {KEY, .in = {BB_DIMS(2, 3, 2)}, .low = 0.25, .high = 3},
    {KEY, .in = {BB_DIMS(3, 0)}, .low = 0.5, .high = 4},
};

/* A quantile is some steps of Newton's method, each with a series or an integral. */
static double flops(const void *attrs, const bb_type *in, const bb_type *out)
{
    (void)attrs;
    (void)in;
    return 1000 * (double)bb_shape_count(out->shape);
}

const bb_op bb__op_gamma = {
    .name = "gamma",
    .doc = "random numbers of the gamma distribution of shape x and scale 1, new ones each run; d "
           "is that of the quantile",
    .arity = 1,
    .attrs_size = sizeof(gamma_attrs),
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .needs_contiguous = true,
    .inplace = 1,
    .flops = flops,
    .is_impure = true,
    BB_SAMPLES(samples),
};

bb_node *bb_gamma(bb_node *alpha)
{
    gamma_attrs attrs = {bb_graph_next_random(bb_node_graph(alpha))};
    return bb_apply(&bb__op_gamma, BB_NODES(alpha), &attrs);
}
