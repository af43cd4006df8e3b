/* SPDX-License-Identifier: MIT */
/* Equality, of any element type. */
#include "support.h"

#include <math.h>

BB_COMPARE2(tile, x == y)

static const bb_sample samples[] = {
    BB__SAMPLES_COMPARE(0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1),
};

const bb_op bb__op_equal = {
    .name = "equal",
    .doc = "x == y as 0 or 1; false with NaN; no gradient",
    .arity = 2,
    .infer = bb_infer_compare,
    .map = BB_MAP_ALL(tile),
    BB_SAMPLES(samples),
};

bb_node *bb_equal(bb_node *x, bb_node *y)
{
    return bb__apply2_broadcast(&bb__op_equal, x, y);
}
