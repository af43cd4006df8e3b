/* SPDX-License-Identifier: MIT */
/* e^x - 1, exact for small x. The rule takes e^x anew: y + 1 would lose its digits where x is far
 * below 0. */
#include "support.h"

#include <bibun/vector_math.h>

BB_VECTOR1(tile, expm1(x))

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *x = bb_node_input(y, 0);
    (void)i;
    return bb_mul(dy, bb_exp(x));
}

static const bb_sample samples[] = {
    BB__SAMPLES1(),
    {
        .n_in = 1,
        .in = {BB_DIMS(11)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 1.0, -2.5, 700.0, -50.0,
                                 1000.0, 1e-10)},
        .golden_out =
            BB_NUMBERS(0.0, -0.0, INFINITY, -1.0, NAN, 1.7182818284590453, -0.91791500137610116,
                       1.0142320547350045e+304, -1.0, INFINITY, 1.00000000005e-10),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(4)},
        .golden_in = {BB_NUMBERS(0.0, 1.0, -40.0, -INFINITY)},
        .golden_out = BB_NUMBERS(0.0, 1.7182818284590453, -1.0, -1.0),
        .golden_slope = BB_NUMBERS(1.0, 2.7182818284590451, 4.2483542552915889e-18, 0.0),
    },
};

const bb_op bb__op_expm1 = {
    .name = "expm1",
    .doc = "e^x - 1, exact for small x; d is e^x",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_expm1(bb_node *x)
{
    return bb__apply1(&bb__op_expm1, x, NULL);
}
