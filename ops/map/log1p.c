/* SPDX-License-Identifier: MIT */
/* log(1 + x), exact for small x. */
#include "support.h"

#include <bibun/vector_math.h>

BB_VECTOR1(tile, log1p(x))

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *x = bb_node_input(y, 0);
    (void)i;
    return bb_div(dy, bb_add_scalar(x, 1));
}

static const bb_sample samples[] = {
    BB__SAMPLES1(.low = -0.75, .high = 2),
    {
        .n_in = 1,
        .in = {BB_DIMS(11)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 1.0, -0.5, -1.0, -2.0,
                                 1.0000000000000001e+300, 1e-10)},
        .golden_out =
            BB_NUMBERS(0.0, -0.0, INFINITY, NAN, NAN, 0.69314718055994529, -0.69314718055994529,
                       -INFINITY, NAN, 690.77552789821368, 9.9999999995000007e-11),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(4)},
        .golden_in = {BB_NUMBERS(0.0, -0.5, 3.0, -1.0)},
        .golden_out = BB_NUMBERS(0.0, -0.69314718055994529, 1.3862943611198906, -INFINITY),
        .golden_slope = BB_NUMBERS(1.0, 2.0, 0.25, INFINITY),
    },
};

const bb_op bb__op_log1p = {
    .name = "log1p",
    .doc = "log(1 + x), exact for small x, -infinity at -1, NaN below; d is 1 / (1 + x)",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_log1p(bb_node *x)
{
    return bb__apply1(&bb__op_log1p, x, NULL);
}
