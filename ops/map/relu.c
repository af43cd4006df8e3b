/* SPDX-License-Identifier: MIT */
/* The rectifier, whose slope at the kink is 0. The rule reads the result, which is positive just
 * where x is; of what comes from a max pool alone, the windows are masked, a fraction of it. */
#include "pools.h"
#include "support.h"

#include <math.h>

BB_MAP1(tile, x <= 0 ? (T)0 : x)

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *spread = bb__spread_where_positive(dy, y);
    (void)i;
    return spread ? spread : bb_where(bb_less_equal(y, bb_number(y, 0)), bb_number(dy, 0), dy);
}

static const bb_sample samples[] = {
    BB__SAMPLES1(.low = 0.25, .high = 2),
    {.n_in = 1, .in = {BB_DIMS(4, 5)}, .low = -2, .high = 2},
    {
        .n_in = 1,
        .in = {BB_DIMS(8)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, -1.5, 2.5, 1e-300)},
        .golden_out = BB_NUMBERS(0.0, -0.0, INFINITY, 0.0, NAN, 0.0, 2.5, 1e-300),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(7)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, -1.5, 2.5, INFINITY, -INFINITY, NAN)},
        .golden_out = BB_NUMBERS(0.0, -0.0, 0.0, 2.5, INFINITY, 0.0, NAN),
        .golden_slope = BB_NUMBERS(0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0),
    },
};

const bb_op bb__op_relu = {
    .name = "relu",
    .doc = "max(x, 0), NaN stays; d is 1 above 0 and at NaN, else 0, at the kink too",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_relu(bb_node *x)
{
    return bb__apply1(&bb__op_relu, x, NULL);
}
