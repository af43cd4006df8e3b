/* SPDX-License-Identifier: MIT */
/* dot: the sum of x_i y_i of vectors in the last dimensions, as a product of a row and a column. */
#include "matrices.h"
#include "support.h"

static bb_node *construct(bb_node *x, bb_node *y)
{
    bb_shape row = bb_node_shape(x), column = bb_node_shape(y);
    bb_node *refused = bb__refuse_pair(x, y, "dot");
    if (refused)
        return refused;
    if (row.ndim == 0 || column.ndim == 0)
        return bb_fail_node(x, y, "dot", BB_BAD_SHAPE, "an operand is a scalar");
    if (row.dim[row.ndim - 1] != column.dim[column.ndim - 1])
        return bb_fail_node(x, y, "dot", BB_BAD_SHAPE, "last sizes differ");
    if (row.ndim == BB_MAX_DIMS || column.ndim == BB_MAX_DIMS)
        return bb_sum(bb_mul(x, y), BB_AXES(-1));
    row.dim[row.ndim] = row.dim[row.ndim - 1];
    row.dim[row.ndim - 1] = 1;
    row.ndim++;
    column.dim[column.ndim++] = 1;
    bb_shape batch;
    if (bb_node_kind_of(x) != BB_NODE_INERT && !bb__common_batch(row, column, &batch))
        return bb_fail_node(x, y, "dot", BB_BAD_SHAPE, "batch sizes do not broadcast");
    bb_node *product = bb_matmul(bb_reshape(x, row), bb_reshape(y, column));
    bb_shape shape = bb_node_shape(product);
    if (bb_node_kind_of(product) == BB_NODE_INERT)
        return product;
    shape.ndim -= 2;
    return bb_reshape(product, shape);
}

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    (void)g, (void)attrs;
    return construct(in.items[0], in.items[1]);
}

static const bb_sample samples[] = {
    {.n_in = 2, .in = {BB_DIMS(3), BB_DIMS(3)}},
    {.n_in = 2, .in = {BB_DIMS(2, 1, 2), BB_DIMS(3, 2)}},
    {.n_in = 2, .in = {BB_DIMS(2, 0), BB_DIMS(0)}},
    {
        .n_in = 2,
        .in = {BB_DIMS(4), BB_DIMS(4)},
        .golden_in = {BB_NUMBERS(0.591, 1.819, -1.06, -1.546),
                      BB_NUMBERS(1.819, -1.06, -1.546, 1.458)},
        .golden_out = BB_NUMBERS(-1.468419),
    },
    {
        .n_in = 2,
        .in = {BB_DIMS(2, 3), BB_DIMS(2, 3)},
        .golden_in = {BB_NUMBERS(0.591, 1.819, -1.06, -1.546, 1.458, 1.17),
                      BB_NUMBERS(1.819, -1.06, -1.546, 1.458, 1.17, -1.759)},
        .golden_out = BB_NUMBERS(0.7856490000000003, -2.606238),
    },
};

const bb_op bb__op_dot = {
    .name = "dot",
    .doc = "the sum of x_i y_i over the last dimensions; leading ones broadcast",
    .arity = 2,
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_dot(bb_node *x, bb_node *y)
{
    return construct(x, y);
}
