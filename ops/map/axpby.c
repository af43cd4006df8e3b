/* SPDX-License-Identifier: MIT */
/* a x + b y for numbers a and b, as BLAS's axpby, in one pass: two products and their sum, each
 * rounded, a and b as numbers of the operands' type. */
#include "support.h"

#include <math.h>
#include <stdio.h>

typedef struct axpby_attrs {
    double a, b;
} axpby_attrs;

#define A ((T)((const axpby_attrs *)attrs)->a)
#define B ((T)((const axpby_attrs *)attrs)->b)

BB_TILE2(tile_f32, float, float, float, A *x + B * y)
BB_TILE2(tile_f64, double, double, double, A *x + B * y)

static bb_node *backward(bb_node *out, bb_node *d, int i)
{
    const axpby_attrs *attrs = bb_node_attrs(out);
    return bb_mul_scalar(d, i == 0 ? attrs->a : attrs->b);
}

static void print_attrs(const void *attrs, char *buffer, size_t size)
{
    const axpby_attrs *k = attrs;
    (void)snprintf(buffer, size, "a %g b %g", k->a, k->b);
}

static const axpby_attrs mixed = {0.75, -2.5};

static const bb_sample samples[] = {
    BB__SAMPLES2(.attrs = &mixed),
    {
        .n_in = 2,
        .attrs = &mixed,
        .in = {BB_DIMS(7), BB_DIMS(7)},
        .golden_in = {BB_NUMBERS(4.0, 0.0, -1.0, INFINITY, INFINITY, 1.0, NAN),
                      BB_NUMBERS(2.0, -1.0, 0.0, 1.0, INFINITY, -INFINITY, 1.0)},
        .golden_out = BB_NUMBERS(-2.0, 2.5, -0.75, INFINITY, NAN, INFINITY, NAN),
    },
};

const bb_op bb__op_axpby = {
    .name = "axpby",
    .doc = "a x + b y",
    .arity = 2,
    .attrs_size = sizeof(axpby_attrs),
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .arithmetic = BB_ARITHMETIC_AXPBY,
    .backward = backward,
    .print_attrs = print_attrs,
    BB_SAMPLES(samples),
};

bb_node *bb_axpby(bb_node *x, bb_node *y, double a, double b)
{
    bb_node *operands[] = {x, y};
    bb__broadcast_operands(2, operands);
    return bb_apply(&bb__op_axpby, (bb_nodes){2, operands}, &(axpby_attrs){a, b});
}
