/* SPDX-License-Identifier: MIT */
/* hinge: how far scores stay behind a margin of 1 on the side of their target (Cortes and Vapnik
 * 1995). */
#include "losses.h"
#include "support.h"

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    bb_node *x = in.items[0], *target = in.items[1], *refusal;
    (void)g, (void)attrs;
    if ((refusal = bb__refuse_unlike(x, target, "hinge")))
        return refusal;
    bb_node *margin = bb_mul(x, target);
    return bb_mean(bb_relu(bb_sub(bb_number(margin, 1), margin)), BB_ALL);
}

static const bb_sample samples[] = {
    {.n_in = 2, .in = {{0}, {0}}},
    {.n_in = 2, .in = {BB_DIMS(2, 3, 2), BB_DIMS(2, 3, 2)}},
    {.n_in = 2,
     .in = {BB_DIMS(2, 3), BB_DIMS(2, 3)},
     .golden_in = {BB_NUMBERS(0.5, -1.25, 3, -2, 0.75, 10), BB_NUMBERS(1, -1, 1, -1, -1, 1)},
     .golden_out = BB_NUMBERS(0.375)},
};

const bb_op bb__op_hinge = {
    .name = "hinge",
    .doc = "mean of max(0, 1 - target x) for targets -1 and 1; d at the margin is 0",
    .arity = 2,
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_hinge(bb_node *x, bb_node *target)
{
    return build(NULL, BB_NODES(x, target), NULL);
}
