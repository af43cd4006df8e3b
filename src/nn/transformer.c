/* SPDX-License-Identifier: MIT */
/* The transformer's block, with normalisation before each of its two parts, so that the way through
 * the sums is free. */
#include "layer.h"

#include <bibun/op.h>

static bb_node *drop(bb_node *x, double rate)
{
    return rate != 0 ? bb_dropout(x, rate) : x;
}

static bb_node *block(bb_node *x, bb_params *params, int64_t heads, const bb_transformer_options *o)
{
    bb_shape shape = bb_node_shape(x);
    int64_t width = shape.dim[shape.ndim - 1], hidden = o->hidden ? o->hidden : 4 * width;
    const bb_attention_options attention = {
        .causal = o->causal, .mask = o->mask, .weight = o->weight};
    const bb_dense_options dense = {.weight = o->weight};
    bb_node *seen = bb_layer_norm(x, params, "norm1");
    seen = bb_multi_head_attention_with(seen, params, "attention", heads, &attention);
    x = bb_add(x, drop(seen, o->dropout));
    bb_node *h = bb_dense_with(bb_layer_norm(x, params, "norm2"), params, "up", hidden, &dense);
    h = o->activation ? o->activation(h) : bb_gelu(h);
    h = bb_dense_with(h, params, "down", width, &dense);
    return bb_add(x, drop(h, o->dropout));
}

bb_node *bb_transformer_block_with(bb_node *x, bb_params *params, const char *name, int64_t heads,
                                   const bb_transformer_options *options)
{
    static const bb_transformer_options usual = {0};
    bb_node *failed = bb__layer_open("transformer_block", x, name, 3);
    if (failed)
        return failed;
    return bb__layer_close(x, block(x, params, heads, options ? options : &usual));
}

bb_node *bb_transformer_block(bb_node *x, bb_params *params, const char *name, int64_t heads)
{
    return bb_transformer_block_with(x, params, name, heads, NULL);
}
