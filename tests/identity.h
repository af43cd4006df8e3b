/* SPDX-License-Identifier: MIT */
/* An identity whose rule is of each test's choice, for the tests of the gradient check. */
#ifndef BIBUN_TESTS_IDENTITY_H
#define BIBUN_TESTS_IDENTITY_H

#include <bibun/bibun.h>

BB_TILE1(identity_tile, double, double, x)

static inline bb_node *identity_right(bb_node *y, bb_node *dy, int i)
{
    (void)y, (void)i;
    return dy;
}

static inline bb_node *identity_doubled(bb_node *y, bb_node *dy, int i)
{
    (void)y, (void)i;
    return bb_mul_scalar(dy, 2);
}

static inline bb_op identity(bb_node *(*rule)(bb_node *y, bb_node *dy, int i))
{
    return (bb_op){.name = "identity",
                   .doc = "x",
                   .arity = 1,
                   .infer = bb_infer_same,
                   .map = {[BB_F64] = identity_tile},
                   .backward = rule};
}

#endif
