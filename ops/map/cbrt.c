/* SPDX-License-Identifier: MIT */
/* The cube root; its rule reads the result. */
#include "support.h"

#include <bibun/vector_math.h>

BB_VECTOR1(tile, cbrt(x))

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    (void)i;
    return bb_div(dy, bb_mul_scalar(bb_square(y), 3));
}

static const bb_sample samples[] = {
    BB__SAMPLES1(.low = 0.25, .high = 2),
    BB__SAMPLES1(.low = -2, .high = -0.25),
    {
        .n_in = 1,
        .in = {BB_DIMS(9)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 27.0, -0.29999999999999999,
                                 1.0000000000000001e+300, -1e-300)},
        .golden_out = BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 3.0, -0.66943295008216952,
                                 1e+100, -1e-100),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(4)},
        .golden_in = {BB_NUMBERS(8.0, -0.29999999999999999, 1e-100, 0.0)},
        .golden_out = BB_NUMBERS(2.0, -0.66943295008216952, 4.6415888336127791e-34, 0.0),
        .golden_slope =
            BB_NUMBERS(0.083333333333333329, 0.74381438898018837, 1.5471962778709263e+66, INFINITY),
    },
};

const bb_op bb__op_cbrt = {
    .name = "cbrt",
    .doc = "cube root of x, of either sign; d is 1 / (3 y^2), infinite at 0",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_cbrt(bb_node *x)
{
    return bb__apply1(&bb__op_cbrt, x, NULL);
}
