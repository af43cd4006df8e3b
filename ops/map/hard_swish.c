/* SPDX-License-Identifier: MIT */
/* x times its hard sigmoid: x beyond 3, and else a parabola of x clipped, so that no infinity meets
 * a 0. */
#include "support.h"

#include <math.h>

#define CLIPPED(x) ((x) > 3 ? 3 : (x) < -3 ? -3 : (x))

BB_MAP1(tile, x > 3 ? x : CLIPPED(x) * ((CLIPPED(x) + 3) / 6))

/* The derivative, at -3 and 3 that of the parabola. */
BB_MAP1(slope_tile, x > 3 ? 1 : x < -3 ? 0 : (x + 3) / 6 + x / 6)

static bb_node *slope_backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *x = bb_node_input(y, i), *zero = bb_number(x, 0);
    bb_node *is_beyond = bb_greater(bb_abs(x), bb_number(x, 3));
    return bb_mul(dy, bb_where(is_beyond, zero, bb_number(x, 1. / 3)));
}

static const bb_op slope = {
    .name = "hard_swish_slope",
    .doc = "the derivative of hard_swish",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(slope_tile),
    .backward = slope_backward,
};

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    return bb_mul(dy, bb_apply(&slope, BB_NODES(bb_node_input(y, i)), NULL));
}

static const bb_sample samples[] = {
    BB__SAMPLES1(),
    {.n_in = 1, .in = {BB_DIMS(4, 5)}, .low = -6, .high = 6},
    {.n_in = 1,
     .in = {BB_DIMS(17)},
     .golden_in = {BB_NUMBERS(0.0, -0.0, 0.5, -0.5, 2.5, -2.5, -10.0, 10.0, 1000.0, -1000.0,
                              1.0000000000000001e+300, -1.0000000000000001e+300, 3.0, -3.0,
                              INFINITY, -INFINITY, NAN)},
     .golden_out = BB_NUMBERS(0.0, 0.0, 0.29166666666666669, -0.20833333333333334,
                              2.2916666666666665, -0.20833333333333334, 0.0, 10.0, 1000.0, 0.0,
                              1.0000000000000001e+300, 0.0, 3.0, 0.0, INFINITY, 0.0, NAN),
     .golden_slope =
         BB_NUMBERS(0.5, 0.5, 0.66666666666666663, 0.33333333333333331, 1.3333333333333333,
                    -0.33333333333333331, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.5, -0.5, 1.0, 0.0, NAN)},
};

const bb_op bb__op_hard_swish = {
    .name = "hard_swish",
    .doc = "x min(max(x / 6 + 1 / 2, 0), 1); d at -3 and 3 is that of the parabola",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_hard_swish(bb_node *x)
{
    return bb__apply1(&bb__op_hard_swish, x, NULL);
}
