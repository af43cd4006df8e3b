/* SPDX-License-Identifier: MIT */
/* Over-fitting and two cures: a network with six hidden layers of 100 learns 300 digits by heart.
 * Weight decay pulls all weights towards zero; dropout silences units at random, so that none can
 * rely on another. Look at the gap between the accuracies on what was learnt and on the test set,
 * and at the loss on the test set: with MNIST it rises and rises when there is no cure, since the
 * network grows ever more certain of what it has wrong. */
#include "lesson.h"

enum { EXAMPLES = 300, BATCH = 100, HIDDEN = 100, LAYERS = 6, CLASSES = 10 };
enum { EPOCHS = 150, QUICK_EPOCHS = 60, EVERY = 5, POINTS = EPOCHS / EVERY + 1 };

static const struct {
    const char *name;
    double decay, dropout;
} cures[] = {
    {"no cure", 0, 0},
    {"weight decay 0.01", 0.01, 0},
    {"dropout 0.2", 0, 0.2},
    {"decay 0.01, dropout 0.1", 0.01, 0.1},
};
enum { NO_CURE, DECAY, DROPOUT, BOTH, CURES };

enum { TRAIN_ACCURACY, TEST_ACCURACY, TRAIN_LOSS, TEST_LOSS, CURVES };
typedef struct history {
    int points;
    double epoch[POINTS], curve[CURVES][POINTS];
} history;

/* part: network */
/* With a rate of 0 it is the network to measure: the parameters are the same. */
static bb_node *deep_net(bb_node *x, bb_params *p, double rate)
{
    static const char *const names[LAYERS] = {"fc1", "fc2", "fc3", "fc4", "fc5", "fc6"};
    const bb_dense_options he = {.weight = bb_init_he()};
    for (int i = 0; i < LAYERS; i++)
        x = bb_dropout(bb_relu(bb_dense_with(x, p, names[i], HIDDEN, &he)), rate);
    return bb_dense_with(x, p, "out", CLASSES, &he);
}
/* end: network */

static void measures(bb_graph *g, bb_params *p, const lesson_digits *d, bb_node *out[CURVES])
{
    for (int i = 0; i < 2; i++) {
        lesson_set s = i ? d->test : d->train;
        bb_node *logits = deep_net(bb_constant(g, s.images), p, 0), *t = bb_constant(g, s.labels);
        out[TRAIN_ACCURACY + i] = bb_accuracy(logits, t);
        out[TRAIN_LOSS + i] = bb_softmax_cross_entropy(logits, t);
    }
}

static void learn(lesson *l, const lesson_digits *d, int cure, history *h)
{
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(lesson_seed(l));
    bb_node *x = bb_input(g, "x", BB_F32, BB_SHAPE(BATCH, d->side * d->side));
    bb_node *t = bb_input(g, "t", BB_I32, BB_SHAPE(BATCH)), *measured[CURVES];
    bb_node *loss = bb_softmax_cross_entropy(deep_net(x, p, cures[cure].dropout), t);
    const bb_optimise_options options = {.weight_decay = cures[cure].decay};
    bb_node *step = bb_optimise(loss, p, bb_optimiser_momentum(0.01, 0.9), &options);
    bb_program *train = lesson_compile(l, g, BB_NODES(step));
    bb_program_set_seed(train, lesson_seed(l));
    measures(g, p, d, measured);
    bb_batches *batches = lesson_batches(l, d->train, BATCH, BB_SHUFFLED);

    const int epochs = lesson_quick(l) ? QUICK_EPOCHS : EPOCHS;
    for (int epoch = 0; epoch <= epochs; epoch++) {
        if (epoch % EVERY == 0) {
            for (int i = 0; i < CURVES; i++)
                h->curve[i][h->points] = lesson_number(l, measured[i], BB_NO_FEEDS);
            h->epoch[h->points++] = epoch;
        }
        const bb_tensor *xs, *ts;
        while (epoch < epochs && bb_batches_next(batches, &xs, &ts))
            lesson_run(l, train, BB_FEEDS({x, xs}, {t, ts}));
    }
    bb_batches_free(batches);
    bb_program_free(train);
    bb_params_free(p);
    bb_graph_free(g);
}

static double last(const history *h, int curve)
{
    return h->curve[curve][h->points - 1];
}

static void judge(lesson *l, const history h[CURES])
{
    const double low = lesson_mnist(l) ? .72 : .85, high = lesson_mnist(l) ? .84 : .985;
    lesson_band(l, "no cure, training accuracy", .99, 1, last(h, TRAIN_ACCURACY));
    for (int k = 0; k < CURES; k++) {
        const char *name = lesson_text(l, "%s, test accuracy", cures[k].name);
        if (k == NO_CURE || k == DECAY || !lesson_quick(l))
            lesson_band(l, name, low, high, last(h + k, TEST_ACCURACY));
        lesson_report(l, lesson_text(l, "%s, test loss", cures[k].name), last(h + k, TEST_LOSS),
                      "");
    }
    lesson_true(l, "weight decay lowers the test loss",
                last(h + DECAY, TEST_LOSS) < last(h + NO_CURE, TEST_LOSS));
    if (!lesson_quick(l))
        lesson_true(l, "both together lower the test loss",
                    last(h + BOTH, TEST_LOSS) < last(h + NO_CURE, TEST_LOSS));
}

static void draw_accuracies(lesson *l, const history h[CURES])
{
    bb_plot *plot = bb_plot_new("Accuracy with 300 examples");
    bb_plot_columns(plot, 2);
    for (int k = 0; k < CURES; k++) {
        bb_plot_panel(plot, cures[k].name);
        bb_plot_axes(plot, "epoch", "share of digits recognised");
        bb_plot_x_range(plot, 0, h[k].epoch[h[k].points - 1]);
        bb_plot_y_range(plot, 0, 1);
        bb_plot_line(plot, "training set", h[k].points, h[k].epoch, h[k].curve[TRAIN_ACCURACY]);
        bb_plot_line(plot, "test set", h[k].points, h[k].epoch, h[k].curve[TEST_ACCURACY]);
    }
    lesson_plot(l, plot, "accuracy");
}

static void draw_losses(lesson *l, const history h[CURES])
{
    bb_plot *plot = bb_plot_new("Loss on the test set");
    bb_plot_axes(plot, "epoch", "cross-entropy");
    bb_plot_y_range(plot, 0, 2.5);
    for (int k = 0; k < CURES; k++)
        bb_plot_line(plot, cures[k].name, h[k].points, h[k].epoch, h[k].curve[TEST_LOSS]);
    lesson_plot(l, plot, "loss");
}

int main(int argc, char **argv)
{
    lesson *l = lesson_begin(argc, argv, "20", "Weight decay and dropout against over-fitting");
    static history h[CURES];
    lesson_digits d = lesson_read_digits(l);
    d.train = lesson_rows(l, d.train, 0, EXAMPLES);
    for (int k = 0; k < CURES; k++)
        learn(l, &d, k, h + k);
    judge(l, h);
    draw_accuracies(l, h);
    draw_losses(l, h);
    return lesson_end(l);
}
