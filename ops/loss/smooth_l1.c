/* SPDX-License-Identifier: MIT */
/* smooth_l1: the mean absolute error with a parabola in place of the kink: huber over beta. */
#include "losses.h"
#include "support.h"

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    const double beta = *(const double *)attrs;
    (void)g;
    bb_node *mean = bb__huber(in.items[0], in.items[1], beta, "smooth_l1", "beta");
    return bb_node_kind_of(mean) == BB_NODE_INERT ? mean : bb_div(mean, bb_number(mean, beta));
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
