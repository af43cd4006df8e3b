/* SPDX-License-Identifier: MIT */
/* The logarithm of the absolute value of the gamma function. */
#include "kernels.h"
#include "support.h"

#include <math.h>

BB_MAP1(tile, bb__lgamma(x))

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *x = bb_node_input(y, 0);
    (void)i;
    return bb_mul(dy, bb_digamma(x));
}

static const bb_sample samples[] = {
    BB__SAMPLES1(.low = 0.25, .high = 4),
    BB__SAMPLES1(.low = -1.75, .high = -1.25),
    {
        .n_in = 1,
        .in = {BB_DIMS(16)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 1.0, 2.0, 0.5,
                                 10.300000000000001, 10000000000.0, 1e-10, -0.5,
                                 -2.2999999999999998, -100.7, -1.0, -7.0)},
        .golden_out = BB_NUMBERS(INFINITY, INFINITY, INFINITY, INFINITY, NAN, 0.0, 0.0,
                                 0.57236494292470008, 13.482036786138359, 220258509288.81058,
                                 23.025850929882736, 1.2655121234846454, 0.36956666345500805,
                                 -365.61225576180533, INFINITY, INFINITY),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(7)},
        .golden_in = {BB_NUMBERS(1.0, 0.5, 10.300000000000001, -0.5, -2.2999999999999998, 0.0,
                                 -1.0)},
        .golden_out = BB_NUMBERS(0.0, 0.57236494292470008, 13.482036786138359, 1.2655121234846454,
                                 0.36956666345500805, INFINITY, INFINITY),
        .golden_slope = BB_NUMBERS(-0.57721566490153287, -1.9635100260214235, 2.2828154464391228,
                                   0.03648997397857652, 3.3173231575618227, -INFINITY, NAN),
    },
};

const bb_op bb__op_lgamma = {
    .name = "lgamma",
    .doc = "log |gamma(x)|, infinite at 0 and negative integers; d is digamma(x), NaN at negative "
           "integers",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_lgamma(bb_node *x)
{
    return bb__apply1(&bb__op_lgamma, x, NULL);
}
