/* SPDX-License-Identifier: MIT */
/* average_pool2d_spread: the adjoint of average_pool2d, which is its rule. */
#include "pools.h"

static bool infer(bb_infer *c)
{
    const bb__pool_attrs *a = c->attrs;
    bb_shape images = c->in[0].shape, pooled;
    char text[BB_SHAPE_TEXT];
    if (!bb_infer_need_float(c))
        return false;
    if (images.ndim < 2)
        return bb_infer_fail(c, BB_BAD_SHAPE, "needs at least two dimensions");
    images.dim[images.ndim - 2] = a->image[0];
    images.dim[images.ndim - 1] = a->image[1];
    if (!bb__pool_check(c, images, &pooled))
        return false;
    if (!bb_shape_equal(c->in[0].shape, pooled))
        return bb_infer_fail(c, BB_BAD_SHAPE, "the operand must be %s",
                             bb_shape_text(pooled, text));
    c->out = (bb_type){c->in[0].dtype, images};
    return true;
}

static void forward(const bb_call *call)
{
    const bb_array *dy = &call->in[0];
    const bb__pool_shape s = bb__pool_shape_of(call->attrs, dy->dtype, call->out->shape, dy->shape);
    bb__average_spread(&s, dy->data, call->out->data, call->threads);
}

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb__pool_attrs attrs = *(const bb__pool_attrs *)bb_node_attrs(y);
    (void)i;
    attrs.image[0] = attrs.image[1] = 0;
    return bb__average_pool2d(dy, &attrs);
}

static const bb_sample samples[] = {
    {.n_in = 1,
     .in = {BB_DIMS(2, 1, 2, 2)},
     .attrs = &(const bb__pool_attrs){.pool = {.window = {2, 2}}, .image = {4, 5}}},
    {.n_in = 1,
     .in = {BB_DIMS(1, 2, 4, 4)},
     .attrs =
         &(const bb__pool_attrs){.pool = {.window = {3, 2}, .stride = {2, 1}, .padding = {2, 1}},
                                 .image = {5, 3}}},
    {.n_in = 1,
     .in = {BB_DIMS(3, 2)},
     .attrs = &(const bb__pool_attrs){.is_adaptive = 1, .cells = {3, 2}, .image = {4, 5}}},
    {.n_in = 1,
     .in = {BB_DIMS(2, 0, 2, 2)},
     .attrs = &(const bb__pool_attrs){.pool = {.window = {2, 2}}, .image = {4, 4}}},
    {.n_in = 1,
     .in = {BB_DIMS(1, 1, 2, 5)},
     .attrs =
         &(const bb__pool_attrs){.pool = {.window = {3, 2}, .stride = {2, 1}, .padding = {1, 1}},
                                 .image = {3, 4}},
     .golden_in = {BB_NUMBERS(-0.875, -1.3125, 1.875, 1.625, -0.8125, 2.4375, -1.75, -0.375, -1.0,
                              1.0625)},
     .golden_out = BB_NUMBERS(-0.36458333333333337, 0.09375, 0.5833333333333333,
                              0.13541666666666666, -0.25000000000000006, -0.2604166666666667,
                              0.35416666666666663, 0.14583333333333334, 0.11458333333333331,
                              -0.3541666666666667, -0.22916666666666666, 0.010416666666666685)},
    {.n_in = 1,
     .in = {BB_DIMS(1, 1, 2, 3)},
     .attrs = &(const bb__pool_attrs){.is_adaptive = 1, .cells = {2, 3}, .image = {5, 4}},
     .golden_in = {BB_NUMBERS(0.8125, -0.8125, -0.75, -0.125, -2.4375, 0.375)},
     .golden_out = BB_NUMBERS(0.13541666666666666, 0.0, -0.26041666666666663, -0.125,
                              0.13541666666666666, 0.0, -0.26041666666666663, -0.125,
                              0.11458333333333333, -0.4270833333333333, -0.6041666666666666,
                              -0.0625, -0.020833333333333332, -0.4270833333333333, -0.34375, 0.0625,
                              -0.020833333333333332, -0.4270833333333333, -0.34375, 0.0625)},
};

const bb_op bb__op_average_pool2d_spread = {
    .name = "average_pool2d_spread",
    .doc = "dy over the window's size, added to each element of its window",
    .arity = 1,
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

bb_node *bb__average_pool2d_spread(bb_node *dy, const bb__pool_attrs *attrs)
{
    return bb_apply(&bb__op_average_pool2d_spread, BB_NODES(dy), attrs);
}
