/* SPDX-License-Identifier: MIT */
/* What the ops of convolution share: all checks of options and sizes, which leave no sum or product
 * of sizes that could overflow. */
#include "convolutions.h"

#include <stdio.h>

static const int64_t largest = INT32_MAX;

bb__extent bb__extent_of(bb_shape shape)
{
    return (bb__extent){{shape.dim[shape.ndim - 2], shape.dim[shape.ndim - 1]}};
}

int64_t bb__conv_span(const bb_conv *options, int64_t filter, int axis)
{
    return options->dilation[axis] * (filter - 1) + 1;
}

/* One kind of option: not negative, of a sensible size; 0 stands for `usual`. */
static bool check_option(bb_infer *c, const char *name, int count, int64_t usual, int64_t *numbers)
{
    for (int i = 0; i < count; i++) {
        if (numbers[i] < 0)
            return bb_infer_fail(c, BB_BAD_ARGUMENT, "%s %lld is negative", name,
                                 (long long)numbers[i]);
        if (numbers[i] > largest)
            return bb_infer_fail(c, BB_BAD_ARGUMENT, "%s %lld is too large", name,
                                 (long long)numbers[i]);
        if (numbers[i] == 0)
            numbers[i] = usual;
    }
    return true;
}

static bool check_options(bb_infer *c, bb_conv *o)
{
    return check_option(c, "stride", 2, 1, o->stride) &&
           check_option(c, "padding", 2, 0, o->padding) &&
           check_option(c, "dilation", 2, 1, o->dilation) &&
           check_option(c, "number of groups", 1, 1, &o->groups) &&
           check_option(c, "output padding", 2, 0, o->output_padding);
}

bool bb__conv_check(bb_infer *c, bb_conv *options, const char *first, const char *second)
{
    if (!bb_infer_need_float(c))
        return false;
    if (c->in[0].dtype != c->in[1].dtype)
        return bb_infer_fail(c, BB_BAD_TYPE, "types differ");
    if (c->in[0].shape.ndim != 4)
        return bb_infer_fail(c, BB_BAD_SHAPE, "%s must have rank 4", first);
    if (c->in[1].shape.ndim != 4)
        return bb_infer_fail(c, BB_BAD_SHAPE, "%s must have rank 4", second);
    return check_options(c, options);
}

bool bb__conv_check_channels(bb_infer *c, const bb_conv *options, int64_t channels, int64_t filters,
                             int64_t taken)
{
    const long long groups = options->groups;
    if (channels % groups)
        return bb_infer_fail(c, BB_BAD_ARGUMENT, "%lld groups do not divide %lld channels", groups,
                             (long long)channels);
    if (filters % groups)
        return bb_infer_fail(c, BB_BAD_ARGUMENT, "%lld groups do not divide %lld filters", groups,
                             (long long)filters);
    if (taken != channels / groups)
        return bb_infer_fail(c, BB_BAD_SHAPE,
                             "filters of %lld channels do not fit %lld channels in %lld group%s",
                             (long long)taken, (long long)channels, groups, groups == 1 ? "" : "s");
    return true;
}

bool bb__conv_places(bb_infer *c, const bb_conv *options, bb__extent image, bb__extent filter,
                     bb__extent *places_out)
{
    for (int i = 0; i < 2; i++) {
        if (filter.size[i] < 1)
            return bb_infer_fail(c, BB_BAD_SHAPE, "filters must not be empty");
        if (filter.size[i] > largest)
            return bb_infer_fail(c, BB_BAD_SHAPE, "filters are too large");
        int64_t padded = image.size[i] + 2 * options->padding[i];
        int64_t span = bb__conv_span(options, filter.size[i], i);
        if (span > padded)
            return bb_infer_fail(c, BB_BAD_SHAPE,
                                 "filters span %lld, but the padded %s is only %lld",
                                 (long long)span, i ? "width" : "height", (long long)padded);
        places_out->size[i] = (padded - span) / options->stride[i] + 1;
    }
    return true;
}

/* The product of sizes is that of a matrix's side. */
static bool is_side(int64_t a, int64_t b, int64_t c)
{
    return (double)a * (double)b * (double)c <= (double)largest;
}

bool bb__conv_check_sizes(bb_infer *c, bb_shape x, bb_shape w, bb_shape y)
{
    static const double most = 1e12; /* of what scratch memory must hold for one row */
    double row = (double)(x.dim[3] > y.dim[3] ? x.dim[3] : y.dim[3]);
    if (!is_side(x.dim[2], x.dim[3], 1) || !is_side(y.dim[2], y.dim[3], 1))
        return bb_infer_fail(c, BB_BAD_SHAPE, "images of 2^31 pixels or more");
    if (!is_side(w.dim[1], w.dim[2], w.dim[3]) || !is_side(w.dim[0], w.dim[2], w.dim[3]))
        return bb_infer_fail(c, BB_BAD_SHAPE, "filters of 2^31 elements or more");
    if (row * (double)w.dim[2] * (double)w.dim[3] > most)
        return bb_infer_fail(c, BB_BAD_SHAPE, "filters are too large for such images");
    return true;
}

bb__conv_shape bb__conv_shape_of(const bb_conv *options, bb_dtype dtype, bb_shape x, bb_shape w,
                                 bb_shape y)
{
    bb__conv_shape s = {.dtype = dtype, .groups = options->groups};
    s.n = x.dim[0], s.c = x.dim[1], s.h = x.dim[2], s.w = x.dim[3];
    s.o = w.dim[0], s.kh = w.dim[2], s.kw = w.dim[3];
    s.oh = y.dim[2], s.ow = y.dim[3];
    for (int i = 0; i < 2; i++) {
        s.stride[i] = options->stride[i];
        s.padding[i] = options->padding[i];
        s.dilation[i] = options->dilation[i];
    }
    return s;
}

bb_conv bb__conv_straight(bb_conv options)
{
    options.output_padding[0] = options.output_padding[1] = 0;
    return options;
}

bb_conv bb__conv_transposed(bb_conv options, bb_shape x, bb_shape w, bb_shape y)
{
    for (int i = 0; i < 2; i++) {
        int64_t reached = (y.dim[2 + i] - 1) * options.stride[i] - 2 * options.padding[i] +
                          bb__conv_span(&options, w.dim[2 + i], i);
        options.output_padding[i] = x.dim[2 + i] - reached;
    }
    return options;
}

bb_node *bb__conv_batch(const bb_node *node, bb_node *const *in, const bool *batched)
{
    bb_shape x = bb_node_shape(in[0]), y = bb_node_shape(node);
    if (batched[1])
        return NULL;
    int64_t rows = x.dim[0];
    bb_node *images = bb_reshape(in[0], BB_SHAPE(rows * x.dim[1], x.dim[2], x.dim[3], x.dim[4]));
    bb_node *all = bb_apply(bb_node_op(node), BB_NODES(images, in[1]), bb_node_attrs(node));
    return bb_reshape(all, BB_SHAPE(rows, y.dim[0], y.dim[1], y.dim[2], y.dim[3]));
}

double bb__conv_flops(bb_shape y, bb_shape w)
{
    return 2 * (double)bb_shape_count(y) * (double)w.dim[1] * (double)w.dim[2] * (double)w.dim[3];
}

void bb__print_conv(const void *attrs, char *buffer, size_t size)
{
    const bb_conv *o = attrs;
    snprintf(buffer, size, "stride %lld %lld, padding %lld %lld, dilation %lld %lld, groups %lld",
             (long long)o->stride[0], (long long)o->stride[1], (long long)o->padding[0],
             (long long)o->padding[1], (long long)o->dilation[0], (long long)o->dilation[1],
             (long long)o->groups);
}
