/* SPDX-License-Identifier: MIT */
/* x times its logistic function. Its rule sees x up to where its slope has become 0 or 1, so that
 * no infinity meets a 0. */
#include "exponential.h"
#include "support.h"

#include <math.h>

/* Below -110 the result is 0 in float. */
BB__INLINE float silu_f32(float x)
{
    const float size = fabsf(x), near = size > 110.0f ? 110.0f : size;
    return bb__gated_f32(x, -110.0f, bb__lifted_exp(-near));
}

BB__INLINE double silu_f64(double x)
{
    const double e = bb__decay_f64(x);
    return (x < -1000 ? -1000 : x) * ((x < 0 ? e : 1) / (1 + e));
}

BB_TILE1(tile_f32, float, float, silu_f32(x))
BB_VECTOR_TILE1(tile_f64, double, silu_f64(x))

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *x = bb_clip(bb_node_input(y, i), -1000, 1000);
    bb_node *s = bb_sigmoid(x), *rest = bb_sigmoid(bb_neg(x));
    return bb_mul(dy, bb_add(s, bb_mul(x, bb_mul(s, rest))));
}

static const bb_sample samples[] = {
    BB__SAMPLES1(),
    {.n_in = 1,
     .in = {BB_DIMS(15)},
     .golden_in = {BB_NUMBERS(0.0, -0.0, 0.5, -0.5, 2.5, -2.5, -10.0, 10.0, 1000.0, -1000.0,
                              1.0000000000000001e+300, -1.0000000000000001e+300, INFINITY,
                              -INFINITY, NAN)},
     .golden_out =
         BB_NUMBERS(0.0, 0.0, 0.3112296656009273, -0.18877033439907273, 2.3103545499468909,
                    -0.18964545005310887, -0.00045397868702434395, 9.999546021312975, 1000.0, -0.0,
                    1.0000000000000001e+300, -0.0, INFINITY, 0.0, NAN),
     .golden_slope = BB_NUMBERS(0.5, 0.5, 0.73996118730265181, 0.26003881269734819,
                                1.0994011113415267, -0.099401111341526835, -0.00040856020865708231,
                                1.000408560208657, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, NAN)},
};

const bb_op bb__op_silu = {
    .name = "silu",
    .doc = "x / (1 + e^-x)",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_silu(bb_node *x)
{
    return bb__apply1(&bb__op_silu, x, NULL);
}
