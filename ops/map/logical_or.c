/* SPDX-License-Identifier: MIT */
/* Whether either mask is set. */
#include "support.h"

BB_TILE2(tile, uint8_t, uint8_t, uint8_t, (x | y) != 0)

static const bb_sample samples[] = {
    BB__SAMPLES_LOGICAL(0, 1, 1, 1, 1, 1, 1),
};

const bb_op bb__op_logical_or = {
    .name = "logical_or",
    .doc = "1 where either u8 mask is not 0, else 0",
    .arity = 2,
    .infer = bb__infer_logical,
    .map = {[BB_U8] = tile},
    BB_SAMPLES(samples),
};

bb_node *bb_logical_or(bb_node *x, bb_node *y)
{
    return bb__apply2_broadcast(&bb__op_logical_or, x, y);
}
