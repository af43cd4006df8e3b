/* SPDX-License-Identifier: MIT */
/* Whether a mask is not set. */
#include "support.h"

BB_TILE1(tile, uint8_t, uint8_t, x == 0)

static const bb_sample samples[] = {
    {.n_in = 1, .in = {{0}}, .is_mask = {true}},
    {.n_in = 1, .in = {BB_DIMS(3, 4)}, .is_mask = {true}},
    {.n_in = 1, .in = {BB_DIMS(3, 0)}, .is_mask = {true}},
    {.n_in = 1,
     .in = {BB_DIMS(4)},
     .is_mask = {true},
     .golden_in = {BB_NUMBERS(0, 1, 255, 2)},
     .golden_out = BB_NUMBERS(1, 0, 0, 0)},
};

const bb_op bb__op_logical_not = {
    .name = "logical_not",
    .doc = "1 where the u8 mask is 0, else 0",
    .arity = 1,
    .infer = bb__infer_logical,
    .map = {[BB_U8] = tile},
    BB_SAMPLES(samples),
};

bb_node *bb_logical_not(bb_node *x)
{
    return bb__apply1(&bb__op_logical_not, x, NULL);
}
