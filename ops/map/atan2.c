/* SPDX-License-Identifier: MIT */
/* The angle of a point. Its rule divides by the distance twice, since its square may overflow or
 * vanish. */
#include "support.h"

#include <bibun/vector_math.h>

BB_VECTOR2(tile, atan2(x, y))

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *sine = bb_node_input(y, 0), *cosine = bb_node_input(y, 1);
    bb_node *r = bb_hypot(sine, cosine), *d = bb_div(dy, r);
    return i == 0 ? bb_mul(d, bb_div(cosine, r)) : bb_neg(bb_mul(d, bb_div(sine, r)));
}

static const bb_sample samples[] = {
    BB__SAMPLES2(.low = 0.5, .high = 2),
    BB__SAMPLES2(.low = -2, .high = -0.5),
    {
        .n_in = 2,
        .in = {BB_DIMS(16), BB_DIMS(16)},
        .golden_in = {BB_NUMBERS(0.5, 0.5, -0.5, -0.5, 1.0000000000000001e+300, 1e-300, 0.0, -0.0,
                                 0.0, 0.0, 1.0, INFINITY, INFINITY, 1.0, NAN, 1.0),
                      BB_NUMBERS(2.0, -2.0, -2.0, 2.0, 1.0000000000000001e+300, -1e-300, 1.0, -1.0,
                                 0.0, -0.0, 0.0, INFINITY, -INFINITY, -INFINITY, 1.0, NAN)},
        .golden_out =
            BB_NUMBERS(0.24497866312686414, 2.8966139904629289, -2.8966139904629289,
                       -0.24497866312686414, 0.78539816339744828, 2.3561944901923448, 0.0,
                       -3.1415926535897931, 0.0, 3.1415926535897931, 1.5707963267948966,
                       0.78539816339744828, 2.3561944901923448, 3.1415926535897931, NAN, NAN),
    },
};

const bb_op bb__op_atan2 = {
    .name = "atan2",
    .doc = "the angle of the point (x, y) in radians, from y and x, as C has it; d is x / r^2 and "
           "-y / r^2 with r = hypot(x, y), NaN at the origin",
    .arity = 2,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_atan2(bb_node *y, bb_node *x)
{
    return bb__apply2_broadcast(&bb__op_atan2, y, x);
}
