/* SPDX-License-Identifier: MIT */
/* x times its hard sigmoid: x beyond 3, and else a parabola of x clipped, so that no infinity meets
 * a 0. */
#include "support.h"

#include <math.h>

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    (void)g, (void)attrs;
    bb_node *x = in.items[0], *inner = bb_clip(x, -3, 3);
    bb_node *bent = bb_mul(inner, bb_div(bb_add_scalar(inner, 3), bb_number(inner, 6)));
    return bb_where(bb_greater(x, bb_number(x, 3)), x, bent);
}

static const bb_sample samples[] = {
    BB__SAMPLES1(),
    {.n_in = 1, .in = {BB_DIMS(4, 5)}, .low = -6, .high = 6},
    {.n_in = 1,
     .in = {BB_DIMS(17)},
     .golden_in = {BB_NUMBERS(0.0, -0.0, 0.5, -0.5, 2.5, -2.5, -10.0, 10.0, 1000.0, -1000.0,
                              1.0000000000000001e+300, -1.0000000000000001e+300, 3.0, -3.0,
                              INFINITY, -INFINITY, NAN)},
     .golden_out = BB_NUMBERS(0.0, 0.0, 0.29166666666666669, -0.20833333333333334,
                              2.2916666666666665, -0.20833333333333334, 0.0, 10.0, 1000.0, 0.0,
                              1.0000000000000001e+300, 0.0, 3.0, 0.0, INFINITY, 0.0, NAN),
     .golden_slope =
         BB_NUMBERS(0.5, 0.5, 0.66666666666666663, 0.33333333333333331, 1.3333333333333333,
                    -0.33333333333333331, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.5, -0.5, 1.0, 0.0, NAN)},
};

const bb_op bb__op_hard_swish = {
    .name = "hard_swish",
    .doc = "x min(max(x / 6 + 1 / 2, 0), 1); d at -3 and 3 is that of the parabola",
    .arity = 1,
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_hard_swish(bb_node *x)
{
    return build(NULL, BB_NODES(x), NULL);
}
