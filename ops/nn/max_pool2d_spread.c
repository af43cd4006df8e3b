/* SPDX-License-Identifier: MIT */
/* max_pool2d_spread: the adjoint of max_pool2d_pick with respect to what it picks from. */
#include "pools.h"

#include <math.h>

static bool infer(bb_infer *c)
{
    bb_shape pooled;
    char text[BB_SHAPE_TEXT];
    if (!bb_infer_need_float(c))
        return false;
    if (c->in[0].dtype != c->in[1].dtype)
        return bb_infer_fail(c, BB_BAD_TYPE, "types differ");
    if (!bb__pool_check(c, c->in[0].shape, &pooled))
        return false;
    if (!bb_shape_equal(c->in[1].shape, pooled))
        return bb_infer_fail(c, BB_BAD_SHAPE, "operand 2 must be %s", bb_shape_text(pooled, text));
    c->out = c->in[0];
    return true;
}

static void forward(const bb_call *call)
{
    const bb_array *x = &call->in[0], *dy = &call->in[1];
    const bb__pool_shape s = bb__pool_shape_of(call->attrs, x->dtype, x->shape, dy->shape);
    bb__max_spread(&s, x->data, dy->data, call->out->data, call->threads);
}

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    return i == 0
               ? bb_backward_zero(y, dy, i)
               : bb__max_pool2d_pick(bb_stop_gradient(bb_node_input(y, 0)), dy, bb_node_attrs(y));
}

static const bb_sample samples[] = {
    {.n_in = 2,
     .in = {BB_DIMS(2, 1, 4, 5), BB_DIMS(2, 1, 2, 2)},
     .attrs = &(const bb__pool_attrs){.pool = {.window = {2, 2}}}},
    {.n_in = 2,
     .in = {BB_DIMS(1, 2, 5, 3), BB_DIMS(1, 2, 4, 4)},
     .attrs =
         &(const bb__pool_attrs){.pool = {.window = {3, 2}, .stride = {2, 1}, .padding = {2, 1}}}},
    {.n_in = 2,
     .in = {BB_DIMS(2, 4, 5), BB_DIMS(2, 3, 2)},
     .attrs = &(const bb__pool_attrs){.is_adaptive = 1, .cells = {3, 2}}},
    {.n_in = 2,
     .in = {BB_DIMS(0, 4, 4), BB_DIMS(0, 2, 2)},
     .attrs = &(const bb__pool_attrs){.pool = {.window = {2, 2}}}},
    {.n_in = 2,
     .in = {BB_DIMS(1, 1, 4, 4), BB_DIMS(1, 1, 2, 2)},
     .attrs = &(const bb__pool_attrs){.pool = {.window = {2, 2}}},
     .golden_in = {BB_NUMBERS(1.0, 3.0, 3.0, -1.0, 3.0, 3.0, 2.0, -1.0, NAN, 9.0, -INFINITY,
                              -INFINITY, 9.0, 9.0, -INFINITY, -INFINITY),
                   BB_NUMBERS(1.8125, 0.25, -1.375, -0.875)},
     .golden_out = BB_NUMBERS(0.0, 1.8125, 0.25, 0.0, 0.0, 0.0, 0.0, 0.0, -1.375, 0.0, -0.875, 0.0,
                              0.0, 0.0, 0.0, 0.0)},
    {.n_in = 2,
     .in = {BB_DIMS(1, 1, 3, 4), BB_DIMS(1, 1, 2, 5)},
     .attrs =
         &(const bb__pool_attrs){.pool = {.window = {3, 2}, .stride = {2, 1}, .padding = {1, 1}}},
     .golden_in = {BB_NUMBERS(5.5, 1.8125, 4.875, 2.0625, 1.75, 1.5, 3.5, 5.75, 5.5, 5.75, 5.3125,
                              2.5625),
                   BB_NUMBERS(-0.875, -1.3125, 1.875, 1.625, -0.8125, 2.4375, -1.75, -0.375, -1.0,
                              1.0625)},
     .golden_out =
         BB_NUMBERS(-2.1875, 0.0, 1.875, 0.0, 0.0, 0.0, 0.0, 0.875, 2.4375, -2.125, 0.0, 0.0)},
};

const bb_op bb__op_max_pool2d_spread = {
    .name = "max_pool2d_spread",
    .doc = "dy at the place of the largest of x in each window, added up; else 0",
    .arity = 2,
    .attrs_size = sizeof(bb__pool_attrs),
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .batch = bb_batch_same,
    .needs_contiguous = true,
    .rows = bb_rows_of_images,
    .flops = bb__pool_flops,
    .print_attrs = bb__print_pool,
    BB_SAMPLES(samples),
};

bb_node *bb__max_pool2d_spread(bb_node *x, bb_node *dy, const bb__pool_attrs *attrs)
{
    return bb_apply(&bb__op_max_pool2d_spread, BB_NODES(x, dy), attrs);
}
