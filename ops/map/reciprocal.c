/* SPDX-License-Identifier: MIT */
/* reciprocal: 1 / x. */
#include "support.h"

#include <math.h>

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    (void)g, (void)attrs;
    return bb_div(bb_number(in.items[0], 1), in.items[0]);
}

static const bb_sample samples[] = {
    BB__SAMPLES1(.low = 0.5, .high = 2),
    BB__SAMPLES1(.low = -2, .high = -0.5),
    {
        .n_in = 1,
        .in = {BB_DIMS(9)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 3.0, -0.29999999999999999,
                                 1.0000000000000001e+300, -1e-300)},
        .golden_out = BB_NUMBERS(INFINITY, -INFINITY, 0.0, -0.0, NAN, 0.33333333333333331,
                                 -3.3333333333333335, 1e-300, -9.999999999999999e+299),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(3)},
        .golden_in = {BB_NUMBERS(2.0, -0.29999999999999999, 0.0)},
        .golden_out = BB_NUMBERS(0.5, -3.3333333333333335, INFINITY),
        .golden_slope = BB_NUMBERS(-0.25, -11.111111111111112, -INFINITY),
    },
};

const bb_op bb__op_reciprocal = {
    .name = "reciprocal",
    .doc = "1 / x, infinity of the sign of x at 0; d is -1 / x^2",
    .arity = 1,
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_reciprocal(bb_node *x)
{
    return build(NULL, BB_NODES(x), NULL);
}
