/* SPDX-License-Identifier: MIT */
/* Equality, of any element type. */
#include "support.h"

#include <math.h>

BB_COMPARE2(tile, x == y)

static const bb_sample samples[] = {
    BB__SAMPLES2(),
    {.n_in = 2, .in = {BB_DIMS(4, 5), BB_DIMS(4, 5)}, .is_integer = {true, true}, .bound = 3},
    {.n_in = 2, .in = {BB_DIMS(4, 5), BB_DIMS(4, 5)}, .is_mask = {true, true}},
    {
        .n_in = 2,
        .in = {BB_DIMS(12), BB_DIMS(12)},
        .golden_in = {BB_NUMBERS(1.5, -2.0, 0.0, -0.0, INFINITY, -INFINITY, INFINITY, NAN, 1.0, NAN,
                                 1.0000000000000001e+300, 1e-300),
                      BB_NUMBERS(0.25, -2.0, 3.0, 5.0, INFINITY, INFINITY, 2.0, 1.0, NAN, NAN,
                                 -1.0000000000000001e+300, 3.0000000000000002e-300)},
        .golden_out = BB_NUMBERS(0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    },
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
