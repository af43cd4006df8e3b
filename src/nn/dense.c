/* SPDX-License-Identifier: MIT */
/* The dense layer: parameters, product and sum all carry the scope of the layer's name. */
#include "layer.h"

#include <bibun/op.h>

static bb_node *affine(bb_node *x, bb_params *params, int64_t units,
                       const bb_dense_options *options)
{
    bb_shape shape = bb_node_shape(x);
    int64_t inputs = shape.dim[shape.ndim - 1];
    bb_node *w = bb__layer_param(x, params, "weight", BB_SHAPE(inputs, units),
                                 bb__init_or(options->weight, bb_init_xavier()));
    bb_node *y = bb_matmul(x, w);
    if (options->no_bias)
        return y;
    return bb_add(y, bb__layer_param(x, params, "bias", BB_SHAPE(units), options->bias));
}

bb_node *bb_dense_with(bb_node *x, bb_params *params, const char *name, int64_t units,
                       const bb_dense_options *options)
{
    static const bb_dense_options usual = {0};
    bb_node *failed = bb__layer_open("dense", x, name, 1);
    if (failed)
        return failed;
    if (units < 1)
        failed = bb_fail_node(x, NULL, "dense", BB_BAD_SHAPE, "units must be at least 1, not %lld",
                              (long long)units);
    return bb__layer_close(x,
                           failed ? failed : affine(x, params, units, options ? options : &usual));
}

bb_node *bb_dense(bb_node *x, bb_params *params, const char *name, int64_t units)
{
    return bb_dense_with(x, params, name, units, NULL);
}
