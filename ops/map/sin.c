/* SPDX-License-Identifier: MIT */
/* The sine of radians. */
#include "angles.h"
#include "support.h"

BB__ANGLE_TILES(tile, sin)

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *x = bb_node_input(y, 0);
    (void)i;
    return bb_mul(dy, bb_cos(x));
}

static const bb_sample samples[] = {
    BB__SAMPLES1(),
    {
        .n_in = 1,
        .in = {BB_DIMS(10)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 1.0, -2.5, 3.1415926535897931,
                                 1000000.0, 1e-10)},
        .golden_out = BB_NUMBERS(0.0, -0.0, NAN, NAN, NAN, 0.8414709848078965, -0.59847214410395644,
                                 1.2246467991473532e-16, -0.34999350217129294, 1e-10),
    },
};

const bb_op bb__op_sin = {
    .name = "sin",
    .doc = "sine of x in radians; d is cos x",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_sin(bb_node *x)
{
    return bb__apply1(&bb__op_sin, x, NULL);
}
