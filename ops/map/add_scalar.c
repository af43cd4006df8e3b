/* SPDX-License-Identifier: MIT */
/* x + k: the sum with a scalar constant of the operand's type, broadcast. */
#include "support.h"

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    (void)g;
    return bb_add(in.items[0], bb_number(in.items[0], *(const double *)attrs));
}

static const bb_sample samples[] = {
    BB__SAMPLES1(.attrs = &(const double){-2.5}),
    {
        .n_in = 1,
        .attrs = &(const double){-2.5},
        .in = {BB_DIMS(3)},
        .golden_in = {BB_NUMBERS(1.5, -2.0, 0.0)},
        .golden_out = BB_NUMBERS(-1.0, -4.5, -2.5),
    },
};

const bb_op bb__op_add_scalar = {
    .name = "add_scalar",
    .doc = "x + k",
    .arity = 1,
    .attrs_size = sizeof(double),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_add_scalar(bb_node *x, double k)
{
    return build(NULL, BB_NODES(x), &k);
}
