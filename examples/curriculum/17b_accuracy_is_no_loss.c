/* SPDX-License-Identifier: MIT */
/* Why a loss, when accuracy is what we want? Accuracy counts, so it is constant between its jumps
 * and its gradient is zero almost everywhere. Look at both while one weight moves: accuracy is a
 * staircase, cross-entropy a smooth curve. The engine refuses to differentiate the count. */
#include "lesson.h"

enum { DIGITS = 200, HIDDEN = 50, CLASSES = 10, SWEEP = 401, WEIGHTS = HIDDEN * CLASSES };

typedef struct point {
    double accuracy, loss;
} point;

typedef struct model {
    lesson *l;
    bb_program *program;
    bb_node *accuracy, *loss;
    bb_feeds feeds;
} model;

/* The program's two outputs with the weight at `value`; the weight is put back. */
static point measure(const model *m, double *weight, double value)
{
    double old = *weight;
    *weight = value;
    lesson_run(m->l, m->program, m->feeds);
    *weight = old;
    return (point){bb_program_number(m->program, m->accuracy),
                   bb_program_number(m->program, m->loss)};
}

static void count_zeros(const model *m, double *w)
{
    int zero_accuracy = 0, zero_loss = 0;
    const double h = 1e-4;
    for (int i = 0; i < WEIGHTS; i++) {
        point up = measure(m, w + i, w[i] + h), down = measure(m, w + i, w[i] - h);
        zero_accuracy += up.accuracy == down.accuracy;
        zero_loss += up.loss == down.loss;
    }
    lesson_band(m->l, "weights where accuracy's slope is 0", 0.98, 1,
                (double)zero_accuracy / WEIGHTS);
    lesson_band(m->l, "weights where the loss's slope is 0", 0, 0.01, (double)zero_loss / WEIGHTS);
}

static void sweep(const model *m, double *weight)
{
    double at[SWEEP], accuracy[SWEEP], loss[SWEEP];
    for (int i = 0; i < SWEEP; i++) {
        at[i] = *weight + 2.0 * i / (SWEEP - 1) - 1;
        point here = measure(m, weight, at[i]);
        accuracy[i] = here.accuracy;
        loss[i] = here.loss;
    }
    bb_plot *plot = bb_plot_new("One weight moves, 200 digits are read");
    bb_plot_panel(plot, "Accuracy");
    bb_plot_axes(plot, "weight of fc2", "accuracy");
    bb_plot_line(plot, NULL, SWEEP, at, accuracy);
    bb_plot_panel(plot, "Loss");
    bb_plot_axes(plot, "weight of fc2", "cross-entropy");
    bb_plot_line(plot, NULL, SWEEP, at, loss);
    lesson_plot(m->l, plot, "sweep");
}

int main(int argc, char **argv)
{
    lesson *l = lesson_begin(argc, argv, "17b", "Accuracy is no loss");
    lesson_digits d = lesson_read_digits(l);
    lesson_set digits = lesson_rows(l, d.train, 0, DIGITS);
    bb_tensor *xs = bb_tensor_cast(digits.images, BB_F64), *ts = digits.labels;
    lesson_need(l, xs != NULL, "out of memory");

    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(lesson_seed(l));
    bb_node *x = bb_input(g, "x", BB_F64, bb_tensor_shape(xs));
    bb_node *t = bb_input(g, "t", BB_I32, BB_SHAPE(DIGITS));
    bb_node *u = bb_dense(bb_tanh(bb_dense(x, p, "fc1", HIDDEN)), p, "fc2", CLASSES);
    model m = {.l = l,
               .accuracy = bb_accuracy(u, t),
               .loss = bb_softmax_cross_entropy(u, t),
               .feeds = BB_FEEDS({x, xs}, {t, ts})};
    bb_program *train = lesson_compile(l, g, BB_NODES(bb_sgd(m.loss, p, 0.1)));
    for (int i = 0; i < 20; i++)
        lesson_run(l, train, m.feeds);
    m.program = lesson_compile(l, g, BB_NODES(m.accuracy, m.loss));

    double *w = bb_tensor_data(bb_params_find(p, "fc2.weight"));
    count_zeros(&m, w);
    sweep(&m, w);
    bb_grad(m.accuracy, u);
    lesson_true(l, "the engine refuses accuracy's gradient", bb_graph_error(g) != NULL);
    if (bb_graph_error(g))
        lesson_note(l, "It says: %s", bb_graph_error(g));
    bb_program_free(train);
    bb_program_free(m.program);
    bb_params_free(p);
    bb_graph_free(g);
    bb_tensor_release(xs);
    return lesson_end(l);
}
