/* SPDX-License-Identifier: MIT */
/* exponential: the quantile -log(1 - u) / rate of a uniform number, whose derivative by the rate is
 * that of the samples. The numbers are drawn in f64, for the tail is decided by digits that f32
 * does not have. */
#include "support.h"

#include <math.h>

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    bb_node *rate = in.items[0];
    bb_dtype dtype = bb_node_dtype(rate);
    (void)g, (void)attrs;
    if (rate && !bb_dtype_is_float(dtype))
        return bb_fail_node(rate, NULL, "exponential", BB_BAD_TYPE, "needs f32 or f64");
    bb_node *u = bb_uniform(bb_node_graph(rate), BB_F64, bb_node_shape(rate), 0, 1);
    bb_node *standard = bb_neg(bb_log1p(bb_neg(u)));
    return bb_div(bb_cast(standard, dtype), rate);
}

static const bb_sample samples[] = {
    BB__SAMPLES1(.low = 0.5, .high = 4),
    {.n_in = 1,
     .in = {BB_DIMS(2)},
     .golden_in = {BB_NUMBERS(INFINITY, NAN)},
     .golden_out = BB_NUMBERS(0, NAN)},
};

const bb_op bb__op_exponential = {
    .name = "exponential",
    .doc =
        "random numbers of density rate e^(-rate x) for x >= 0, new ones each run; d is -x / rate",
    .arity = 1,
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_exponential(bb_node *rate)
{
    return build(NULL, BB_NODES(rate), NULL);
}
