/* SPDX-License-Identifier: MIT */
/* Whether x is NaN, the one number that is not equal to itself. */
#include "support.h"

#include <math.h>

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    bb_node *x = in.items[0];
    (void)g, (void)attrs;
    if (x && !bb_dtype_is_float(bb_node_dtype(x)))
        return bb_fail_node(x, NULL, "is_nan", BB_BAD_TYPE, "needs f32 or f64");
    return bb_not_equal(x, x);
}

static const bb_sample samples[] = {
    BB__SAMPLES1(),
    {
        .n_in = 1,
        .in = {BB_DIMS(7)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, NAN, INFINITY, -INFINITY, 1e300, -1.5)},
        .golden_out = BB_NUMBERS(0, 0, 1, 0, 0, 0, 0),
    },
};

const bb_op bb__op_is_nan = {
    .name = "is_nan",
    .doc = "1 where x is NaN, else 0",
    .arity = 1,
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_is_nan(bb_node *x)
{
    return build(NULL, BB_NODES(x), NULL);
}
