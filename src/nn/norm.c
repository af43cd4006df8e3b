/* SPDX-License-Identifier: MIT */
/* Normalisation that sees one example at a time: what an op standardises, times a weight, plus a
 * bias. */
#include "layer.h"

#include <bibun/op.h>

static const bb_norm_options usual = {0};

/* `shape` is what weight and bias have, `wide` what they broadcast as. */
static bb_node *scale(bb_node *x, bb_params *params, bb_shape shape, bb_shape wide,
                      const bb_norm_options *o, bool has_bias)
{
    if (bb_node_kind_of(x) == BB_NODE_INERT || o->plain)
        return x;
    bb_node *weight = bb__layer_param(x, params, "weight", shape, bb_init_constant(1));
    x = bb_mul(x, bb_reshape(weight, wide));
    if (!has_bias)
        return x;
    return bb_add(x, bb_reshape(bb__layer_param(x, params, "bias", shape, bb_init_zeros()), wide));
}

static double epsilon_of(const bb_norm_options *o, double otherwise)
{
    return o->epsilon != 0 ? o->epsilon : otherwise;
}

static bb_shape last_axis(bb_node *x)
{
    bb_shape shape = bb_node_shape(x);
    return BB_SHAPE(shape.dim[shape.ndim - 1]);
}

/* [channels], with sizes of 1 for all that follows */
static bb_shape channels_of(bb_node *x)
{
    bb_shape shape = bb_node_shape(x), wide = {.ndim = shape.ndim - 1};
    for (int i = 0; i < wide.ndim; i++)
        wide.dim[i] = i == 0 ? shape.dim[1] : 1;
    return wide;
}

bb_node *bb_layer_norm_with(bb_node *x, bb_params *params, const char *name,
                            const bb_norm_options *options)
{
    const bb_norm_options *o = options ? options : &usual;
    bb_node *failed = bb__layer_open("layer_norm", x, name, 1);
    if (failed)
        return failed;
    bb_node *y = bb_standardise(x, BB_AXES(-1), epsilon_of(o, 1e-5));
    return bb__layer_close(x, scale(y, params, last_axis(x), last_axis(x), o, true));
}

bb_node *bb_layer_norm(bb_node *x, bb_params *params, const char *name)
{
    return bb_layer_norm_with(x, params, name, NULL);
}

bb_node *bb_rms_norm_with(bb_node *x, bb_params *params, const char *name,
                          const bb_norm_options *options)
{
    const bb_norm_options *o = options ? options : &usual;
    bb_node *failed = bb__layer_open("rms_norm", x, name, 1);
    if (failed)
        return failed;
    bb_node *y = bb_rms_normalise(x, BB_AXES(-1), epsilon_of(o, 1e-6));
    return bb__layer_close(x, scale(y, params, last_axis(x), last_axis(x), o, false));
}

bb_node *bb_rms_norm(bb_node *x, bb_params *params, const char *name)
{
    return bb_rms_norm_with(x, params, name, NULL);
}

bb_node *bb_group_norm_with(bb_node *x, bb_params *params, const char *name, int64_t groups,
                            const bb_norm_options *options)
{
    const bb_norm_options *o = options ? options : &usual;
    bb_node *failed = bb__layer_open("group_norm", x, name, 2);
    if (failed)
        return failed;
    bb_shape shape = BB_SHAPE(bb_node_shape(x).dim[1]);
    bb_node *y = bb_standardise_groups(x, groups, epsilon_of(o, 1e-5));
    return bb__layer_close(x, scale(y, params, shape, channels_of(x), o, true));
}

bb_node *bb_group_norm(bb_node *x, bb_params *params, const char *name, int64_t groups)
{
    return bb_group_norm_with(x, params, name, groups, NULL);
}

bb_node *bb_instance_norm_with(bb_node *x, bb_params *params, const char *name,
                               const bb_norm_options *options)
{
    const bb_norm_options *o = options ? options : &usual;
    bb_node *failed = bb__layer_open("instance_norm", x, name, 3);
    if (failed)
        return failed;
    int64_t channels = bb_node_shape(x).dim[1];
    bb_node *y = bb_standardise_groups(x, channels, epsilon_of(o, 1e-5));
    return bb__layer_close(x, scale(y, params, BB_SHAPE(channels), channels_of(x), o, true));
}

bb_node *bb_instance_norm(bb_node *x, bb_params *params, const char *name)
{
    return bb_instance_norm_with(x, params, name, NULL);
}
