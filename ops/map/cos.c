/* SPDX-License-Identifier: MIT */
/* The cosine of radians. */
#include "angles.h"
#include "support.h"

BB__ANGLE_TILES(tile, cos)

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *x = bb_node_input(y, 0);
    (void)i;
    return bb_neg(bb_mul(dy, bb_sin(x)));
}

static const bb_sample samples[] = {
    BB__SAMPLES1(),
    {
        .n_in = 1,
        .in = {BB_DIMS(10)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 1.0, -2.5, 3.1415926535897931,
                                 1000000.0, 1e-10)},
        .golden_out = BB_NUMBERS(1.0, 1.0, NAN, NAN, NAN, 0.54030230586813977, -0.8011436155469337,
                                 -1.0, 0.93675212753314474, 1.0),
    },
};

const bb_op bb__op_cos = {
    .name = "cos",
    .doc = "cosine of x in radians; d is -sin x",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_cos(bb_node *x)
{
    return bb__apply1(&bb__op_cos, x, NULL);
}
