/* SPDX-License-Identifier: MIT */
/* Optimisers at work: seven update rules, then four regimes of plain descent, train one network
 * from the same weights on the same 1,000 digits. Look at what an epoch buys: descent on everything
 * makes one step of it, mini-batches ten, online and stochastic learning a thousand noisy ones. */
#include "lesson.h"

enum { EXAMPLES = 1000, HIDDEN = 50, CLASSES = 10, MAX_POINTS = 512 };

/* How to learn: so many examples a step, and in what order; `low` is the least test accuracy. */
typedef struct regime {
    const char *name;
    bb_optimiser optimiser;
    int64_t batch;
    bb_batch_order order;
    double low;
} regime;

static bb_node *two_layer_net(bb_node *x, bb_params *p)
{
    return bb_dense(bb_relu(bb_dense(x, p, "fc1", HIDDEN)), p, "fc2", CLASSES);
}

/* bb_softmax_cross_entropy or bb_accuracy of the whole set. */
static double measure(lesson *l, bb_node *(*what)(bb_node *, bb_node *), bb_params *p, lesson_set s)
{
    bb_graph *g = bb_graph_new();
    bb_node *x = bb_input(g, "x", BB_F32, bb_tensor_shape(s.images));
    bb_node *t = bb_input(g, "t", BB_I32, bb_tensor_shape(s.labels));
    double number =
        lesson_number(l, what(two_layer_net(x, p), t), BB_FEEDS({x, s.images}, {t, s.labels}));
    bb_graph_free(g);
    return number;
}

/* Learns for some epochs and draws the loss of all training examples. */
static void learn(lesson *l, bb_plot *plot, const regime *r, int epochs, const lesson_digits *d)
{
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(lesson_seed(l));
    bb_node *x = bb_input(g, "x", BB_F32, BB_SHAPE(r->batch, d->side * d->side));
    bb_node *t = bb_input(g, "t", BB_I32, BB_SHAPE(r->batch));
    bb_node *loss = bb_softmax_cross_entropy(two_layer_net(x, p), t);
    bb_program *step = lesson_compile(l, g, BB_NODES(bb_optimise(loss, p, r->optimiser, NULL)));
    bb_batches *batches = lesson_batches(l, d->train, r->batch, r->order);

    double epoch[MAX_POINTS], losses[MAX_POINTS];
    int points = 0;
    bb_batches_set_endless(batches, true);
    int64_t every = r->batch < 100 ? 100 / r->batch : 1, steps = epochs * (EXAMPLES / r->batch);
    for (int64_t i = 0; i <= steps; i++) {
        if (i % every == 0 && points < MAX_POINTS) {
            epoch[points] = (double)(i * r->batch) / EXAMPLES;
            losses[points++] = measure(l, bb_softmax_cross_entropy, p, d->train);
        }
        const bb_tensor *xs, *ts;
        if (i < steps && bb_batches_next(batches, &xs, &ts))
            lesson_run(l, step, BB_FEEDS({x, xs}, {t, ts}));
    }
    bb_plot_line(plot, r->name, points, epoch, losses);
    lesson_band(l, lesson_text(l, "%s, test accuracy", r->name), r->low, 0.99,
                measure(l, bb_accuracy, p, d->test));
    bb_batches_free(batches);
    bb_program_free(step);
    bb_params_free(p);
    bb_graph_free(g);
}

static void compare(lesson *l, const char *title, const char *picture, const regime *regimes,
                    int count, int epochs, const lesson_digits *d)
{
    bb_plot *plot = bb_plot_new(title);
    bb_plot_axes(plot, "epoch", "cross-entropy of the training set");
    bb_plot_log(plot, false, true);
    for (int i = 0; i < count; i++)
        learn(l, plot, regimes + i, epochs, d);
    lesson_plot(l, plot, picture);
}

int main(int argc, char **argv)
{
    lesson *l = lesson_begin(argc, argv, "14b", "Optimisers and regimes on digits");
    lesson_digits d = lesson_read_digits(l);
    d.train = lesson_rows(l, d.train, 0, EXAMPLES);

    const regime optimisers[] = {
        {"SGD", bb_optimiser_sgd(0.1), 100, BB_DRAWN, 0.82},
        {"Momentum", bb_optimiser_momentum(0.02, 0.9), 100, BB_DRAWN, 0.82},
        {"Nesterov", bb_optimiser_nesterov(0.02, 0.9), 100, BB_DRAWN, 0.82},
        {"AdaGrad", bb_optimiser_adagrad(0.05), 100, BB_DRAWN, 0.82},
        {"Adadelta", bb_optimiser_adadelta(1), 100, BB_DRAWN, 0.82},
        {"RMSProp", bb_optimiser_rmsprop(0.003), 100, BB_DRAWN, 0.82},
        {"Adam", bb_optimiser_adam(0.005), 100, BB_DRAWN, 0.82},
    };
    const regime regimes[] = {
        {"on everything, rate 0.5", bb_optimiser_sgd(0.5), EXAMPLES, BB_IN_ORDER, 0.74},
        {"mini-batches of 100, rate 0.1", bb_optimiser_sgd(0.1), 100, BB_DRAWN, 0.82},
        {"stochastic, rate 0.01", bb_optimiser_sgd(0.01), 1, BB_DRAWN, 0.84},
        {"online, rate 0.01", bb_optimiser_sgd(0.01), 1, BB_IN_ORDER, 0.84},
    };
    compare(l, "Seven optimisers, mini-batches of 100", "optimisers", optimisers,
            sizeof optimisers / sizeof optimisers[0], 20, &d);
    compare(l, "Four regimes of gradient descent", "regimes", regimes,
            sizeof regimes / sizeof regimes[0], 20, &d);
    return lesson_end(l);
}
