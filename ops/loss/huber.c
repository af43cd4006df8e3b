/* SPDX-License-Identifier: MIT */
/* huber: the mean of half a square near 0 that goes on straight beyond delta (Huber 1964). */
#include "losses.h"
#include "support.h"

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    (void)g;
    return bb__huber(in.items[0], in.items[1], *(const double *)attrs, "huber", "delta");
}

static const bb_sample samples[] = {
    {.n_in = 2, .in = {{0}, {0}}, .attrs = &(const double){0.75}},
    {.n_in = 2, .in = {BB_DIMS(2, 3, 2), BB_DIMS(2, 3, 2)}, .attrs = &(const double){0.75}},
    {.n_in = 2,
     .in = {BB_DIMS(2, 3), BB_DIMS(2, 3)},
     .golden_in = {BB_NUMBERS(0.5, -1.25, 3, -2, 0.75, 10),
                   BB_NUMBERS(0.25, -1, 0.5, 1.5, 0.75, -20)},
     .golden_out = BB_NUMBERS(11.010416666666666),
     .attrs = &(const double){2}},
};

const bb_op bb__op_huber = {
    .name = "huber",
    .doc = "mean of e^2 / 2 where |e| <= delta, else delta (|e| - delta / 2), for e = x - target",
    .arity = 2,
    .attrs_size = sizeof(double),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_huber(bb_node *x, bb_node *target, double delta)
{
    return build(NULL, BB_NODES(x, target), &delta);
}
