/* SPDX-License-Identifier: MIT */
/* The inverse of the error function; its rule reads the result. */
#include "kernels.h"
#include "support.h"

#include <math.h>

static const double half_root_pi = 0.88622692545275801365;

BB_MAP1(tile, bb__erfinv(x))

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    (void)i;
    return bb_mul(dy, bb_mul_scalar(bb_exp(bb_square(y)), half_root_pi));
}

static const bb_sample samples[] = {
    BB__SAMPLES1(.low = -0.9, .high = 0.9),
    {
        .n_in = 1,
        .in = {BB_DIMS(14)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 0.5, -0.90000000000000002,
                                 0.10000000000000001, 0.99999000000000005, -0.99999999999999989,
                                 1.0, -1.0, 1.5, 1e-10)},
        .golden_out = BB_NUMBERS(0.0, -0.0, NAN, NAN, NAN, 0.47693627620446988, -1.1630871536766743,
                                 0.088855990494257686, 3.123413274341571, -5.8635847487551676,
                                 INFINITY, -INFINITY, NAN, 8.8622692545275808e-11),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(6)},
        .golden_in = {BB_NUMBERS(0.5, -0.90000000000000002, 0.99999000000000005, 0.0, 1.0, -1.0)},
        .golden_out = BB_NUMBERS(0.47693627620446988, -1.1630871536766743, 3.123413274341571, 0.0,
                                 INFINITY, -INFINITY),
        .golden_slope = BB_NUMBERS(1.1125848189719498, 3.4280428114518409, 15289.601636085938,
                                   0.88622692545275805, INFINITY, INFINITY),
    },
};

const bb_op bb__op_erfinv = {
    .name = "erfinv",
    .doc = "the y with erf(y) = x, infinite at -1 and 1, NaN beyond; d is sqrt(pi) / 2 exp(y^2)",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_erfinv(bb_node *x)
{
    return bb__apply1(&bb__op_erfinv, x, NULL);
}
