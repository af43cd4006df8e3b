/* SPDX-License-Identifier: MIT */
/* The Gaussian error linear unit, x Phi(x), of three nodes: e^(-x^2/2), Phi(x), and the product,
 * whose rule is that of the whole and reads all three, so that value and slope share an exponential
 * and a Phi. These are times 2^64, so that no digit is lost where they, but not what they are
 * multiplied into, are subnormal. The slope sees x up to where it has become 0 or 1, so that no
 * infinity meets a 0. */
#include "normal_cdf.h"
#include "support.h"

#include <math.h>

enum { FAR = 50 }; /* where Phi is 0 or 1, and the slope with it */

BB_TILE1(bell_f32, float, float, bb__lifted_bell_f32(x))
BB_VECTOR_TILE1(bell_f64, double, bb__bell_f64(x) * (double)BB__LIFT)

static const bb_op lifted_bell = {
    .name = "lifted_bell",
    .doc = "2^64 e^(-x^2/2)",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(bell),
};

/* Of x and its bell, which in double comes too late to help. */
BB_TILE2(lifted_f32, float, float, float, bb__lifted_normal_cdf_f32(x, y))
BB_VECTOR_TILE2(lifted_f64, double, ((void)y, bb__normal_cdf_f64(x) * (double)BB__LIFT))

static const bb_op lifted_normal_cdf = {
    .name = "lifted_normal_cdf",
    .doc = "2^64 Phi(x) of x and its lifted bell",
    .arity = 2,
    .infer = bb_infer_same,
    .map = BB_MAP(lifted),
};

/* The slope of the whole, Phi(x) + x Phi'(x), of the same operands. */
BB__INLINE float slope_f32(float x, float lifted, float bell)
{
    const float least = x < -(float)FAR ? -(float)FAR : x, near = least > (float)FAR ? FAR : least;
    return (lifted + near * (bell * (float)BB__BELL_SHARE)) * (1.0f / BB__LIFT);
}

BB__INLINE double slope_f64(double x, double lifted, double bell)
{
    const double least = x < -(double)FAR ? -(double)FAR : x;
    const double near = least > (double)FAR ? FAR : least;
    return (lifted + near * (bell * BB__BELL_SHARE)) * (1.0 / (double)BB__LIFT);
}

BB_TILE3(slope_tile_f32, float, float, float, float, slope_f32(x, y, z))
BB_TILE3(slope_tile_f64, double, double, double, double, slope_f64(x, y, z))

static bb_node *slope_backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *x = bb_node_input(y, 0), *near = bb_clip(x, -FAR, FAR);
    bb_node *bend = bb_mul(bb_normal_pdf(x), bb_sub(bb_number(x, 2), bb_square(near)));
    return i == 0 ? bb_mul(dy, bend) : NULL; /* the other ways are in this one */
}

static const bb_op gelu_slope = {
    .name = "gelu_slope",
    .doc = "Phi(x) + x Phi'(x) of x, 2^64 Phi(x) and its lifted bell; d is for x alone, "
           "(2 - x^2) Phi'(x)",
    .arity = 3,
    .infer = bb_infer_same,
    .map = BB_MAP(slope_tile),
    .backward = slope_backward,
};

/* Above 0 the scale comes off first, as x times it may be too large; below after the product. */
BB__INLINE float gated_f32(float x, float lifted)
{
    const float above = x * (lifted * (1.0f / BB__LIFT)), below = x * lifted * (1.0f / BB__LIFT);
    const float left = x < -(float)FAR ? -0.0f : below;
    return x > 0.0f ? above : left;
}

BB__INLINE double gated_f64(double x, double lifted)
{
    const double lift = (double)BB__LIFT, above = x * (lifted / lift), below = x * lifted / lift;
    const double left = x < -(double)FAR ? -0.0 : below;
    return x > 0.0 ? above : left;
}

BB_TILE3(gated_tile_f32, float, float, float, float, ((void)z, gated_f32(x, y)))
BB_TILE3(gated_tile_f64, double, double, double, double, ((void)z, gated_f64(x, y)))

static bb_node *gated_backward(bb_node *y, bb_node *dy, int i)
{
    const bb_nodes in = BB_NODES(bb_node_input(y, 0), bb_node_input(y, 1), bb_node_input(y, 2));
    return i == 0 ? bb_mul(dy, bb_apply(&gelu_slope, in, NULL)) : NULL; /* as above */
}

static const bb_op gated = {
    .name = "gelu",
    .doc = "x Phi(x) of x, 2^64 Phi(x) and, for the rule, its lifted bell; d is for x alone",
    .arity = 3,
    .infer = bb_infer_same,
    .map = BB_MAP(gated_tile),
    .backward = gated_backward,
};

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    bb_node *x = in.items[0];
    (void)g, (void)attrs;
    if (!bb_dtype_is_float(bb_node_dtype(x)))
        return bb_fail_node(x, NULL, "gelu", BB_BAD_TYPE, "needs f32 or f64");
    bb_node *bell = bb_apply(&lifted_bell, BB_NODES(x), NULL);
    bb_node *lifted = bb_apply(&lifted_normal_cdf, BB_NODES(x, bell), NULL);
    return bb_apply(&gated, BB_NODES(x, lifted, bell), NULL);
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
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_gelu(bb_node *x)
{
    return build(NULL, BB_NODES(x), NULL);
}
