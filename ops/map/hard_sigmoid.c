/* SPDX-License-Identifier: MIT */
/* The logistic function in three straight pieces. */
#include "support.h"

#include <math.h>

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    (void)g, (void)attrs;
    bb_node *x = bb_clip(in.items[0], -3, 3);
    return bb_add_scalar(bb_div(x, bb_number(x, 6)), 0.5);
}

static const bb_sample samples[] = {
    BB__SAMPLES1(),
    {.n_in = 1,
     .in = {BB_DIMS(17)},
     .golden_in = {BB_NUMBERS(0.0, -0.0, 0.5, -0.5, 2.5, -2.5, -10.0, 10.0, 1000.0, -1000.0,
                              1.0000000000000001e+300, -1.0000000000000001e+300, 3.0, -3.0,
                              INFINITY, -INFINITY, NAN)},
     .golden_out =
         BB_NUMBERS(0.5, 0.5, 0.58333333333333337, 0.41666666666666669, 0.91666666666666663,
                    0.083333333333333329, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, NAN),
     .golden_slope = BB_NUMBERS(0.16666666666666666, 0.16666666666666666, 0.16666666666666666,
                                0.16666666666666666, 0.16666666666666666, 0.16666666666666666, 0.0,
                                0.0, 0.0, 0.0, 0.0, 0.0, 0.16666666666666666, 0.16666666666666666,
                                0.0, 0.0, 0.16666666666666666)},
};

const bb_op bb__op_hard_sigmoid = {
    .name = "hard_sigmoid",
    .doc = "min(max(x / 6 + 1 / 2, 0), 1); d is 1/6 on [-3, 3], ends included, and at "
           "NaN, else 0",
    .arity = 1,
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_hard_sigmoid(bb_node *x)
{
    return build(NULL, BB_NODES(x), NULL);
}
