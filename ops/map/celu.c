/* SPDX-License-Identifier: MIT */
/* elu stretched so that its slope is continuous at 0: what is positive and what is not are each
 * left to one term, so that neither is rounded twice. */
#include "support.h"

#include <math.h>

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    bb_node *x = in.items[0];
    double alpha = *(const double *)attrs;
    (void)g;
    if (!isfinite(alpha) || alpha <= 0)
        return bb_fail_node(x, NULL, "celu", BB_BAD_ARGUMENT, "alpha %g is not a positive number",
                            alpha);
    bb_node *below = bb_clip(x, -(double)INFINITY, 0);
    bb_node *bent = bb_elu(bb_div(below, bb_number(x, alpha)), 1);
    return bb_add(bb_relu(x), bb_mul_scalar(bent, alpha));
}

static const bb_sample samples[] = {
    BB__SAMPLES1(.attrs = &(const double){0.5}),
    {.n_in = 1,
     .in = {BB_DIMS(15)},
     .golden_in = {BB_NUMBERS(0.0, -0.0, 0.5, -0.5, 2.5, -2.5, -10.0, 10.0, 1000.0, -1000.0,
                              1.0000000000000001e+300, -1.0000000000000001e+300, INFINITY,
                              -INFINITY, NAN)},
     .golden_out = BB_NUMBERS(0.0, 0.0, 0.5, -0.44239843385719024, 2.5, -1.4269904062796197,
                              -1.986524106001829, 10.0, 1000.0, -2.0, 1.0000000000000001e+300, -2.0,
                              INFINITY, -2.0, NAN),
     .golden_slope = BB_NUMBERS(1.0, 1.0, 1.0, 0.77880078307140488, 1.0, 0.28650479686019009,
                                0.006737946999085467, 1.0, 1.0, 7.1245764067412855e-218, 1.0, 0.0,
                                1.0, 0.0, NAN),
     .attrs = &(const double){2}},
};

const bb_op bb__op_celu = {
    .name = "celu",
    .doc = "max(x, 0) + min(0, alpha (e^(x / alpha) - 1)); d at 0 is 1",
    .arity = 1,
    .attrs_size = sizeof(double),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_celu(bb_node *x, double alpha)
{
    return build(NULL, BB_NODES(x), &alpha);
}
