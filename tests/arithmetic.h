/* SPDX-License-Identifier: MIT */
/* Ops of maps for tests: each kind of arithmetic, and one that is none. */
#ifndef BIBUN_TEST_ARITHMETIC_H
#define BIBUN_TEST_ARITHMETIC_H

#include "kernels.h"

#include <tgmath.h>

BB_MAP2(add, x + y)
BB_MAP2(sub, x - y)
BB_MAP2(mul, x *y)
BB_MAP2(div, x / y)
BB_MAP2(axpby, (T)((const double *)attrs)[0] * x + (T)((const double *)attrs)[1] * y)
BB_MAP1(neg, -x)
BB_MAP1(square, x *x)
BB_MAP1(root, sqrt(x))
BB_MAP1(sixth, x / 6)

static const bb_map_fn tiles[][BB_DTYPE_COUNT] = {
    [BB_ARITHMETIC_NONE] = BB_MAP(sixth), [BB_ARITHMETIC_ADD] = BB_MAP(add),
    [BB_ARITHMETIC_SUB] = BB_MAP(sub),    [BB_ARITHMETIC_MUL] = BB_MAP(mul),
    [BB_ARITHMETIC_DIV] = BB_MAP(div),    [BB_ARITHMETIC_AXPBY] = BB_MAP(axpby),
    [BB_ARITHMETIC_NEG] = BB_MAP(neg),    [BB_ARITHMETIC_SQUARE] = BB_MAP(square),
    [BB_ARITHMETIC_SQRT] = BB_MAP(root),
};

static bool is_single(int kind)
{
    return kind == BB_ARITHMETIC_NONE || kind >= BB_ARITHMETIC_NEG;
}

static bb__map_op op_of(int kind, int dtype, int x, int y)
{
    static const double factors[] = {0.75, -2.5};
    return (bb__map_op){.tile = tiles[kind][dtype],
                        .attrs = kind == BB_ARITHMETIC_AXPBY ? factors : NULL,
                        .arithmetic = (bb_arithmetic)kind,
                        .n_in = is_single(kind) ? 1 : 2,
                        .in = {x, y},
                        .dtype = (bb_dtype)dtype};
}

#endif
