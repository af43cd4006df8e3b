/* SPDX-License-Identifier: MIT */
/* cumsum: running sums along an axis; the rule runs from the other end. */
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
    bb__cumsum(&call->in[0], order, call->out, call->threads);
}

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    const bb__scan_attrs *a = bb_node_attrs(y);
    (void)i;
    return bb_cumsum(dy, (int)a->axis, a->exclusive, !a->reverse);
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
     .in = {BB_DIMS(2, 4)},
     .attrs = WITH(0, 0, 0),
     .golden_in = {BB_NUMBERS(2.35, 1.5465, -2.7485, -0.8382, 2.9645, 0.0743, -2.9837, 0.6945)},
     .golden_out = BB_NUMBERS(2.35, 1.5465, -2.7485, -0.8382, 5.314500000000001, 1.6208, -5.7322,
                              -0.14369999999999994)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 4)},
     .attrs = WITH(1, 0, 0),
     .golden_in = {BB_NUMBERS(2.35, 1.5465, -2.7485, -0.8382, 2.9645, 0.0743, -2.9837, 0.6945)},
     .golden_out = BB_NUMBERS(2.35, 3.8965, 1.1480000000000001, 0.3098000000000002, 2.9645, 3.0388,
                              0.05510000000000037, 0.7496000000000004)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 4)},
     .attrs = WITH(1, 1, 0),
     .golden_in = {BB_NUMBERS(2.35, 1.5465, -2.7485, -0.8382, 2.9645, 0.0743, -2.9837, 0.6945)},
     .golden_out = BB_NUMBERS(0.0, 2.35, 3.8965, 1.1480000000000001, 0.0, 2.9645, 3.0388,
                              0.05510000000000037)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 4)},
     .attrs = WITH(1, 0, 1),
     .golden_in = {BB_NUMBERS(2.35, 1.5465, -2.7485, -0.8382, 2.9645, 0.0743, -2.9837, 0.6945)},
     .golden_out = BB_NUMBERS(0.3098000000000001, -2.0402, -3.5867, -0.8382, 0.7496000000000005,
                              -2.2148999999999996, -2.2891999999999997, 0.6945)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 4)},
     .attrs = WITH(1, 1, 1),
     .golden_in = {BB_NUMBERS(2.35, 1.5465, -2.7485, -0.8382, 2.9645, 0.0743, -2.9837, 0.6945)},
     .golden_out = BB_NUMBERS(-2.0402, -3.5867, -0.8382, 0.0, -2.2148999999999996,
                              -2.2891999999999997, 0.6945, 0.0)},
    {.n_in = 1,
     .in = {BB_DIMS(4, 3)},
     .attrs = WITH(1, 0, 0),
     .golden_in = {BB_NUMBERS(1.0, INFINITY, 2.0, 0.0, INFINITY, 1.0, NAN, 0.0, 3.0, -INFINITY,
                              -2.0, 1.0)},
     .golden_out = BB_NUMBERS(1.0, INFINITY, INFINITY, 0.0, INFINITY, INFINITY, NAN, NAN, NAN,
                              -INFINITY, -INFINITY, -INFINITY)},
};

const bb_op bb__op_cumsum = {
    .name = "cumsum",
    .doc = "the sum of the elements up to each along an axis",
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

bb_node *bb_cumsum(bb_node *x, int axis, bool exclusive, bool reverse)
{
    return bb_apply(&bb__op_cumsum, BB_NODES(x), &(bb__scan_attrs){axis, exclusive, reverse});
}
