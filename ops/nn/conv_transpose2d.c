/* SPDX-License-Identifier: MIT */
/* conv_transpose2d: the adjoint of conv2d with respect to its images. */
#include "convolutions.h"

#include <stdio.h>

/* The image's height or width, from that of its convolution; below 0 after a failure. */
static int64_t extent(bb_infer *c, const bb_conv *o, int64_t places, int64_t filter, int axis)
{
    if (places < 1 || filter < 1)
        bb_infer_fail(c, BB_BAD_SHAPE, "%s must not be empty",
                      places < 1 ? "operand 1" : "filters");
    else if (places > INT32_MAX || filter > INT32_MAX)
        bb_infer_fail(c, BB_BAD_SHAPE, "an operand is too large");
    else if (o->output_padding[axis] >= o->stride[axis])
        bb_infer_fail(c, BB_BAD_ARGUMENT, "output padding %lld is not below the stride, %lld",
                      (long long)o->output_padding[axis], (long long)o->stride[axis]);
    else {
        int64_t size = (places - 1) * o->stride[axis] - 2 * o->padding[axis] +
                       bb__conv_span(o, filter, axis) + o->output_padding[axis];
        if (size < 0)
            bb_infer_fail(c, BB_BAD_ARGUMENT, "padding %lld takes away more than there is",
                          (long long)o->padding[axis]);
        return size;
    }
    return -1;
}

static bool infer(bb_infer *c)
{
    bb_conv *o = c->attrs;
    bb_shape y = c->in[0].shape, w = c->in[1].shape, x = y;
    if (!bb__conv_check(c, o, "operand 1", "filters"))
        return false;
    if (y.dim[1] != w.dim[0])
        return bb_infer_fail(c, BB_BAD_SHAPE, "%lld filters do not fit %lld channels",
                             (long long)w.dim[0], (long long)y.dim[1]);
    if (w.dim[0] % o->groups)
        return bb_infer_fail(c, BB_BAD_ARGUMENT, "%lld groups do not divide %lld filters",
                             (long long)o->groups, (long long)w.dim[0]);
    if (w.dim[1] > INT32_MAX)
        return bb_infer_fail(c, BB_BAD_SHAPE, "filters of 2^31 elements or more");
    x.dim[1] = w.dim[1] * o->groups;
    for (int i = 0; i < 2; i++)
        if ((x.dim[2 + i] = extent(c, o, y.dim[2 + i], w.dim[2 + i], i)) < 0)
            return false;
    c->out = (bb_type){c->in[0].dtype, x};
    return bb__conv_check_sizes(c, x, w, y);
}

static bb__conv_shape shape_of(const void *attrs, const bb_array *in, const bb_array *out)
{
    return bb__conv_shape_of(attrs, out->dtype, out->shape, in[1].shape, in[0].shape);
}

static void forward(const bb_call *call)
{
    const bb__conv_shape s = shape_of(call->attrs, call->in, call->out);
    bb__conv2d_input(&s, call->in[0].data, call->in[1].data, call->out->data, call->scratch,
                     call->tail, call->threads);
}

static size_t scratch(const void *attrs, int n_in, const bb_array *in, const bb_array *out)
{
    (void)n_in;
    const bb__conv_shape s = shape_of(attrs, in, out);
    return bb__conv2d_input_scratch(&s);
}

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    const bb_conv straight = bb__conv_straight(*(const bb_conv *)bb_node_attrs(y));
    bb_shape w = bb_node_shape(bb_node_input(y, 1));
    return i == 0 ? bb_conv2d(dy, bb_node_input(y, 1), straight)
                  : bb_conv2d_weight(dy, bb_node_input(y, 0), w.dim[2], w.dim[3], straight);
}

static const bb_sample samples[] = {
    {.n_in = 2,
     .in = {BB_DIMS(2, 2, 2, 3), BB_DIMS(2, 1, 2, 2)},
     .attrs = &(const bb_conv){.groups = 1}},
    {.n_in = 2,
     .in = {BB_DIMS(1, 2, 3, 2), BB_DIMS(2, 3, 3, 3)},
     .attrs = &(const bb_conv){.padding = {1, 1}}},
    {.n_in = 2,
     .in = {BB_DIMS(1, 4, 2, 2), BB_DIMS(4, 1, 2, 2)},
     .attrs = &(const bb_conv){.stride = {3, 2}, .groups = 2, .output_padding = {2, 0}}},
    {.n_in = 2,
     .in = {BB_DIMS(1, 2, 2, 2), BB_DIMS(2, 2, 2, 2)},
     .attrs = &(const bb_conv){.padding = {1, 1}, .dilation = {3, 2}}},
    {.n_in = 2,
     .in = {BB_DIMS(2, 3, 2, 2), BB_DIMS(3, 2, 1, 1)},
     .attrs = &(const bb_conv){.groups = 1}},
    {.n_in = 2,
     .in = {BB_DIMS(0, 2, 2, 2), BB_DIMS(2, 2, 2, 2)},
     .attrs = &(const bb_conv){.groups = 1}},
    {.n_in = 2,
     .in = {BB_DIMS(1, 2, 2, 2), BB_DIMS(2, 2, 3, 2)},
     .attrs = &(const bb_conv){.stride = {2, 3}, .padding = {1, 0}, .output_padding = {1, 2}},
     .golden_in = {BB_NUMBERS(2.375, 0.125, -1.0625, -1.9375, -1.5625, 0.75, -2.25, -1.875),
                   BB_NUMBERS(-0.5625, -0.8125, 0.5625, -2.125, -0.5625, -2.0625, -1.6875, 2.1875,
                              1.4375, -0.9375, 2.3125, -2.0, -1.25, -1.5625, 2.0, -0.1875, -1.75,
                              1.25, 0.5, 2.375, -1.1875, 2.25, -0.6875, 2.0)},
     .golden_out = BB_NUMBERS(
         -1.7890625, -4.75390625, 0.0, 1.5703125, -0.40625, 0.0, 0.0, 4.80859375, -2.47265625, 0.0,
         2.05078125, 5.18359375, 0.0, 0.0, -5.09765625, 2.6796875, 0.0, -4.83984375, 4.46875, 0.0,
         0.0, 4.53515625, -0.62109375, 0.0, 4.37109375, 1.65234375, 0.0, 0.0, 5.26953125,
         -5.7421875, 0.0, -0.7109375, 1.5703125, 0.0, 0.0, 7.234375, -15.54296875, 0.0, 2.10546875,
         -7.44140625, 0.0, 0.0, 1.14453125, -4.06640625, 0.0, -0.55859375, -2.40234375, 0.0, 0.0,
         -0.91015625, -2.375, 0.0, -3.19140625, 0.125, 0.0, 0.0)},
    {.n_in = 2,
     .in = {BB_DIMS(2, 2, 2, 1), BB_DIMS(2, 2, 2, 2)},
     .attrs = &(const bb_conv){.dilation = {1, 2}, .groups = 2},
     .golden_in = {BB_NUMBERS(2.375, -0.5, 2.0625, -2.125, 0.375, 0.1875, 1.625, 1.0625),
                   BB_NUMBERS(0.9375, -1.9375, 0.6875, 0.1875, 0.0625, -0.125, 1.5625, -1.75,
                              -2.1875, -0.75, 0.9375, 1.1875, 2.1875, -0.0625, -1.75, -1.5625)},
     .golden_out = BB_NUMBERS(
         2.2265625, 0.0, -4.6015625, 1.1640625, 0.0, 1.4140625, -0.34375, 0.0, -0.09375, 0.1484375,
         0.0, -0.296875, 3.6796875, 0.0, -4.09375, -0.78125, 0.0, 0.875, -4.51171875, 0.0,
         -1.546875, 6.58203125, 0.0, 4.04296875, -1.9921875, 0.0, -2.5234375, 4.51171875, 0.0,
         -0.12890625, -8.2578125, 0.0, -3.08984375, 3.71875, 0.0, 3.3203125, 0.3515625, 0.0,
         -0.7265625, 0.43359375, 0.0, -0.29296875, 0.12890625, 0.0, 0.03515625, 0.0234375, 0.0,
         -0.046875, 0.59765625, 0.0, -0.6796875, 0.29296875, 0.0, -0.328125, -3.5546875, 0.0,
         -1.21875, -0.80078125, 0.0, 1.1328125, 0.99609375, 0.0, 1.26171875, 3.5546875, 0.0,
         -0.1015625, -0.51953125, 0.0, -2.60546875, -1.859375, 0.0, -1.66015625)},
};

static double flops(const void *attrs, const bb_type *in, const bb_type *out)
{
    (void)attrs, (void)out;
    return bb__conv_flops(in[0].shape, in[1].shape);
}

static void print_attrs(const void *attrs, char *buffer, size_t size)
{
    const bb_conv *o = attrs;
    char text[160];
    bb__print_conv(attrs, text, sizeof text);
    snprintf(buffer, size, "%s, output padding %lld %lld", text, (long long)o->output_padding[0],
             (long long)o->output_padding[1]);
}

const bb_op bb__op_conv_transpose2d = {
    .name = "conv_transpose2d",
    .doc = "the adjoint of conv2d with respect to its images",
    .arity = 2,
    .attrs_size = sizeof(bb_conv),
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .batch = bb__conv_batch,
    .needs_contiguous = true,
    .takes_tail = true,
    .scratch = scratch,
    .flops = flops,
    .print_attrs = print_attrs,
    BB_SAMPLES(samples),
};

bb_node *bb_conv_transpose2d(bb_node *y, bb_node *w, bb_conv options)
{
    return bb_apply(&bb__op_conv_transpose2d, BB_NODES(y, w), &options);
}
