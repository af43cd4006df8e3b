/* SPDX-License-Identifier: MIT */
/* linear_recurrence: y[i] = a[i] y[i - 1] + b[i] along an axis; the rule is one from the other end,
 * and so the op is closed. */
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
    bb__scan_order order = {(int)a->axis, a->reverse, false};
    bb__recurrence(&call->in[0], &call->in[1], order, call->out, call->threads);
}

/* db[i] = dy[i] + a[i + 1] db[i + 1], and da[i] = db[i] y[i - 1]. */
static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    const bb__scan_attrs *attrs = bb_node_attrs(y);
    int axis = (int)attrs->axis;
    bb_node *factor = bb__step_before(bb_node_input(y, 0), axis, !attrs->reverse);
    bb_node *term = bb_linear_recurrence(factor, dy, axis, !attrs->reverse);
    return i == 1 ? term : bb_mul(term, bb__step_before(y, axis, attrs->reverse));
}

static double flops(const void *attrs, const bb_type *in, const bb_type *out)
{
    return 2 * bb__reduction_flops(attrs, in, out);
}

#define WITH(...) (&(const bb__scan_attrs){__VA_ARGS__})

static const bb_sample samples[] = {
    {.n_in = 2, .in = {BB_DIMS(5), BB_DIMS(5)}, .attrs = WITH(-1, 0, 1)},
    {.n_in = 2, .in = {BB_DIMS(3, 2), BB_DIMS(3, 2)}, .attrs = WITH(0, 0, 0)},
    {.n_in = 2, .in = {BB_DIMS(2, 3, 2), BB_DIMS(2, 3, 2)}, .attrs = WITH(1, 0, 0)},
    {.n_in = 2, .in = {BB_DIMS(2, 0), BB_DIMS(2, 0)}, .attrs = WITH(1, 0, 0)},
    {.n_in = 2,
     .in = {BB_DIMS(5), BB_DIMS(5)},
     .attrs = WITH(0, 0, 0),
     .golden_in = {BB_NUMBERS(INFINITY, 2.0, -0.5, 0.0, 3.0),
                   BB_NUMBERS(1.0, 0.25, -1.0, 2.0, INFINITY)},
     .golden_out = BB_NUMBERS(1.0, 2.25, -2.125, 2.0, INFINITY)},
    {.n_in = 2,
     .in = {BB_DIMS(5), BB_DIMS(5)},
     .attrs = WITH(0, 0, 1),
     .golden_in = {BB_NUMBERS(3.0, 0.0, -0.5, 2.0, INFINITY),
                   BB_NUMBERS(1.0, 0.25, -1.0, 2.0, INFINITY)},
     .golden_out = BB_NUMBERS(NAN, NAN, -INFINITY, INFINITY, INFINITY)},
};

const bb_op bb__op_linear_recurrence = {
    .name = "linear_recurrence",
    .doc = "y[i] = a[i] y[i - 1] + b[i] along an axis, y[-1] = 0",
    .arity = 2,
    .attrs_size = sizeof(bb__scan_attrs),
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .batch = bb__batch_axis,
    .needs_contiguous = true,
    .inplace = 3,
    .flops = flops,
    .print_attrs = bb__print_scan,
    BB_SAMPLES(samples),
};

bb_node *bb_linear_recurrence(bb_node *a, bb_node *b, int axis, bool reverse)
{
    bb_node *operands[] = {a, b};
    if (a && b && bb_node_dtype(a) == bb_node_dtype(b))
        bb__broadcast_operands(2, operands);
    return bb_apply(&bb__op_linear_recurrence, (bb_nodes){2, operands},
                    &(bb__scan_attrs){axis, false, reverse});
}
