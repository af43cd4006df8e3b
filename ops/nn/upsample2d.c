/* SPDX-License-Identifier: MIT */
/* upsample2d: images at another size; upsample2d_spread is its rule. */
#include "upsampling.h"

#include <math.h>

static void forward(const bb_call *call)
{
    const bb_array *x = &call->in[0], *y = call->out;
    const bb__upsample_shape s = bb__upsample_shape_of(call->attrs, x->dtype, x->shape, y->shape);
    bb__upsample(&s, x->data, y->data, call->scratch, call->threads);
}

static size_t scratch(const void *attrs, int n_in, const bb_array *in, const bb_array *out)
{
    (void)n_in;
    const bb__upsample_shape s = bb__upsample_shape_of(attrs, out->dtype, in[0].shape, out->shape);
    return bb__upsample_scratch(&s);
}

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    const bb__upsample_attrs back = bb__upsample_back(bb_node_attrs(y), bb_node_input(y, i));
    return bb__upsample2d_spread(dy, &back);
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(2, 1, 2, 3)}, .attrs = &(const bb__upsample_attrs){.size = {4, 5}}},
    {.n_in = 1,
     .in = {BB_DIMS(1, 2, 3, 2)},
     .attrs = &(const bb__upsample_attrs){.is_bilinear = 1, .size = {4, 5}}},
    {.n_in = 1,
     .in = {BB_DIMS(3, 4)},
     .attrs = &(const bb__upsample_attrs){.is_bilinear = 1, .align_corners = 1, .size = {5, 2}}},
    {.n_in = 1, .in = {BB_DIMS(5, 1)}, .attrs = &(const bb__upsample_attrs){.size = {2, 3}}},
    {.n_in = 1, .in = {BB_DIMS(2, 0, 2, 2)}, .attrs = &(const bb__upsample_attrs){.size = {3, 3}}},
    {.n_in = 1,
     .in = {BB_DIMS(2, 2)},
     .attrs = &(const bb__upsample_attrs){.is_bilinear = 1, .align_corners = 1, .size = {3, 2}},
     .golden_in = {BB_NUMBERS(1, INFINITY, 3, 0)},
     .golden_out = BB_NUMBERS(1, INFINITY, 2, INFINITY, 3, 0)},
    {.n_in = 1,
     .in = {BB_DIMS(1, 1, 3, 4)},
     .attrs = &(const bb__upsample_attrs){.is_bilinear = 0, .align_corners = 0, .size = {5, 7}},
     .golden_in = {BB_NUMBERS(5.5, 1.8125, 4.875, 2.0625, 1.75, 1.5, 3.5, 5.75, 5.5, 5.75, 5.3125,
                              2.5625)},
     .golden_out =
         BB_NUMBERS(5.5, 5.5, 1.8125, 1.8125, 4.875, 4.875, 2.0625, 5.5, 5.5, 1.8125, 1.8125, 4.875,
                    4.875, 2.0625, 1.75, 1.75, 1.5, 1.5, 3.5, 3.5, 5.75, 1.75, 1.75, 1.5, 1.5, 3.5,
                    3.5, 5.75, 5.5, 5.5, 5.75, 5.75, 5.3125, 5.3125, 2.5625)},
    {.n_in = 1,
     .in = {BB_DIMS(1, 1, 3, 4)},
     .attrs = &(const bb__upsample_attrs){.is_bilinear = 1, .align_corners = 0, .size = {5, 7}},
     .golden_in = {BB_NUMBERS(5.5, 1.8125, 4.875, 2.0625, 1.75, 1.5, 3.5, 5.75, 5.5, 5.75, 5.3125,
                              2.5625)},
     .golden_out = BB_NUMBERS(
         5.5, 4.183035714285714, 2.0758928571428577, 3.34375, 4.674107142857143, 3.066964285714286,
         2.0625, 4.000000000000001, 3.1741071428571432, 1.8526785714285718, 3.0062499999999996,
         4.268750000000001, 3.8187500000000005, 3.5375, 1.75, 1.6607142857142856, 1.517857142857143,
         2.5, 3.660714285714285, 4.946428571428571, 5.75, 3.9999999999999996, 4.017857142857142,
         4.046428571428571, 4.31875, 4.5339285714285715, 4.105357142857143, 3.837500000000001, 5.5,
         5.5892857142857135, 5.732142857142857, 5.53125, 5.11607142857143, 3.544642857142857,
         2.5625)},
    {.n_in = 1,
     .in = {BB_DIMS(1, 1, 3, 4)},
     .attrs = &(const bb__upsample_attrs){.is_bilinear = 1, .align_corners = 1, .size = {5, 7}},
     .golden_in = {BB_NUMBERS(5.5, 1.8125, 4.875, 2.0625, 1.75, 1.5, 3.5, 5.75, 5.5, 5.75, 5.3125,
                              2.5625)},
     .golden_out = BB_NUMBERS(5.5, 3.65625, 1.8125, 3.34375, 4.875, 3.46875, 2.0625, 3.625,
                              2.640625, 1.65625, 2.921875, 4.1875, 4.046875, 3.90625, 1.75, 1.625,
                              1.5, 2.5, 3.5, 4.625, 5.75, 3.625, 3.625, 3.625, 4.015625, 4.40625,
                              4.28125, 4.15625, 5.5, 5.625, 5.75, 5.53125, 5.3125, 3.9375, 2.5625)},
    {.n_in = 1,
     .in = {BB_DIMS(1, 1, 3, 4)},
     .attrs = &(const bb__upsample_attrs){.is_bilinear = 1, .align_corners = 1, .size = {2, 1}},
     .golden_in = {BB_NUMBERS(5.5, 1.8125, 4.875, 2.0625, 1.75, 1.5, 3.5, 5.75, 5.5, 5.75, 5.3125,
                              2.5625)},
     .golden_out = BB_NUMBERS(5.5, 5.5)},
};

const bb_op bb__op_upsample2d = {
    .name = "upsample2d",
    .doc = "images at another size, of nearest elements or by bilinear interpolation",
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

bb_node *bb__upsample2d(bb_node *x, const bb__upsample_attrs *attrs)
{
    return bb_apply(&bb__op_upsample2d, BB_NODES(x), attrs);
}

bb_node *bb_upsample_nearest2d(bb_node *x, int64_t height, int64_t width)
{
    return bb__upsample2d(x, &(bb__upsample_attrs){.size = {height, width}});
}

bb_node *bb_upsample_bilinear2d(bb_node *x, int64_t height, int64_t width, bool align_corners)
{
    return bb__upsample2d(x, &(bb__upsample_attrs){1, align_corners, {height, width}});
}
