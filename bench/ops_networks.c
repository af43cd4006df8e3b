/* SPDX-License-Identifier: MIT */
/* Small networks. Layers are made one by one, since their order is that of their parameters' first
 * numbers. */
#include "ops_networks.h"

#include <stdio.h>

/* "kind3", for the names of layers. */
#define NUMBERED(kind, i) numbered((char[24]){0}, kind, i)
static const char *numbered(char *buffer, const char *kind, int i)
{
    snprintf(buffer, 24, "%s%d", kind, i);
    return buffer;
}

/* Square filters, with padding that keeps the size where the stride is 1. */
static bb_node *filters(bb_node *x, bb_params *p, const char *name, int64_t n, int64_t size,
                        int64_t stride, int64_t groups)
{
    bb_conv options = {
        .stride = {stride, stride}, .padding = {size / 2, size / 2}, .groups = groups};
    return bb_convolution(x, p, name, n, size, options);
}

static bb_node *same(bb_node *x, bb_params *p, const char *name, int64_t n)
{
    return filters(x, p, name, n, 3, 1, 1);
}

static const bb_conv halving = {.stride = {2, 2}, .padding = {1, 1}}; /* with filters of 4 x 4 */

static bb_node *halve(bb_node *x)
{
    return bb_max_pool2d(x, (bb_pool){.window = {2, 2}});
}

bb_node *classes(bb_node *x, bb_params *p)
{
    return bb_dense(x, p, "classes", 10);
}

bb_node *mlp(bb_node *x, bb_params *p, activation *act, int layers, int64_t units, int64_t outputs)
{
    for (int i = 0; i < layers; i++)
        x = act(bb_dense(x, p, NUMBERED("layer", i), units));
    return bb_dense(x, p, "out", outputs);
}

bb_node *residual_mlp(bb_node *x, bb_params *p)
{
    for (int i = 0; i < 4; i++) {
        bb_node *h = bb_layer_norm(x, p, NUMBERED("norm", i));
        h = bb_gelu(bb_dense(h, p, NUMBERED("up", i), 512));
        x = bb_add(x, bb_dense(h, p, NUMBERED("down", i), 256));
    }
    return classes(x, p);
}

bb_node *vgg(bb_node *x, bb_params *p)
{
    for (int i = 0; i < 6; i++) {
        x = bb_relu(same(x, p, NUMBERED("conv", i), 32 << (i / 2)));
        x = i % 2 ? halve(x) : x;
    }
    return classes(bb_relu(bb_dense(bb_flatten(x, 1), p, "dense", 256)), p);
}

static bb_node *normalised(bb_node *x, bb_params *p, int i)
{
    return bb_batch_norm(x, p, NUMBERED("norm", i), true);
}

bb_node *resnet(bb_node *x, bb_params *p)
{
    x = bb_relu(normalised(same(x, p, "conv", 16), p, 0));
    for (int i = 1; i <= 6; i++) {
        int64_t n = 16 << ((i - 1) / 2), stride = i == 3 || i == 5 ? 2 : 1;
        bb_node *h = filters(x, p, NUMBERED("first", i), n, 3, stride, 1);
        h = bb_relu(normalised(h, p, 2 * i));
        h = normalised(same(h, p, NUMBERED("second", i), n), p, 2 * i + 1);
        x = stride > 1 ? filters(x, p, NUMBERED("skip", i), n, 1, stride, 1) : x;
        x = bb_relu(bb_add(x, h));
    }
    return classes(bb_global_average_pool2d(x), p);
}

bb_node *mobilenet(bb_node *x, bb_params *p)
{
    x = bb_relu(same(x, p, "conv", 32));
    for (int i = 0; i < 3; i++) {
        int64_t channels = bb_node_shape(x).dim[1];
        x = filters(x, p, NUMBERED("depth", i), channels, 3, i ? 2 : 1, channels);
        x = bb_relu(filters(bb_relu(x), p, NUMBERED("point", i), i ? 128 : 64, 1, 1, 1));
    }
    return classes(bb_global_average_pool2d(x), p);
}

bb_node *lenet(bb_node *x, bb_params *p)
{
    const bb_pool pool = {.window = {2, 2}};
    x = bb_average_pool2d(bb_tanh(filters(x, p, "conv1", 6, 5, 1, 1)), pool);
    x = bb_average_pool2d(bb_tanh(bb_convolution(x, p, "conv2", 16, 5, (bb_conv){0})), pool);
    x = bb_tanh(bb_dense(bb_flatten(x, 1), p, "dense1", 120));
    return classes(bb_tanh(bb_dense(x, p, "dense2", 84)), p);
}

bb_node *normalised_groups(bb_node *x, bb_params *p)
{
    x = bb_silu(bb_group_norm(same(x, p, "conv1", 32), p, "norm1", 8));
    bb_node *h = bb_silu(bb_group_norm(same(x, p, "conv2", 32), p, "norm2", 8));
    return classes(bb_global_average_pool2d(bb_add(x, h)), p);
}

bb_node *signal_network(bb_node *x, bb_params *p)
{
    for (int i = 0; i < 3; i++) {
        bb_shape shape = BB_SHAPE(32, bb_node_shape(x).dim[1], 5);
        bb_node *w =
            bb_param(bb_node_graph(x), p, NUMBERED("w", i), BB_F32, shape, bb_init_zeros());
        x = bb_relu(bb_conv1d(x, w, (bb_conv){.padding = {2}}));
    }
    return classes(bb_mean(x, BB_AXES(2)), p);
}

bb_node *autoencoder(bb_node *x, bb_params *p)
{
    x = bb_relu(bb_convolution(x, p, "down1", 16, 4, halving));
    x = bb_relu(bb_convolution(x, p, "down2", 32, 4, halving));
    x = bb_relu(bb_transposed_convolution(x, p, "up1", 16, 4, halving));
    return bb_sigmoid(bb_transposed_convolution(x, p, "up2", 1, 4, halving));
}

static bb_node *twice(bb_node *x, bb_params *p, int i, int64_t n)
{
    x = bb_relu(same(x, p, NUMBERED("first", i), n));
    return bb_relu(same(x, p, NUMBERED("second", i), n));
}

bb_node *unet(bb_node *x, bb_params *p)
{
    bb_node *large = twice(x, p, 1, 16);
    bb_node *middle = twice(halve(large), p, 2, 32);
    bb_node *small = bb_upsample_nearest2d(twice(halve(middle), p, 3, 64), 32, 32);
    middle = twice(bb_concat(BB_NODES(small, middle), 1), p, 4, 32);
    middle = bb_upsample_nearest2d(middle, 64, 64);
    large = twice(bb_concat(BB_NODES(middle, large), 1), p, 5, 16);
    return filters(large, p, "out", 1, 1, 1, 1);
}

bb_node *discriminator(bb_node *x, bb_params *p)
{
    for (int i = 0; i < 3; i++) {
        x = bb_convolution(x, p, NUMBERED("conv", i), 32 << i, 4, halving);
        x = bb_leaky_relu(i ? normalised(x, p, i) : x, 0.2);
    }
    return bb_dense(bb_flatten(x, 1), p, "out", 1);
}

bb_node *generator(bb_node *x, bb_params *p)
{
    x = bb_reshape(bb_dense(x, p, "dense", 2048), BB_SHAPE(-1, 128, 4, 4));
    for (int i = 0; i < 2; i++) {
        x = bb_transposed_convolution(x, p, NUMBERED("up", i), 64 >> i, 4, halving);
        x = bb_relu(normalised(x, p, i));
    }
    return bb_tanh(bb_transposed_convolution(x, p, "out", 3, 4, halving));
}

bb_node *vae_loss(bb_node *x, bb_params *p)
{
    bb_node *h = bb_relu(bb_dense(x, p, "encoder", 400));
    bb_node *mean = bb_dense(h, p, "mean", 20), *variance = bb_dense(h, p, "variance", 20);
    bb_node *z = bb_normal_around(mean, bb_exp(bb_mul_scalar(variance, 0.5)));
    bb_node *y = bb_dense(bb_relu(bb_dense(z, p, "decoder", 400)), p, "out", 784);
    bb_node *apart = bb_sub(bb_add(bb_square(mean), bb_exp(variance)), bb_add_scalar(variance, 1));
    return bb_add(bb_binary_cross_entropy_with_logits(y, x),
                  bb_mul_scalar(bb_mean(apart, BB_ALL), 0.5));
}

bb_node *lstm_both_ways(bb_node *x, bb_params *p, int64_t units)
{
    const bb_recurrent_options reversed = {.no_bias = true, .reverse = true};
    bb_node *forth = bb_lstm_with(x, p, "forth", units, UNBIASED, NULL);
    bb_node *back = bb_lstm_with(x, p, "back", units, &reversed, NULL);
    return bb_concat(BB_NODES(forth, back), -1);
}

bb_node *lstm_two_layers(bb_node *x, bb_params *p, int64_t units)
{
    bb_recurrent_last last = {0};
    x = bb_lstm_with(x, p, "first", units, UNBIASED, NULL);
    bb_lstm_with(x, p, "second", units, UNBIASED, &last);
    return last.state;
}

bb_node *bag(bb_node *words, bb_params *p, int64_t vocabulary, int64_t width)
{
    return classes(bb_mean(bb_embedding(words, p, "embedding", vocabulary, width), BB_AXES(1)), p);
}

bb_node *transformer(bb_node *x, bb_params *p, int layers, int64_t heads)
{
    const bb_transformer_options options = {.causal = true};
    for (int i = 0; i < layers; i++)
        x = bb_transformer_block_with(x, p, NUMBERED("block", i), heads, &options);
    return bb_dense(bb_layer_norm(x, p, "norm"), p, "out", 65);
}

bb_node *burgers(bb_node *x, bb_node *t, bb_params *p)
{
    bb_node *u = mlp(bb_concat(BB_NODES(x, t), 1), p, bb_tanh, 3, 32, 1), *slopes[2];
    bb_grads(bb_sum(u, BB_ALL), NULL, BB_NODES(x, t), slopes);
    bb_node *second = bb_grad(bb_sum(slopes[0], BB_ALL), x);
    bb_node *change = bb_add(slopes[1], bb_mul(u, slopes[0]));
    return bb_mean(bb_square(bb_sub(change, bb_mul_scalar(second, 0.01))), BB_ALL);
}

bb_node *rosenbrock(bb_node *x)
{
    int64_t n = bb_node_shape(x).dim[0];
    bb_node *a = bb_slice(x, 0, 0, n - 1, 1), *b = bb_slice(x, 0, 1, n, 1);
    bb_node *valley = bb_mul_scalar(bb_square(bb_sub(b, bb_square(a))), 100);
    return bb_sum(bb_add(valley, bb_square(bb_sub(bb_number(x, 1), a))), BB_ALL);
}
