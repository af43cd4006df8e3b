/* SPDX-License-Identifier: MIT */
/* dropout: zeros at random, the rest scaled so that the expectation stays. */
#include "support.h"

static bb_node *construct(bb_node *x, double rate)
{
    bb_dtype dtype = bb_node_dtype(x);
    if (!(rate >= 0 && rate < 1))
        return bb_fail_node(x, NULL, "dropout", BB_BAD_ARGUMENT, "rate %g is not in [0, 1)", rate);
    if (!bb_dtype_is_float(dtype))
        return bb_fail_node(x, NULL, "dropout", BB_BAD_TYPE, "needs f32 or f64");
    if (x && rate == 0)
        return x;
    bb_node *u = bb_uniform(bb_node_graph(x), dtype, bb_node_shape(x), 0, 1);
    bb_node *dropped = bb_less(u, bb_number(u, rate));
    return bb_where(dropped, bb_number(x, 0), bb_mul_scalar(x, 1 / (1 - rate)));
}

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    (void)g;
    return construct(in.items[0], *(const double *)attrs);
}

static const bb_sample samples[] = {
    BB__SAMPLES1(.attrs = &(const double){0.25}),
    {.n_in = 1,
     .in = {BB_DIMS(3)},
     .attrs = &(const double){0},
     .golden_in = {BB_NUMBERS(1, -2, 3)},
     .golden_out = BB_NUMBERS(1, -2, 3)},
};

const bb_op bb__op_dropout = {
    .name = "dropout",
    .doc = "0 with probability rate, else x / (1 - rate)",
    .arity = 1,
    .attrs_size = sizeof(double),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_dropout(bb_node *x, double rate)
{
    return construct(x, rate);
}
