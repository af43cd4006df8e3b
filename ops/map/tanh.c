/* SPDX-License-Identifier: MIT */
/* The hyperbolic tangent; its rule reads the result. */
#include "support.h"

#include <bibun/vector_math.h>

BB_VECTOR1(tile, tanh(x))

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    (void)i;
    return bb_mul(dy, bb_sub(bb_number(y, 1), bb_square(y)));
}

static const bb_sample samples[] = {
    BB__SAMPLES1(),
    {
        .n_in = 1,
        .in = {BB_DIMS(10)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 0.5, -2.5, 30.0, -1000.0,
                                 1e-10)},
        .golden_out = BB_NUMBERS(0.0, -0.0, 1.0, -1.0, NAN, 0.46211715726000974,
                                 -0.98661429815143031, 1.0, -1.0, 1e-10),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(5)},
        .golden_in = {BB_NUMBERS(0.0, 0.5, -2.5, 30.0, INFINITY)},
        .golden_out = BB_NUMBERS(0.0, 0.46211715726000974, -0.98661429815143031, 1.0, 1.0),
        .golden_slope = BB_NUMBERS(1.0, 0.7864477329659274, 0.02659222668316057, 0.0, 0.0),
    },
};

const bb_op bb__op_tanh = {
    .name = "tanh",
    .doc = "hyperbolic tangent of x; d is 1 - y^2",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_tanh(bb_node *x)
{
    return bb__apply1(&bb__op_tanh, x, NULL);
}
