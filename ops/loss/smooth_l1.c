/* SPDX-License-Identifier: MIT */
/* smooth_l1: the mean absolute error with a parabola in place of the kink: huber over beta. */
#include "losses.h"
#include "support.h"

#include <math.h>

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    bb_node *x = in.items[0], *target = in.items[1], *refusal;
    (void)g;
    if ((refusal = bb__refuse_unlike(x, target, "smooth_l1")))
        return refusal;
    double beta = *(const double *)attrs;
    if (!isfinite(beta) || beta <= 0)
        return bb_fail_node(x, target, "smooth_l1", BB_BAD_ARGUMENT,
                            "beta %g is not a positive number", beta);
    bb_node *error = bb_sub(x, target), *near = bb_clip(error, -beta, beta);
    bb_node *each = bb_mul(near, bb_sub(error, bb_mul_scalar(near, 0.5)));
    return bb_mean(bb_div(each, bb_number(each, beta)), BB_ALL);
}

static const bb_sample samples[] = {
    {.n_in = 2, .in = {{0}, {0}}, .attrs = &(const double){0.75}},
    {.n_in = 2, .in = {BB_DIMS(2, 3, 2), BB_DIMS(2, 3, 2)}, .attrs = &(const double){0.75}},
    {.n_in = 2,
     .in = {BB_DIMS(2, 3), BB_DIMS(2, 3)},
     .golden_in = {BB_NUMBERS(0.5, -1.25, 3, -2, 0.75, 10),
                   BB_NUMBERS(0.25, -1, 0.5, 1.5, 0.75, -20)},
     .golden_out = BB_NUMBERS(5.895833333333333),
     .attrs = &(const double){0.5}},
};

const bb_op bb__op_smooth_l1 = {
    .name = "smooth_l1",
    .doc = "mean of e^2 / (2 beta) where |e| <= beta, else |e| - beta / 2, for e = x - target",
    .arity = 2,
    .attrs_size = sizeof(double),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_smooth_l1(bb_node *x, bb_node *target, double beta)
{
    return build(NULL, BB_NODES(x, target), &beta);
}
