/* SPDX-License-Identifier: MIT */
/* Vanishing gradients: the sigmoid's slope is at most 1/4, so a gradient shrinks in each layer that
 * it passes; ReLU's slope is 1 where it is not 0. Look at the size of the gradient by layer in a
 * network of ten layers, and at what comes of it: the network of sigmoids does not learn. */
#include "lesson.h"

#include <math.h>
#include <stdio.h>

enum { LAYERS = 10, UNITS = 50, CLASSES = 10, BATCH = 100, STEPS = 500 };

typedef struct kind {
    const char *name;
    bb_node *(*activation)(bb_node *);
    bb_init (*init)(void);
    double ratio[2], loss[2]; /* bands: first layer's gradient over the last's; loss learned */
} kind;

/* The logits; w[k] becomes the weights of layer k. */
static bb_node *deep_network(bb_node *x, bb_params *p, const kind *k, bb_node **w)
{
    bb_graph *g = bb_node_graph(x);
    for (int i = 0; i < LAYERS; i++) {
        char name[24];
        snprintf(name, sizeof name, "layer%d", i + 1);
        bool is_last = i == LAYERS - 1;
        int64_t inputs = bb_node_shape(x).dim[1], units = is_last ? CLASSES : UNITS;
        bb_scope_push(g, name);
        w[i] = bb_param(g, p, "weight", BB_F32, BB_SHAPE(inputs, units), k->init());
        bb_node *b = bb_param(g, p, "bias", BB_F32, BB_SHAPE(units), bb_init_zeros());
        x = bb_add(bb_matmul(x, w[i]), b);
        x = is_last ? x : k->activation(x);
        bb_scope_pop(g);
    }
    return x;
}

static void study(lesson *l, const kind *k, const lesson_digits *d, double *sizes, double *losses)
{
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(lesson_seed(l));
    bb_node *x = bb_input(g, "x", BB_F32, BB_SHAPE(BATCH, d->side * d->side)), *w[LAYERS];
    bb_node *t = bb_input(g, "t", BB_I32, BB_SHAPE(BATCH)), *grads[LAYERS];
    bb_node *loss = bb_softmax_cross_entropy(deep_network(x, p, k, w), t);
    bb_grads(loss, NULL, (bb_nodes){LAYERS, w}, grads);
    for (int i = 0; i < LAYERS; i++)
        grads[i] = bb_mean(bb_abs(grads[i]), BB_ALL);
    bb_program *look = lesson_compile(l, g, (bb_nodes){LAYERS, grads});
    bb_program *step = lesson_compile(l, g, BB_NODES(loss, bb_sgd(loss, p, 0.1)));
    bb_batches *batches = lesson_batches(l, d->train, BATCH, BB_DRAWN);
    bb_batches_set_endless(batches, true);
    const bb_tensor *xs, *ts;
    for (int i = 0; i < STEPS && bb_batches_next(batches, &xs, &ts); i++) {
        bb_feeds feeds = BB_FEEDS({x, xs}, {t, ts});
        if (i == 0)
            lesson_run(l, look, feeds);
        lesson_run(l, step, feeds);
        losses[i] = bb_program_number(step, loss);
    }
    for (int i = 0; i < LAYERS; i++)
        sizes[i] = bb_program_number(look, grads[i]);

    lesson_band(l, lesson_text(l, "%s, first layer's gradient over last's", k->name), k->ratio[0],
                k->ratio[1], sizes[0] / sizes[LAYERS - 1]);
    lesson_band(l, lesson_text(l, "%s, loss after %d steps", k->name, STEPS), k->loss[0],
                k->loss[1], losses[STEPS - 1]);
    bb_batches_free(batches);
    bb_program_free(look);
    bb_program_free(step);
    bb_params_free(p);
    bb_graph_free(g);
}

static void steepest_slope(lesson *l)
{
    bb_graph *g = bb_graph_new();
    bb_node *zero = bb_scalar(g, BB_F64, 0);
    bb_node *slope = bb_grad(bb_sigmoid(zero), zero);
    lesson_exact(l, "steepest slope of the sigmoid", 0.25, lesson_number(l, slope, BB_NO_FEEDS),
                 1e-15);
    bb_graph_free(g);
}

int main(int argc, char **argv)
{
    lesson *l = lesson_begin(argc, argv, "18", "Vanishing gradients");
    const kind kinds[] = {
        {"sigmoid", bb_sigmoid, bb_init_xavier, {1e-7, 1e-5}, {2.2, 2.4}},
        {"tanh", bb_tanh, bb_init_xavier, {0.1, 1}, {0, 0.5}},
        {"ReLU", bb_relu, bb_init_he, {0.1, 1}, {0, 0.5}},
    };
    enum { KINDS = sizeof kinds / sizeof kinds[0] };
    lesson_digits d = lesson_read_digits(l);
    double sizes[KINDS][LAYERS], losses[KINDS][STEPS], layer[LAYERS];
    steepest_slope(l);
    for (int i = 0; i < LAYERS; i++)
        layer[i] = i + 1;
    for (int k = 0; k < KINDS; k++)
        study(l, kinds + k, &d, sizes[k], losses[k]);

    bb_plot *plot = bb_plot_new("A network of ten layers");
    bb_plot_panel(plot, "Before learning");
    bb_plot_axes(plot, "layer, from the input", "mean size of dL/dW");
    bb_plot_log(plot, false, true);
    for (int k = 0; k < KINDS; k++)
        bb_plot_path(plot, kinds[k].name, LAYERS, layer, sizes[k]);
    bb_plot_panel(plot, "Learning");
    bb_plot_axes(plot, "step", "cross-entropy of the mini-batch");
    for (int k = 0; k < KINDS; k++)
        bb_plot_line(plot, kinds[k].name, STEPS, NULL, losses[k]);
    lesson_plot(l, plot, "gradients");
    return lesson_end(l);
}
