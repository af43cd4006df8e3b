/* SPDX-License-Identifier: MIT */
/* outer: every product of an element of x with one of y, of vectors in their last dimensions. */
#include "support.h"

/* x with a dimension of 1 put before its last one, or after it. */
static bb_node *widened(bb_node *x, bool before)
{
    bb_shape shape = bb_node_shape(x);
    shape.dim[shape.ndim++] = 1;
    if (before) {
        shape.dim[shape.ndim - 1] = shape.dim[shape.ndim - 2];
        shape.dim[shape.ndim - 2] = 1;
    }
    return bb_reshape(x, shape);
}

static bb_node *construct(bb_node *x, bb_node *y)
{
    bb_shape sx = bb_node_shape(x), sy = bb_node_shape(y);
    bb_node *refused = bb__refuse_pair(x, y, "outer");
    if (refused)
        return refused;
    if (sx.ndim == 0 || sy.ndim == 0)
        return bb_fail_node(x, y, "outer", BB_BAD_SHAPE, "an operand is a scalar");
    if (sx.ndim == BB_MAX_DIMS || sy.ndim == BB_MAX_DIMS)
        return bb_fail_node(x, y, "outer", BB_BAD_SHAPE, "rank %d is over %d", BB_MAX_DIMS + 1,
                            (int)BB_MAX_DIMS);
    return bb_mul(widened(x, false), widened(y, true));
}

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    (void)g, (void)attrs;
    return construct(in.items[0], in.items[1]);
}

static const bb_sample samples[] = {
    {.n_in = 2, .in = {BB_DIMS(3), BB_DIMS(2)}},
    {.n_in = 2, .in = {BB_DIMS(2, 1, 2), BB_DIMS(3, 2)}},
    {.n_in = 2, .in = {BB_DIMS(0), BB_DIMS(2)}},
    {
        .n_in = 2,
        .in = {BB_DIMS(2, 3), BB_DIMS(2, 2)},
        .golden_in = {BB_NUMBERS(0.591, 1.819, -1.06, -1.546, 1.458, 1.17),
                      BB_NUMBERS(1.819, -1.06, -1.546, 1.458)},
        .golden_out = BB_NUMBERS(1.075029, -0.62646, 3.3087609999999996, -1.92814, -1.92814,
                                 1.1236000000000002, 2.390116, -2.254068, -2.254068,
                                 2.1257639999999998, -1.8088199999999999, 1.70586),
    },
};

const bb_op bb__op_outer = {
    .name = "outer",
    .doc = "x_i y_j of vectors in the last dimensions; leading ones broadcast",
    .arity = 2,
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_outer(bb_node *x, bb_node *y)
{
    return construct(x, y);
}
