/* SPDX-License-Identifier: MIT */
/* The hyperbolic tangent in three straight pieces: clipping, by the name that networks have for
 * it. */
#include "support.h"

#include <math.h>

typedef struct hard_tanh_attrs {
    double low, high;
} hard_tanh_attrs;

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    const hard_tanh_attrs *a = attrs;
    (void)g;
    return bb_clip(in.items[0], a->low, a->high);
}

static const bb_sample samples[] = {
    BB__SAMPLES1(.attrs = &(const hard_tanh_attrs){-0.5, 1.5}),
    {.n_in = 1,
     .in = {BB_DIMS(16)},
     .golden_in = {BB_NUMBERS(0.0, -0.0, 0.5, -0.5, 2.5, -2.5, -10.0, 10.0, 1000.0, -1000.0,
                              1.0000000000000001e+300, -1.0000000000000001e+300, 1.5, INFINITY,
                              -INFINITY, NAN)},
     .golden_out = BB_NUMBERS(0.0, 0.0, 0.5, -0.5, 1.5, -0.5, -0.5, 1.5, 1.5, -0.5, 1.5, -0.5, 1.5,
                              1.5, -0.5, NAN),
     .golden_slope =
         BB_NUMBERS(1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0),
     .attrs = &(const hard_tanh_attrs){-0.5, 1.5}},
};

const bb_op bb__op_hard_tanh = {
    .name = "hard_tanh",
    .doc = "min(max(x, low), high); d is 1 on [low, high], ends included, and at NaN, else 0",
    .arity = 1,
    .attrs_size = sizeof(hard_tanh_attrs),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_hard_tanh(bb_node *x, double low, double high)
{
    return build(NULL, BB_NODES(x), &(const hard_tanh_attrs){low, high});
}
