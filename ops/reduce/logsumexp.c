/* SPDX-License-Identifier: MIT */
/* logsumexp: log of the sum of e^x over any axes, without overflow. */
#include "kernels.h"
#include "reductions.h"

#include <math.h>

static void forward(const bb_call *call)
{
    const bb__reduce_attrs *a = call->attrs;
    bb__logsumexp(&call->in[0], a->axes, call->out, call->threads);
}

/* dy e^(x - y). Elements equal to y leave no weight to others, so they share dy evenly; this also
 * holds when they are infinite and x - y is NaN, or so large that y rounds to x. */
static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *x = bb_node_input(y, i), *total = bb__unreduced(y, y);
    bb_node *equal = bb_equal(x, total);
    bb_node *even = bb_neg(bb_log(bb__count_ties(equal, y)));
    bb_node *weight = bb_exp(bb_where(equal, even, bb_sub(x, total)));
    return bb_mul(bb__unreduced(dy, y), weight);
}

static const bb_sample samples[] = {
    BB__SAMPLES_REDUCE(BB__REDUCED),
    {.n_in = 1, .in = {BB_DIMS(3, 0, 2)}, .attrs = &(const bb__reduce_attrs){.axes = 2}},
    {.n_in = 1,
     .in = {BB_DIMS(3, 3)},
     .attrs = &(const bb__reduce_attrs){.axes = 2, .keep = 0},
     .golden_in = {BB_NUMBERS(1000.0, 1001.0, 999.0, -1000.0, -1000.0, -1002.0, 0.0, -800.0,
                              700.0)},
     .golden_out = BB_NUMBERS(1001.4076059644444, -999.2413763243205, 700.0)},
    {.n_in = 1,
     .in = {BB_DIMS(4, 3)},
     .attrs = &(const bb__reduce_attrs){.axes = 2, .keep = 0},
     .golden_in = {BB_NUMBERS(1.0, INFINITY, -INFINITY, 2.0, NAN, 3.0, INFINITY, INFINITY, 0.0,
                              -INFINITY, -INFINITY, -INFINITY)},
     .golden_out = BB_NUMBERS(INFINITY, NAN, INFINITY, -INFINITY)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 3, 2)},
     .attrs = &(const bb__reduce_attrs){.axes = 5, .keep = 1},
     .golden_in = {BB_NUMBERS(2.35, 1.5465, -2.7485, -0.8382, 2.9645, 0.0743, -2.9837, 0.6945,
                              2.8047, -1.4173, -2.4395, 2.0459)},
     .golden_out = BB_NUMBERS(2.846877869686766, 2.848449516001271, 3.3423479116539148)},
};

/* A pass for the largest, and an exponential and an addition an element. */
static double flops(const void *attrs, const bb_type *in, const bb_type *out)
{
    return 3 * bb__reduction_flops(attrs, in, out);
}

const bb_op bb__op_logsumexp = {
    .name = "logsumexp",
    .doc = "log of the sum of e^x over a set of axes; -infinity over no elements; where the result "
           "is infinite, elements equal to it share d evenly",
    .arity = 1,
    .attrs_size = sizeof(bb__reduce_attrs),
    .infer = bb__infer_reduce,
    .forward = forward,
    .backward = backward,
    .batch = bb__batch_reduction,
    .rows = bb__reduction_rows,
    .flops = flops,
    .print_attrs = bb__print_reduce,
    BB_SAMPLES(samples),
};

bb_node *bb_logsumexp(bb_node *x, bb_axes axes)
{
    return bb__apply_reduce(&bb__op_logsumexp, x, axes, false);
}

bb_node *bb_logsumexp_keep(bb_node *x, bb_axes axes)
{
    return bb__apply_reduce(&bb__op_logsumexp, x, axes, true);
}
