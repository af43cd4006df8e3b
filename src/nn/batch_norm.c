/* SPDX-License-Identifier: MIT */
/* Batch normalisation. In training the statistics are the batch's, and the updates of the running
 * ones are attached to the result, so that whatever trains on it makes them too. */
#include "layer.h"

#include <bibun/op.h>

#include <math.h>

typedef struct batch {
    bb_node *x;
    bb_params *params;
    bb_shape channels, wide; /* [channels], and with sizes of 1 for all other axes */
    bb_axes others;          /* all axes but the channels' */
    double count;            /* values a channel */
    double epsilon, momentum;
    bb_node *mean, *variance; /* running, [channels] */
} batch;

static bb_node *wide(const batch *b, bb_node *node)
{
    return bb_reshape(node, b->wide);
}

static bb_node *state(const batch *b, const char *name, bb_init init)
{
    return bb_state(bb_node_graph(b->x), b->params, name, bb_node_dtype(b->x), b->channels, init);
}

/* running <- running + momentum (now - running) */
static bb_node *follow(const batch *b, bb_node *running, bb_node *now)
{
    bb_node *gap = bb_sub(bb_reshape(now, b->channels), running);
    return bb_assign(running, bb_add(running, bb_mul_scalar(gap, b->momentum)));
}

/* The deviations of x from a mean, over the root of a variance, scaled and shifted. */
static bb_node *normalise(const batch *b, bb_node *centred, bb_node *variance, bool plain)
{
    bb_node *factor = bb_rsqrt(bb_add_scalar(variance, b->epsilon));
    if (plain)
        return bb_mul(centred, factor);
    bb_node *weight = bb__layer_param(b->x, b->params, "weight", b->channels, bb_init_constant(1));
    bb_node *bias = bb__layer_param(b->x, b->params, "bias", b->channels, bb_init_zeros());
    return bb_add(bb_mul(centred, bb_mul(wide(b, weight), factor)), wide(b, bias));
}

static bb_node *train(const batch *b, bool plain)
{
    if (b->count < 2)
        return bb_fail_node(b->x, NULL, "batch_norm", BB_BAD_SHAPE,
                            "training needs two values a channel or more");
    bb_node *mean = bb_mean_keep(b->x, b->others);
    bb_node *centred = bb_sub(b->x, mean);
    bb_node *variance = bb_mean_keep(bb_square(centred), b->others);
    bb_node *unbiased = bb_mul_scalar(variance, b->count / (b->count - 1));
    bb_node *y = normalise(b, centred, variance, plain);
    bb_attach(y, follow(b, b->mean, mean));
    return bb_attach(y, follow(b, b->variance, unbiased));
}

static bb_node *evaluate(const batch *b, bool plain)
{
    return normalise(b, bb_sub(b->x, wide(b, b->mean)), wide(b, b->variance), plain);
}

static batch batch_of(bb_node *x, bb_params *params, const bb_norm_options *o)
{
    bb_shape shape = bb_node_shape(x);
    batch b = {.x = x,
               .params = params,
               .channels = BB_SHAPE(shape.dim[1]),
               .wide = {.ndim = shape.ndim},
               .count = 1,
               .epsilon = o->epsilon != 0 ? o->epsilon : 1e-5,
               .momentum = o->momentum != 0 ? o->momentum : 0.1};
    for (int i = 0; i < shape.ndim; i++) {
        b.wide.dim[i] = i == 1 ? shape.dim[1] : 1;
        if (i != 1) {
            b.others.axis[b.others.count++] = i;
            b.count *= (double)shape.dim[i];
        }
    }
    b.mean = state(&b, "running_mean", bb_init_zeros());
    b.variance = state(&b, "running_variance", bb_init_constant(1));
    return b;
}

bb_node *bb_batch_norm_with(bb_node *x, bb_params *params, const char *name, bool training,
                            const bb_norm_options *options)
{
    static const bb_norm_options usual = {0};
    const bb_norm_options *o = options ? options : &usual;
    bb_node *failed = bb__layer_open("batch_norm", x, name, 2);
    if (failed)
        return failed;
    if (!isfinite(o->epsilon) || o->epsilon < 0)
        failed = bb_fail_node(x, NULL, "batch_norm", BB_BAD_ARGUMENT,
                              "epsilon %g is not 0 or a positive number", o->epsilon);
    else if (!(o->momentum >= 0 && o->momentum <= 1))
        failed = bb_fail_node(x, NULL, "batch_norm", BB_BAD_ARGUMENT,
                              "momentum %g is not in [0, 1]", o->momentum);
    if (failed)
        return bb__layer_close(x, failed);
    batch b = batch_of(x, params, o);
    return bb__layer_close(x, training ? train(&b, o->plain) : evaluate(&b, o->plain));
}

bb_node *bb_batch_norm(bb_node *x, bb_params *params, const char *name, bool training)
{
    return bb_batch_norm_with(x, params, name, training, NULL);
}
