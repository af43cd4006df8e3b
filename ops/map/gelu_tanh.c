/* SPDX-License-Identifier: MIT */
/* The approximation of the Gaussian error linear unit by a hyperbolic tangent, written with the
 * logistic function, (1 + tanh u) / 2 = 1 / (1 + e^-2u), which keeps its digits where tanh nears
 * -1. Its rule sees x up to where its slope has become 0 or 1, so that no infinity meets a 0. */
#include "exponential.h"
#include "support.h"

#include <math.h>

/* 2 sqrt(2 / pi) */
#define RATE 1.59576912160573071176
#define CUBIC 0.044715

/* The exponent is a double, since its rounding to float would cost digits of the result. Below -11
 * that is 0. */
BB__INLINE float gelu_tanh_f32(float x)
{
    const float size = fabsf(x), near = size > 11.0f ? 11.0f : size;
    const double wide = near, t = -RATE * (wide + CUBIC * wide * wide * wide);
    const float high = (float)t, low = (float)(t - (double)high);
    const bb__power_f32 power = bb__power_of_sum_f32(high, low);
    return bb__gated_f32(x, -11.0f, (1.0f + power.bent) * bb__lifted_scale(power.n));
}

BB__INLINE double gelu_tanh_f64(double x)
{
    const double e = exp(-fabs(RATE * (x + CUBIC * x * x * x)));
    return (x < -50 ? -50 : x) * ((x < 0 ? e : 1) / (1 + e));
}

BB_TILE1(tile_f32, float, float, gelu_tanh_f32(x))
BB_VECTOR_TILE1(tile_f64, double, gelu_tanh_f64(x))

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *x = bb_clip(bb_node_input(y, i), -50, 50), *squared = bb_square(x);
    bb_node *one = bb_number(x, 1);
    bb_node *inner = bb_mul_scalar(bb_mul(x, bb_add(one, bb_mul_scalar(squared, CUBIC))), RATE);
    bb_node *steep = bb_mul_scalar(bb_add(one, bb_mul_scalar(squared, 3 * CUBIC)), RATE);
    bb_node *s = bb_sigmoid(inner), *bend = bb_mul(s, bb_sigmoid(bb_neg(inner)));
    return bb_mul(dy, bb_add(s, bb_mul(bb_mul(x, bend), steep)));
}

static const bb_sample samples[] = {
    BB__SAMPLES1(),
    {.n_in = 1,
     .in = {BB_DIMS(15)},
     .golden_in = {BB_NUMBERS(0.0, -0.0, 0.5, -0.5, 2.5, -2.5, -10.0, 10.0, 1000.0, -1000.0,
                              1.0000000000000001e+300, -1.0000000000000001e+300, INFINITY,
                              -INFINITY, NAN)},
     .golden_out =
         BB_NUMBERS(0.0, 0.0, 0.34571400982514394, -0.15428599017485609, 2.4849157339100012,
                    -0.015084266089998582, -1.2040923482098061e-37, 10.0, 1000.0, -0.0,
                    1.0000000000000001e+300, -0.0, INFINITY, 0.0, NAN),
     .golden_slope = BB_NUMBERS(0.5, 0.5, 0.86736990353464227, 0.1326300964653577,
                                1.0379515762126661, -0.037951576212666184, -2.7576380638540315e-36,
                                1.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, NAN)},
};

const bb_op bb__op_gelu_tanh = {
    .name = "gelu_tanh",
    .doc = "x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_gelu_tanh(bb_node *x)
{
    return bb__apply1(&bb__op_gelu_tanh, x, NULL);
}
