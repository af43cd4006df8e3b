/* SPDX-License-Identifier: MIT */
/* The error function. */
#include "support.h"

#include <bibun/vector_math.h>

static const double two_over_root_pi = 1.12837916709551257390;

BB_VECTOR_TILE1(tile_f32, float, bb__erf_f32(x))
BB_VECTOR_TILE1(tile_f64, double, erf(x))

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *x = bb_node_input(y, 0);
    (void)i;
    bb_node *slope = bb_mul_scalar(bb_exp(bb_neg(bb_square(x))), two_over_root_pi);
    return bb_mul(dy, slope);
}

static const bb_sample samples[] = {
    BB__SAMPLES1(),
    {
        .n_in = 1,
        .in = {BB_DIMS(9)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 0.5, -2.5, 6.5, 1e-10)},
        .golden_out = BB_NUMBERS(0.0, -0.0, 1.0, -1.0, NAN, 0.52049987781304652,
                                 -0.99959304798255499, 1.0, 1.1283791670955126e-10),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(5)},
        .golden_in = {BB_NUMBERS(0.0, 0.5, -2.5, 10.0, INFINITY)},
        .golden_out = BB_NUMBERS(0.0, 0.52049987781304652, -0.99959304798255499, 1.0, 1.0),
        .golden_slope = BB_NUMBERS(1.1283791670955126, 0.87878257893544476, 0.0021782842303527095,
                                   4.197656231354417e-44, 0.0),
    },
};

const bb_op bb__op_erf = {
    .name = "erf",
    .doc = "the error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x; d is 2 / "
           "sqrt(pi) exp(-x^2)",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_erf(bb_node *x)
{
    return bb__apply1(&bb__op_erf, x, NULL);
}
