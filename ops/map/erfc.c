/* SPDX-License-Identifier: MIT */
/* 1 - erf(x), exact where it is small. */
#include "support.h"

#include <bibun/vector_math.h>

static const double two_over_root_pi = 1.12837916709551257390;

BB_VECTOR1(tile, erfc(x))

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *x = bb_node_input(y, 0);
    (void)i;
    bb_node *slope = bb_mul_scalar(bb_exp(bb_neg(bb_square(x))), -two_over_root_pi);
    return bb_mul(dy, slope);
}

static const bb_sample samples[] = {
    BB__SAMPLES1(),
    {
        .n_in = 1,
        .in = {BB_DIMS(11)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 0.5, -2.5, 6.5, 26.0, 30.0,
                                 1e-10)},
        .golden_out =
            BB_NUMBERS(1.0, 1.0, 0.0, 2.0, NAN, 0.47950012218695348, 1.999593047982555,
                       3.8421483271206475e-20, 5.6631924088561432e-296, 0.0, 0.99999999988716204),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(5)},
        .golden_in = {BB_NUMBERS(0.0, 0.5, -2.5, 10.0, INFINITY)},
        .golden_out =
            BB_NUMBERS(1.0, 0.47950012218695348, 1.999593047982555, 2.0884875837625449e-45, 0.0),
        .golden_slope = BB_NUMBERS(-1.1283791670955126, -0.87878257893544476,
                                   -0.0021782842303527095, -4.197656231354417e-44, 0.0),
    },
};

const bb_op bb__op_erfc = {
    .name = "erfc",
    .doc = "1 - erf(x), exact where it is small; d is -2 / sqrt(pi) exp(-x^2)",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_erfc(bb_node *x)
{
    return bb__apply1(&bb__op_erfc, x, NULL);
}
