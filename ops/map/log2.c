/* SPDX-License-Identifier: MIT */
/* The logarithm to base 2, with the infinities and NaN of C. */
#include "support.h"

#include <bibun/vector_math.h>

static const double log_of_2 = 0.69314718055994530942;

BB_VECTOR1(tile, log2(x))

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *x = bb_node_input(y, 0);
    (void)i;
    return bb_div(dy, bb_mul_scalar(x, log_of_2));
}

static const bb_sample samples[] = {
    BB__SAMPLES1(.low = 0.25, .high = 4),
    {
        .n_in = 1,
        .in = {BB_DIMS(11)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 1.0, 8.0, 10.0, -1.0,
                                 1.0000000000000001e+300, 1e-300)},
        .golden_out = BB_NUMBERS(-INFINITY, -INFINITY, INFINITY, NAN, NAN, 0.0, 3.0,
                                 3.3219280948873622, NAN, 996.57842846620872, -996.57842846620872),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(4)},
        .golden_in = {BB_NUMBERS(1.0, 0.29999999999999999, 10.0, 0.0)},
        .golden_out = BB_NUMBERS(0.0, -1.7369655941662063, 3.3219280948873622, -INFINITY),
        .golden_slope =
            BB_NUMBERS(1.4426950408889634, 4.8089834696298785, 0.14426950408889633, INFINITY),
    },
};

const bb_op bb__op_log2 = {
    .name = "log2",
    .doc = "logarithm of x to base 2, -infinity at 0, NaN below; d is 1 / (x log 2)",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_log2(bb_node *x)
{
    return bb__apply1(&bb__op_log2, x, NULL);
}
