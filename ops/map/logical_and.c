/* SPDX-License-Identifier: MIT */
/* Whether both masks are set. */
#include "support.h"

BB_TILE2(tile, uint8_t, uint8_t, uint8_t, (x != 0) & (y != 0))

static const bb_sample samples[] = {
    BB__SAMPLES_LOGICAL(0, 0, 0, 1, 0, 1, 0),
};

const bb_op bb__op_logical_and = {
    .name = "logical_and",
    .doc = "1 where both u8 masks are not 0, else 0",
    .arity = 2,
    .infer = bb__infer_logical,
    .map = {[BB_U8] = tile},
    BB_SAMPLES(samples),
};

bb_node *bb_logical_and(bb_node *x, bb_node *y)
{
    return bb__apply2_broadcast(&bb__op_logical_and, x, y);
}
