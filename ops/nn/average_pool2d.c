/* SPDX-License-Identifier: MIT */
/* average_pool2d: the mean of each window; average_pool2d_spread is its rule. */
#include "pools.h"

static void forward(const bb_call *call)
{
    const bb_array *x = &call->in[0];
    const bb__pool_shape s = bb__pool_shape_of(call->attrs, x->dtype, x->shape, call->out->shape);
    bb__average_pool(&s, x->data, call->out->data, call->threads);
}

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb__pool_attrs attrs = *(const bb__pool_attrs *)bb_node_attrs(y);
    bb_shape x = bb_node_shape(bb_node_input(y, i));
    attrs.image[0] = x.dim[x.ndim - 2];
    attrs.image[1] = x.dim[x.ndim - 1];
    return bb__average_pool2d_spread(dy, &attrs);
}

static const bb_sample samples[] = {
    {.n_in = 1,
     .in = {BB_DIMS(2, 1, 4, 5)},
     .attrs = &(const bb__pool_attrs){.pool = {.window = {2, 2}}}},
    {.n_in = 1,
     .in = {BB_DIMS(1, 2, 5, 4)},
     .attrs =
         &(const bb__pool_attrs){.pool = {.window = {3, 2}, .stride = {2, 1}, .padding = {2, 1}}}},
    {.n_in = 1,
     .in = {BB_DIMS(4, 5)},
     .attrs = &(const bb__pool_attrs){.is_adaptive = 1, .cells = {3, 2}}},
    {.n_in = 1,
     .in = {BB_DIMS(2, 0, 4, 4)},
     .attrs = &(const bb__pool_attrs){.pool = {.window = {2, 2}}}},
    {.n_in = 1,
     .in = {BB_DIMS(1, 2, 5, 4)},
     .attrs =
         &(const bb__pool_attrs){.pool = {.window = {3, 2}, .stride = {2, 1}, .padding = {1, 1}}},
     .golden_in = {BB_NUMBERS(-2.1875, 1.5625, 1.0625, -0.8125, 1.375, 0.875, 2.4375, -1.0, 0.0,
                              0.75, -1.5, 0.6875, 0.9375, 1.0625, 1.3125, -0.75, 1.6875, 0.5, -1.0,
                              -1.625, 2.1875, -2.0625, -0.375, 2.375, 0.5, 0.8125, 0.8125, 1.5625,
                              1.0, -1.9375, -0.5625, -1.5625, -0.1875, -0.375, 0.0, -2.125, -0.125,
                              -2.3125, 2.4375, -1.4375)},
     .golden_out = BB_NUMBERS(
         -0.13541666666666666, 0.2708333333333333, 0.9895833333333334, 0.28125, -0.3020833333333333,
         0.3854166666666667, 0.8333333333333334, 0.8229166666666666, 0.19791666666666666,
         -0.17708333333333334, 0.4375, 0.6979166666666666, 0.3125, -0.34375, -0.3958333333333333,
         0.4479166666666667, 0.23958333333333334, -0.13541666666666666, 0.7291666666666666, 0.65625,
         0.21875, -0.03125, -0.20833333333333334, -0.3125, -0.3541666666666667,
         -0.052083333333333336, -0.5, -0.041666666666666664, -0.1875, -0.59375)},
    {.n_in = 1,
     .in = {BB_DIMS(1, 2, 5, 4)},
     .attrs = &(const bb__pool_attrs){.is_adaptive = 1, .cells = {3, 3}},
     .golden_in = {BB_NUMBERS(-2.1875, 1.5625, 1.0625, -0.8125, 1.375, 0.875, 2.4375, -1.0, 0.0,
                              0.75, -1.5, 0.6875, 0.9375, 1.0625, 1.3125, -0.75, 1.6875, 0.5, -1.0,
                              -1.625, 2.1875, -2.0625, -0.375, 2.375, 0.5, 0.8125, 0.8125, 1.5625,
                              1.0, -1.9375, -0.5625, -1.5625, -0.1875, -0.375, 0.0, -2.125, -0.125,
                              -2.3125, 2.4375, -1.4375)},
     .golden_out =
         BB_NUMBERS(0.40625, 1.484375, 0.421875, 0.8333333333333334, 0.8229166666666666,
                    0.19791666666666666, 1.046875, 0.46875, -0.515625, 0.359375, -0.203125, 1.09375,
                    -0.03125, -0.20833333333333334, -0.3125, -0.75, -0.0625, -0.28125)},
};

const bb_op bb__op_average_pool2d = {
    .name = "average_pool2d",
    .doc = "the mean of each window, in which padding counts as zeros",
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

bb_node *bb__average_pool2d(bb_node *x, const bb__pool_attrs *attrs)
{
    return bb_apply(&bb__op_average_pool2d, BB_NODES(x), attrs);
}

bb_node *bb_average_pool2d(bb_node *x, bb_pool options)
{
    return bb__average_pool2d(x, &(bb__pool_attrs){.pool = options});
}

bb_node *bb_adaptive_average_pool2d(bb_node *x, int64_t height, int64_t width)
{
    return bb__average_pool2d(x, &(bb__pool_attrs){.is_adaptive = 1, .cells = {height, width}});
}
