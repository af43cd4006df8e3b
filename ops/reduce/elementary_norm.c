/* SPDX-License-Identifier: MIT */
/* The norms that a kernel sums, p = 1, 2 and infinity; at the origin slopes of
 * every order are 0. */
#include "kernels.h"
#include "reductions.h"

#include <math.h>
#include <stdio.h>

static bool infer(bb_infer *c)
{
    double p = ((const bb__norm_attrs *)c->attrs)->p;
    if (p != 1 && p != 2 && !(isinf(p) && p > 0))
        return bb_infer_fail(c, BB_BAD_ARGUMENT, "p %g is not 1, 2 or infinity", p);
    return bb__infer_reduce(c);
}

static void forward(const bb_call *call)
{
    const bb__norm_attrs *a = call->attrs;
    bb__norm(&call->in[0], a->reduce.axes, a->p, call->out, call->threads);
}

/* dy x / y, and the constant 0 at the origin. */
static bb_node *along_x(bb_node *x, bb_node *y, bb_node *dy)
{
    bb_node *zero = bb_number(y, 0), *at_origin = bb_equal(y, zero);
    bb_node *size = bb_where(at_origin, bb_number(y, 1), y);
    return bb_where(at_origin, zero, bb_mul(dy, bb_div(x, size)));
}

/* The elements of the largest magnitude share dy evenly. */
static bb_node *along_largest(bb_node *x, bb_node *y, bb_node *dy, const bb_node *norm)
{
    bb_node *tied = bb_equal(bb_abs(x), y);
    bb_node *share = bb_div(dy, bb__count_ties(tied, norm));
    return bb_where(tied, bb_mul(share, bb_sign(x)), bb_number(dy, 0));
}

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    double p = ((const bb__norm_attrs *)bb_node_attrs(y))->p;
    bb_node *x = bb_node_input(y, i), *wide = bb__unreduced(dy, y);
    if (p == 1)
        return bb_mul(wide, bb_sign(x));
    return p == 2 ? along_x(x, bb__unreduced(y, y), wide)
                  : along_largest(x, bb__unreduced(y, y), wide, y);
}

static double flops(const void *attrs, const bb_type *in, const bb_type *out)
{
    double each = ((const bb__norm_attrs *)attrs)->p == 2 ? 4 : 2;
    return each * bb__reduction_flops(attrs, in, out);
}

static void print_attrs(const void *attrs, char *buffer, size_t size)
{
    const bb__norm_attrs *a = attrs;
    char axes[64];
    bb__print_reduce(&a->reduce, axes, sizeof axes);
    snprintf(buffer, size, "p %g, %s", a->p, axes);
}

#define ONE(bits, kept) (&(const bb__norm_attrs){{.axes = (bits), .keep = (kept)}, 1})
#define TWO(bits, kept) (&(const bb__norm_attrs){{.axes = (bits), .keep = (kept)}, 2})
#define MOST(bits, kept) \
    (&(const bb__norm_attrs){{.axes = (bits), .keep = (kept)}, (double)INFINITY})

static const bb_sample samples[] = {
    BB__SAMPLES_REDUCE(TWO),
    BB__SAMPLES_REDUCE(ONE),
    BB__SAMPLES_REDUCE(MOST),
    {.n_in = 1, .in = {BB_DIMS(3, 0, 2)}, .attrs = TWO(2, 0)},
    {.n_in = 1, .in = {BB_DIMS(3, 0, 2)}, .attrs = MOST(2, 0)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 4)},
     .attrs = &(const bb__norm_attrs){{.axes = 2, .keep = 0}, 1},
     .golden_in = {BB_NUMBERS(2.35, 1.5465, -2.7485, -0.8382, 2.9645, 0.0743, -2.9837, 0.6945)},
     .golden_out = BB_NUMBERS(7.483199999999999, 6.7170000000000005)},
    {.n_in = 1,
     .in = {BB_DIMS(3, 3)},
     .attrs = &(const bb__norm_attrs){{.axes = 2, .keep = 0}, 1},
     .golden_in = {BB_NUMBERS(3e+200, -4e+200, 0.0, 0.0, 0.0, 0.0, 3e-200, 4e-200, 0.0)},
     .golden_out = BB_NUMBERS(7e+200, 0.0, 6.999999999999999e-200)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 3)},
     .attrs = &(const bb__norm_attrs){{.axes = 2, .keep = 0}, 1},
     .golden_in = {BB_NUMBERS(1.0, -INFINITY, 2.0, NAN, 1.0, 0.0)},
     .golden_out = BB_NUMBERS(INFINITY, NAN)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 4)},
     .attrs = &(const bb__norm_attrs){{.axes = 2, .keep = 0}, 2},
     .golden_in = {BB_NUMBERS(2.35, 1.5465, -2.7485, -0.8382, 2.9645, 0.0743, -2.9837, 0.6945)},
     .golden_out = BB_NUMBERS(4.021317413485287, 4.263634210389067)},
    {.n_in = 1,
     .in = {BB_DIMS(3, 3)},
     .attrs = &(const bb__norm_attrs){{.axes = 2, .keep = 0}, 2},
     .golden_in = {BB_NUMBERS(3e+200, -4e+200, 0.0, 0.0, 0.0, 0.0, 3e-200, 4e-200, 0.0)},
     .golden_out = BB_NUMBERS(4.9999999999999995e+200, 0.0, 5e-200)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 3)},
     .attrs = &(const bb__norm_attrs){{.axes = 2, .keep = 0}, 2},
     .golden_in = {BB_NUMBERS(1.0, -INFINITY, 2.0, NAN, 1.0, 0.0)},
     .golden_out = BB_NUMBERS(INFINITY, NAN)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 4)},
     .attrs = &(const bb__norm_attrs){{.axes = 2, .keep = 0}, (double)INFINITY},
     .golden_in = {BB_NUMBERS(2.35, 1.5465, -2.7485, -0.8382, 2.9645, 0.0743, -2.9837, 0.6945)},
     .golden_out = BB_NUMBERS(2.7485, 2.9837)},
    {.n_in = 1,
     .in = {BB_DIMS(3, 3)},
     .attrs = &(const bb__norm_attrs){{.axes = 2, .keep = 0}, (double)INFINITY},
     .golden_in = {BB_NUMBERS(3e+200, -4e+200, 0.0, 0.0, 0.0, 0.0, 3e-200, 4e-200, 0.0)},
     .golden_out = BB_NUMBERS(4e+200, 0.0, 4e-200)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 3)},
     .attrs = &(const bb__norm_attrs){{.axes = 2, .keep = 0}, (double)INFINITY},
     .golden_in = {BB_NUMBERS(1.0, -INFINITY, 2.0, NAN, 1.0, 0.0)},
     .golden_out = BB_NUMBERS(INFINITY, NAN)},
};

const bb_op bb__op_elementary_norm = {
    .name = "elementary_norm",
    .doc = "(sum of |x|^p)^(1/p) over a set of axes for p = 1, 2 and infinity; d is 0 at the "
           "origin, and where the largest decides, tied elements share it evenly",
    .arity = 1,
    .attrs_size = sizeof(bb__norm_attrs),
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .batch = bb__batch_reduction,
    .rows = bb__reduction_rows,
    .flops = flops,
    .print_attrs = print_attrs,
    BB_SAMPLES(samples),
};

bb_node *bb__elementary_norm(bb_node *x, double p, bb_axes axes, bool keep)
{
    return bb_apply(&bb__op_elementary_norm, BB_NODES(x),
                    &(bb__norm_attrs){bb__reduce_attrs_of(x, axes, keep), p});
}
