/* SPDX-License-Identifier: MIT */
/* Whether one mask is set and the other is not. */
#include "support.h"

BB_TILE2(tile, uint8_t, uint8_t, uint8_t, (x != 0) ^ (y != 0))

static const bb_sample samples[] = {
    {.n_in = 2, .in = {{0}, {0}}, .is_mask = {true, true}},
    {.n_in = 2, .in = {BB_DIMS(3, 4), BB_DIMS(3, 4)}, .is_mask = {true, true}},
    {.n_in = 2, .in = {BB_DIMS(3, 0), BB_DIMS(3, 0)}, .is_mask = {true, true}},
    {.n_in = 2,
     .in = {BB_DIMS(7), BB_DIMS(7)},
     .is_mask = {true, true},
     .golden_in = {BB_NUMBERS(0, 0, 1, 1, 255, 2, 0), BB_NUMBERS(0, 1, 0, 1, 0, 1, 255)},
     .golden_out = BB_NUMBERS(0, 1, 1, 0, 1, 0, 1)},
};

const bb_op bb__op_logical_xor = {
    .name = "logical_xor",
    .doc = "1 where just one of the u8 masks is not 0, else 0",
    .arity = 2,
    .infer = bb__infer_logical,
    .map = {[BB_U8] = tile},
    BB_SAMPLES(samples),
};

bb_node *bb_logical_xor(bb_node *x, bb_node *y)
{
    return bb__apply2_broadcast(&bb__op_logical_xor, x, y);
}
