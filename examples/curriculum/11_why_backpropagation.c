/* SPDX-License-Identifier: MIT */
/* Why back-propagation: a 784-50-10 network has 39,760 parameters, so central differences run the
 * forward pass 79,520 times for one gradient; back-propagation runs once. Look at the ratio of the
 * two times, both of one thread. The slide's update rule reads W <- W + rate dL/dW, a slip: the
 * gradient points uphill, so the sign must be a minus. */
#include "lesson.h"

enum { BATCH = 100, PIXELS = 784, HIDDEN = 50, CLASSES = 10, TENSORS = 4, REPEATS = 100 };
enum { PARAMETERS = 39760, SHOWN = HIDDEN * CLASSES + CLASSES };

static bb_node *two_layer_net(bb_node *x, bb_params *p, bb_node **w)
{
    bb_graph *g = bb_node_graph(x);
    bb_init small = bb_init_normal(0.01), zeros = bb_init_zeros();
    w[0] = bb_param(g, p, "W1", BB_F64, BB_SHAPE(PIXELS, HIDDEN), small);
    w[1] = bb_param(g, p, "b1", BB_F64, BB_SHAPE(HIDDEN), zeros);
    w[2] = bb_param(g, p, "W2", BB_F64, BB_SHAPE(HIDDEN, CLASSES), small);
    w[3] = bb_param(g, p, "b2", BB_F64, BB_SHAPE(CLASSES), zeros);
    bb_node *h = bb_sigmoid(bb_add(bb_matmul(x, w[0]), w[1]));
    return bb_add(bb_matmul(h, w[2]), w[3]);
}

/* The first images of MNIST; without it random pixels, which cost as much to differentiate. */
static void take_batch(lesson *l, bb_tensor **xs, bb_tensor **ts)
{
    *xs = bb_tensor_new(BB_F64, BB_SHAPE(BATCH, PIXELS));
    *ts = bb_tensor_new(BB_I32, BB_SHAPE(BATCH));
    lesson_need(l, *xs && *ts, "out of memory");
    bb_tensor_fill_uniform(*xs, 0, 1, lesson_seed(l));
    for (int i = 0; i < BATCH; i++)
        ((int32_t *)bb_tensor_data(*ts))[i] = i % CLASSES;
    if (!lesson_mnist(l))
        return;
    lesson_digits digits = lesson_read_digits(l);
    for (int i = 0; i < BATCH * PIXELS; i++)
        ((double *)bb_tensor_data(*xs))[i] = bb_tensor_at(digits.train.images, i);
    for (int i = 0; i < BATCH; i++)
        ((int32_t *)bb_tensor_data(*ts))[i] = (int32_t)bb_tensor_at(digits.train.labels, i);
}

typedef struct model {
    bb_params *params;
    bb_node *w[TENSORS], *dw[TENSORS], *loss;
    bb_program *forward, *backward; /* the loss; the loss and its gradients */
    bb_feeds feeds;
} model;

/* Gradients found in both ways, of the parameters that were moved, one after the other. */
typedef struct gradients {
    int parameters, moved, passes;
    double by_differences[PARAMETERS], by_engine[PARAMETERS];
} gradients;

/* The loss with the number moved by `by`; it is put back. */
static double loss_at(lesson *l, const model *m, double *number, double by)
{
    double old = *number;
    *number = old + by;
    lesson_run(l, m->forward, m->feeds);
    *number = old;
    return bb_program_number(m->forward, m->loss);
}

/* Moves each parameter whose number is a multiple of `every`; returns the seconds it took. */
static double differentiate_numerically(lesson *l, const model *m, int every, gradients *out)
{
    const double h = 1e-4;
    double start = lesson_seconds();
    for (int k = 0; k < TENSORS; k++) {
        bb_tensor *tensor = bb_params_find(m->params, bb_node_name(m->w[k]));
        const bb_tensor *exact = bb_program_value(m->backward, m->dw[k]);
        double *numbers = bb_tensor_data(tensor);
        for (int64_t i = 0; i < bb_tensor_count(tensor); i++) {
            if (out->parameters++ % every != 0)
                continue;
            double rise = loss_at(l, m, numbers + i, h) - loss_at(l, m, numbers + i, -h);
            out->passes += 2;
            out->by_differences[out->moved] = rise / (2 * h);
            out->by_engine[out->moved++] = bb_tensor_at(exact, i);
        }
    }
    return lesson_seconds() - start;
}

/* The seconds that one gradient takes. */
static double differentiate_backward(lesson *l, const model *m)
{
    lesson_run(l, m->backward, m->feeds);
    double start = lesson_seconds();
    for (int i = 0; i < REPEATS; i++)
        lesson_run(l, m->backward, m->feeds);
    return (lesson_seconds() - start) / REPEATS;
}

static void compare(lesson *l, const model *m)
{
    static gradients both;
    int every = lesson_quick(l) ? 80 : 1;
    double backward_time = differentiate_backward(l, m);
    double numeric_time = differentiate_numerically(l, m, every, &both) * every;
    lesson_exact(l, "parameters", PARAMETERS, both.parameters, 0);
    lesson_exact(l, "forward passes of central differences", 79520.0 / every, both.passes, 0);
    if (every > 1)
        lesson_note(l, "Quick: one parameter in %d was moved; the time is scaled.", every);
    lesson_report(l, "time of central differences", numeric_time, "s");
    lesson_report(l, "time of back-propagation", backward_time, "s");
    lesson_report(l, "ratio", numeric_time / backward_time, "");
    lesson_band(l, "largest difference of the gradients", 0, 1e-8,
                lesson_largest_gap(both.moved, both.by_differences, both.by_engine));

    int shown = both.moved < SHOWN ? both.moved : SHOWN;
    const double *last = both.by_engine + both.moved - shown;
    bb_plot *plot =
        bb_plot_new(lesson_text(l, "The slopes of %d weights, found in two ways", shown));
    bb_plot_axes(plot, "dL/dw by back-propagation", "dL/dw by central differences");
    bb_plot_points(plot, NULL, shown, last, both.by_differences + both.moved - shown);
    lesson_plot(l, plot, "gradients");
}

int main(int argc, char **argv)
{
    lesson *l = lesson_begin(argc, argv, "11", "Why back-propagation");
    bb_graph *g = bb_graph_new();
    bb_tensor *xs, *ts;
    take_batch(l, &xs, &ts);

    model m = {.params = bb_params_new(lesson_seed(l))};
    bb_node *x = bb_input(g, "x", BB_F64, BB_SHAPE(BATCH, PIXELS));
    bb_node *t = bb_input(g, "t", BB_I32, BB_SHAPE(BATCH));
    m.loss = bb_softmax_cross_entropy(two_layer_net(x, m.params, m.w), t);
    m.feeds = BB_FEEDS({x, xs}, {t, ts});
    bb_grads(m.loss, NULL, (bb_nodes){TENSORS, m.w}, m.dw);
    m.forward = lesson_compile(l, g, BB_NODES(m.loss));
    m.backward = lesson_compile(l, g, BB_NODES(m.loss, m.dw[0], m.dw[1], m.dw[2], m.dw[3]));
    bb_program_set_threads(m.forward, 1);
    bb_program_set_threads(m.backward, 1);
    compare(l, &m);

    bb_program_free(m.forward);
    bb_program_free(m.backward);
    bb_params_free(m.params);
    bb_graph_free(g);
    bb_tensor_release(xs);
    bb_tensor_release(ts);
    return lesson_end(l);
}
