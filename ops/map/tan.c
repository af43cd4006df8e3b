/* SPDX-License-Identifier: MIT */
/* The tangent of radians; its rule reads the result. */
#include "support.h"

#include <bibun/vector_math.h>

BB_VECTOR1(tile, tan(x))

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    (void)i;
    return bb_mul(dy, bb_add_scalar(bb_square(y), 1));
}

static const bb_sample samples[] = {
    BB__SAMPLES1(.low = -1.25, .high = 1.25),
    {
        .n_in = 1,
        .in = {BB_DIMS(10)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 1.0, -2.5, 1.5707963267948966,
                                 1000000.0, 1e-10)},
        .golden_out = BB_NUMBERS(0.0, -0.0, NAN, NAN, NAN, 1.5574077246549023, 0.74702229723866032,
                                 16331239353195370.0, -0.37362445398759903, 1e-10),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(4)},
        .golden_in = {BB_NUMBERS(0.0, 1.0, -2.5, 1.5700000000000001)},
        .golden_out = BB_NUMBERS(0.0, 1.5574077246549023, 0.74702229723866032, 1255.7655915007897),
        .golden_slope = BB_NUMBERS(1.0, 3.4255188208147596, 1.5580423125717253, 1576948.220797328),
    },
};

const bb_op bb__op_tan = {
    .name = "tan",
    .doc = "tangent of x in radians, NaN at infinities; d is 1 + y^2",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_tan(bb_node *x)
{
    return bb__apply1(&bb__op_tan, x, NULL);
}
