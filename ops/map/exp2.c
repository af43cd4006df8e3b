/* SPDX-License-Identifier: MIT */
/* Powers of 2; the rule reads the result. */
#include "support.h"

#include <bibun/vector_math.h>

static const double log_of_2 = 0.69314718055994530942;

BB_VECTOR1(tile, exp2(x))

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    (void)i;
    return bb_mul(dy, bb_mul_scalar(y, log_of_2));
}

static const bb_sample samples[] = {
    BB__SAMPLES1(),
    {
        .n_in = 1,
        .in = {BB_DIMS(11)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 1.0, -2.5, 0.5, 1000.0,
                                 2000.0, -2000.0)},
        .golden_out = BB_NUMBERS(1.0, 1.0, INFINITY, 0.0, NAN, 2.0, 0.17677669529663689,
                                 1.4142135623730951, 1.0715086071862673e+301, INFINITY, 0.0),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(3)},
        .golden_in = {BB_NUMBERS(0.0, 3.0, -2.5)},
        .golden_out = BB_NUMBERS(1.0, 8.0, 0.17677669529663689),
        .golden_slope = BB_NUMBERS(0.69314718055994529, 5.5451774444795623, 0.1225322679335684),
    },
};

const bb_op bb__op_exp2 = {
    .name = "exp2",
    .doc = "2^x; d is y log 2",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_exp2(bb_node *x)
{
    return bb__apply1(&bb__op_exp2, x, NULL);
}
