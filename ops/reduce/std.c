/* SPDX-License-Identifier: MIT */
/* std: the root of the variance; where that is 0 the root is not taken, so that its gradient is 0
 * and no NaN. */
#include "reductions.h"

#include <math.h>

static bb_node *root(bb_node *var)
{
    bb_node *zero = bb_number(var, 0), *is_zero = bb_equal(var, zero);
    return bb_where(is_zero, zero, bb_sqrt(bb_where(is_zero, bb_number(var, 1), var)));
}

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    const bb__var_attrs *a = attrs;
    bb_axes axes = bb__axes_of_bits(a->reduce.axes);
    (void)g;
    return a->reduce.keep ? bb_std_keep(in.items[0], axes, a->correction)
                          : bb_std(in.items[0], axes, a->correction);
}

#define WITH(bits, kept) (&(const bb__var_attrs){{.axes = (bits), .keep = (kept)}, 0})

static const bb_sample samples[] = {
    BB__SAMPLES_REDUCE_MANY(WITH),
    {.n_in = 1, .in = {BB_DIMS(3, 4)}, .attrs = &(const bb__var_attrs){{.axes = 1}, 1}},
    {.n_in = 1,
     .in = {BB_DIMS(2, 4)},
     .attrs = &(const bb__var_attrs){{.axes = 1, .keep = 0}, 0},
     .golden_in = {BB_NUMBERS(2.35, 1.5465, -2.7485, -0.8382, 2.9645, 0.0743, -2.9837, 0.6945)},
     .golden_out = BB_NUMBERS(0.3072499999999999, 0.7361, 0.11759999999999993, 0.76635)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 4)},
     .attrs = &(const bb__var_attrs){{.axes = 2, .keep = 0}, 0},
     .golden_in = {BB_NUMBERS(2.35, 1.5465, -2.7485, -0.8382, 2.9645, 0.0743, -2.9837, 0.6945)},
     .golden_out = BB_NUMBERS(2.0091664770496247, 2.123564317368325)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 4)},
     .attrs = &(const bb__var_attrs){{.axes = 3, .keep = 0}, 0},
     .golden_in = {BB_NUMBERS(2.35, 1.5465, -2.7485, -0.8382, 2.9645, 0.0743, -2.9837, 0.6945)},
     .golden_out = BB_NUMBERS(2.067887792380186)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 4)},
     .attrs = &(const bb__var_attrs){{.axes = 1, .keep = 0}, 1},
     .golden_in = {BB_NUMBERS(2.35, 1.5465, -2.7485, -0.8382, 2.9645, 0.0743, -2.9837, 0.6945)},
     .golden_out = BB_NUMBERS(0.4345171170391333, 1.0410026032628352, 0.16631151493507587,
                              1.0837825635246214)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 4)},
     .attrs = &(const bb__var_attrs){{.axes = 2, .keep = 0}, 1},
     .golden_in = {BB_NUMBERS(2.35, 1.5465, -2.7485, -0.8382, 2.9645, 0.0743, -2.9837, 0.6945)},
     .golden_out = BB_NUMBERS(2.3199856127427454, 2.4520808605481723)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 4)},
     .attrs = &(const bb__var_attrs){{.axes = 3, .keep = 0}, 1},
     .golden_in = {BB_NUMBERS(2.35, 1.5465, -2.7485, -0.8382, 2.9645, 0.0743, -2.9837, 0.6945)},
     .golden_out = BB_NUMBERS(2.2106650381082806)},
    {.n_in = 1,
     .in = {BB_DIMS(4, 3)},
     .attrs = &(const bb__var_attrs){{.axes = 2, .keep = 0}, 1},
     .golden_in = {BB_NUMBERS(1000000001.0, 1000000002.0, 1000000004.0, 5.0, 5.0, 5.0, 1.0, NAN,
                              2.0, 1.0, INFINITY, 2.0)},
     .golden_out = BB_NUMBERS(1.5275252316519474, 0.0, NAN, NAN)},
};

const bb_op bb__op_std = {
    .name = "std",
    .doc = "the root of var; where it is 0, d is 0",
    .arity = 1,
    .attrs_size = sizeof(bb__var_attrs),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_std(bb_node *x, bb_axes axes, double correction)
{
    bb_node *refused = bb__refuse_reduction(x, "std", axes);
    return refused ? refused : root(bb_var(x, axes, correction));
}

bb_node *bb_std_keep(bb_node *x, bb_axes axes, double correction)
{
    bb_node *refused = bb__refuse_reduction(x, "std", axes);
    return refused ? refused : root(bb_var_keep(x, axes, correction));
}
