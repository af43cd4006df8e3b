/* SPDX-License-Identifier: MIT */
/* var: squared deviations from the mean over any axes, measured from it in a second pass. */
#include "kernels.h"
#include "reductions.h"

#include <math.h>
#include <stdio.h>

/* What the sum of squares is divided by. */
static double divisor(const bb__var_attrs *a, bb_shape shape)
{
    return fmax(bb__reduction_terms(&a->reduce, shape) - a->correction, 0);
}

static bool infer(bb_infer *c)
{
    const bb__var_attrs *a = c->attrs;
    if (!(a->correction >= 0) || isinf(a->correction))
        return bb_infer_fail(c, BB_BAD_ARGUMENT, "correction %g is not 0 or a positive number",
                             a->correction);
    return bb__infer_reduce(c);
}

static void forward(const bb_call *call)
{
    const bb__var_attrs *a = call->attrs;
    bb__var(&call->in[0], a->reduce.axes, divisor(a, call->in[0].shape), call->out, call->threads);
}

/* dy 2 (x - mean) / divisor */
static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    const bb__var_attrs *a = bb_node_attrs(y);
    bb_node *x = bb_node_input(y, i);
    bb_node *deviation = bb_sub(x, bb_mean_keep(x, bb__axes_of_bits(a->reduce.axes)));
    double slope = 2 / divisor(a, bb_node_shape(x));
    return bb_mul(bb_mul_scalar(bb__unreduced(dy, y), slope), deviation);
}

static double flops(const void *attrs, const bb_type *in, const bb_type *out)
{
    return 4 * bb__reduction_flops(attrs, in, out);
}

static void print_attrs(const void *attrs, char *buffer, size_t size)
{
    const bb__var_attrs *a = attrs;
    char axes[64];
    bb__print_reduce(&a->reduce, axes, sizeof axes);
    snprintf(buffer, size, "%s, correction %g", axes, a->correction);
}

#define WITH(bits, kept) (&(const bb__var_attrs){{.axes = (bits), .keep = (kept)}, 0})

static const bb_sample samples[] = {
    BB__SAMPLES_REDUCE_MANY(WITH),
    {.n_in = 1, .in = {BB_DIMS(3, 4)}, .attrs = &(const bb__var_attrs){{.axes = 1}, 1}},
    {.n_in = 1, .in = {BB_DIMS(2, 3)}, .attrs = &(const bb__var_attrs){{.axes = 3}, 0.5}},
    {.n_in = 1,
     .in = {BB_DIMS(2, 4)},
     .attrs = &(const bb__var_attrs){{.axes = 1, .keep = 1}, 0},
     .golden_in = {BB_NUMBERS(2.35, 1.5465, -2.7485, -0.8382, 2.9645, 0.0743, -2.9837, 0.6945)},
     .golden_out = BB_NUMBERS(0.09440256249999994, 0.54184321, 0.013829759999999983, 0.5872923225)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 4)},
     .attrs = &(const bb__var_attrs){{.axes = 2, .keep = 1}, 0},
     .golden_in = {BB_NUMBERS(2.35, 1.5465, -2.7485, -0.8382, 2.9645, 0.0743, -2.9837, 0.6945)},
     .golden_out = BB_NUMBERS(4.036749932499999, 4.509525409999999)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 4)},
     .attrs = &(const bb__var_attrs){{.axes = 3, .keep = 1}, 0},
     .golden_in = {BB_NUMBERS(2.35, 1.5465, -2.7485, -0.8382, 2.9645, 0.0743, -2.9837, 0.6945)},
     .golden_out = BB_NUMBERS(4.276159921875)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 4)},
     .attrs = &(const bb__var_attrs){{.axes = 1, .keep = 1}, 1},
     .golden_in = {BB_NUMBERS(2.35, 1.5465, -2.7485, -0.8382, 2.9645, 0.0743, -2.9837, 0.6945)},
     .golden_out = BB_NUMBERS(0.18880512499999988, 1.08368642, 0.027659519999999965, 1.174584645)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 4)},
     .attrs = &(const bb__var_attrs){{.axes = 2, .keep = 1}, 1},
     .golden_in = {BB_NUMBERS(2.35, 1.5465, -2.7485, -0.8382, 2.9645, 0.0743, -2.9837, 0.6945)},
     .golden_out = BB_NUMBERS(5.382333243333332, 6.012700546666665)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 4)},
     .attrs = &(const bb__var_attrs){{.axes = 3, .keep = 1}, 1},
     .golden_in = {BB_NUMBERS(2.35, 1.5465, -2.7485, -0.8382, 2.9645, 0.0743, -2.9837, 0.6945)},
     .golden_out = BB_NUMBERS(4.887039910714286)},
    {.n_in = 1,
     .in = {BB_DIMS(4, 3)},
     .attrs = &(const bb__var_attrs){{.axes = 2, .keep = 0}, 1},
     .golden_in = {BB_NUMBERS(1000000001.0, 1000000002.0, 1000000004.0, 5.0, 5.0, 5.0, 1.0, NAN,
                              2.0, 1.0, INFINITY, 2.0)},
     .golden_out = BB_NUMBERS(2.3333333333333357, 0.0, NAN, NAN)},
};

const bb_op bb__op_var = {
    .name = "var",
    .doc = "squared deviations from the mean over a set of axes, their sum over max(terms - "
           "correction, 0)",
    .arity = 1,
    .attrs_size = sizeof(bb__var_attrs),
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .batch = bb__batch_reduction,
    .rows = bb__reduction_rows,
    .flops = flops,
    .print_attrs = print_attrs,
    BB_SAMPLES(samples),
};

bb_node *bb_var(bb_node *x, bb_axes axes, double correction)
{
    return bb_apply(&bb__op_var, BB_NODES(x),
                    &(bb__var_attrs){bb__reduce_attrs_of(x, axes, false), correction});
}

bb_node *bb_var_keep(bb_node *x, bb_axes axes, double correction)
{
    return bb_apply(&bb__op_var, BB_NODES(x),
                    &(bb__var_attrs){bb__reduce_attrs_of(x, axes, true), correction});
}
