/* SPDX-License-Identifier: MIT */
/* bernoulli: whether a uniform number is below a probability; 0 and 1 are never missed. */
#include "support.h"

#include <math.h>

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    bb_node *p = in.items[0];
    (void)g, (void)attrs;
    if (p && !bb_dtype_is_float(bb_node_dtype(p)))
        return bb_fail_node(p, NULL, "bernoulli", BB_BAD_TYPE, "needs f32 or f64");
    return bb_less(bb_uniform(bb_node_graph(p), bb_node_dtype(p), bb_node_shape(p), 0, 1), p);
}

static const bb_sample samples[] = {
    BB__SAMPLES1(.low = 0, .high = 1),
    {.n_in = 1,
     .in = {BB_DIMS(6)},
     .golden_in = {BB_NUMBERS(0, 1, -0.5, 1.5, NAN, 1)},
     .golden_out = BB_NUMBERS(0, 1, 0, 1, 0, 1)},
};

const bb_op bb__op_bernoulli = {
    .name = "bernoulli",
    .doc = "u8 1 with probability p, else 0, new ones each run; no gradient",
    .arity = 1,
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_bernoulli(bb_node *p)
{
    return build(NULL, BB_NODES(p), NULL);
}
