/* SPDX-License-Identifier: MIT */
/* rms_normalise: over the root of its mean square, without taking a mean away. */
#include "support.h"

#include <math.h>

typedef struct rms_attrs {
    double epsilon;
    bb_axes axes;
} rms_attrs;

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    const rms_attrs *a = attrs;
    bb_node *x = in.items[0];
    (void)g;
    if (!isfinite(a->epsilon) || a->epsilon < 0)
        return bb_fail_node(x, NULL, "rms_normalise", BB_BAD_ARGUMENT,
                            "epsilon %g is not 0 or a positive number", a->epsilon);
    bb_node *refused = bb__refuse_reduction(x, "rms_normalise", a->axes);
    if (refused)
        return refused;
    bb_node *square = bb_mean_keep(bb_square(x), a->axes);
    return bb_mul(x, bb_rsqrt(bb_add_scalar(square, a->epsilon)));
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(5)}, .attrs = &(const rms_attrs){1e-6, {1, {0}}}},
    {.n_in = 1, .in = {BB_DIMS(3, 4)}, .attrs = &(const rms_attrs){1e-6, {1, {-1}}}},
    {.n_in = 1, .in = {BB_DIMS(2, 3, 2)}, .attrs = &(const rms_attrs){0.1, {2, {0, 2}}}},
    {.n_in = 1, .in = {BB_DIMS(2, 0)}, .attrs = &(const rms_attrs){1e-6, {1, {1}}}},
    {.n_in = 1,
     .in = {BB_DIMS(3, 3)},
     .attrs = &(const rms_attrs){1e-6, {1, {1}}},
     .golden_in = {BB_NUMBERS(1.28, -0.994, 1.815, -0.603, 1.615, 1.93, 0.0, 0.0, 0.0)},
     .golden_out =
         BB_NUMBERS(0.911140579606406, -0.7075576063505997, 1.291968868738771, -0.40359550237170305,
                    1.0809398612442793, 1.2917733326324825, 0.0, 0.0, 0.0)},
};

const bb_op bb__op_rms_normalise = {
    .name = "rms_normalise",
    .doc = "x / sqrt(mean of x^2 + epsilon) over a set of axes",
    .arity = 1,
    .attrs_size = sizeof(rms_attrs),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_rms_normalise(bb_node *x, bb_axes axes, double epsilon)
{
    return build(NULL, BB_NODES(x), &(const rms_attrs){epsilon, axes});
}
