/* SPDX-License-Identifier: MIT */
/* standardise_groups: standardise over neighbouring channels and all that follows them. */
#include "support.h"

typedef struct groups_attrs {
    double epsilon;
    int64_t groups;
} groups_attrs;

/* x [batch, channels, ...] as [batch, groups, the rest]; sizes that do not fit give no shape. */
static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    const groups_attrs *a = attrs;
    bb_node *x = in.items[0];
    bb_shape shape = bb_node_shape(x);
    (void)g;
    if (x && shape.ndim < 2)
        return bb_fail_node(x, NULL, "standardise_groups", BB_BAD_SHAPE,
                            "needs [batch, channels, ...]");
    if (x && (a->groups < 1 || shape.dim[1] % a->groups != 0))
        return bb_fail_node(x, NULL, "standardise_groups", BB_BAD_SHAPE,
                            "%lld groups do not divide the %lld channels", (long long)a->groups,
                            (long long)shape.dim[1]);
    bb_node *refused = bb__refuse_reduction(x, "standardise_groups", BB_AXES(1));
    if (refused)
        return refused;
    int64_t size = a->groups > 0 ? shape.dim[1] / a->groups : 0;
    for (int i = 2; i < shape.ndim; i++)
        size *= shape.dim[i];
    bb_node *rows = bb_reshape(x, BB_SHAPE(shape.dim[0], a->groups, size));
    return bb_reshape(bb_standardise(rows, BB_AXES(2), a->epsilon), shape);
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(2, 4)}, .attrs = &(const groups_attrs){1e-5, 2}},
    {.n_in = 1, .in = {BB_DIMS(2, 4, 3)}, .attrs = &(const groups_attrs){1e-5, 2}},
    {.n_in = 1, .in = {BB_DIMS(2, 2, 2, 3)}, .attrs = &(const groups_attrs){0.1, 2}},
    {.n_in = 1, .in = {BB_DIMS(0, 2, 3)}, .attrs = &(const groups_attrs){1e-5, 1}},
    {.n_in = 1,
     .in = {BB_DIMS(2, 4, 2)},
     .attrs = &(const groups_attrs){1e-5, 2},
     .golden_in = {BB_NUMBERS(1.691, 1.605, 0.278, 0.344, 0.538, 0.183, -0.273, -0.684, 0.141,
                              -0.523, 0.23, -0.014, -0.278, -0.208, -0.432, 1.815)},
     .golden_out = BB_NUMBERS(
         1.0625662702778536, 0.9341323992393497, -1.047632099226865, -0.9490665702903389,
         1.2939837797746894, 0.5245294383676294, -0.463840081862284, -1.3546731362800348,
         0.626285821420099, -1.6523650576097406, 0.9317074000852433, 0.09437183610439857,
         -0.5447438015279998, -0.4688213204788012, -0.7117732598362366, 1.7253383818430374)},
};

const bb_op bb__op_standardise_groups = {
    .name = "standardise_groups",
    .doc = "standardise over each of so many groups of channels and all that follows",
    .arity = 1,
    .attrs_size = sizeof(groups_attrs),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_standardise_groups(bb_node *x, int64_t groups, double epsilon)
{
    return build(NULL, BB_NODES(x), &(const groups_attrs){epsilon, groups});
}
