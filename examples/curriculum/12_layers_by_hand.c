/* SPDX-License-Identifier: MIT */
/* The layers by hand: the backward rules of Affine, ReLU, Sigmoid and Softmax-with-Loss as one
 * derives them on paper, each beside the gradient that the engine builds, and the graph of each.
 * Look at how few graph nodes a rule is. The slides' Relu class masks x < 0, a slip: x <= 0 is
 * meant, for at x = 0 their mask lets dy through. */
#include "lesson.h"

#include <math.h>

enum { N = 3, IN = 2, OUT = 4 };

static void affine_backward(const double *x, const double *w, const double *dy, double *dx,
                            double *dw, double *db)
{
    for (int n = 0; n < N; n++)
        for (int j = 0; j < OUT; j++) {
            for (int i = 0; i < IN; i++) {
                dx[n * IN + i] += dy[n * OUT + j] * w[i * OUT + j];
                dw[i * OUT + j] += x[n * IN + i] * dy[n * OUT + j];
            }
            db[j] += dy[n * OUT + j];
        }
}

/* part: rules */
static void relu_backward(const double *x, const double *dy, double *dx)
{
    for (int i = 0; i < N * OUT; i++)
        dx[i] = x[i] <= 0 ? 0 : dy[i];
}

static void sigmoid_backward(const double *x, const double *dy, double *dx)
{
    for (int i = 0; i < N * OUT; i++) {
        double y = 1 / (1 + exp(-x[i]));
        dx[i] = dy[i] * y * (1 - y);
    }
}

/* The loss, and (y - t) / N for y = softmax(a) and t one-hot at the labels. */
static double softmax_with_loss_backward(const double *a, const int32_t *label, double *da)
{
    double loss = 0;
    for (int n = 0; n < N; n++) {
        double sum = 0;
        for (int k = 0; k < OUT; k++)
            sum += exp(a[n * OUT + k]);
        for (int k = 0; k < OUT; k++)
            da[n * OUT + k] = (exp(a[n * OUT + k]) / sum - (k == label[n])) / N;
        loss -= log(exp(a[n * OUT + label[n]]) / sum) / N;
    }
    return loss;
}
/* end: rules */

/* The first numbers of both gradients, side by side, and the largest difference of all. */
static void compare(lesson *l, const char *rule, const double *hand, bb_node *gradient)
{
    bb_tensor *value = lesson_eval(l, gradient, BB_NO_FEEDS);
    const double *engine = bb_tensor_read(value);
    lesson_note(l, "%s: by hand %.9f %.9f ..., engine %.9f %.9f ...", rule, hand[0], hand[1],
                engine[0], engine[1]);
    lesson_band(l, rule, 0, 1e-12, lesson_largest_gap(bb_tensor_count(value), hand, engine));
    bb_tensor_release(value);
}

/* A variable with random numbers; to a derivation an input is no other than a weight. */
static bb_node *variable(bb_graph *g, bb_params *p, const char *name, bb_shape shape)
{
    return bb_param(g, p, name, BB_F64, shape, bb_init_normal(1));
}

static const double *numbers(const bb_node *variable)
{
    return bb_tensor_read(bb_node_tensor(variable));
}

/* part: affine */
static void affine(lesson *l, bb_graph *g, bb_params *p, bb_node *dy)
{
    bb_node *x = variable(g, p, "x", BB_SHAPE(N, IN)), *d[3];
    bb_node *w = variable(g, p, "W", BB_SHAPE(IN, OUT));
    bb_node *b = variable(g, p, "b", BB_SHAPE(OUT));
    bb_node *y = bb_add(bb_matmul(x, w), b);
    bb_grads(y, dy, BB_NODES(x, w, b), d);

    double dx[N * IN] = {0}, dw[IN * OUT] = {0}, db[OUT] = {0};
    affine_backward(numbers(x), numbers(w), numbers(dy), dx, dw, db);
    compare(l, "Affine dx = dy W'", dx, d[0]);
    compare(l, "Affine dW = x' dy", dw, d[1]);
    compare(l, "Affine db = column sums of dy", db, d[2]);
    lesson_graph(l, g, "affine", &(bb_dot_options){.outputs = BB_NODES(y, d[0], d[1], d[2])});
}
/* end: affine */

static void activations(lesson *l, bb_graph *g, bb_params *p, bb_node *dy)
{
    bb_node *x = variable(g, p, "a", BB_SHAPE(N, OUT)), *d[2];
    double by_hand[N * OUT], *at_zero = bb_tensor_data(bb_params_find(p, "a"));
    *at_zero = 0;
    bb_node *relu = bb_relu(x), *sigmoid = bb_sigmoid(x);
    bb_grads(relu, dy, BB_NODES(x), d);
    bb_grads(sigmoid, dy, BB_NODES(x), d + 1);

    relu_backward(numbers(x), numbers(dy), by_hand);
    compare(l, "ReLU dx = dy where x > 0", by_hand, d[0]);
    lesson_note(l, "The first x is 0; the slides' mask x < 0 would give %.9f there.", *numbers(dy));
    sigmoid_backward(numbers(x), numbers(dy), by_hand);
    compare(l, "Sigmoid dx = y (1 - y) dy", by_hand, d[1]);
    lesson_graph(l, g, "relu", &(bb_dot_options){.outputs = BB_NODES(relu, d[0])});
    lesson_graph(l, g, "sigmoid", &(bb_dot_options){.outputs = BB_NODES(sigmoid, d[1])});
}

static void softmax_with_loss(lesson *l, bb_graph *g, bb_params *p)
{
    const int32_t label[N] = {2, 0, 3};
    bb_node *a = variable(g, p, "scores", BB_SHAPE(N, OUT));
    bb_node *t = bb_named(bb_constant_from(g, BB_I32, BB_SHAPE(N), label), "labels");
    bb_node *loss = bb_softmax_cross_entropy(a, t), *da = bb_grad(loss, a);

    double by_hand[N * OUT];
    double loss_by_hand = softmax_with_loss_backward(numbers(a), label, by_hand);
    lesson_exact(l, "Softmax-with-Loss, the loss", loss_by_hand,
                 lesson_number(l, loss, BB_NO_FEEDS), 1e-12);
    compare(l, "Softmax-with-Loss da = (y - t) / N", by_hand, da);
    lesson_graph(l, g, "softmax_with_loss", &(bb_dot_options){.outputs = BB_NODES(loss, da)});
}

/* The worked derivation: E = |y - d|^2 / 2 and y_j = sum of w_ji z_i, so that
 * dE/dw_ji = (y_j - d_j) z_i. */
static void squared_error(lesson *l, bb_graph *g, bb_params *p)
{
    bb_node *z = variable(g, p, "z", BB_SHAPE(IN)), *w = variable(g, p, "w", BB_SHAPE(OUT, IN));
    bb_node *d = variable(g, p, "d", BB_SHAPE(OUT));
    bb_node *error = bb_half_squared_error(bb_matmul(w, z), d), *dw = bb_grad(error, w);

    double by_hand[OUT * IN];
    for (int j = 0; j < OUT; j++) {
        const double *wj = numbers(w) + j * IN;
        double y = wj[0] * numbers(z)[0] + wj[1] * numbers(z)[1];
        for (int i = 0; i < IN; i++)
            by_hand[j * IN + i] = (y - numbers(d)[j]) * numbers(z)[i];
    }
    compare(l, "dE/dw_ji = (y_j - d_j) z_i", by_hand, dw);
    lesson_graph(l, g, "squared_error", &(bb_dot_options){.outputs = BB_NODES(error, dw)});
}

int main(int argc, char **argv)
{
    lesson *l = lesson_begin(argc, argv, "12", "The layers by hand");
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(lesson_seed(l));
    bb_node *dy = variable(g, p, "dy", BB_SHAPE(N, OUT));
    affine(l, g, p, dy);
    activations(l, g, p, dy);
    softmax_with_loss(l, g, p);
    squared_error(l, g, p);
    bb_params_free(p);
    bb_graph_free(g);
    return lesson_end(l);
}
