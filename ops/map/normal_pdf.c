/* SPDX-License-Identifier: MIT */
/* The density of the standard normal. Its rule sees x up to where the density is 0, so that no
 * infinity meets that 0. */
#include "normal_cdf.h"
#include "support.h"

#include <math.h>

BB_TILE1(tile_f32, float, float, bb__normal_pdf_f32(x))
BB_VECTOR_TILE1(tile_f64, double, bb__normal_pdf_f64(x))

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *x = bb_clip(bb_node_input(y, i), -50, 50);
    return bb_neg(bb_mul(dy, bb_mul(x, y)));
}

static const bb_sample samples[] = {
    BB__SAMPLES1(),
    {.n_in = 1,
     .in = {BB_DIMS(15)},
     .golden_in = {BB_NUMBERS(0.0, -0.0, 0.5, -0.5, 2.5, -2.5, -10.0, 10.0, 1000.0, -1000.0,
                              1.0000000000000001e+300, -1.0000000000000001e+300, INFINITY,
                              -INFINITY, NAN)},
     .golden_out = BB_NUMBERS(0.3989422804014327, 0.3989422804014327, 0.35206532676429947,
                              0.35206532676429947, 0.017528300493568537, 0.017528300493568537,
                              7.6945986267064188e-23, 7.6945986267064188e-23, 0.0, 0.0, 0.0, 0.0,
                              0.0, 0.0, NAN),
     .golden_slope = BB_NUMBERS(0.0, 0.0, -0.17603266338214973, 0.17603266338214973,
                                -0.043820751233921346, 0.043820751233921346, 7.6945986267064195e-22,
                                -7.6945986267064195e-22, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, NAN)},
    {.n_in = 1,
     .in = {BB_DIMS(7)},
     .golden_in = {BB_NUMBERS(20.300000000000001, -30.699999999999999, 36.899999999999999,
                              37.299999999999997, INFINITY, -INFINITY, NAN)},
     .golden_out = BB_NUMBERS(1.3082885546815291e-90, 8.7459490160240639e-206,
                              8.5320877556363428e-297, 3.0628462906956673e-303, 0.0, 0.0, NAN),
     .golden_slope = BB_NUMBERS(-2.655825766003504e-89, 2.6850063479193875e-204,
                                -3.1483403818298107e-295, -1.1424416664294839e-301, 0.0, 0.0, NAN),
     .golden_tolerance = 2e-15},
};

const bb_op bb__op_normal_pdf = {
    .name = "normal_pdf",
    .doc = "exp(-x^2 / 2) / sqrt(2 pi); d is -x times it",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_normal_pdf(bb_node *x)
{
    return bb__apply1(&bb__op_normal_pdf, x, NULL);
}
