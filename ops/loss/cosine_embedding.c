/* SPDX-License-Identifier: MIT */
/* cosine_embedding: pairs of rows that belong together shall point the same way, others away. */
#include "losses.h"
#include "support.h"

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    static const char *const name = "cosine_embedding";
    bb_node *x = in.items[0], *y = in.items[1], *target = in.items[2], *refusal;
    double margin = *(const double *)attrs;
    (void)g;
    if ((refusal = bb__refuse_unlike(x, y, name)))
        return refusal;
    if (bb_node_shape(x).ndim != 2)
        return bb_fail_node(x, y, name, BB_BAD_SHAPE, "operands must be [rows size]");
    if (!(margin >= -1 && margin <= 1))
        return bb_fail_node(x, y, name, BB_BAD_ARGUMENT, "margin %g is not in [-1, 1]", margin);
    if (target && !bb_shape_equal(bb_node_shape(target), BB_SHAPE(bb_node_shape(x).dim[0])))
        return bb_fail_node(x, target, name, BB_BAD_SHAPE, "the target must be [rows]");
    bb_node *cosine = bb_cosine_similarity(x, y, 1);
    if ((refusal = bb__refuse_unlike(cosine, target, name)))
        return refusal;
    bb_node *together = bb_sub(bb_number(cosine, 1), cosine);
    bb_node *apart = bb_relu(bb_add_scalar(cosine, -margin));
    return bb_mean(bb_where(bb_greater(target, bb_number(x, 0)), together, apart), BB_ALL);
}

static const bb_sample samples[] = {
    {.n_in = 3,
     .in = {BB_DIMS(3, 4), BB_DIMS(3, 4), BB_DIMS(3)},
     .attrs = &(const double){-1},
     .low = 0.1,
     .high = 1},
    {.n_in = 3,
     .in = {BB_DIMS(3, 3), BB_DIMS(3, 3), BB_DIMS(3)},
     .golden_in = {BB_NUMBERS(1, 2, -2, 0, 3, 4, 9.9999999999999997e+199, 9.9999999999999997e+199,
                              -9.9999999999999997e+199),
                   BB_NUMBERS(2, 0, 1, 9.9999999999999998e-201, 0, 0, 2.9999999999999999e-200, 0,
                              2.9999999999999999e-200),
                   BB_NUMBERS(1, -1, -1)},
     .golden_out = BB_NUMBERS(0.66666666666666663),
     .attrs = &(const double){-0.5}},
};

const bb_op bb__op_cosine_embedding = {
    .name = "cosine_embedding",
    .doc = "mean of 1 - cos(x, y) for targets above 0, else of max(0, cos(x, y) - margin)",
    .arity = 3,
    .attrs_size = sizeof(double),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_cosine_embedding(bb_node *x, bb_node *y, bb_node *target, double margin)
{
    return build(NULL, BB_NODES(x, y, target), &margin);
}
