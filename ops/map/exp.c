/* SPDX-License-Identifier: MIT */
/* The exponential function, its own derivative. */
#include "support.h"

#include <bibun/vector_math.h>

BB_VECTOR1(tile, exp(x))

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    (void)i;
    return bb_mul(dy, y);
}

static const bb_sample samples[] = {
    BB__SAMPLES1(),
    {
        .n_in = 1,
        .in = {BB_DIMS(12)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 1.0, -2.5, 700.0, -700.0,
                                 1000.0, -1000.0, 1e-10)},
        .golden_out = BB_NUMBERS(1.0, 1.0, INFINITY, 0.0, NAN, 2.7182818284590451,
                                 0.0820849986238988, 1.0142320547350045e+304,
                                 9.8596765437597708e-305, INFINITY, 0.0, 1.0000000001),
    },
};

const bb_op bb__op_exp = {
    .name = "exp",
    .doc = "e^x; d is y",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_exp(bb_node *x)
{
    return bb__apply1(&bb__op_exp, x, NULL);
}
