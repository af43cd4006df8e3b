/* SPDX-License-Identifier: MIT */
/* The smaller of two; operands that tie have half of the gradient each. */
#include "support.h"

#include <math.h>

BB_MAP2(tile, ((x < y) | (x != x)) ? x : y)

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *x = bb_node_input(y, i), *other = bb_node_input(y, 1 - i);
    bb_node *half = bb_where(bb_equal(x, other), bb_mul_scalar(dy, 0.5), dy);
    return bb_where(bb_greater(x, other), bb_number(dy, 0), half);
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
        .golden_out = BB_NUMBERS(0.25, -2.0, 0.0, -0.0, INFINITY, -INFINITY, 2.0, NAN, NAN, NAN,
                                 -1.0000000000000001e+300, 1e-300),
    },
};

const bb_op bb__op_minimum = {
    .name = "minimum",
    .doc = "the smaller of x and y, NaN if either is; d goes to the smaller, half to each at a tie",
    .arity = 2,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_minimum(bb_node *x, bb_node *y)
{
    return bb__apply2_broadcast(&bb__op_minimum, x, y);
}
