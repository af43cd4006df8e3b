/* SPDX-License-Identifier: MIT */
/* x tanh(softplus(x)), as a quotient of polynomials in e^-|x|. Its rule sees x up to where its
 * slope has become 0 or 1, so that no infinity meets a 0. */
#include "exponential.h"
#include "support.h"

#include <math.h>

/* Below -110 the result is 0 in float. What is added to e^-|x| is lost beside 1, where alone it
 * stands, and keeps it from underflow, which costs time. */
BB__INLINE float mish_f32(float x)
{
    const float size = fabsf(x), near = size > 110.0f ? 110.0f : size;
    const float lifted = bb__lifted_exp(-near), factor = x < -110.0f ? -0.0f : x;
    const float e = (lifted + 1048576.0f) * (1.0f / BB__LIFT), square = e * e;
    const float missing = x < 0.0f ? e + square : 2.0f * square;
    const float whole = x < 0.0f ? 2.0f * e + square + 2.0f : 2.0f * square + 2.0f * e + 1.0f;
    const float gated = (x < 0.0f ? factor * lifted : x) * (1.0f - missing / whole);
    return gated * (x < 0.0f ? 1.0f / BB__LIFT : 1.0f);
}

BB__INLINE double mish_f64(double x)
{
    const double e = bb__decay_f64(x), falling = e * (e + 2), rising = 1 + 2 * e;
    const double gate = (x < 0 ? falling : rising) / (x < 0 ? falling + 2 : rising + 2 * e * e);
    return (x < -1000 ? -1000 : x) * gate;
}

BB_TILE1(tile_f32, float, float, mish_f32(x))
BB_VECTOR_TILE1(tile_f64, double, mish_f64(x))

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
