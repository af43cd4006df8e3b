/* SPDX-License-Identifier: MIT */
/* conv2d: filters on images; the rules are its two adjoints. */
#include "convolutions.h"

static bool infer(bb_infer *c)
{
    bb_conv *o = c->attrs;
    bb_shape x = c->in[0].shape, w = c->in[1].shape;
    bb__extent places;
    if (!bb__conv_check(c, o, "images", "filters"))
        return false;
    if (o->output_padding[0] || o->output_padding[1])
        return bb_infer_fail(c, BB_BAD_ARGUMENT, "output padding is for conv_transpose2d");
    if (!bb__conv_check_channels(c, o, x.dim[1], w.dim[0], w.dim[1]) ||
        !bb__conv_places(c, o, bb__extent_of(x), bb__extent_of(w), &places))
        return false;
    c->out =
        (bb_type){c->in[0].dtype, BB_SHAPE(x.dim[0], w.dim[0], places.size[0], places.size[1])};
    return bb__conv_check_sizes(c, x, w, c->out.shape);
}

static bb__conv_shape shape_of(const void *attrs, const bb_array *in, const bb_array *out)
{
    return bb__conv_shape_of(attrs, out->dtype, in[0].shape, in[1].shape, out->shape);
}

static void forward(const bb_call *call)
{
    const bb__conv_shape s = shape_of(call->attrs, call->in, call->out);
    bb__conv2d_forward(&s, call->in[0].data, call->in[1].data, call->out->data, call->scratch,
                       call->tail, call->threads);
}

static size_t scratch(const void *attrs, int n_in, const bb_array *in, const bb_array *out)
{
    (void)n_in;
    const bb__conv_shape s = shape_of(attrs, in, out);
    return bb__conv2d_forward_scratch(&s);
}

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    const bb_conv *o = bb_node_attrs(y);
    bb_node *x = bb_node_input(y, 0), *w = bb_node_input(y, 1);
    bb_shape sx = bb_node_shape(x), sw = bb_node_shape(w);
    if (i == 1)
        return bb_conv2d_weight(x, dy, sw.dim[2], sw.dim[3], *o);
    return bb_conv_transpose2d(dy, w, bb__conv_transposed(*o, sx, sw, bb_node_shape(y)));
}

static const bb_sample samples[] = {
    {.n_in = 2,
     .in = {BB_DIMS(2, 1, 3, 3), BB_DIMS(2, 1, 2, 2)},
     .attrs = &(const bb_conv){.groups = 1}},
    {.n_in = 2,
     .in = {BB_DIMS(1, 2, 3, 4), BB_DIMS(3, 2, 3, 2)},
     .attrs = &(const bb_conv){.padding = {1, 1}}},
    {.n_in = 2,
     .in = {BB_DIMS(1, 4, 4, 3), BB_DIMS(4, 2, 2, 1)},
     .attrs = &(const bb_conv){.stride = {3, 2}, .padding = {2, 1}, .groups = 2}},
    {.n_in = 2,
     .in = {BB_DIMS(2, 3, 3, 4), BB_DIMS(3, 1, 2, 2)},
     .attrs = &(const bb_conv){.dilation = {2, 3}, .groups = 3}},
    {.n_in = 2,
     .in = {BB_DIMS(2, 3, 2, 2), BB_DIMS(2, 3, 1, 1)},
     .attrs = &(const bb_conv){.groups = 1}},
    {.n_in = 2,
     .in = {BB_DIMS(0, 2, 3, 3), BB_DIMS(2, 2, 2, 2)},
     .attrs = &(const bb_conv){.groups = 1}},
    {.n_in = 2,
     .in = {BB_DIMS(2, 0, 3, 3), BB_DIMS(2, 0, 2, 2)},
     .attrs = &(const bb_conv){.groups = 1}},
    {.n_in = 2,
     .in = {BB_DIMS(1, 2, 4, 5), BB_DIMS(2, 2, 3, 2)},
     .attrs = &(const bb_conv){.stride = {2, 1}, .padding = {1, 0}},
     .golden_in = {BB_NUMBERS(0.0, 2.0, -0.3125, -0.0625, 0.9375, -0.5625, -0.5, 1.125, 2.375,
                              -1.25, -0.375, 0.8125, -1.375, -1.375, -1.625, -0.375, -2.4375, -2.5,
                              -1.0, 1.4375, 1.75, -0.8125, 0.25, -0.875, -2.5, -1.8125, -1.9375,
                              -0.6875, -0.125, 0.625, -0.8125, 1.25, -1.25, 2.4375, 1.5625, 2.3125,
                              0.8125, -1.3125, -2.25, -1.25),
                   BB_NUMBERS(-0.5625, -0.8125, 0.5625, -2.125, -0.5625, -2.0625, -1.6875, 2.1875,
                              1.4375, -0.9375, 2.3125, -2.0, -1.25, -1.5625, 2.0, -0.1875, -1.75,
                              1.25, 0.5, 2.375, -1.1875, 2.25, -0.6875, 2.0)},
     .golden_out =
         BB_NUMBERS(0.05859375, -4.7578125, -5.734375, -1.23828125, 4.2265625, 18.51171875,
                    1.32421875, 0.87109375, -6.55078125, 7.82421875, -1.65625, -9.26953125,
                    -3.50390625, -8.19140625, -1.75390625, 1.17578125)},
    {.n_in = 2,
     .in = {BB_DIMS(2, 4, 3, 3), BB_DIMS(2, 2, 2, 2)},
     .attrs = &(const bb_conv){.padding = {1, 2}, .dilation = {2, 3}, .groups = 2},
     .golden_in = {BB_NUMBERS(0.5, -1.3125, 0.375, -2.375, -1.375, 2.4375, -1.375, 0.1875, 0.0625,
                              2.0, -0.6875, -1.0, 1.0625, 2.4375, -1.0625, 0.75, 1.9375, -1.5,
                              -2.125, 0.625, -0.0625, -1.3125, -1.5, -1.5, 0.5, -1.125, 0.9375,
                              -0.9375, 2.25, -1.8125, -0.625, -1.0625, 1.375, -0.625, 1.75, -1.5625,
                              -0.9375, -0.3125, -0.375, 2.1875, -0.5625, -0.125, 1.1875, 1.8125,
                              2.0, -2.0625, -2.0625, -0.75, -1.875, -1.3125, -2.1875, -1.0625,
                              -1.1875, 1.25, 2.0625, 1.5, 2.1875, 1.375, -1.4375, 1.0625, 0.4375,
                              1.3125, -1.6875, -1.125, 0.5, -2.4375, 0.1875, -0.625, 2.4375, -2.375,
                              2.375, -1.75),
                   BB_NUMBERS(0.9375, -1.9375, 0.6875, 0.1875, 0.0625, -0.125, 1.5625, -1.75,
                              -2.1875, -0.75, 0.9375, 1.1875, 2.1875, -0.0625, -1.75, -1.5625)},
     .golden_out = BB_NUMBERS(
         -4.5234375, 2.31640625, 0.02734375, 2.86328125, -0.7265625, 2.03515625,
         0.8203125, 1.8828125, 2.359375, -4.58984375, -2.16015625, -1.13671875, -0.12109375,
         -3.9296875, -0.13671875, 0.453125, -4.6796875, 3.71484375, 4.16015625, -0.5625, 1.19140625,
         1.0390625, 1.50390625, 0.95703125, 2.19140625, 3.8046875, -1.42578125, -2.4375, 3.28125,
         -0.9921875, -1.8515625, -1.03125, 1.25390625, 0.515625, 1.93359375, -0.609375, -0.73046875,
         -2.546875, 0.9609375, -0.25390625, -3.30859375, -0.7578125, -2.40625, -5.11328125,
         1.1171875, -0.94921875, -2.59765625, 1.77734375)},
};

static double flops(const void *attrs, const bb_type *in, const bb_type *out)
{
    (void)attrs;
    return bb__conv_flops(out->shape, in[1].shape);
}

const bb_op bb__op_conv2d = {
    .name = "conv2d",
    .doc = "filters [o c/groups kh kw] on images [n c h w]",
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
    .print_attrs = bb__print_conv,
    BB_SAMPLES(samples),
};

bb_node *bb_conv2d(bb_node *x, bb_node *w, bb_conv options)
{
    return bb_apply(&bb__op_conv2d, BB_NODES(x, w), &options);
}
