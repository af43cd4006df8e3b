/* SPDX-License-Identifier: MIT */
/* The arc tangent. */
#include "support.h"

#include <bibun/vector_math.h>

BB_VECTOR1(tile, atan(x))

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *x = bb_node_input(y, 0);
    (void)i;
    return bb_div(dy, bb_add_scalar(bb_square(x), 1));
}

static const bb_sample samples[] = {
    BB__SAMPLES1(),
    {
        .n_in = 1,
        .in = {BB_DIMS(9)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 0.5, -2.5,
                                 1.0000000000000001e+300, -1e-10)},
        .golden_out =
            BB_NUMBERS(0.0, -0.0, 1.5707963267948966, -1.5707963267948966, NAN, 0.46364760900080609,
                       -1.1902899496825317, 1.5707963267948966, -1e-10),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(6)},
        .golden_in = {BB_NUMBERS(0.0, 0.5, -2.5, 1e+100, 9.9999999999999997e+199, INFINITY)},
        .golden_out = BB_NUMBERS(0.0, 0.46364760900080609, -1.1902899496825317, 1.5707963267948966,
                                 1.5707963267948966, 1.5707963267948966),
        .golden_slope = BB_NUMBERS(1.0, 0.80000000000000004, 0.13793103448275862,
                                   9.9999999999999998e-201, 0.0, 0.0),
    },
};

const bb_op bb__op_atan = {
    .name = "atan",
    .doc = "arc tangent of x in radians; d is 1 / (1 + x^2)",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_atan(bb_node *x)
{
    return bb__apply1(&bb__op_atan, x, NULL);
}
