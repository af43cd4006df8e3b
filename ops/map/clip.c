/* SPDX-License-Identifier: MIT */
/* Clipping to an interval; the slope at both of its ends is 1. */
#include "support.h"

#include <math.h>
#include <stdio.h>

typedef struct clip_attrs {
    double low, high;
} clip_attrs;

static bool infer(bb_infer *c)
{
    const clip_attrs *a = c->attrs;
    if (isnan(a->low) || isnan(a->high))
        return bb_infer_fail(c, BB_BAD_ARGUMENT, "%s is NaN", isnan(a->low) ? "low" : "high");
    if (a->low > a->high)
        return bb_infer_fail(c, BB_BAD_ARGUMENT, "low %g is above high %g", a->low, a->high);
    return bb_infer_same(c);
}

#define LOW ((T)((const clip_attrs *)attrs)->low)
#define HIGH ((T)((const clip_attrs *)attrs)->high)

/* Functions, for both bounds to be there before the choice: then it is no branch. */
static inline float clip_f32(float x, float low, float high)
{
    const float below = x > high ? high : x;
    return below < low ? low : below;
}

static inline double clip_f64(double x, double low, double high)
{
    const double below = x > high ? high : x;
    return below < low ? low : below;
}

BB_TILE1(tile_f32, float, float, clip_f32(x, LOW, HIGH))
BB_TILE1(tile_f64, double, double, clip_f64(x, LOW, HIGH))

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *x = bb_node_input(y, i), *zero = bb_number(dy, 0);
    const clip_attrs *a = bb_node_attrs(y);
    bb_node *below = bb_less(x, bb_number(x, a->low));
    bb_node *above = bb_greater(x, bb_number(x, a->high));
    return bb_where(below, zero, bb_where(above, zero, dy));
}

static void print_attrs(const void *attrs, char *buffer, size_t size)
{
    const clip_attrs *a = attrs;
    (void)snprintf(buffer, size, "low %g high %g", a->low, a->high);
}

static const clip_attrs inside = {-2, 2}, interval = {-0.5, 1};

static const bb_sample samples[] = {
    BB__SAMPLES1(.attrs = &inside, .low = -1.5, .high = 1.5),
    {.n_in = 1, .in = {BB_DIMS(4, 5)}, .attrs = &interval, .low = -2, .high = 2},
    {
        .n_in = 1,
        .in = {BB_DIMS(9)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, -1.5, 2.5, 0.75, 1e-300)},
        .golden_out = BB_NUMBERS(0.0, -0.0, 1.0, -0.5, NAN, -0.5, 1.0, 0.75, 1e-300),
        .attrs = &interval,
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(8)},
        .golden_in = {BB_NUMBERS(-0.5, 1.0, 0.25, -2.0, 3.0, INFINITY, -INFINITY, NAN)},
        .golden_out = BB_NUMBERS(-0.5, 1.0, 0.25, -0.5, 1.0, 1.0, -0.5, NAN),
        .golden_slope = BB_NUMBERS(1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0),
        .attrs = &interval,
    },
};

const bb_op bb__op_clip = {
    .name = "clip",
    .doc = "min(max(x, low), high), NaN stays; d is 1 on [low, high], ends included, and at NaN, "
           "else 0",
    .arity = 1,
    .attrs_size = sizeof(clip_attrs),
    .infer = infer,
    .map = BB_MAP(tile),
    .backward = backward,
    .print_attrs = print_attrs,
    BB_SAMPLES(samples),
};

bb_node *bb_clip(bb_node *x, double low, double high)
{
    return bb__apply1(&bb__op_clip, x, &(clip_attrs){low, high});
}
