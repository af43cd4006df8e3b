/* SPDX-License-Identifier: MIT */
/* The way from x to y: the nearer end is what a share of the difference is added to, so that
 * weights of 0 and 1 give x and y to the bit. */
#include "support.h"

#include <math.h>

/* In double for floats as well: where the way crosses 0 no digit of them would be left. */
static inline double way(double x, double y, double share)
{
    return share < 0.5 ? x + share * (y - x) : y - (y - x) * (1 - share);
}

BB_TILE3(tile_f32, float, float, float, float, way(x, y, z))
BB_TILE3(tile_f64, double, double, double, double, way(x, y, z))

static bb_node *backward(bb_node *out, bb_node *d, int i)
{
    bb_node *x = bb_node_input(out, 0), *y = bb_node_input(out, 1), *weight = bb_node_input(out, 2);
    if (i == 0)
        return bb_mul(d, bb_sub(bb_number(weight, 1), weight));
    return bb_mul(d, i == 1 ? weight : bb_sub(y, x));
}

static const bb_sample samples[] = {
    {.n_in = 3, .in = {{0}, {0}, {0}}},
    {.n_in = 3, .in = {BB_DIMS(1), BB_DIMS(1), BB_DIMS(1)}},
    {.n_in = 3, .in = {BB_DIMS(2, 3, 2), BB_DIMS(2, 3, 2), BB_DIMS(2, 3, 2)}},
    {.n_in = 3, .in = {BB_DIMS(3, 0), BB_DIMS(3, 0), BB_DIMS(3, 0)}},
    {
        .n_in = 3,
        .in = {BB_DIMS(9), BB_DIMS(9), BB_DIMS(9)},
        .golden_in = {BB_NUMBERS(1.0, 0.1, 0.1, -3.0, 1e300, INFINITY, 1.0, 1.0, NAN),
                      BB_NUMBERS(2.0, 0.7, 0.7, 5.0, -1.0, 1.0, INFINITY, 2.0, 1.0),
                      BB_NUMBERS(0.25, 0.0, 1.0, 1.5, 1.0, 0.25, 0.75, NAN, 0.5)},
        .golden_out = BB_NUMBERS(1.25, 0.1, 0.7, 9.0, -1.0, NAN, NAN, NAN, NAN),
    },
};

const bb_op bb__op_lerp = {
    .name = "lerp",
    .doc = "x + weight (y - x), exact for weights 0 and 1",
    .arity = 3,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_lerp(bb_node *x, bb_node *y, bb_node *weight)
{
    bb_node *operands[] = {x, y, weight};
    bb__broadcast_operands(3, operands);
    return bb_apply(&bb__op_lerp, (bb_nodes){3, operands}, NULL);
}
