/* SPDX-License-Identifier: MIT */
/* The difference. */
#include "support.h"

#include <math.h>

BB_MAP2(tile, x - y)

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    (void)y;
    return i == 0 ? dy : bb_neg(dy);
}

static const bb_sample samples[] = {
    BB__SAMPLES2(),
    {
        .n_in = 2,
        .in = {BB_DIMS(12), BB_DIMS(12)},
        .golden_in = {BB_NUMBERS(1.5, -2.0, 0.0, -0.0, INFINITY, -INFINITY, INFINITY, NAN, 1.0, NAN,
                                 1.0000000000000001e+300, 1e-300),
                      BB_NUMBERS(0.25, -2.0, 3.0, 5.0, INFINITY, INFINITY, 2.0, 1.0, NAN, NAN,
                                 -1.0000000000000001e+300, 3.0000000000000002e-300)},
        .golden_out = BB_NUMBERS(1.25, 0.0, -3.0, -5.0, NAN, -INFINITY, INFINITY, NAN, NAN, NAN,
                                 2.0000000000000001e+300, -2.0000000000000004e-300),
    },
};

const bb_op bb__op_sub = {
    .name = "sub",
    .doc = "x - y; d is 1 and -1",
    .arity = 2,
    .infer = bb_infer_same,
    .arithmetic = BB_ARITHMETIC_SUB,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_sub(bb_node *x, bb_node *y)
{
    return bb__apply2_broadcast(&bb__op_sub, x, y);
}
