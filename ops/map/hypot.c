/* SPDX-License-Identifier: MIT */
/* The distance from the origin, whose slopes there are 0 in every order. */
#include "support.h"

#include <bibun/vector_math.h>

BB_VECTOR2(tile, hypot(x, y))

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *at_origin = bb_equal(y, bb_number(y, 0));
    bb_node *r = bb_where(at_origin, bb_number(y, 1), y);
    return bb_where(at_origin, bb_number(y, 0), bb_mul(dy, bb_div(bb_node_input(y, i), r)));
}

static const bb_sample samples[] = {
    BB__SAMPLES2(.low = 0.5, .high = 2),
    BB__SAMPLES2(.low = -2, .high = -0.5),
    {
        .n_in = 2,
        .in = {BB_DIMS(10), BB_DIMS(10)},
        .golden_in = {BB_NUMBERS(3.0, 1.0000000000000001e+300, 1e-300, 10000000000.0, 0.0, 0.0,
                                 INFINITY, NAN, NAN, -INFINITY),
                      BB_NUMBERS(-4.0, 1.0000000000000001e+300, 2.0000000000000001e-300, 1.0, -0.0,
                                 -2.5, NAN, -INFINITY, 1.0, 1.0)},
        .golden_out = BB_NUMBERS(5.0, 1.4142135623730952e+300, 2.2360679774997897e-300,
                                 10000000000.0, 0.0, 2.5, INFINITY, INFINITY, NAN, INFINITY),
    },
};

const bb_op bb__op_hypot = {
    .name = "hypot",
    .doc = "sqrt(x^2 + y^2) without overflow, as C has it; d is x / r and y / r, 0 at the origin",
    .arity = 2,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_hypot(bb_node *x, bb_node *y)
{
    return bb__apply2_broadcast(&bb__op_hypot, x, y);
}
