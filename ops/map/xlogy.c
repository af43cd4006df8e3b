/* SPDX-License-Identifier: MIT */
/* x log y, 0 where x is 0 and y is not NaN. Its rules can be differentiated where that 0 stands for
 * the product of 0 and an infinity: what is singular is replaced inside and not masked outside. */
#include "support.h"

#include <bibun/vector_math.h>

/* Where x is 0, y usually is, and the vector function takes logarithms of 0 one at a time. It gets
 * a 1 instead; a constant would not do, for which a compiler goes back to calling it with y. */
BB_VECTOR2(tile, log(((x == 0) & (y == y)) ? x + (T)1 : y) * x)

static bb_node *backward(bb_node *out, bb_node *d, int i)
{
    bb_node *x = bb_node_input(out, 0), *y = bb_node_input(out, 1), *zero = bb_number(x, 0);
    bb_node *is_singular = bb_logical_and(bb_equal(x, zero), bb_less_equal(y, zero));
    bb_node *inside = bb_where(is_singular, bb_number(y, 1), y);
    if (i == 0)
        return bb_xlogy(d, inside);
    return bb_mul(d, bb_div(bb_where(is_singular, zero, x), inside));
}

static const bb_sample samples[] = {
    BB__SAMPLES2(.low = 0.25, .high = 4),
    {
        .n_in = 2,
        .in = {BB_DIMS(12), BB_DIMS(12)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, 0.0, 0.0, 0.0, 2.0, 2.0, -3.0, NAN, 1.5, INFINITY, 0.0),
                      BB_NUMBERS(0.0, 0.0, NAN, INFINITY, -1.0, 0.0, 10.0, 0.5, 1.0, -1.0, 1e-10,
                                 5.0)},
        .golden_out = BB_NUMBERS(0.0, 0.0, NAN, 0.0, 0.0, -INFINITY, 4.6051701859880918,
                                 2.0794415416798357, NAN, NAN, -INFINITY, 0.0),
    },
};

const bb_op bb__op_xlogy = {
    .name = "xlogy",
    .doc = "x log y, 0 where x = 0 and y is not NaN; dx is log y and dy x / y, both 0 where x = 0 "
           "and y <= 0",
    .arity = 2,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_xlogy(bb_node *x, bb_node *y)
{
    return bb__apply2_broadcast(&bb__op_xlogy, x, y);
}
