/* SPDX-License-Identifier: MIT */
/* max_pool2d: the largest of each window; max_pool2d_spread is its rule. */
#include "pools.h"

#include <math.h>

static void forward(const bb_call *call)
{
    const bb_array *x = &call->in[0];
    const bb__pool_shape s = bb__pool_shape_of(call->attrs, x->dtype, x->shape, call->out->shape);
    bb__max_pool(&s, x->data, call->out->data, call->threads);
}

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    return bb__max_pool2d_spread(bb_stop_gradient(bb_node_input(y, i)), dy, bb_node_attrs(y));
}

static const bb_sample samples[] = {
    {.n_in = 1,
     .in = {BB_DIMS(2, 1, 4, 5)},
     .attrs = &(const bb__pool_attrs){.pool = {.window = {2, 2}}}},
    {.n_in = 1,
     .in = {BB_DIMS(3, 3)},
     .attrs = &(const bb__pool_attrs){.pool = {.window = {2, 2}}}},
    {.n_in = 1,
     .in = {BB_DIMS(1, 2, 5, 4)},
     .attrs =
         &(const bb__pool_attrs){.pool = {.window = {3, 2}, .stride = {2, 1}, .padding = {2, 1}}}},
    {.n_in = 1,
     .in = {BB_DIMS(2, 4, 5)},
     .attrs = &(const bb__pool_attrs){.is_adaptive = 1, .cells = {3, 2}}},
    {.n_in = 1,
     .in = {BB_DIMS(1, 2, 2)},
     .attrs = &(const bb__pool_attrs){.is_adaptive = 1, .cells = {3, 5}}},
    {.n_in = 1,
     .in = {BB_DIMS(2, 0, 4, 4)},
     .attrs = &(const bb__pool_attrs){.pool = {.window = {2, 2}}}},
    {.n_in = 1,
     .in = {BB_DIMS(1, 1, 4, 4)},
     .attrs = &(const bb__pool_attrs){.pool = {.window = {2, 2}}},
     .golden_in = {BB_NUMBERS(1.0, 3.0, 3.0, -1.0, 3.0, 3.0, 2.0, -1.0, NAN, 9.0, -INFINITY,
                              -INFINITY, 9.0, 9.0, -INFINITY, -INFINITY)},
     .golden_out = BB_NUMBERS(3.0, 3.0, NAN, -INFINITY)},
    {.n_in = 1,
     .in = {BB_DIMS(1, 2, 5, 4)},
     .attrs =
         &(const bb__pool_attrs){.pool = {.window = {3, 2}, .stride = {2, 1}, .padding = {1, 1}}},
     .golden_in = {BB_NUMBERS(-2.1875, 1.5625, 1.0625, -0.8125, 1.375, 0.875, 2.4375, -1.0, 0.0,
                              0.75, -1.5, 0.6875, 0.9375, 1.0625, 1.3125, -0.75, 1.6875, 0.5, -1.0,
                              -1.625, 2.1875, -2.0625, -0.375, 2.375, 0.5, 0.8125, 0.8125, 1.5625,
                              1.0, -1.9375, -0.5625, -1.5625, -0.1875, -0.375, 0.0, -2.125, -0.125,
                              -2.3125, 2.4375, -1.4375)},
     .golden_out =
         BB_NUMBERS(1.375, 1.5625, 2.4375, 2.4375, -0.8125, 1.375, 1.375, 2.4375, 2.4375, 0.6875,
                    1.6875, 1.6875, 1.3125, 1.3125, -0.75, 2.1875, 2.1875, 0.8125, 2.375, 2.375,
                    1.0, 1.0, 0.8125, 1.5625, 1.5625, -0.125, -0.125, 2.4375, 2.4375, -1.4375)},
    {.n_in = 1,
     .in = {BB_DIMS(1, 2, 5, 4)},
     .attrs = &(const bb__pool_attrs){.is_adaptive = 1, .cells = {3, 2}},
     .golden_in = {BB_NUMBERS(-2.1875, 1.5625, 1.0625, -0.8125, 1.375, 0.875, 2.4375, -1.0, 0.0,
                              0.75, -1.5, 0.6875, 0.9375, 1.0625, 1.3125, -0.75, 1.6875, 0.5, -1.0,
                              -1.625, 2.1875, -2.0625, -0.375, 2.375, 0.5, 0.8125, 0.8125, 1.5625,
                              1.0, -1.9375, -0.5625, -1.5625, -0.1875, -0.375, 0.0, -2.125, -0.125,
                              -2.3125, 2.4375, -1.4375)},
     .golden_out = BB_NUMBERS(1.5625, 2.4375, 1.375, 2.4375, 1.6875, 1.3125, 2.1875, 2.375, 1.0,
                              1.5625, -0.125, 2.4375)},
};

const bb_op bb__op_max_pool2d = {
    .name = "max_pool2d",
    .doc = "the largest of each window, NaN if one is; d goes to the first of equal ones",
    .arity = 1,
    .attrs_size = sizeof(bb__pool_attrs),
    .infer = bb__infer_pooled,
    .forward = forward,
    .backward = backward,
    .batch = bb_batch_same,
    .needs_contiguous = true,
    .rows = bb_rows_of_images,
    .flops = bb__pool_flops,
    .print_attrs = bb__print_pool,
    BB_SAMPLES(samples),
};

bb_node *bb_max_pool2d(bb_node *x, bb_pool options)
{
    return bb_apply(&bb__op_max_pool2d, BB_NODES(x), &(bb__pool_attrs){.pool = options});
}

bb_node *bb_adaptive_max_pool2d(bb_node *x, int64_t height, int64_t width)
{
    return bb_apply(&bb__op_max_pool2d, BB_NODES(x),
                    &(bb__pool_attrs){.is_adaptive = 1, .cells = {height, width}});
}
