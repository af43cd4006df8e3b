/* SPDX-License-Identifier: MIT */
/* conv2d_weight: the adjoint of conv2d with respect to its filters. */
#include "convolutions.h"

#include <stdio.h>

typedef struct weight_attrs {
    bb_conv conv;
    int64_t size[2]; /* of the filters */
} weight_attrs;

static bool infer(bb_infer *c)
{
    weight_attrs *a = c->attrs;
    bb_shape x = c->in[0].shape, y = c->in[1].shape, w = y;
    bb__extent size = {{a->size[0], a->size[1]}}, places;
    if (!bb__conv_check(c, &a->conv, "images", "operand 2"))
        return false;
    if (a->conv.output_padding[0] || a->conv.output_padding[1])
        return bb_infer_fail(c, BB_BAD_ARGUMENT, "output padding is for conv_transpose2d");
    if (x.dim[0] != y.dim[0])
        return bb_infer_fail(c, BB_BAD_SHAPE, "numbers of images differ");
    if (!bb__conv_check_channels(c, &a->conv, x.dim[1], y.dim[1], x.dim[1] / a->conv.groups) ||
        !bb__conv_places(c, &a->conv, bb__extent_of(x), size, &places))
        return false;
    if (y.dim[2] != places.size[0] || y.dim[3] != places.size[1])
        return bb_infer_fail(c, BB_BAD_SHAPE, "conv2d gives [%lld %lld] for such filters",
                             (long long)places.size[0], (long long)places.size[1]);
    w = BB_SHAPE(y.dim[1], x.dim[1] / a->conv.groups, size.size[0], size.size[1]);
    c->out = (bb_type){c->in[0].dtype, w};
    return bb__conv_check_sizes(c, x, w, y);
}

static bb__conv_shape shape_of(const void *attrs, const bb_array *in, const bb_array *out)
{
    return bb__conv_shape_of(&((const weight_attrs *)attrs)->conv, out->dtype, in[0].shape,
                             out->shape, in[1].shape);
}

static void forward(const bb_call *call)
{
    const bb__conv_shape s = shape_of(call->attrs, call->in, call->out);
    bb__conv2d_weight(&s, call->in[0].data, call->in[1].data, call->out->data, call->scratch,
                      call->threads);
}

static size_t scratch(const void *attrs, int n_in, const bb_array *in, const bb_array *out)
{
    (void)n_in;
    const bb__conv_shape s = shape_of(attrs, in, out);
    return bb__conv2d_weight_scratch(&s);
}

static bb_node *backward(bb_node *w, bb_node *dw, int i)
{
    const bb_conv o = ((const weight_attrs *)bb_node_attrs(w))->conv;
    bb_node *x = bb_node_input(w, 0), *y = bb_node_input(w, 1);
    if (i == 1)
        return bb_conv2d(x, dw, o);
    return bb_conv_transpose2d(
        y, dw, bb__conv_transposed(o, bb_node_shape(x), bb_node_shape(w), bb_node_shape(y)));
}

static const bb_sample samples[] = {
    {.n_in = 2,
     .in = {BB_DIMS(2, 1, 3, 3), BB_DIMS(2, 2, 2, 2)},
     .attrs = &(const weight_attrs){{.groups = 1}, {2, 2}}},
    {.n_in = 2,
     .in = {BB_DIMS(1, 4, 4, 3), BB_DIMS(1, 4, 3, 3)},
     .attrs = &(const weight_attrs){{.stride = {3, 2}, .padding = {2, 1}, .groups = 2}, {2, 1}}},
    {.n_in = 2,
     .in = {BB_DIMS(2, 3, 3, 4), BB_DIMS(2, 3, 1, 1)},
     .attrs = &(const weight_attrs){{.dilation = {2, 3}, .groups = 3}, {2, 2}}},
    {.n_in = 2,
     .in = {BB_DIMS(2, 3, 2, 2), BB_DIMS(2, 2, 2, 2)},
     .attrs = &(const weight_attrs){{.groups = 1}, {1, 1}}},
    {.n_in = 2,
     .in = {BB_DIMS(0, 2, 3, 3), BB_DIMS(0, 2, 2, 2)},
     .attrs = &(const weight_attrs){{.groups = 1}, {2, 2}}},
    {.n_in = 2,
     .in = {BB_DIMS(1, 2, 4, 5), BB_DIMS(1, 2, 2, 4)},
     .attrs = &(const weight_attrs){{.stride = {2, 1}, .padding = {1, 0}}, {3, 2}},
     .golden_in = {BB_NUMBERS(0.0, 2.0, -0.3125, -0.0625, 0.9375, -0.5625, -0.5, 1.125, 2.375,
                              -1.25, -0.375, 0.8125, -1.375, -1.375, -1.625, -0.375, -2.4375, -2.5,
                              -1.0, 1.4375, 1.75, -0.8125, 0.25, -0.875, -2.5, -1.8125, -1.9375,
                              -0.6875, -0.125, 0.625, -0.8125, 1.25, -1.25, 2.4375, 1.5625, 2.3125,
                              0.8125, -1.3125, -2.25, -1.25),
                   BB_NUMBERS(-2.3125, 1.9375, -0.4375, -1.8125, 1.375, -2.125, 0.625, -1.25, 1.625,
                              -1.9375, -2.1875, 0.875, 1.875, -1.6875, -1.9375, -0.75)},
     .golden_out = BB_NUMBERS(-1.9765625, -0.03125, 2.7421875, -1.69140625, -0.11328125, 4.1015625,
                              1.3515625, -2.0625, -11.74609375, 11.22265625, 4.41015625, 6.1328125,
                              -4.171875, -6.5, -1.625, 12.5390625, 8.67578125, -8.7734375, 1.296875,
                              -2.69921875, 0.06640625, -3.51953125, 9.3984375, 8.0390625)},
    {.n_in = 2,
     .in = {BB_DIMS(2, 4, 1, 2), BB_DIMS(2, 2, 2, 3)},
     .attrs = &(const weight_attrs){{.padding = {1, 1}, .groups = 2}, {2, 2}},
     .golden_in = {BB_NUMBERS(-2.125, -1.1875, -1.1875, 1.3125, -1.5, 2.4375, 2.1875, -1.4375,
                              -2.25, -1.5625, 1.125, 1.0625, 1.6875, 1.5, 0.3125, -1.375),
                   BB_NUMBERS(-0.5, 0.6875, -0.6875, 0.4375, 2.3125, -0.9375, -1.5625, -1.5, -0.5,
                              -2.5, -2.125, -2.375, 1.1875, -1.0, -1.9375, -0.1875, -2.5, -2.4375,
                              1.1875, 0.5625, -0.625, -2.5, 2.0, -1.0625)},
     .golden_out =
         BB_NUMBERS(5.6328125, 0.65234375, 4.6328125, -0.86328125, -9.37890625, -0.3515625,
                    -4.90234375, 1.76953125, -0.8203125, -2.6484375, 1.04296875, 1.53515625,
                    0.8515625, -5.9453125, -1.52734375, -1.6640625)},
};

static double flops(const void *attrs, const bb_type *in, const bb_type *out)
{
    (void)attrs;
    return bb__conv_flops(in[1].shape, out->shape);
}

static void print_attrs(const void *attrs, char *buffer, size_t size)
{
    const weight_attrs *a = attrs;
    char text[160];
    bb__print_conv(&a->conv, text, sizeof text);
    snprintf(buffer, size, "size %lld %lld, %s", (long long)a->size[0], (long long)a->size[1],
             text);
}

const bb_op bb__op_conv2d_weight = {
    .name = "conv2d_weight",
    .doc = "the adjoint of conv2d with respect to its filters",
    .arity = 2,
    .attrs_size = sizeof(weight_attrs),
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .needs_contiguous = true,
    .scratch = scratch,
    .flops = flops,
    .print_attrs = print_attrs,
    BB_SAMPLES(samples),
};

bb_node *bb_conv2d_weight(bb_node *x, bb_node *y, int64_t height, int64_t width, bb_conv options)
{
    return bb_apply(&bb__op_conv2d_weight, BB_NODES(x, y),
                    &(weight_attrs){options, {height, width}});
}
