/* SPDX-License-Identifier: MIT */
/* x / (1 + |x|), of infinities its limits. The rule is the square of a quotient, and never the
 * quotient of a square, which overflows. */
#include "support.h"

#include <tgmath.h>

BB_MAP1(tile, fabs(x) > (T)1e30 ? (x > 0 ? (T)1 : (T)-1) : x / ((T)1 + fabs(x)))

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *x = bb_node_input(y, i);
    bb_node *rest = bb_div(bb_number(x, 1), bb_add_scalar(bb_abs(x), 1));
    return bb_mul(dy, bb_square(rest));
}

static const bb_sample samples[] = {
    BB__SAMPLES1(),
    {.n_in = 1,
     .in = {BB_DIMS(15)},
     .golden_in = {BB_NUMBERS(0.0, -0.0, 0.5, -0.5, 2.5, -2.5, -10.0, 10.0, 1000.0, -1000.0,
                              1.0000000000000001e+300, -1.0000000000000001e+300, INFINITY,
                              -INFINITY, NAN)},
     .golden_out =
         BB_NUMBERS(0.0, 0.0, 0.33333333333333331, -0.33333333333333331, 0.7142857142857143,
                    -0.7142857142857143, -0.90909090909090906, 0.90909090909090906,
                    0.99900099900099903, -0.99900099900099903, 1.0, -1.0, 1.0, -1.0, NAN),
     .golden_slope =
         BB_NUMBERS(1.0, 1.0, 0.44444444444444442, 0.44444444444444442, 0.081632653061224483,
                    0.081632653061224483, 0.0082644628099173556, 0.0082644628099173556,
                    9.9800299600499398e-07, 9.9800299600499398e-07, 0.0, 0.0, 0.0, 0.0, NAN)},
};

const bb_op bb__op_softsign = {
    .name = "softsign",
    .doc = "x / (1 + |x|); d is 1 / (1 + |x|)^2",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_softsign(bb_node *x)
{
    return bb__apply1(&bb__op_softsign, x, NULL);
}
