/* SPDX-License-Identifier: MIT */
/* C's remainder, of the sign of x. The whole quotient in its rule is taken from x less the
 * remainder, which is divisible, so that rounding is harmless. */
#include "support.h"

#include <tgmath.h>

BB_MAP2(tile, fmod(x, y))

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *x = bb_node_input(y, 0), *divisor = bb_node_input(y, 1);
    bb_node *whole = bb_round(bb_div(bb_sub(x, y), divisor));
    return i == 0 ? dy : bb_neg(bb_mul(dy, whole));
}

static const bb_sample samples[] = {
    BB__SAMPLES2(.low = 0.5, .high = 2),
    BB__SAMPLES2(.low = -2, .high = -0.5),
    {
        .n_in = 2,
        .in = {BB_DIMS(13), BB_DIMS(13)},
        .golden_in = {BB_NUMBERS(5.5, -5.5, 5.5, -5.5, 1.0000000000000001e+300, 0.29999999999999999,
                                 6.0, 1.0, -0.0, 1.0, INFINITY, NAN, 2.0),
                      BB_NUMBERS(2.0, 2.0, -2.0, -2.0, 3.0, 0.10000000000000001, 2.0, INFINITY, 2.0,
                                 0.0, 2.0, 2.0, NAN)},
        .golden_out = BB_NUMBERS(1.5, -1.5, 1.5, -1.5, 0.0, 0.099999999999999978, 0.0, 1.0, -0.0,
                                 NAN, NAN, NAN, NAN),
    },
};

const bb_op bb__op_fmod = {
    .name = "fmod",
    .doc = "x - n y with n = x / y rounded to 0, as C has it; d is 1 and -n, at the jumps too",
    .arity = 2,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_fmod(bb_node *x, bb_node *y)
{
    return bb__apply2_broadcast(&bb__op_fmod, x, y);
}
