/* SPDX-License-Identifier: MIT */
/* The natural logarithm, with the infinities and NaN of C. */
#include "support.h"

#include <bibun/vector_math.h>

BB_VECTOR1(tile, log(x))

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *x = bb_node_input(y, 0);
    (void)i;
    return bb_div(dy, x);
}

static const bb_sample samples[] = {
    BB__SAMPLES1(.low = 0.25, .high = 4),
    {
        .n_in = 1,
        .in = {BB_DIMS(10)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 1.0, 10.0, -1.0,
                                 1.0000000000000001e+300, 1e-300)},
        .golden_out = BB_NUMBERS(-INFINITY, -INFINITY, INFINITY, NAN, NAN, 0.0, 2.3025850929940459,
                                 NAN, 690.77552789821368, -690.77552789821368),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(4)},
        .golden_in = {BB_NUMBERS(0.0, 0.25, 4.0, INFINITY)},
        .golden_out = BB_NUMBERS(-INFINITY, -1.3862943611198906, 1.3862943611198906, INFINITY),
        .golden_slope = BB_NUMBERS(INFINITY, 4.0, 0.25, 0.0),
    },
};

const bb_op bb__op_log = {
    .name = "log",
    .doc = "natural logarithm of x, -infinity at 0, NaN below; d is 1 / x",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_log(bb_node *x)
{
    return bb__apply1(&bb__op_log, x, NULL);
}
