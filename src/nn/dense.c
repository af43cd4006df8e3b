/* SPDX-License-Identifier: MIT */
/* The dense layer: parameters, product and sum all carry the scope of the layer's name. */
#include <bibun/nn.h>
#include <bibun/op.h>

/* x [..., inputs] as one matrix, so that leading dimensions cost one product. */
static bb_node *as_rows(bb_node *x)
{
    bb_shape shape = bb_node_shape(x);
    if (shape.ndim <= 2)
        return x;
    int64_t rows = 1;
    for (int i = 0; i < shape.ndim - 1; i++)
        rows *= shape.dim[i];
    return bb_reshape(x, BB_SHAPE(rows, shape.dim[shape.ndim - 1]));
}

static bb_node *affine(bb_node *x, bb_params *params, int64_t units,
                       const bb_dense_options *options)
{
    bb_graph *g = bb_node_graph(x);
    bb_dtype dtype = bb_node_dtype(x);
    bb_shape shape = bb_node_shape(x);
    int64_t *last = &shape.dim[shape.ndim - 1];
    bb_init init = options->weight.fill ? options->weight : bb_init_xavier();
    bb_node *w = bb_param(g, params, "weight", dtype, BB_SHAPE(*last, units), init);
    bb_node *y = bb_matmul(as_rows(x), w);
    if (!options->no_bias)
        y = bb_add(y, bb_param(g, params, "bias", dtype, BB_SHAPE(units), options->bias));
    *last = units;
    return shape.ndim <= 2 ? y : bb_reshape(y, shape);
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
