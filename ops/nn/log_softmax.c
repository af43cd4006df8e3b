/* SPDX-License-Identifier: MIT */
/* log_softmax: x less its logsumexp along an axis. */
#include "kernels.h"
#include "moves.h"

#include <math.h>

static bool infer(bb_infer *c)
{
    return bb__infer_along(c, &((bb__axis_attrs *)c->attrs)->axis);
}

static void forward(const bb_call *call)
{
    const bb__axis_attrs *a = call->attrs;
    bb__log_softmax(&call->in[0], (int)a->axis, call->out, call->threads);
}

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    int axis = (int)((const bb__axis_attrs *)bb_node_attrs(y))->axis;
    (void)i;
    return bb_sub(dy, bb_mul(bb_exp(y), bb_sum_keep(dy, BB_AXES(axis))));
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(5)}, .attrs = &(const bb__axis_attrs){0}},
    {.n_in = 1, .in = {BB_DIMS(3, 4)}, .attrs = &(const bb__axis_attrs){0}},
    {.n_in = 1, .in = {BB_DIMS(3, 4)}, .attrs = &(const bb__axis_attrs){-1}},
    {.n_in = 1, .in = {BB_DIMS(2, 3, 4)}, .attrs = &(const bb__axis_attrs){1}},
    {.n_in = 1, .in = {BB_DIMS(2, 1, 3, 2)}, .attrs = &(const bb__axis_attrs){-2}},
    {.n_in = 1, .in = {BB_DIMS(7, 1)}, .attrs = &(const bb__axis_attrs){0}},
    {.n_in = 1, .in = {BB_DIMS(0, 3)}, .attrs = &(const bb__axis_attrs){1}},
    {.n_in = 1, .in = {BB_DIMS(3, 0)}, .attrs = &(const bb__axis_attrs){1}},
    {.n_in = 1,
     .in = {BB_DIMS(3, 3)},
     .attrs = &(const bb__axis_attrs){1},
     .golden_in = {BB_NUMBERS(1000.0, 1001.0, 999.0, -1000.0, -1000.0, -1002.0, 0.0, -800.0,
                              700.0)},
     .golden_out = BB_NUMBERS(-1.4076059644443804, -0.4076059644443804, -2.4076059644443806,
                              -0.7586236756795135, -0.7586236756795135, -2.7586236756795133, -700.0,
                              -1500.0, 0.0)},
    {.n_in = 1,
     .in = {BB_DIMS(3, 3)},
     .attrs = &(const bb__axis_attrs){1},
     .golden_in = {BB_NUMBERS(-INFINITY, 1.0, 2.0, -INFINITY, -INFINITY, -INFINITY, NAN, 0.0, 1.0)},
     .golden_out = BB_NUMBERS(-INFINITY, -1.3132616875182228, -0.31326168751822286, NAN, NAN, NAN,
                              NAN, NAN, NAN)},
    {.n_in = 1,
     .in = {BB_DIMS(3, 2)},
     .attrs = &(const bb__axis_attrs){0},
     .golden_in = {BB_NUMBERS(1.6939, 2.2371, -2.2704, -1.6521, 2.6961, 0.9573)},
     .golden_out = BB_NUMBERS(-1.3199542047949753, -0.2612518169528523, -5.284254204794975,
                              -4.150451816952852, -0.3177542047949754, -1.5410518169528522)},
};

/* The largest, a difference, an exponential, a sum and a last step for each element. */
static double flops(const void *attrs, const bb_type *in, const bb_type *out)
{
    (void)attrs;
    (void)in;
    return 5 * (double)bb_shape_count(out->shape);
}

const bb_op bb__op_log_softmax = {
    .name = "log_softmax",
    .doc = "x - logsumexp(x) along an axis; NaN along it when all are -infinity, or one is "
           "+infinity or NaN",
    .arity = 1,
    .attrs_size = sizeof(bb__axis_attrs),
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .batch = bb__batch_axis,
    .needs_contiguous = true,
    .inplace = 1,
    .rows = bb__rows_across_axis,
    .flops = flops,
    .print_attrs = bb__print_axis,
    BB_SAMPLES(samples),
};

bb_node *bb_log_softmax(bb_node *x, int axis)
{
    return bb_apply(&bb__op_log_softmax, BB_NODES(x), &(bb__axis_attrs){axis});
}
