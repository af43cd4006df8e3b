/* SPDX-License-Identifier: MIT */
/* cumprod: running products along an axis. The rule is a recurrence from the other end and
 * never divides, so it holds at zeros, to any order. */
#include "kernels.h"
#include "moves.h"
#include "reductions.h"

#include <math.h>

static bool infer(bb_infer *c)
{
    return bb__infer_along(c, &((bb__scan_attrs *)c->attrs)->axis);
}

static void forward(const bb_call *call)
{
    const bb__scan_attrs *a = call->attrs;
    bb__scan_order order = {(int)a->axis, a->reverse, a->exclusive};
    bb__cumprod(&call->in[0], order, call->out, call->threads);
}

/* dx[k] is what is before k times s[k], the sum over i of dy[i] and the product of what is between:
 * s[k] = dy[k] + x[k + 1] s[k + 1]. */
static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    const bb__scan_attrs *a = bb_node_attrs(y);
    int axis = (int)a->axis;
    bb_node *x = bb_node_input(y, i), *factor = bb__step_before(x, axis, !a->reverse);
    bb_node *before = a->exclusive ? y : bb_cumprod(x, axis, true, a->reverse);
    bb_node *term = a->exclusive ? bb__step_before(dy, axis, !a->reverse) : dy;
    return bb_mul(before, bb_linear_recurrence(factor, term, axis, !a->reverse));
}

#define WITH(...) (&(const bb__scan_attrs){__VA_ARGS__})

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(1)}, .attrs = WITH(0, 0, 0)},
    {.n_in = 1, .in = {BB_DIMS(5)}, .attrs = WITH(-1, 1, 1)},
    {.n_in = 1, .in = {BB_DIMS(3, 4)}, .attrs = WITH(0, 0, 1)},
    {.n_in = 1, .in = {BB_DIMS(3, 4)}, .attrs = WITH(1, 1, 0)},
    {.n_in = 1, .in = {BB_DIMS(2, 3, 2)}, .attrs = WITH(1, 0, 0)},
    {.n_in = 1, .in = {BB_DIMS(2, 0)}, .attrs = WITH(1, 0, 0)},
    {.n_in = 1, .in = {BB_DIMS(0, 2)}, .attrs = WITH(1, 0, 0)},
    {.n_in = 1,
     .in = {BB_DIMS(3, 4)},
     .attrs = WITH(0, 0, 0),
     .golden_in = {BB_NUMBERS(2.0, 0.0, 3.0, -1.5, 0.0, 4.0, 0.0, 0.5, 1.5, -2.0, 0.25, 3.0)},
     .golden_out = BB_NUMBERS(2.0, 0.0, 3.0, -1.5, 0.0, 0.0, 0.0, -0.75, 0.0, -0.0, 0.0, -2.25)},
    {.n_in = 1,
     .in = {BB_DIMS(3, 4)},
     .attrs = WITH(1, 0, 0),
     .golden_in = {BB_NUMBERS(2.0, 0.0, 3.0, -1.5, 0.0, 4.0, 0.0, 0.5, 1.5, -2.0, 0.25, 3.0)},
     .golden_out = BB_NUMBERS(2.0, 0.0, 0.0, -0.0, 0.0, 0.0, 0.0, 0.0, 1.5, -3.0, -0.75, -2.25)},
    {.n_in = 1,
     .in = {BB_DIMS(3, 4)},
     .attrs = WITH(1, 1, 0),
     .golden_in = {BB_NUMBERS(2.0, 0.0, 3.0, -1.5, 0.0, 4.0, 0.0, 0.5, 1.5, -2.0, 0.25, 3.0)},
     .golden_out = BB_NUMBERS(1.0, 2.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.5, -3.0, -0.75)},
    {.n_in = 1,
     .in = {BB_DIMS(3, 4)},
     .attrs = WITH(1, 0, 1),
     .golden_in = {BB_NUMBERS(2.0, 0.0, 3.0, -1.5, 0.0, 4.0, 0.0, 0.5, 1.5, -2.0, 0.25, 3.0)},
     .golden_out = BB_NUMBERS(-0.0, -0.0, -4.5, -1.5, 0.0, 0.0, 0.0, 0.5, -2.25, -1.5, 0.75, 3.0)},
    {.n_in = 1,
     .in = {BB_DIMS(3, 4)},
     .attrs = WITH(1, 1, 1),
     .golden_in = {BB_NUMBERS(2.0, 0.0, 3.0, -1.5, 0.0, 4.0, 0.0, 0.5, 1.5, -2.0, 0.25, 3.0)},
     .golden_out = BB_NUMBERS(-0.0, -4.5, -1.5, 1.0, 0.0, 0.0, 0.5, 1.0, -1.5, 0.75, 3.0, 1.0)},
    {.n_in = 1,
     .in = {BB_DIMS(4, 3)},
     .attrs = WITH(1, 0, 0),
     .golden_in = {BB_NUMBERS(1.0, INFINITY, 2.0, 0.0, INFINITY, 1.0, NAN, 0.0, 3.0, -INFINITY,
                              -2.0, 1.0)},
     .golden_out = BB_NUMBERS(1.0, INFINITY, INFINITY, 0.0, NAN, NAN, NAN, NAN, NAN, -INFINITY,
                              INFINITY, INFINITY)},
};

const bb_op bb__op_cumprod = {
    .name = "cumprod",
    .doc = "the product of the elements up to each along an axis",
    .arity = 1,
    .attrs_size = sizeof(bb__scan_attrs),
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .batch = bb__batch_axis,
    .needs_contiguous = true,
    .inplace = 1U << 0,
    .print_attrs = bb__print_scan,
    BB_SAMPLES(samples),
};

bb_node *bb_cumprod(bb_node *x, int axis, bool exclusive, bool reverse)
{
    return bb_apply(&bb__op_cumprod, BB_NODES(x), &(bb__scan_attrs){axis, exclusive, reverse});
}
