/* SPDX-License-Identifier: MIT */
/* max_pool2d_pick: elements of v at the places of the largest of x; max_pool2d_spread is its
 * rule. */
#include "pools.h"

#include <math.h>

static bool infer(bb_infer *c)
{
    return bb_infer_same(c) && bb__infer_pooled(c);
}

static void forward(const bb_call *call)
{
    const bb_array *x = &call->in[0];
    const bb__pool_shape s = bb__pool_shape_of(call->attrs, x->dtype, x->shape, call->out->shape);
    bb__max_pick(&s, x->data, call->in[1].data, call->out->data, call->threads);
}

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    return i == 0
               ? bb_backward_zero(y, dy, i)
               : bb__max_pool2d_spread(bb_stop_gradient(bb_node_input(y, 0)), dy, bb_node_attrs(y));
}

static const bb_sample samples[] = {
    {.n_in = 2,
     .in = {BB_DIMS(1, 2, 4, 5), BB_DIMS(1, 2, 4, 5)},
     .attrs = &(const bb__pool_attrs){.pool = {.window = {2, 2}}}},
    {.n_in = 2,
     .in = {BB_DIMS(1, 2, 5, 3), BB_DIMS(1, 2, 5, 3)},
     .attrs =
         &(const bb__pool_attrs){.pool = {.window = {3, 2}, .stride = {2, 1}, .padding = {2, 1}}}},
    {.n_in = 2,
     .in = {BB_DIMS(2, 4, 3), BB_DIMS(2, 4, 3)},
     .attrs = &(const bb__pool_attrs){.is_adaptive = 1, .cells = {3, 2}}},
    {.n_in = 2,
     .in = {BB_DIMS(0, 4, 4), BB_DIMS(0, 4, 4)},
     .attrs = &(const bb__pool_attrs){.pool = {.window = {2, 2}}}},
    {.n_in = 2,
     .in = {BB_DIMS(1, 1, 4, 4), BB_DIMS(1, 1, 4, 4)},
     .attrs = &(const bb__pool_attrs){.pool = {.window = {2, 2}}},
     .golden_in = {BB_NUMBERS(1.0, 3.0, 3.0, -1.0, 3.0, 3.0, 2.0, -1.0, NAN, 9.0, -INFINITY,
                              -INFINITY, 9.0, 9.0, -INFINITY, -INFINITY),
                   BB_NUMBERS(1.625, -1.5, -0.5625, 1.625, 0.875, 1.5, 1.1875, 0.375, -2.1875,
                              1.5625, -0.5625, 1.0625, 1.375, 2.375, -0.75, -0.4375)},
     .golden_out = BB_NUMBERS(-1.5, -0.5625, -2.1875, -0.5625)},
};

const bb_op bb__op_max_pool2d_pick = {
    .name = "max_pool2d_pick",
    .doc = "the element of v at the place of the largest of x in each window",
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

bb_node *bb__max_pool2d_pick(bb_node *x, bb_node *v, const bb__pool_attrs *attrs)
{
    return bb_apply(&bb__op_max_pool2d_pick, BB_NODES(x, v), attrs);
}
