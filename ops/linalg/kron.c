/* SPDX-License-Identifier: MIT */
/* kron: Kronecker's product, blocks x_ij y, as an elementwise product of rank two more. */
#include "support.h"

/* The matrices of x as [..., m, 1, n, 1], or as [..., 1, m, 1, n]. */
static bb_node *spread(bb_node *x, bool inner)
{
    bb_shape shape = bb_node_shape(x);
    int64_t *at = &shape.dim[shape.ndim - 2];
    const int64_t m = at[0], n = at[1];
    at[0] = inner ? 1 : m;
    at[1] = inner ? m : 1;
    at[2] = inner ? 1 : n;
    at[3] = inner ? n : 1;
    shape.ndim += 2;
    return bb_reshape(x, shape);
}

static bb_node *construct(bb_node *x, bb_node *y)
{
    bb_shape sx = bb_node_shape(x), sy = bb_node_shape(y);
    bb_node *refused = bb__refuse_pair(x, y, "kron");
    if (refused)
        return refused;
    if (sx.ndim < 2 || sy.ndim < 2)
        return bb_fail_node(x, y, "kron", BB_BAD_SHAPE, "an operand is no matrix");
    if (sx.ndim + 2 > BB_MAX_DIMS || sy.ndim + 2 > BB_MAX_DIMS)
        return bb_fail_node(x, y, "kron", BB_BAD_SHAPE, "a rank is over %d", BB_MAX_DIMS - 2);
    bb_node *blocks = bb_mul(spread(x, false), spread(y, true));
    bb_shape shape = bb_node_shape(blocks);
    if (bb_node_kind_of(blocks) == BB_NODE_INERT)
        return blocks;
    int64_t *at = &shape.dim[shape.ndim - 4];
    at[0] *= at[1];
    at[1] = at[2] * at[3];
    shape.ndim -= 2;
    return bb_reshape(blocks, shape);
}

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    (void)g, (void)attrs;
    return construct(in.items[0], in.items[1]);
}

static const bb_sample samples[] = {
    {.n_in = 2, .in = {BB_DIMS(2, 3), BB_DIMS(2, 1)}},
    {.n_in = 2, .in = {BB_DIMS(2, 2, 1), BB_DIMS(1, 2, 2)}},
    {.n_in = 2, .in = {BB_DIMS(0, 2), BB_DIMS(2, 2)}},
    {
        .n_in = 2,
        .in = {BB_DIMS(2, 3), BB_DIMS(2, 2)},
        .golden_in = {BB_NUMBERS(0.591, 1.819, -1.06, -1.546, 1.458, 1.17),
                      BB_NUMBERS(1.819, -1.06, -1.546, 1.458)},
        .golden_out = BB_NUMBERS(
            1.075029, -0.62646, 3.3087609999999996, -1.92814, -1.92814, 1.1236000000000002,
            -0.913686, 0.8616779999999999, -2.812174, 2.6521019999999997, 1.6387600000000002,
            -1.54548, -2.812174, 1.6387600000000002, 2.6521019999999997, -1.54548, 2.12823, -1.2402,
            2.390116, -2.254068, -2.254068, 2.1257639999999998, -1.8088199999999999, 1.70586),
    },
};

const bb_op bb__op_kron = {
    .name = "kron",
    .doc = "Kronecker's product of matrices: blocks x_ij y; leading dimensions broadcast",
    .arity = 2,
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_kron(bb_node *x, bb_node *y)
{
    return construct(x, y);
}
