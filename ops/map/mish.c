/* SPDX-License-Identifier: MIT */
/* x tanh(softplus(x)), as a quotient of polynomials in e^-|x|. Its rule sees x up to where its
 * slope has become 0 or 1, so that no infinity meets a 0. */
#include "support.h"

#include <math.h>

/* In double for floats as well, whose exponentials lose digits before the product does. */
static inline double mish(double x)
{
    double e = exp(-fabs(x)), falling = e * (e + 2), rising = 1 + 2 * e;
    double gate = x < 0 ? falling / (falling + 2) : rising / (rising + 2 * e * e);
    return x < -1000 ? -0.0 : x * gate;
}

BB_MAP1(tile, mish(x))

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *x = bb_clip(bb_node_input(y, i), -1000, 1000);
    bb_node *gate = bb_tanh(bb_softplus(x));
    bb_node *steep = bb_mul(bb_sub(bb_number(x, 1), bb_square(gate)), bb_sigmoid(x));
    return bb_mul(dy, bb_add(gate, bb_mul(x, steep)));
}

static const bb_sample samples[] = {
    BB__SAMPLES1(),
    {.n_in = 1,
     .in = {BB_DIMS(15)},
     .golden_in = {BB_NUMBERS(0.0, -0.0, 0.5, -0.5, 2.5, -2.5, -10.0, 10.0, 1000.0, -1000.0,
                              1.0000000000000001e+300, -1.0000000000000001e+300, INFINITY,
                              -INFINITY, NAN)},
     .golden_out =
         BB_NUMBERS(0.0, 0.0, 0.37524521130489513, -0.22074377465173001, 2.4713923045578809,
                    -0.19681620390653334, -0.00045398899185674697, 9.9999999587806698, 1000.0, -0.0,
                    1.0000000000000001e+300, -0.0, INFINITY, 0.0, NAN),
     .golden_slope = BB_NUMBERS(0.59999999999999998, 0.59999999999999998, 0.88642437535772722,
                                0.2895106779135122, 1.0411295301313532, -0.10974357275018569,
                                -0.00040857978690299194, 1.0000000783129834, 1.0, 0.0, 1.0, 0.0,
                                1.0, 0.0, NAN)},
};

const bb_op bb__op_mish = {
    .name = "mish",
    .doc = "x tanh(log(1 + e^x))",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_mish(bb_node *x)
{
    return bb__apply1(&bb__op_mish, x, NULL);
}
