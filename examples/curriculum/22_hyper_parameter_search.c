/* SPDX-License-Identifier: MIT */
/* Hyper-parameter search: learning rate and weight decay are drawn at random, evenly over powers of
 * ten, and each pair trains a network, which examples kept for that judge. Look at the map: the
 * pairs that do well lie between rates that get nowhere and rates that diverge, at any decay that
 * is small enough; drawing again from there would be the next step. The test set takes no part in
 * the choice: it is asked once, about the best. */
#include "lesson.h"

#include <math.h>
#include <stdlib.h>

enum { TRAIN = 400, VALIDATION = 100, BATCH = 100, HIDDEN = 50, CLASSES = 10, EPOCHS = 50 };
enum { TRIALS = 100, BEST = 6, LAST = 10 };

typedef struct trial {
    double rate, decay, train[EPOCHS + 1], validation[EPOCHS + 1]; /* accuracies */
} trial;

/* part: search */
static double draw(bb_rng *rng, double low_power, double high_power)
{
    return pow(10, low_power + (high_power - low_power) * bb_rng_uniform(rng));
}

/* The mean of the last epochs: the validation examples are few, so that one epoch says little. */
static double score(const trial *r)
{
    double sum = 0;
    for (int i = 0; i < LAST; i++)
        sum += r->validation[EPOCHS - i];
    return sum / LAST;
}

static int better_first(const void *a, const void *b)
{
    const double x = score(a), y = score(b);
    return (x < y) - (x > y);
}
/* end: search */

static bb_node *net(bb_node *x, bb_params *p)
{
    return bb_dense(bb_relu(bb_dense(x, p, "fc1", HIDDEN)), p, "fc2", CLASSES);
}

static bb_node *accuracy(bb_graph *g, bb_params *p, lesson_set s)
{
    return bb_accuracy(net(bb_constant(g, s.images), p), bb_constant(g, s.labels));
}

static void learn(lesson *l, lesson_set train, lesson_set validation, trial *r)
{
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(lesson_seed(l));
    bb_node *x = bb_input(g, "x", BB_F32, BB_SHAPE(BATCH, bb_tensor_shape(train.images).dim[1]));
    bb_node *t = bb_input(g, "t", BB_I32, BB_SHAPE(BATCH));
    bb_node *loss = bb_softmax_cross_entropy(net(x, p), t);
    const bb_optimise_options options = {.weight_decay = r->decay};
    bb_node *step = bb_optimise(loss, p, bb_optimiser_sgd(r->rate), &options);
    bb_program *program = lesson_compile(l, g, BB_NODES(step));
    bb_node *on_train = accuracy(g, p, train), *on_validation = accuracy(g, p, validation);
    bb_batches *batches = lesson_batches(l, train, BATCH, BB_SHUFFLED);
    for (int epoch = 0; epoch <= EPOCHS; epoch++) {
        r->train[epoch] = lesson_number(l, on_train, BB_NO_FEEDS);
        r->validation[epoch] = lesson_number(l, on_validation, BB_NO_FEEDS);
        const bb_tensor *xs, *ts;
        while (epoch < EPOCHS && bb_batches_next(batches, &xs, &ts))
            lesson_run(l, program, BB_FEEDS({x, xs}, {t, ts}));
    }
    bb_batches_free(batches);
    bb_program_free(program);
    bb_params_free(p);
    bb_graph_free(g);
}

static void draw_map(lesson *l, const trial *trials)
{
    static const char *const labels[] = {"the best six", "above one half", "below"};
    bb_plot *plot = bb_plot_new("Accuracy on the validation set");
    bb_plot_axes(plot, "learning rate", "weight decay");
    bb_plot_log(plot, true, true);
    for (int k = 0; k < 3; k++) {
        double x[TRIALS], y[TRIALS]; /* NaN leaves a trial out */
        for (int i = 0; i < TRIALS; i++) {
            int group = i < BEST ? 0 : score(trials + i) > 0.5 ? 1 : 2;
            x[i] = group == k ? trials[i].rate : NAN;
            y[i] = trials[i].decay;
        }
        bb_plot_points(plot, labels[k], TRIALS, x, y);
    }
    lesson_plot(l, plot, "map");
}

static void draw_best(lesson *l, const trial *trials)
{
    bb_plot *plot = bb_plot_new("The best six");
    bb_plot_columns(plot, 2);
    for (int i = 0; i < BEST; i++) {
        bb_plot_panel(plot,
                      lesson_text(l, "rate %.2g, decay %.1g", trials[i].rate, trials[i].decay));
        bb_plot_axes(plot, "epoch", "share of digits recognised");
        bb_plot_y_range(plot, 0, 1);
        bb_plot_line(plot, "training set", EPOCHS + 1, NULL, trials[i].train);
        bb_plot_line(plot, "validation set", EPOCHS + 1, NULL, trials[i].validation);
    }
    lesson_plot(l, plot, "best");
}

static void search(lesson *l, const lesson_digits *d, trial *trials)
{
    lesson_set train = lesson_rows(l, d->train, 0, TRAIN);
    lesson_set validation = lesson_rows(l, d->train, TRAIN, VALIDATION);
    bb_rng rng = {lesson_seed(l), 0};
    for (int i = 0; i < TRIALS; i++) {
        trials[i].rate = draw(&rng, -4, 1);
        trials[i].decay = draw(&rng, -6, 0);
        learn(l, train, validation, trials + i);
    }
    qsort(trials, TRIALS, sizeof *trials, better_first);

    trial best = trials[0]; /* the same again, judged by the test set */
    learn(l, train, d->test, &best);
    lesson_band(l, "the best, validation accuracy", lesson_mnist(l) ? .74 : .85, 1, score(trials));
    lesson_band(l, "the best, test accuracy", lesson_mnist(l) ? .74 : .8, .98,
                best.validation[EPOCHS]);
}

int main(int argc, char **argv)
{
    lesson *l = lesson_begin(argc, argv, "22", "Random search for hyper-parameters");
    static trial trials[TRIALS];
    lesson_digits d = lesson_read_digits(l);
    search(l, &d, trials);
    double slowest = trials->rate, fastest = trials->rate, decay = trials->decay;
    for (int i = 1; i < BEST; i++) {
        slowest = fmin(slowest, trials[i].rate);
        fastest = fmax(fastest, trials[i].rate);
        decay = fmax(decay, trials[i].decay);
    }
    lesson_band(l, "the best six, least rate", .01, 2, slowest);
    lesson_band(l, "the best six, largest rate", .01, 2, fastest);
    lesson_band(l, "the best six, largest decay", 0, .2, decay);
    lesson_report(l, "the middle trial, validation accuracy", score(trials + TRIALS / 2), "");
    draw_map(l, trials);
    draw_best(l, trials);
    return lesson_end(l);
}
