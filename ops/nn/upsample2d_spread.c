/* SPDX-License-Identifier: MIT */
/* upsample2d_spread: the adjoint of upsample2d, which is its rule. */
#include "upsampling.h"

static void forward(const bb_call *call)
{
    const bb_array *dy = &call->in[0], *x = call->out;
    const bb__upsample_shape s = bb__upsample_shape_of(call->attrs, dy->dtype, x->shape, dy->shape);
    bb__upsample_spread(&s, dy->data, x->data, call->scratch, call->threads);
}

static size_t scratch(const void *attrs, int n_in, const bb_array *in, const bb_array *out)
{
    (void)n_in;
    const bb__upsample_shape s = bb__upsample_shape_of(attrs, out->dtype, out->shape, in[0].shape);
    return bb__upsample_scratch(&s);
}

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    const bb__upsample_attrs back = bb__upsample_back(bb_node_attrs(y), bb_node_input(y, i));
    return bb__upsample2d(dy, &back);
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(2, 1, 4, 5)}, .attrs = &(const bb__upsample_attrs){.size = {2, 3}}},
    {.n_in = 1,
     .in = {BB_DIMS(1, 2, 4, 5)},
     .attrs = &(const bb__upsample_attrs){.is_bilinear = 1, .size = {3, 2}}},
    {.n_in = 1,
     .in = {BB_DIMS(5, 2)},
     .attrs = &(const bb__upsample_attrs){.is_bilinear = 1, .align_corners = 1, .size = {3, 4}}},
    {.n_in = 1, .in = {BB_DIMS(2, 3)}, .attrs = &(const bb__upsample_attrs){.size = {5, 1}}},
    {.n_in = 1, .in = {BB_DIMS(2, 0, 3, 3)}, .attrs = &(const bb__upsample_attrs){.size = {2, 2}}},
    {.n_in = 1,
     .in = {BB_DIMS(1, 1, 5, 7)},
     .attrs = &(const bb__upsample_attrs){.is_bilinear = 0, .align_corners = 0, .size = {3, 4}},
     .golden_in = {BB_NUMBERS(2.375, 2.5, 2.5, 5.5625, 5.9375, 5.6875, 3.5625, 4.8125, 5.5625,
                              2.1875, 1.5, 2.625, 4.0625, 5.1875, 2.625, 3.125, 4.1875, 2.875,
                              6.125, 1.625, 3.375, 1.8125, 2.5625, 5.5625, 3.875, 3.9375, 1.875,
                              6.125, 2.5625, 4.375, 4.5, 2.4375, 2.5625, 2.3125, 6.25)},
     .golden_out = BB_NUMBERS(15.25, 11.75, 18.3125, 8.75, 10.125, 16.5, 13.5625, 9.5, 6.9375,
                              6.9375, 4.875, 6.25)},
    {.n_in = 1,
     .in = {BB_DIMS(1, 1, 5, 7)},
     .attrs = &(const bb__upsample_attrs){.is_bilinear = 1, .align_corners = 0, .size = {3, 4}},
     .golden_in = {BB_NUMBERS(2.375, 2.5, 2.5, 5.5625, 5.9375, 5.6875, 3.5625, 4.8125, 5.5625,
                              2.1875, 1.5, 2.625, 4.0625, 5.1875, 2.625, 3.125, 4.1875, 2.875,
                              6.125, 1.625, 3.375, 1.8125, 2.5625, 5.5625, 3.875, 3.9375, 1.875,
                              6.125, 2.5625, 4.375, 4.5, 2.4375, 2.5625, 2.3125, 6.25)},
     .golden_out =
         BB_NUMBERS(9.2875, 8.85625, 13.108928571428574, 12.434821428571427, 9.893749999999999,
                    11.55625, 12.06607142857143, 11.096428571428566, 8.010714285714286,
                    11.770535714285712, 8.182142857142857, 12.48660714285714)},
    {.n_in = 1,
     .in = {BB_DIMS(1, 1, 5, 7)},
     .attrs = &(const bb__upsample_attrs){.is_bilinear = 1, .align_corners = 1, .size = {3, 4}},
     .golden_in = {BB_NUMBERS(2.375, 2.5, 2.5, 5.5625, 5.9375, 5.6875, 3.5625, 4.8125, 5.5625,
                              2.1875, 1.5, 2.625, 4.0625, 5.1875, 2.625, 3.125, 4.1875, 2.875,
                              6.125, 1.625, 3.375, 1.8125, 2.5625, 5.5625, 3.875, 3.9375, 1.875,
                              6.125, 2.5625, 4.375, 4.5, 2.4375, 2.5625, 2.3125, 6.25)},
     .golden_out = BB_NUMBERS(7.421875, 9.390625, 14.265625, 10.015625, 9.53125, 14.4375, 14.484375,
                              11.328125, 6.296875, 12.296875, 8.34375, 10.9375)},
    {.n_in = 1,
     .in = {BB_DIMS(1, 1, 2, 1)},
     .attrs = &(const bb__upsample_attrs){.is_bilinear = 1, .align_corners = 1, .size = {3, 4}},
     .golden_in = {BB_NUMBERS(2.375, 2.5)},
     .golden_out = BB_NUMBERS(2.375, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.5, 0.0, 0.0, 0.0)},
};

const bb_op bb__op_upsample2d_spread = {
    .name = "upsample2d_spread",
    .doc = "the adjoint of upsample2d",
    .arity = 1,
    .attrs_size = sizeof(bb__upsample_attrs),
    .infer = bb__infer_upsampled,
    .forward = forward,
    .backward = backward,
    .batch = bb_batch_same,
    .needs_contiguous = true,
    .scratch = scratch,
    .rows = bb_rows_of_images,
    .flops = bb__upsample_flops,
    .print_attrs = bb__print_upsample,
    BB_SAMPLES(samples),
};

bb_node *bb__upsample2d_spread(bb_node *dy, const bb__upsample_attrs *attrs)
{
    return bb_apply(&bb__op_upsample2d_spread, BB_NODES(dy), attrs);
}
