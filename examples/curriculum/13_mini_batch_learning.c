/* SPDX-License-Identifier: MIT */
/* Mini-batch learning: 100 examples drawn at random, a step of 0.1 against their gradient, 10,000
 * times, for a network with one hidden layer of 50. Look at how the loss falls though every step
 * sees other examples (figure 4-11), at the plateau that the sigmoid has to leave first, and at
 * the accuracies of training and test set, which on MNIST are nearly one line (figure 4-12).
 *
 * Slips in the documents: the gradient is said to point where the loss falls most, and the weights
 * to be moved along it; it points where the loss rises, and they are moved against it. The loss
 * that is said to be the training set's is the mini-batch's. */
#include "lesson.h"

enum { BATCH = 100, HIDDEN = 50, CLASSES = 10, STEPS = 10000, MAX_EPOCHS = 1000 };

typedef struct trial {
    const char *name;
    bb_node *(*activation)(bb_node *x);
    double mnist[2], quick_mnist[2], digits[2]; /* bands of the test accuracy */
} trial;

static const trial trials[] = {
    {"ReLU", bb_relu, {.966, .973}, {.905, .935}, {.9, .995}},
    {"sigmoid", bb_sigmoid, {.942, .951}, {.84, .88}, {.88, .995}},
};
enum { TRIALS = sizeof trials / sizeof trials[0] };

typedef struct history {
    int steps, epochs;
    double loss[STEPS], train[MAX_EPOCHS], test[MAX_EPOCHS], seconds;
} history;

/* part: network */
static bb_node *two_layer_net(bb_node *x, bb_params *p, const trial *t)
{
    const bb_dense_options small = {.weight = bb_init_normal(0.01)};
    bb_node *h = t->activation(bb_dense_with(x, p, "fc1", HIDDEN, &small));
    return bb_dense_with(h, p, "fc2", CLASSES, &small);
}

static bb_node *accuracy(bb_graph *g, bb_params *p, const trial *t, lesson_set s)
{
    return bb_accuracy(two_layer_net(bb_constant(g, s.images), p, t), bb_constant(g, s.labels));
}
/* end: network */

/* part: learning */
static void learn(lesson *l, const trial *kind, const lesson_digits *d, history *h)
{
    bb_error error = {0};
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(lesson_seed(l));
    bb_node *x = bb_input(g, "x", BB_F32, BB_SHAPE(BATCH, d->side * d->side));
    bb_node *t = bb_input(g, "t", BB_I32, BB_SHAPE(BATCH));
    bb_node *loss = bb_softmax_cross_entropy(two_layer_net(x, p, kind), t);
    bb_program *step = lesson_compile(l, g, BB_NODES(loss, bb_sgd(loss, p, 0.1)));
    bb_node *train = accuracy(g, p, kind, d->train);
    bb_node *test = accuracy(g, p, kind, d->test);
    bb_program *exam = lesson_compile(l, g, BB_NODES(train, test));
    bb_batches *batches =
        bb_batches_new(d->train.images, d->train.labels, BATCH, BB_DRAWN, lesson_seed(l), &error);
    lesson_need(l, batches != NULL, error.text);

    for (int i = 0; h->epochs < MAX_EPOCHS; h->epochs++) {
        lesson_run(l, exam, BB_NO_FEEDS);
        h->train[h->epochs] = bb_program_number(exam, train);
        h->test[h->epochs] = bb_program_number(exam, test);
        if (i == h->steps)
            break;
        double start = lesson_seconds();
        const bb_tensor *xs, *ts;
        for (; i < h->steps && bb_batches_next(batches, &xs, &ts); i++) {
            lesson_run(l, step, BB_FEEDS({x, xs}, {t, ts}));
            h->loss[i] = bb_program_number(step, loss);
        }
        h->seconds += lesson_seconds() - start;
    }
    bb_batches_free(batches);
    bb_program_free(exam);
    bb_program_free(step);
    bb_params_free(p);
    bb_graph_free(g);
}
/* end: learning */

static void judge(lesson *l, const trial *t, const history *h)
{
    double test = h->test[h->epochs], train = h->train[h->epochs];
    const double *mnist = lesson_quick(l) ? t->quick_mnist : t->mnist;
    const double *band = lesson_mnist(l) ? mnist : t->digits;
    lesson_band(l, lesson_text(l, "%s, test accuracy", t->name), band[0], band[1], test);
    lesson_band(l, lesson_text(l, "%s, training less test accuracy", t->name), -.02,
                lesson_mnist(l) ? .02 : .08, train - test);
    lesson_report(l, lesson_text(l, "%s, training took", t->name), h->seconds, "s");
}

static void draw_losses(lesson *l, const history *h)
{
    bb_plot *plot = bb_plot_new("Loss of the mini-batch");
    for (int panel = 0; panel < 2; panel++) {
        bb_plot_panel(plot, panel == 0 ? "all iterations" : "the first 1,000");
        bb_plot_axes(plot, "iteration", "cross-entropy");
        bb_plot_y_range(plot, 0, 3);
        for (int k = TRIALS - 1; k >= 0; k--)
            bb_plot_line(plot, trials[k].name, panel == 0 ? h[k].steps : 1000, NULL, h[k].loss);
    }
    lesson_plot(l, plot, "loss");
}

static void draw_accuracies(lesson *l, const history *h)
{
    bb_plot *plot = bb_plot_new("Accuracy after each epoch");
    for (int k = 0; k < TRIALS; k++) {
        bb_plot_panel(plot, trials[k].name);
        bb_plot_axes(plot, "epoch", "share of digits recognised");
        bb_plot_y_range(plot, 0, 1);
        bb_plot_line(plot, "training set", h[k].epochs + 1, NULL, h[k].train);
        bb_plot_line(plot, "test set", h[k].epochs + 1, NULL, h[k].test);
    }
    lesson_plot(l, plot, "accuracy");
}

int main(int argc, char **argv)
{
    lesson *l = lesson_begin(argc, argv, "13", "Mini-batch learning");
    lesson_digits d = lesson_read_digits(l);
    static history h[TRIALS];
    for (int k = 0; k < TRIALS; k++) {
        h[k].steps = lesson_quick(l) ? lesson_mnist(l) ? 1000 : 3000 : STEPS;
        learn(l, trials + k, &d, h + k);
        judge(l, trials + k, h + k);
    }
    draw_losses(l, h);
    draw_accuracies(l, h);
    return lesson_end(l);
}
