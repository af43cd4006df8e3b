/* SPDX-License-Identifier: MIT */
/* mean: the sum over the number of terms; of no terms 0 / 0, which is NaN. */
#include "support.h"

#include <math.h>

static bb_node *divide(bb_node *sum)
{
    if (bb_node_kind_of(sum) != BB_NODE_OP)
        return sum;
    bb_shape shape = bb_node_shape(bb_node_input(sum, 0));
    const bb__reduce_attrs *attrs = bb_node_attrs(sum);
    double terms = 1;
    for (int i = 0; i < shape.ndim; i++)
        terms *= attrs->axes >> i & 1U ? (double)shape.dim[i] : 1;
    return bb_div(sum, bb_number(sum, terms));
}

typedef struct mean_attrs {
    bb_axes axes;
    bool keep;
} mean_attrs;

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    const mean_attrs *a = attrs;
    (void)g;
    return divide(a->keep ? bb_sum_keep(in.items[0], a->axes) : bb_sum(in.items[0], a->axes));
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {{0}}, .attrs = &(const mean_attrs){{-1, {0}}, false}},
    {.n_in = 1, .in = {BB_DIMS(2, 3, 4)}, .attrs = &(const mean_attrs){{-1, {0}}, false}},
    {.n_in = 1, .in = {BB_DIMS(2, 3, 4)}, .attrs = &(const mean_attrs){{2, {0, 2}}, true}},
    {.n_in = 1, .in = {BB_DIMS(3, 1, 2)}, .attrs = &(const mean_attrs){{1, {1}}, false}},
    {.n_in = 1,
     .in = {BB_DIMS(2, 3)},
     .attrs = &(const mean_attrs){{1, {-1}}, false},
     .golden_in = {BB_NUMBERS(1, 2, 6, -1, INFINITY, 0)},
     .golden_out = BB_NUMBERS(3, INFINITY)},
};

const bb_op bb__op_mean = {
    .name = "mean",
    .doc = "the mean over a set of axes; NaN of no elements",
    .arity = 1,
    .attrs_size = sizeof(mean_attrs),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_mean(bb_node *x, bb_axes axes)
{
    return build(NULL, BB_NODES(x), &(const mean_attrs){axes, false});
}

bb_node *bb_mean_keep(bb_node *x, bb_axes axes)
{
    return build(NULL, BB_NODES(x), &(const mean_attrs){axes, true});
}
