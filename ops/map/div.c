/* SPDX-License-Identifier: MIT */
/* The quotient; the rule for the divisor reads the result. */
#include "support.h"

#include <math.h>

BB_MAP2(tile, x / y)

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *dx = bb_div(dy, bb_node_input(y, 1));
    return i == 0 ? dx : bb_neg(bb_mul(dx, y));
}

static const bb_sample samples[] = {
    BB__SAMPLES2(.low = 0.5, .high = 2),
    BB__SAMPLES2(.low = -2, .high = -0.5),
    {
        .n_in = 2,
        .in = {BB_DIMS(15), BB_DIMS(15)},
        .golden_in = {BB_NUMBERS(1.5, -2.0, 0.0, -0.0, INFINITY, -INFINITY, INFINITY, NAN, 1.0, NAN,
                                 1.0000000000000001e+300, 1e-300, 1.0, -1.0, 0.0),
                      BB_NUMBERS(0.25, -2.0, 3.0, 5.0, INFINITY, INFINITY, 2.0, 1.0, NAN, NAN,
                                 -1.0000000000000001e+300, 3.0000000000000002e-300, 0.0, 0.0, 0.0)},
        .golden_out = BB_NUMBERS(6.0, 1.0, 0.0, -0.0, NAN, NAN, INFINITY, NAN, NAN, NAN, -1.0,
                                 0.33333333333333331, INFINITY, -INFINITY, NAN),
    },
};

const bb_op bb__op_div = {
    .name = "div",
    .doc = "x / y; d is 1 / y and -x / y^2",
    .arity = 2,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .arithmetic = BB_ARITHMETIC_DIV,
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_div(bb_node *x, bb_node *y)
{
    return bb__apply2_broadcast(&bb__op_div, x, y);
}
