/* SPDX-License-Identifier: MIT */
/* Negation; its gradient is negation. */
#include "support.h"

#include <math.h>

BB_MAP1(tile, -x)

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    (void)y;
    (void)i;
    return bb_neg(dy);
}

static const bb_sample samples[] = {
    BB__SAMPLES1(),
    {
        .n_in = 1,
        .in = {BB_DIMS(8)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 1.5, -1.0000000000000001e+300,
                                 1e-300)},
        .golden_out =
            BB_NUMBERS(-0.0, 0.0, -INFINITY, INFINITY, NAN, -1.5, 1.0000000000000001e+300, -1e-300),
    },
};

const bb_op bb__op_neg = {
    .name = "neg",
    .doc = "-x",
    .arity = 1,
    .infer = bb_infer_same,
    .arithmetic = BB_ARITHMETIC_NEG,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_neg(bb_node *x)
{
    return bb__apply1(&bb__op_neg, x, NULL);
}
