/* SPDX-License-Identifier: MIT */
/* The exponential linear unit, whose slope at 0 is that of the negative side. */
#include "exponential.h"
#include "support.h"

#include <stdio.h>

typedef struct elu_attrs {
    double alpha;
} elu_attrs;

#define ALPHA ((T)((const elu_attrs *)attrs)->alpha)

BB__INLINE float elu_f32(float x, float alpha)
{
    const float below = alpha * bb__expm1_f32(x);
    return x > 0 ? x : below;
}

BB__INLINE double elu_f64(double x, double alpha)
{
    const double below = alpha * expm1(x);
    return x > 0 ? x : below;
}

BB_TILE1(tile_f32, float, float, elu_f32(x, ALPHA))
BB_VECTOR_TILE1(tile_f64, double, elu_f64(x, ALPHA))

static bool infer(bb_infer *c)
{
    double alpha = ((const elu_attrs *)c->attrs)->alpha;
    if (!isfinite(alpha))
        return bb_infer_fail(c, BB_BAD_ARGUMENT, "alpha %g is not finite", alpha);
    return bb_infer_same(c);
}

/* The exponential is not taken of what is positive: it would be infinite where nobody wants it. */
static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *x = bb_node_input(y, i);
    const elu_attrs *a = bb_node_attrs(y);
    bb_node *bent = bb_mul_scalar(bb_exp(bb_clip(x, -(double)INFINITY, 0)), a->alpha);
    return bb_where(bb_greater(x, bb_number(x, 0)), dy, bb_mul(dy, bent));
}

static void print_attrs(const void *attrs, char *buffer, size_t size)
{
    const elu_attrs *a = attrs;
    (void)snprintf(buffer, size, "alpha %g", a->alpha);
}

static const elu_attrs usual = {1}, flat = {0.75};

static const bb_sample samples[] = {
    BB__SAMPLES1(.attrs = &flat, .low = 0.25, .high = 2),
    BB__SAMPLES1(.attrs = &flat, .low = -2, .high = -0.25),
    BB__SAMPLES1(.attrs = &usual, .low = -2, .high = -0.25),
    {.n_in = 1,
     .in = {BB_DIMS(15)},
     .golden_in = {BB_NUMBERS(0.0, -0.0, 0.5, -0.5, 2.5, -2.5, -10.0, 10.0, 1000.0, -1000.0,
                              1.0000000000000001e+300, -1.0000000000000001e+300, INFINITY,
                              -INFINITY, NAN)},
     .golden_out = BB_NUMBERS(0.0, 0.0, 0.5, -0.29510200521552493, 2.5, -0.68843625103207595,
                              -0.74996595005267819, 10.0, 1000.0, -0.75, 1.0000000000000001e+300,
                              -0.75, INFINITY, -0.75, NAN),
     .golden_slope = BB_NUMBERS(0.75, 0.75, 1.0, 0.45489799478447507, 1.0, 0.061563748967924097,
                                3.4049947321863639e-05, 1.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, NAN),
     .attrs = &flat},
};

const bb_op bb__op_elu = {
    .name = "elu",
    .doc = "x if x > 0, else alpha (e^x - 1); d is 1 above 0 and alpha e^x elsewhere, at 0 too",
    .arity = 1,
    .attrs_size = sizeof(elu_attrs),
    .infer = infer,
    .map = BB_MAP(tile),
    .backward = backward,
    .print_attrs = print_attrs,
    BB_SAMPLES(samples),
};

bb_node *bb_elu(bb_node *x, double alpha)
{
    return bb__apply1(&bb__op_elu, x, &(elu_attrs){alpha});
}
