/* SPDX-License-Identifier: MIT */
/* The logistic function: the exponential is only taken of what is not positive, so that it never
 * overflows. */
#include "exponential.h"
#include "support.h"

/* Of e = e^-|x|: that itself stands above the bar when x is negative. */
#define LOGISTIC(x, e) (((x) < 0 ? (e) : 1) / (1 + (e)))

BB__INLINE float sigmoid_f32(float x)
{
    const float e = bb__decay_f32(x);
    return LOGISTIC(x, e);
}

BB__INLINE double sigmoid_f64(double x)
{
    const double e = bb__decay_f64(x);
    return LOGISTIC(x, e);
}

BB_VECTOR_TILE1(tile_f32, float, sigmoid_f32(x))
BB_VECTOR_TILE1(tile_f64, double, sigmoid_f64(x))

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    (void)i;
    return bb_mul(dy, bb_mul(y, bb_sub(bb_number(y, 1), y)));
}

static const bb_sample samples[] = {
    BB__SAMPLES1(),
    {
        .n_in = 1,
        .in = {BB_DIMS(11)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 0.5, -2.5, 40.0, -700.0,
                                 -1000.0, 1000.0)},
        .golden_out = BB_NUMBERS(0.5, 0.5, 1.0, 0.0, NAN, 0.62245933120185459, 0.075858180021243546,
                                 1.0, 9.8596765437597708e-305, 0.0, 1.0),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(6)},
        .golden_in = {BB_NUMBERS(0.0, 2.5, 1000.0, -1000.0, INFINITY, -INFINITY)},
        .golden_out = BB_NUMBERS(0.5, 0.92414181997875655, 1.0, 0.0, 1.0, 0.0),
        .golden_slope = BB_NUMBERS(0.25, 0.070103716545108066, 0.0, 0.0, 0.0, 0.0),
    },
};

const bb_op bb__op_sigmoid = {
    .name = "sigmoid",
    .doc = "1 / (1 + e^-x), without overflow; d is y (1 - y)",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_sigmoid(bb_node *x)
{
    return bb__apply1(&bb__op_sigmoid, x, NULL);
}
