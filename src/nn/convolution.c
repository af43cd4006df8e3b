/* SPDX-License-Identifier: MIT */
/* The convolution layer: parameters, convolution and sum all carry the scope of the layer's name. */
#include <bibun/nn.h>
#include <bibun/op.h>

static bb_node *convolve(bb_node *x, bb_params *params, bb_shape weight,
                         const bb_convolution_options *options)
{
    bb_graph *g = bb_node_graph(x);
    bb_dtype dtype = bb_node_dtype(x);
    bb_init init = options->weight.fill ? options->weight : bb_init_he_filters();
    bb_node *w = bb_param(g, params, "weight", dtype, weight, init);
    bb_node *y = bb_conv2d(x, w, options->conv);
    if (options->no_bias)
        return y;
    int64_t filters = weight.dim[0];
    bb_node *b = bb_param(g, params, "bias", dtype, BB_SHAPE(filters), options->bias);
    return bb_add(y, bb_reshape(b, BB_SHAPE(filters, 1, 1)));
}

/* What a layer of these sizes on x fails with; NULL when it can be made. */
static bb_node *refusal(bb_node *x, int64_t filters, int64_t height, int64_t width, int64_t groups)
{
    static const char name[] = "convolution";
    bb_shape shape = bb_node_shape(x);
    if (!x)
        return bb_fail_node(x, NULL, name, BB_BAD_ARGUMENT, "operand 1 is NULL");
    if (bb_node_kind_of(x) == BB_NODE_INERT)
        return x;
    if (shape.ndim != 4)
        return bb_fail_node(x, NULL, name, BB_BAD_SHAPE, "images must have rank 4");
    if (!bb_dtype_is_float(bb_node_dtype(x)))
        return bb_fail_node(x, NULL, name, BB_BAD_TYPE, "needs f32 or f64");
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

static bb_node *layer(bb_node *x, bb_params *params, int64_t filters, int64_t height, int64_t width,
                      const bb_convolution_options *options)
{
    const int64_t groups = options->conv.groups ? options->conv.groups : 1;
    bb_node *refused = refusal(x, filters, height, width, groups);
    if (refused)
        return refused;
    int64_t taken = bb_node_shape(x).dim[1] / groups;
    return convolve(x, params, BB_SHAPE(filters, taken, height, width), options);
}

bb_node *bb_convolution_with(bb_node *x, bb_params *params, const char *name, int64_t filters,
                             int64_t height, int64_t width, const bb_convolution_options *options)
{
    static const bb_convolution_options usual = {.no_bias = false};
    bb_graph *g = bb_node_graph(x);
    if (!name || !name[0])
        return bb_fail_node(x, NULL, "convolution", BB_BAD_ARGUMENT, "a layer needs a name");
    bb_scope_push(g, name);
    bb_node *y = layer(x, params, filters, height, width, options ? options : &usual);
    bb_scope_pop(g);
    return y;
}

bb_node *bb_convolution(bb_node *x, bb_params *params, const char *name, int64_t filters,
                        int64_t size, bb_conv options)
{
    return bb_convolution_with(x, params, name, filters, size, size,
                               &(bb_convolution_options){.conv = options});
}
