/* SPDX-License-Identifier: MIT */
/* mean_absolute_error: the mean of |x - target|. Shapes must be equal: a column against a row would
 * broadcast to a table of wrong pairs. */
#include "losses.h"
#include "support.h"

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    bb_node *x = in.items[0], *target = in.items[1], *refusal;
    (void)g, (void)attrs;
    if ((refusal = bb__refuse_unlike(x, target, "mean_absolute_error")))
        return refusal;
    return bb_mean(bb_abs(bb_sub(x, target)), BB_ALL);
}

static const bb_sample samples[] = {
    {.n_in = 2, .in = {{0}, {0}}},
    {.n_in = 2, .in = {BB_DIMS(2, 3, 2), BB_DIMS(2, 3, 2)}},
    {.n_in = 2,
     .in = {BB_DIMS(2, 3), BB_DIMS(2, 3)},
     .golden_in = {BB_NUMBERS(0.5, -1.25, 3, -2, 0.75, 10),
                   BB_NUMBERS(0.25, -1, 0.5, 1.5, 0.75, -20)},
     .golden_out = BB_NUMBERS(6.083333333333333)},
};

const bb_op bb__op_mean_absolute_error = {
    .name = "mean_absolute_error",
    .doc = "mean of |x - target|; shapes must be equal; d is 0 where they meet",
    .arity = 2,
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_mean_absolute_error(bb_node *x, bb_node *target)
{
    return build(NULL, BB_NODES(x, target), NULL);
}
