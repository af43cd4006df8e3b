/* SPDX-License-Identifier: MIT */
/* The inverse of the hyperbolic cosine. Its rule takes two roots: the product x^2 - 1 would be
 * positive below -1 too, and overflow. */
#include "support.h"

#include <bibun/vector_math.h>

BB_VECTOR1(tile, acosh(x))

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *x = bb_node_input(y, 0);
    (void)i;
    bb_node *left = bb_sqrt(bb_add_scalar(x, -1)), *right = bb_sqrt(bb_add_scalar(x, 1));
    return bb_div(dy, bb_mul(left, right));
}

static const bb_sample samples[] = {
    BB__SAMPLES1(.low = 1.25, .high = 4),
    {
        .n_in = 1,
        .in = {BB_DIMS(11)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 1.0, 1.5, 0.5,
                                 1.0000000000000001e+300, 1.0000001000000001, -2.0)},
        .golden_out = BB_NUMBERS(NAN, NAN, INFINITY, NAN, NAN, 0.0, 0.96242365011920694, NAN,
                                 691.46867507877369, 0.0004472135919037347, NAN),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(6)},
        .golden_in = {BB_NUMBERS(1.5, 1.0000001000000001, 9.9999999999999997e+199, 1.0, 0.5, -2.0)},
        .golden_out = BB_NUMBERS(0.96242365011920694, 0.0004472135919037347, 461.21016577936911,
                                 0.0, NAN, NAN),
        .golden_slope = BB_NUMBERS(0.89442719099991586, 2236.0679209453092, 9.9999999999999998e-201,
                                   INFINITY, NAN, NAN),
    },
};

const bb_op bb__op_acosh = {
    .name = "acosh",
    .doc = "inverse hyperbolic cosine of x, NaN below 1; d is 1 / sqrt(x^2 - 1), infinite at 1, "
           "NaN below",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_acosh(bb_node *x)
{
    return bb__apply1(&bb__op_acosh, x, NULL);
}
