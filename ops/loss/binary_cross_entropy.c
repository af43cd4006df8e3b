/* SPDX-License-Identifier: MIT */
/* binary_cross_entropy: of probabilities. There is no clamp: what is impossible and happens is an
 * infinite loss, and what is impossible and does not happen costs nothing. */
#include "losses.h"
#include "support.h"

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    bb_node *x = in.items[0], *target = in.items[1], *refusal;
    (void)g, (void)attrs;
    if ((refusal = bb__refuse_unlike(x, target, "binary_cross_entropy")))
        return refusal;
    bb_node *one = bb_number(x, 1);
    bb_node *of_one = bb_xlogy(target, x);
    bb_node *of_zero = bb_xlogy(bb_sub(one, target), bb_sub(one, x));
    return bb_neg(bb_mean(bb_add(of_one, of_zero), BB_ALL));
}

static const bb_sample samples[] = {
    {.n_in = 2, .in = {{0}, {0}}, .low = 0.1, .high = 0.9},
    {.n_in = 2, .in = {BB_DIMS(2, 3, 2), BB_DIMS(2, 3, 2)}, .low = 0.1, .high = 0.9},
    {.n_in = 2,
     .in = {BB_DIMS(2, 3), BB_DIMS(2, 3)},
     .golden_in = {BB_NUMBERS(0, 1, 0.5, 0.125, 0.75, 0.25), BB_NUMBERS(0, 1, 0.25, 1, 0.75, 0)},
     .golden_out = BB_NUMBERS(0.60376765655172837)},
};

const bb_op bb__op_binary_cross_entropy = {
    .name = "binary_cross_entropy",
    .doc = "-mean of t log x + (1 - t) log(1 - x), where 0 log 0 is 0",
    .arity = 2,
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_binary_cross_entropy(bb_node *x, bb_node *target)
{
    return build(NULL, BB_NODES(x, target), NULL);
}
