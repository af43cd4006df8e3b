/* SPDX-License-Identifier: MIT */
/* The leaky rectifier, whose slope at the kink is that of the negative side. */
#include "support.h"

#include <math.h>
#include <stdio.h>

typedef struct leaky_relu_attrs {
    double slope;
} leaky_relu_attrs;

#define SLOPE ((T)((const leaky_relu_attrs *)attrs)->slope)

/* Functions, for the slope to be there before the choice: then it is no branch. */
static inline float leak_f32(float x, float slope)
{
    return x > 0 ? x : slope * x;
}

static inline double leak_f64(double x, double slope)
{
    return x > 0 ? x : slope * x;
}

BB_TILE1(tile_f32, float, float, leak_f32(x, SLOPE))
BB_TILE1(tile_f64, double, double, leak_f64(x, SLOPE))

static bool infer(bb_infer *c)
{
    double slope = ((const leaky_relu_attrs *)c->attrs)->slope;
    if (!isfinite(slope))
        return bb_infer_fail(c, BB_BAD_ARGUMENT, "slope %g is not finite", slope);
    return bb_infer_same(c);
}

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *x = bb_node_input(y, i);
    const leaky_relu_attrs *a = bb_node_attrs(y);
    bb_node *leaks = bb_less_equal(x, bb_number(x, 0));
    return bb_where(leaks, bb_mul_scalar(dy, a->slope), dy);
}

static void print_attrs(const void *attrs, char *buffer, size_t size)
{
    const leaky_relu_attrs *a = attrs;
    (void)snprintf(buffer, size, "slope %g", a->slope);
}

static const leaky_relu_attrs eighth = {0.125}, negative = {-0.5};

static const bb_sample samples[] = {
    BB__SAMPLES1(.attrs = &eighth, .low = 0.25, .high = 2),
    BB__SAMPLES1(.attrs = &eighth, .low = -2, .high = -0.25),
    BB__SAMPLES1(.attrs = &negative, .low = -2, .high = -0.25),
    {
        .n_in = 1,
        .in = {BB_DIMS(8)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, -1.5, 2.5,
                                 -1.0000000000000001e+300)},
        .golden_out =
            BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, -0.1875, 2.5, -1.2500000000000001e+299),
        .attrs = &eighth,
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(7)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, -1.5, 2.5, INFINITY, -INFINITY, NAN)},
        .golden_out = BB_NUMBERS(0.0, -0.0, -0.1875, 2.5, INFINITY, -INFINITY, NAN),
        .golden_slope = BB_NUMBERS(0.125, 0.125, 0.125, 1.0, 1.0, 0.125, 1.0),
        .attrs = &eighth,
    },
};

const bb_op bb__op_leaky_relu = {
    .name = "leaky_relu",
    .doc = "x if x > 0, else slope x; d is 1 above 0 and at NaN, else slope, at the kink too",
    .arity = 1,
    .attrs_size = sizeof(leaky_relu_attrs),
    .infer = infer,
    .map = BB_MAP(tile),
    .backward = backward,
    .print_attrs = print_attrs,
    BB_SAMPLES(samples),
};

bb_node *bb_leaky_relu(bb_node *x, double slope)
{
    return bb__apply1(&bb__op_leaky_relu, x, &(leaky_relu_attrs){slope});
}
