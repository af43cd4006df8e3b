/* SPDX-License-Identifier: MIT */
/* Convolutional networks on images of digits, each a whole training step. */
#include "workloads.h"

enum { BATCH = 100, SIDE = 28, CLASSES = 10 };

static bb_node *images(model *m)
{
    m->graph = bb_graph_new();
    m->labels = CLASSES;
    return model_input(m, "x", BB_F32, BB_SHAPE(BATCH, 1, SIDE, SIDE));
}

static bb_node *halve(bb_node *x)
{
    return bb_max_pool2d(x, (bb_pool){.window = {2, 2}});
}

static void train(model *m, bb_node *logits)
{
    bb_node *t = model_input(m, "t", BB_I32, BB_SHAPE(BATCH));
    m->outputs[0] = bb_softmax_cross_entropy(logits, t);
    m->outputs[1] = bb_adam(m->outputs[0], m->params, 1e-3);
    m->n_outputs = 2;
}

/* One convolution, as in the documents. */
void build_conv_simple(model *m)
{
    bb_node *x = images(m);
    x = halve(bb_relu(bb_convolution(x, m->params, "conv", 30, 5, (bb_conv){0})));
    x = bb_relu(bb_dense(bb_flatten(x, 1), m->params, "fc1", 100));
    train(m, bb_dense(x, m->params, "fc2", CLASSES));
}

/* Six of them, and dropout. */
void build_conv_deep(model *m)
{
    static const struct {
        const char *name;
        int64_t filters, padding;
    } layers[] = {{"conv1", 16, 1}, {"conv2", 16, 1}, {"conv3", 32, 1},
                  {"conv4", 32, 2}, {"conv5", 64, 1}, {"conv6", 64, 1}};
    bb_node *x = images(m);
    for (int i = 0; i < 6; i++) {
        bb_conv options = {.padding = {layers[i].padding, layers[i].padding}};
        x = bb_relu(bb_convolution(x, m->params, layers[i].name, layers[i].filters, 3, options));
        x = i % 2 ? halve(x) : x;
    }
    x = bb_relu(bb_dense(bb_flatten(x, 1), m->params, "fc1", 50));
    x = bb_dense(bb_dropout(x, 0.5), m->params, "fc2", CLASSES);
    train(m, bb_dropout(x, 0.5));
}

/* Convolutions and both their gradients. */
void build_convs(model *m)
{
    static const struct {
        const char *x, *w, *dy;
        int64_t images, channels, size, filters, k, groups;
    } of[] = {
        {"x1", "w1", "dy1", 100, 1, 24, 30, 5, 1}, {"x2", "w2", "dy2", 100, 3, 32, 16, 3, 1},
        {"x3", "w3", "dy3", 32, 8, 16, 32, 3, 1},  {"x4", "w4", "dy4", 32, 16, 28, 16, 3, 1},
        {"x5", "w5", "dy5", 32, 32, 14, 64, 3, 1}, {"x6", "w6", "dy6", 32, 60, 28, 120, 5, 30},
        {"x7", "w7", "dy7", 32, 24, 32, 24, 3, 1}, {"x8", "w8", "dy8", 32, 30, 32, 30, 3, 1}};
    m->graph = bb_graph_new();
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        const int64_t k = of[i].k, size = of[i].size, channels = of[i].channels / of[i].groups;
        bb_node *x =
            model_input(m, of[i].x, BB_F32, BB_SHAPE(of[i].images, of[i].channels, size, size));
        bb_node *w = model_input(m, of[i].w, BB_F32, BB_SHAPE(of[i].filters, channels, k, k));
        bb_node *dy =
            model_input(m, of[i].dy, BB_F32, BB_SHAPE(of[i].images, of[i].filters, size, size));
        bb_node *y = bb_conv2d(x, w, (bb_conv){.padding = {k / 2, k / 2}, .groups = of[i].groups});
        m->outputs[m->n_outputs] = y;
        bb_grads(y, dy, BB_NODES(x, w), &m->outputs[m->n_outputs + 1]);
        m->n_outputs += 3;
    }
}
