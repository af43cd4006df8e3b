/* SPDX-License-Identifier: MIT */
/* The inverse of the hyperbolic sine. Its rule has sqrt(1 + x^2) by hypot, so that no square
 * overflows. */
#include "support.h"

#include <bibun/vector_math.h>

BB_VECTOR1(tile, asinh(x))

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *x = bb_node_input(y, 0);
    (void)i;
    return bb_div(dy, bb_hypot(x, bb_number(x, 1)));
}

static const bb_sample samples[] = {
    BB__SAMPLES1(),
    {
        .n_in = 1,
        .in = {BB_DIMS(9)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 0.5, -2.5,
                                 1.0000000000000001e+300, -1e-10)},
        .golden_out = BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 0.48121182505960347,
                                 -1.6472311463710958, 691.46867507877369, -1e-10),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(5)},
        .golden_in = {BB_NUMBERS(0.0, 0.5, -2.5, 9.9999999999999997e+199, INFINITY)},
        .golden_out =
            BB_NUMBERS(0.0, 0.48121182505960347, -1.6472311463710958, 461.21016577936911, INFINITY),
        .golden_slope =
            BB_NUMBERS(1.0, 0.89442719099991586, 0.37139067635410372, 9.9999999999999998e-201, 0.0),
    },
};

const bb_op bb__op_asinh = {
    .name = "asinh",
    .doc = "inverse hyperbolic sine of x; d is 1 / sqrt(1 + x^2)",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_asinh(bb_node *x)
{
    return bb__apply1(&bb__op_asinh, x, NULL);
}
