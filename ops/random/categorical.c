/* SPDX-License-Identifier: MIT */
/* categorical: the place of the largest logit to each of which a number of Gumbel's distribution is
 * added (Gumbel 1954; Maddison, Tarlow and Minka 2014). The numbers are drawn in f64, for the
 * largest of many are decided by digits that f32 does not have. */
#include "support.h"

#include <math.h>

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    bb_node *x = in.items[0];
    bb_dtype dtype = bb_node_dtype(x);
    bb_shape shape = bb_node_shape(x);
    (void)g, (void)attrs;
    if (x && shape.ndim < 1)
        return bb_fail_node(x, NULL, "categorical", BB_BAD_SHAPE, "logits must be [... classes]");
    if (x && shape.dim[shape.ndim - 1] < 1)
        return bb_fail_node(x, NULL, "categorical", BB_BAD_SHAPE, "there are no classes");
    if (x && !bb_dtype_is_float(dtype))
        return bb_fail_node(x, NULL, "categorical", BB_BAD_TYPE, "logits must be f32 or f64");
    bb_node *u = bb_uniform(bb_node_graph(x), BB_F64, shape, 0, 1);
    bb_node *gumbel = bb_neg(bb_log(bb_neg(bb_log(u))));
    return bb_argmax(bb_add(x, bb_cast(gumbel, dtype)), -1);
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(5)}},
    {.n_in = 1, .in = {BB_DIMS(2, 3, 4)}},
    {.n_in = 1, .in = {BB_DIMS(0, 3)}},
    {.n_in = 1,
     .in = {BB_DIMS(3, 3)},
     .golden_in = {BB_NUMBERS(-INFINITY, 0, -INFINITY, 1000, 0, 0, -1000, -2000, -500)},
     .golden_out = BB_NUMBERS(1, 0, 2)},
};

const bb_op bb__op_categorical = {
    .name = "categorical",
    .doc = "i32 class with the probability that softmax of logits [... classes] gives it, new ones "
           "each run; "
           "no gradient",
    .arity = 1,
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_categorical(bb_node *logits)
{
    return build(NULL, BB_NODES(logits), NULL);
}
