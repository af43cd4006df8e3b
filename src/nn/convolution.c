/* SPDX-License-Identifier: MIT */
/* The convolution layers: parameters, convolution and sum all carry the scope of the name. */
#include "layer.h"

#include <bibun/op.h>

typedef bb_node *(*convolution)(bb_node *x, bb_node *w, bb_conv options);

static bb_node *convolve(bb_node *x, bb_params *params, bb_shape weight, int64_t filters,
                         convolution conv, const bb_convolution_options *options)
{
    bb_node *w = bb__layer_param(x, params, "weight", weight,
                                 bb__init_or(options->weight, bb_init_he_filters()));
    bb_node *y = conv(x, w, options->conv);
    if (options->no_bias)
        return y;
    bb_node *b = bb__layer_param(x, params, "bias", BB_SHAPE(filters), options->bias);
    return bb_add(y, bb_reshape(b, BB_SHAPE(filters, 1, 1)));
}

/* What a layer of these sizes on x fails with; NULL when it can be made. */
static bb_node *check(const char *name, bb_node *x, int64_t filters, int64_t height, int64_t width,
                      int64_t groups)
{
    bb_shape shape = bb_node_shape(x);
    if (shape.ndim != 4)
        return bb_fail_node(x, NULL, name, BB_BAD_SHAPE, "images must have rank 4");
    if (filters < 1)
        return bb_fail_node(x, NULL, name, BB_BAD_SHAPE, "filters must be at least 1, not %lld",
                            (long long)filters);
    if (height < 1 || width < 1)
        return bb_fail_node(x, NULL, name, BB_BAD_SHAPE,
                            "filters must be at least 1 x 1, not %lld x %lld", (long long)height,
                            (long long)width);
    if (groups < 1 || shape.dim[1] % groups || filters % groups)
        return bb_fail_node(x, NULL, name, BB_BAD_ARGUMENT,
                            "%lld groups do not divide %lld channels and %lld filters",
                            (long long)groups, (long long)shape.dim[1], (long long)filters);
    return NULL;
}

/* `transposed` filters stand by the channels that they read. */
static bb_node *layer(const char *kind, bool transposed, bb_node *x, bb_params *params,
                      const char *name, int64_t filters, int64_t height, int64_t width,
                      const bb_convolution_options *options)
{
    static const bb_convolution_options usual = {.no_bias = false};
    const bb_convolution_options *o = options ? options : &usual;
    bb_node *failed = bb__layer_open(kind, x, name, 0);
    if (failed)
        return failed;
    const int64_t groups = o->conv.groups ? o->conv.groups : 1;
    failed = check(kind, x, filters, height, width, groups);
    if (failed)
        return bb__layer_close(x, failed);
    int64_t channels = bb_node_shape(x).dim[1];
    bb_shape weight = transposed ? BB_SHAPE(channels, filters / groups, height, width)
                                 : BB_SHAPE(filters, channels / groups, height, width);
    convolution conv = transposed ? bb_conv_transpose2d : bb_conv2d;
    return bb__layer_close(x, convolve(x, params, weight, filters, conv, o));
}

bb_node *bb_convolution_with(bb_node *x, bb_params *params, const char *name, int64_t filters,
                             int64_t height, int64_t width, const bb_convolution_options *options)
{
    return layer("convolution", false, x, params, name, filters, height, width, options);
}

bb_node *bb_convolution(bb_node *x, bb_params *params, const char *name, int64_t filters,
                        int64_t size, bb_conv options)
{
    return bb_convolution_with(x, params, name, filters, size, size,
                               &(bb_convolution_options){.conv = options});
}

bb_node *bb_transposed_convolution_with(bb_node *x, bb_params *params, const char *name,
                                        int64_t filters, int64_t height, int64_t width,
                                        const bb_convolution_options *options)
{
    return layer("transposed_convolution", true, x, params, name, filters, height, width, options);
}

bb_node *bb_transposed_convolution(bb_node *x, bb_params *params, const char *name, int64_t filters,
                                   int64_t size, bb_conv options)
{
    return bb_transposed_convolution_with(x, params, name, filters, size, size,
                                          &(bb_convolution_options){.conv = options});
}
