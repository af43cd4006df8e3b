/* SPDX-License-Identifier: MIT */
/* half_squared_error: half the sum of (x - target)^2, whose gradient is the error itself.
 * Shapes must be equal: a column against a row would broadcast to a table of wrong pairs. */
#include "support.h"

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    bb_node *x = in.items[0], *target = in.items[1];
    (void)g, (void)attrs;
    if (x && target && !bb_shape_equal(bb_node_shape(x), bb_node_shape(target)))
        return bb_fail_node(x, target, "half_squared_error", BB_BAD_SHAPE, "shapes differ");
    return bb_mul_scalar(bb_sum(bb_square(bb_sub(x, target)), BB_ALL), 0.5);
}

static const bb_sample samples[] = {
    {.n_in = 2, .in = {{0}, {0}}},
    {.n_in = 2, .in = {BB_DIMS(1), BB_DIMS(1)}},
    {.n_in = 2, .in = {BB_DIMS(2, 3, 2), BB_DIMS(2, 3, 2)}},
    {.n_in = 2,
     .in = {BB_DIMS(2, 2), BB_DIMS(2, 2)},
     .golden_in = {BB_NUMBERS(1, 2, 3, 4), BB_NUMBERS(0, 2, 5, 1)},
     .golden_out = BB_NUMBERS(7)},
};

const bb_op bb__op_half_squared_error = {
    .name = "half_squared_error",
    .doc = "half the sum of (x - target)^2; shapes must be equal",
    .arity = 2,
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_half_squared_error(bb_node *x, bb_node *target)
{
    return build(NULL, BB_NODES(x, target), NULL);
}
