/* SPDX-License-Identifier: MIT */
/* The distribution function of the standard normal, by erfc, which keeps its digits in the left
 * tail. */
#include "normal_cdf.h"
#include "support.h"

#include <math.h>

BB_TILE1(tile_f32, float, float,
         bb__lifted_normal_cdf_f32(x, bb__lifted_bell_f32(x)) * (1.0f / BB__LIFT))
BB_VECTOR_TILE1(tile_f64, double, bb__normal_cdf_f64(x))

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    return bb_mul(dy, bb_normal_pdf(bb_node_input(y, i)));
}

static const bb_sample samples[] = {
    BB__SAMPLES1(),
    {.n_in = 1,
     .in = {BB_DIMS(15)},
     .golden_in = {BB_NUMBERS(0.0, -0.0, 0.5, -0.5, 2.5, -2.5, -10.0, 10.0, 1000.0, -1000.0,
                              1.0000000000000001e+300, -1.0000000000000001e+300, INFINITY,
                              -INFINITY, NAN)},
     .golden_out = BB_NUMBERS(0.5, 0.5, 0.69146246127401312, 0.30853753872598688,
                              0.99379033467422384, 0.0062096653257761349, 7.6198530241605255e-24,
                              1.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, NAN),
     .golden_slope = BB_NUMBERS(0.3989422804014327, 0.3989422804014327, 0.35206532676429947,
                                0.35206532676429947, 0.017528300493568537, 0.017528300493568537,
                                7.6945986267064188e-23, 7.6945986267064188e-23, 0.0, 0.0, 0.0, 0.0,
                                0.0, 0.0, NAN)},
};

const bb_op bb__op_normal_cdf = {
    .name = "normal_cdf",
    .doc = "the share of a standard normal below x; d is its density",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_normal_cdf(bb_node *x)
{
    return bb__apply1(&bb__op_normal_cdf, x, NULL);
}
