/* SPDX-License-Identifier: MIT */
/* The dense layer: parameters, product and sum all carry the scope of the layer's name. */
#include <bibun/nn.h>
#include <bibun/op.h>

static bb_node *affine(bb_node *x, bb_params *params, int64_t units,
                       const bb_dense_options *options)
{
    bb_graph *g = bb_node_graph(x);
    bb_dtype dtype = bb_node_dtype(x);
    bb_shape shape = bb_node_shape(x);
    int64_t inputs = shape.dim[shape.ndim - 1];
    bb_init init = options->weight.fill ? options->weight : bb_init_xavier();
    bb_node *w = bb_param(g, params, "weight", dtype, BB_SHAPE(inputs, units), init);
    bb_node *y = bb_matmul(x, w);
    if (options->no_bias)
        return y;
    return bb_add(y, bb_param(g, params, "bias", dtype, BB_SHAPE(units), options->bias));
}

static bb_node *layer(bb_node *x, bb_params *params, int64_t units, const bb_dense_options *options)
{
    static const bb_dense_options usual = {0};
    if (!x)
        return bb_fail_node(x, NULL, "dense", BB_BAD_ARGUMENT, "operand 1 is NULL");
    if (bb_node_kind_of(x) == BB_NODE_INERT)
        return x;
    if (bb_node_shape(x).ndim == 0)
        return bb_fail_node(x, NULL, "dense", BB_BAD_SHAPE, "needs at least one dimension");
    if (!bb_dtype_is_float(bb_node_dtype(x)))
        return bb_fail_node(x, NULL, "dense", BB_BAD_TYPE, "needs f32 or f64");
    if (units < 1)
        return bb_fail_node(x, NULL, "dense", BB_BAD_SHAPE, "units must be at least 1, not %lld",
                            (long long)units);
    return affine(x, params, units, options ? options : &usual);
}

bb_node *bb_dense_with(bb_node *x, bb_params *params, const char *name, int64_t units,
                       const bb_dense_options *options)
{
    bb_graph *g = bb_node_graph(x);
    if (!name || !name[0])
        return bb_fail_node(x, NULL, "dense", BB_BAD_ARGUMENT, "a layer needs a name");
    bb_scope_push(g, name);
    bb_node *y = layer(x, params, units, options);
    bb_scope_pop(g);
    return y;
}

bb_node *bb_dense(bb_node *x, bb_params *params, const char *name, int64_t units)
{
    return bb_dense_with(x, params, name, units, NULL);
}
