/* SPDX-License-Identifier: MIT */
/* x > y: y < x; with NaN false either way. */
#include "support.h"

#include <math.h>

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    (void)g, (void)attrs;
    return bb_less(in.items[1], in.items[0]);
}

static const bb_sample samples[] = {
    BB__SAMPLES2(),
    {
        .n_in = 2,
        .in = {BB_DIMS(6), BB_DIMS(6)},
        .golden_in = {BB_NUMBERS(1.0, 2.0, 0.0, NAN, INFINITY, 1.0),
                      BB_NUMBERS(2.0, 1.0, -0.0, 1.0, INFINITY, NAN)},
        .golden_out = BB_NUMBERS(0, 1, 0, 0, 0, 0),
    },
};

const bb_op bb__op_greater = {
    .name = "greater",
    .doc = "x > y as 0 or 1; false with NaN",
    .arity = 2,
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_greater(bb_node *x, bb_node *y)
{
    return build(NULL, BB_NODES(x, y), NULL);
}
