/* SPDX-License-Identifier: MIT */
/* Why back-propagation: a 784-50-10 network has 39,760 parameters, so central differences run the
 * forward pass 79,520 times for one gradient; back-propagation runs once. Look at the ratio of the
 * two times, both of one thread. The slide's update rule reads W <- W + rate dL/dW, a slip: the
 * gradient points uphill, so the sign must be a minus. */
#include "lesson.h"

#include <math.h>

enum { BATCH = 100, PIXELS = 784, HIDDEN = 50, CLASSES = 10, TENSORS = 4, REPEATS = 100 };

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

/* The loss with w moved by `by`; w is put back. */
static double loss_at(lesson *l, bb_program *forward, bb_node *loss, bb_feeds feeds, double *w,
                      double by)
{
    double old = *w;
    *w = old + by;
    lesson_run(l, forward, feeds);
    *w = old;
    return bb_program_number(forward, loss);
}

int main(int argc, char **argv)
{
    lesson *l = lesson_begin(argc, argv, "11", "Why back-propagation");
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(lesson_seed(l));
    bb_tensor *xs, *ts;
    take_batch(l, &xs, &ts);

    bb_node *x = bb_input(g, "x", BB_F64, BB_SHAPE(BATCH, PIXELS));
    bb_node *t = bb_input(g, "t", BB_I32, BB_SHAPE(BATCH)), *w[TENSORS], *dw[TENSORS];
    bb_node *loss = bb_softmax_cross_entropy(two_layer_net(x, p, w), t);
    bb_grads(loss, NULL, BB_NODES(w[0], w[1], w[2], w[3]), dw);
    bb_program *forward = lesson_compile(l, g, BB_NODES(loss));
    bb_program *backward = lesson_compile(l, g, BB_NODES(loss, dw[0], dw[1], dw[2], dw[3]));
    bb_program_set_threads(forward, 1);
    bb_program_set_threads(backward, 1);
    bb_feeds feeds = BB_FEEDS({x, xs}, {t, ts});

    lesson_run(l, backward, feeds);
    double start = lesson_seconds();
    for (int i = 0; i < REPEATS; i++)
        lesson_run(l, backward, feeds);
    double analytic_time = (lesson_seconds() - start) / REPEATS;

    const double h = 1e-4;
    int every = lesson_quick(l) ? 80 : 1, parameters = 0, passes = 0, in_w2 = 0;
    double largest = 0, by_engine[HIDDEN * CLASSES], by_differences[HIDDEN * CLASSES];
    start = lesson_seconds();
    for (int k = 0; k < TENSORS; k++) {
        bb_tensor *tensor = bb_params_find(p, bb_node_name(w[k]));
        double *numbers = bb_tensor_data(tensor);
        for (int64_t i = 0; i < bb_tensor_count(tensor); i++) {
            if (parameters++ % every != 0)
                continue;
            double up = loss_at(l, forward, loss, feeds, numbers + i, h);
            double down = loss_at(l, forward, loss, feeds, numbers + i, -h);
            double slope = (up - down) / (2 * h);
            double exact = bb_tensor_at(bb_program_value(backward, dw[k]), i);
            largest = fmax(largest, fabs(slope - exact));
            passes += 2;
            if (k == 2) {
                by_engine[in_w2] = exact;
                by_differences[in_w2++] = slope;
            }
        }
    }
    double numeric_time = (lesson_seconds() - start) * every;

    lesson_exact(l, "parameters", 39760, parameters, 0);
    lesson_exact(l, "forward passes of central differences", 79520, passes * every, 0);
    if (every > 1)
        lesson_note(l, "Quick: one parameter in %d was differenced; its time is scaled.", every);
    lesson_report(l, "time of central differences", numeric_time, "s");
    lesson_report(l, "time of back-propagation", analytic_time, "s");
    lesson_report(l, "ratio", numeric_time / analytic_time, "");
    lesson_band(l, "largest difference of the gradients", 0, 1e-8, largest);

    bb_plot *plot = bb_plot_new("One gradient, found in two ways: the 500 weights W2");
    bb_plot_axes(plot, "dL/dW2 by back-propagation", "dL/dW2 by central differences");
    bb_plot_points(plot, NULL, in_w2, by_engine, by_differences);
    lesson_plot(l, plot, "gradients");
    bb_program_free(forward);
    bb_program_free(backward);
    bb_params_free(p);
    bb_graph_free(g);
    bb_tensor_release(xs);
    bb_tensor_release(ts);
    return lesson_end(l);
}
