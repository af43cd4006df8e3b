/* SPDX-License-Identifier: MIT */
/* The Gaussian error linear unit, x Phi(x). Its rule sees x up to where its slope has become 0 or
 * 1, so that no infinity meets a 0. */
#include "normal_cdf.h"
#include "support.h"

#include <math.h>

BB_TILE1(tile_f32, float, float, bb__times_normal_cdf_f32(x < -14.5f ? -0.0f : x, x))
BB_VECTOR_TILE1(tile_f64, double, (x < -40 ? -40 : x) * bb__normal_cdf_f64(x))

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    static const double top = 0.39894228040143267794; /* 1 / sqrt(2 pi) */
    bb_node *x = bb_clip(bb_node_input(y, i), -50, 50);
    bb_node *density = bb_mul_scalar(bb_exp(bb_mul_scalar(bb_square(x), -0.5)), top);
    return bb_mul(dy, bb_add(bb_normal_cdf(x), bb_mul(x, density)));
}

static const bb_sample samples[] = {
    BB__SAMPLES1(),
    {.n_in = 1,
     .in = {BB_DIMS(15)},
     .golden_in = {BB_NUMBERS(0.0, -0.0, 0.5, -0.5, 2.5, -2.5, -10.0, 10.0, 1000.0, -1000.0,
                              1.0000000000000001e+300, -1.0000000000000001e+300, INFINITY,
                              -INFINITY, NAN)},
     .golden_out =
         BB_NUMBERS(0.0, 0.0, 0.34573123063700656, -0.15426876936299344, 2.4844758366855597,
                    -0.015524163314440337, -7.6198530241605263e-23, 10.0, 1000.0, -0.0,
                    1.0000000000000001e+300, -0.0, INFINITY, 0.0, NAN),
     .golden_slope = BB_NUMBERS(0.5, 0.5, 0.86749512465616285, 0.13250487534383715,
                                1.0376110859081451, -0.037611085908145207, -7.6184000964648144e-22,
                                1.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, NAN)},
};

const bb_op bb__op_gelu = {
    .name = "gelu",
    .doc =
        "x Phi(x), Phi the distribution function of the standard normal; d is Phi(x) + x Phi'(x)",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_gelu(bb_node *x)
{
    return bb__apply1(&bb__op_gelu, x, NULL);
}
