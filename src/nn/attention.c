/* SPDX-License-Identifier: MIT */
/* Multi-head attention: one product makes the queries, keys and values of all heads, which are
 * views of it. */
#include "layer.h"

#include <bibun/op.h>

/* [batch, places, heads, features] of x [batch, places, heads features], heads before places */
static bb_node *split(bb_node *x, int64_t heads)
{
    bb_shape shape = bb_node_shape(x);
    if (bb_node_kind_of(x) == BB_NODE_INERT)
        return x;
    shape = BB_SHAPE(shape.dim[0], shape.dim[1], heads, shape.dim[2] / heads);
    return bb_permute(bb_reshape(x, shape), BB_AXES(0, 2, 1, 3));
}

static bb_node *attend(bb_node *x, bb_params *params, int64_t heads, const bb_attention_options *o)
{
    int64_t width = bb_node_shape(x).dim[2];
    const bb_dense_options dense = {.weight = o->weight, .no_bias = o->no_bias};
    bb_node *queries, *others;
    if (o->context) {
        queries = split(bb_dense_with(x, params, "query", width, &dense), heads);
        others = split(bb_dense_with(o->context, params, "context", 2 * width, &dense), 2 * heads);
    } else {
        bb_node *all = split(bb_dense_with(x, params, "in", 3 * width, &dense), 3 * heads);
        queries = bb_slice(all, 1, 0, heads, 1);
        others = bb_slice(all, 1, heads, 3 * heads, 1);
    }
    bb_node *keys = bb_slice(others, 1, 0, heads, 1);
    bb_node *values = bb_slice(others, 1, heads, 2 * heads, 1);
    bb_node *y = bb_scaled_dot_product_attention(queries, keys, values, o->mask, o->causal, 0);
    y = bb_reshape(bb_permute(y, BB_AXES(0, 2, 1, 3)), bb_node_shape(x));
    return bb_dense_with(y, params, "out", width, &dense);
}

static bb_node *check(bb_node *x, int64_t heads, const bb_attention_options *o)
{
    bb_shape shape = bb_node_shape(x), other = bb_node_shape(o->context);
    if (shape.ndim != 3)
        return bb_fail_node(x, NULL, "multi_head_attention", BB_BAD_SHAPE,
                            "needs [batch, places, features]");
    if (heads < 1 || heads > INT32_MAX || shape.dim[2] % heads != 0)
        return bb_fail_node(x, NULL, "multi_head_attention", BB_BAD_SHAPE,
                            "%lld heads do not divide the %lld features", (long long)heads,
                            (long long)shape.dim[2]);
    const bool has_context = o->context && bb_node_kind_of(o->context) != BB_NODE_INERT;
    if (has_context && other.ndim != 3)
        return bb_fail_node(x, o->context, "multi_head_attention", BB_BAD_SHAPE,
                            "the context is not [batch, places, features]");
    if (has_context && other.dim[0] != shape.dim[0])
        return bb_fail_node(x, o->context, "multi_head_attention", BB_BAD_SHAPE,
                            "the context has another batch");
    if (has_context && bb_node_dtype(o->context) != bb_node_dtype(x))
        return bb_fail_node(x, o->context, "multi_head_attention", BB_BAD_TYPE, "types differ");
    return NULL;
}

bb_node *bb_multi_head_attention_with(bb_node *x, bb_params *params, const char *name,
                                      int64_t heads, const bb_attention_options *options)
{
    static const bb_attention_options usual = {0};
    const bb_attention_options *o = options ? options : &usual;
    bb_node *failed = bb__layer_open("multi_head_attention", x, name, 3);
    if (failed)
        return failed;
    failed = check(x, heads, o);
    return bb__layer_close(x, failed ? failed : attend(x, params, heads, o));
}

bb_node *bb_multi_head_attention(bb_node *x, bb_params *params, const char *name, int64_t heads)
{
    return bb_multi_head_attention_with(x, params, name, heads, NULL);
}
