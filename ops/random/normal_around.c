/* SPDX-License-Identifier: MIT */
/* normal_around: mean + deviation z for standard normal z, so that a gradient reaches both (Kingma
 * and Welling 2014). */
#include "support.h"

#include <math.h>

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    bb_node *operands[] = {in.items[0], in.items[1]}, *mean = in.items[0];
    (void)g, (void)attrs;
    if (mean && !bb_dtype_is_float(bb_node_dtype(mean)))
        return bb_fail_node(mean, in.items[1], "normal_around", BB_BAD_TYPE, "needs f32 or f64");
    bb__broadcast_operands(2, operands);
    bb_shape shape = bb_node_shape(operands[0]);
    bb_node *z = bb_normal(bb_node_graph(mean), bb_node_dtype(mean), shape, 0, 1);
    return bb_add(operands[0], bb_mul(operands[1], z));
}

static const bb_sample samples[] = {
    BB__SAMPLES2(),
    {.n_in = 2,
     .in = {BB_DIMS(3), BB_DIMS(3)},
     .golden_in = {BB_NUMBERS(1.5, -2, NAN), BB_NUMBERS(0, 0, 0)},
     .golden_out = BB_NUMBERS(1.5, -2, NAN)},
};

const bb_op bb__op_normal_around = {
    .name = "normal_around",
    .doc = "mean + deviation z for standard normal z, new ones each run; d is 1 and z",
    .arity = 2,
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_normal_around(bb_node *mean, bb_node *deviation)
{
    return build(NULL, BB_NODES(mean, deviation), NULL);
}
