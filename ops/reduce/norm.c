/* SPDX-License-Identifier: MIT */
/* norm: those of p = 1, 2 and infinity have a kernel; others are powers of what the largest
 * magnitude leaves, so that they do not overflow. */
#include "reductions.h"

#include <math.h>

/* Where x vanishes a constant is raised instead, so that slopes of any order are 0 there. */
static bb_node *safe_pow(bb_node *x, double exponent)
{
    bb_node *zero = bb_number(x, 0), *is_zero = bb_equal(x, zero);
    bb_node *base = bb_where(is_zero, bb_number(x, 1), x);
    return bb_where(is_zero, zero, bb_pow(base, bb_number(x, exponent)));
}

/* The largest magnitude, 1 where it is 0 or not finite; as a constant, for the norm does not depend
 * on the unit that it is measured in. */
static bb_node *unit_of(bb_node *magnitude, bb_axes axes)
{
    bb_node *top = bb_stop_gradient(bb_max_keep(magnitude, axes)), *one = bb_number(top, 1);
    bb_node *some = bb_where(bb_less(bb_number(top, 0), top), top, one);
    return bb_where(bb_less(top, bb_number(top, (double)INFINITY)), some, one);
}

static bb_node *general(bb_node *x, double p, bb_axes axes, bool keep)
{
    bb_node *magnitude = bb_abs(x), *unit = unit_of(magnitude, axes);
    bb_node *powers = safe_pow(bb_div(magnitude, unit), p);
    bb_node *sum = keep ? bb_sum_keep(powers, axes) : bb_sum(powers, axes);
    if (bb_node_kind_of(sum) == BB_NODE_INERT)
        return sum;
    return bb_mul(safe_pow(sum, 1 / p), bb_reshape(unit, bb_node_shape(sum)));
}

static bb_node *construct(bb_node *x, double p, bb_axes axes, bool keep)
{
    if (!(p >= 1))
        return bb_fail_node(x, NULL, "norm", BB_BAD_ARGUMENT, "p %g is not at least 1", p);
    bb_node *refused = bb__refuse_reduction(x, "norm", axes);
    if (refused)
        return refused;
    if (p == 1 || p == 2 || isinf(p))
        return bb__elementary_norm(x, p, axes, keep);
    return general(x, p, axes, keep);
}

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    const bb__norm_attrs *a = attrs;
    (void)g;
    return construct(in.items[0], a->p, bb__axes_of_bits(a->reduce.axes), a->reduce.keep);
}

#define WITH(bits, kept) (&(const bb__norm_attrs){{.axes = (bits), .keep = (kept)}, 3})

static const bb_sample samples[] = {
    BB__SAMPLES_REDUCE(WITH),
    {.n_in = 1, .in = {BB_DIMS(2, 3)}, .attrs = &(const bb__norm_attrs){{.axes = 2}, 1.5}},
    {.n_in = 1, .in = {BB_DIMS(3, 0, 2)}, .attrs = WITH(2, 0)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 4)},
     .attrs = &(const bb__norm_attrs){{.axes = 2, .keep = 1}, 1},
     .golden_in = {BB_NUMBERS(2.35, 1.5465, -2.7485, -0.8382, 2.9645, 0.0743, -2.9837, 0.6945)},
     .golden_out = BB_NUMBERS(7.483199999999999, 6.7170000000000005)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 4)},
     .attrs = &(const bb__norm_attrs){{.axes = 2, .keep = 1}, 1.5},
     .golden_in = {BB_NUMBERS(2.35, 1.5465, -2.7485, -0.8382, 2.9645, 0.0743, -2.9837, 0.6945)},
     .golden_out = BB_NUMBERS(4.9009333350449475, 4.903152420831384)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 4)},
     .attrs = &(const bb__norm_attrs){{.axes = 2, .keep = 1}, 3},
     .golden_in = {BB_NUMBERS(2.35, 1.5465, -2.7485, -0.8382, 2.9645, 0.0743, -2.9837, 0.6945)},
     .golden_out = BB_NUMBERS(3.362811118770813, 3.7551153401393793)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 4)},
     .attrs = &(const bb__norm_attrs){{.axes = 2, .keep = 1}, 4.5},
     .golden_in = {BB_NUMBERS(2.35, 1.5465, -2.7485, -0.8382, 2.9645, 0.0743, -2.9837, 0.6945)},
     .golden_out = BB_NUMBERS(3.040063495821585, 3.4699910101883624)},
    {.n_in = 1,
     .in = {BB_DIMS(3, 3)},
     .attrs = &(const bb__norm_attrs){{.axes = 2, .keep = 0}, 3},
     .golden_in = {BB_NUMBERS(3e+200, -4e+200, 0.0, 0.0, 0.0, 0.0, 3e-200, 4e-200, 0.0)},
     .golden_out = BB_NUMBERS(4.4979414452754146e+200, 0.0, 4.497941445275415e-200)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 3)},
     .attrs = &(const bb__norm_attrs){{.axes = 2, .keep = 0}, 3},
     .golden_in = {BB_NUMBERS(1.0, -INFINITY, 2.0, NAN, 1.0, 0.0)},
     .golden_out = BB_NUMBERS(INFINITY, NAN)},
};

const bb_op bb__op_norm = {
    .name = "norm",
    .doc = "(sum of |x|^p)^(1/p) over a set of axes, p from 1 to infinity; d is 0 at the origin, "
           "in every order",
    .arity = 1,
    .attrs_size = sizeof(bb__norm_attrs),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_norm(bb_node *x, double p, bb_axes axes)
{
    return construct(x, p, axes, false);
}

bb_node *bb_norm_keep(bb_node *x, double p, bb_axes axes)
{
    return construct(x, p, axes, true);
}
