/* SPDX-License-Identifier: MIT */
/* log(1 + e^x): the exponential is only taken of what is not positive, so that it never
 * overflows. */
#include "exponential.h"
#include "support.h"

BB_VECTOR_TILE1(tile_f32, float, (x > 0 ? x : 0) + bb__log1p_of_share_f32(bb__decay_f32(x)))
BB_VECTOR_TILE1(tile_f64, double, (x > 0 ? x : 0) + bb__log1p_of_share_f64(bb__decay_f64(x)))

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    return bb_mul(dy, bb_sigmoid(bb_node_input(y, i)));
}

static const bb_sample samples[] = {
    BB__SAMPLES1(),
    {.n_in = 1,
     .in = {BB_DIMS(15)},
     .golden_in = {BB_NUMBERS(0.0, -0.0, 0.5, -0.5, 2.5, -2.5, -10.0, 10.0, 1000.0, -1000.0,
                              1.0000000000000001e+300, -1.0000000000000001e+300, INFINITY,
                              -INFINITY, NAN)},
     .golden_out = BB_NUMBERS(0.69314718055994529, 0.69314718055994529, 0.97407698418010669,
                              0.47407698418010669, 2.5788897342925496, 0.078889734292549626,
                              4.5398899216864647e-05, 10.000045398899218, 1000.0, 0.0,
                              1.0000000000000001e+300, 0.0, INFINITY, 0.0, NAN),
     .golden_slope = BB_NUMBERS(0.5, 0.5, 0.62245933120185459, 0.37754066879814546,
                                0.92414181997875644, 0.075858180021243546, 4.5397868702434395e-05,
                                0.99995460213129761, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, NAN)},
};

const bb_op bb__op_softplus = {
    .name = "softplus",
    .doc = "log(1 + e^x), without overflow; d is the sigmoid of x",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_softplus(bb_node *x)
{
    return bb__apply1(&bb__op_softplus, x, NULL);
}
