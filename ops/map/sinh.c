/* SPDX-License-Identifier: MIT */
/* The hyperbolic sine. */
#include "support.h"

#include <bibun/vector_math.h>

BB_VECTOR1(tile, sinh(x))

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *x = bb_node_input(y, 0);
    (void)i;
    return bb_mul(dy, bb_cosh(x));
}

static const bb_sample samples[] = {
    BB__SAMPLES1(),
    {
        .n_in = 1,
        .in = {BB_DIMS(10)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 0.5, -2.5, 700.0, -1000.0,
                                 1e-10)},
        .golden_out = BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 0.52109530549374738,
                                 -6.0502044810397875, 5.0711602736750225e+303, -INFINITY, 1e-10),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(3)},
        .golden_in = {BB_NUMBERS(0.0, 0.5, -2.5)},
        .golden_out = BB_NUMBERS(0.0, 0.52109530549374738, -6.0502044810397875),
        .golden_slope = BB_NUMBERS(1.0, 1.1276259652063807, 6.1322894796636858),
    },
};

const bb_op bb__op_sinh = {
    .name = "sinh",
    .doc = "hyperbolic sine of x; d is cosh x",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_sinh(bb_node *x)
{
    return bb__apply1(&bb__op_sinh, x, NULL);
}
