/* SPDX-License-Identifier: MIT */
/* standardise: less its mean, over its standard deviation; in two passes, so that a mean far from 0
 * costs no digits. */
#include "normalised.h"

#include <math.h>

typedef struct standardise_attrs {
    double epsilon;
    bb_axes axes;
} standardise_attrs;

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    const standardise_attrs *a = attrs;
    bb_node *x = in.items[0];
    (void)g;
    if (!isfinite(a->epsilon) || a->epsilon < 0)
        return bb_fail_node(x, NULL, "standardise", BB_BAD_ARGUMENT,
                            "epsilon %g is not 0 or a positive number", a->epsilon);
    bb_node *refused = bb__refuse_reduction(x, "standardise", a->axes);
    if (refused)
        return refused;
    bb_node *mean = bb_mean_keep(x, a->axes);
    bb_node *variance = bb__variance_about(x, mean, a->axes);
    bb_node *scale = bb_rsqrt(bb_add_scalar(variance, a->epsilon));
    return bb__normalised(x, mean, scale, a->axes);
}

/* The first one's rules are those that are broken: of rows, which have a kernel. */
static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(3, 21)}, .attrs = &(const standardise_attrs){0.1, {1, {-1}}}},
    {.n_in = 1, .in = {BB_DIMS(5)}, .attrs = &(const standardise_attrs){1e-5, {1, {0}}}},
    {.n_in = 1, .in = {BB_DIMS(3, 4)}, .attrs = &(const standardise_attrs){1e-5, {1, {-1}}}},
    {.n_in = 1, .in = {BB_DIMS(3, 2, 2)}, .attrs = &(const standardise_attrs){0.1, {2, {0, 2}}}},
    {.n_in = 1, .in = {BB_DIMS(2, 3)}, .attrs = &(const standardise_attrs){0, {-1, {0}}}},
    {.n_in = 1, .in = {BB_DIMS(2, 0, 3)}, .attrs = &(const standardise_attrs){1e-5, {1, {2}}}},
    {.n_in = 1, .in = {BB_DIMS(2, 4, 4)}, .attrs = &(const standardise_attrs){0.1, {2, {-1, 1}}}},
    {.n_in = 1,
     .in = {BB_DIMS(2, 4)},
     .attrs = &(const standardise_attrs){1e-5, {1, {-1}}},
     .golden_in = {BB_NUMBERS(999.853, 1000.786, 1000.947, 998.886, 1.691, -0.895, -0.356, 1.232)},
     .golden_out = BB_NUMBERS(-0.3212679423101048, 0.8098376809933958, 1.0050231100951437,
                              -1.4935928487779249, 1.1862781532032345, -1.2235531933667296,
                              -0.7212720271636319, 0.7585470673271272)},
    {.n_in = 1,
     .in = {BB_DIMS(3, 3)},
     .attrs = &(const standardise_attrs){1e-5, {1, {-1}}},
     .golden_in = {BB_NUMBERS(3.0, 3.0, 3.0, 1e-09, -1e-09, 0.0, 1.0, INFINITY, 0.0)},
     .golden_out = BB_NUMBERS(0.0, 0.0, 0.0, 3.1622776601682733e-07, -3.1622776601682733e-07, 0.0,
                              NAN, NAN, NAN)},
};

const bb_op bb__op_standardise = {
    .name = "standardise",
    .doc = "(x - mean) / sqrt(variance + epsilon) over a set of axes",
    .arity = 1,
    .attrs_size = sizeof(standardise_attrs),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_standardise(bb_node *x, bb_axes axes, double epsilon)
{
    return build(NULL, BB_NODES(x), &(const standardise_attrs){epsilon, axes});
}
