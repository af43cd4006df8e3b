/* SPDX-License-Identifier: MIT */
/* Batch normalisation (Ioffe and Szegedy 2015): the sums of each unit are brought to mean 0 and
 * variance 1 over the mini-batch, then scaled and shifted by parameters. It takes a few public
 * builders; the running mean and variance, for evaluation, are states, which nobody trains. (The
 * library's own is bb_batch_norm.) Look at how little the scale of the first weights matters with
 * it, and at how only one scale of six learns at all without. */
#include "lesson.h"

enum { EXAMPLES = 1000, BATCH = 100, HIDDEN = 100, LAYERS = 5, CLASSES = 10 };
enum { EPOCHS = 20, QUICK_EPOCHS = 8 };

/* Deviations of the first weights; the least training accuracy with normalisation, and if --quick;
 * whether they are good without. */
static const struct {
    double deviation, low, quick_low;
    bool is_good_without;
} scales[] = {
    {1, .85, .7, false},    {0.3, .95, .9, false}, {0.1, .98, .95, true},
    {0.03, .97, .9, false}, {0.01, .9, .5, false}, {0.001, .7, .3, false},
};
enum { SCALES = sizeof scales / sizeof scales[0] };

/* part: normalisation */
typedef struct updates {
    int count;
    bb_node *items[2 * LAYERS];
} updates;

/* What evaluation takes in place of `now`; training keeps it up to date. */
static bb_node *running(bb_node *now, bb_params *p, const char *name, double first, updates *u)
{
    bb_node *kept = bb_state(bb_node_graph(now), p, name, bb_node_dtype(now), bb_node_shape(now),
                             bb_init_constant(first));
    bb_node *next = bb_add(bb_mul_scalar(kept, 0.9), bb_mul_scalar(now, 0.1));
    if (u)
        u->items[u->count++] = bb_assign(kept, next);
    return u ? now : kept;
}

/* x is [examples, units]; `u` collects what training runs as well, and is NULL to evaluate. */
static bb_node *batch_norm(bb_node *x, bb_params *p, const char *name, updates *u)
{
    bb_graph *g = bb_node_graph(x);
    bb_shape units = BB_SHAPE(bb_node_shape(x).dim[1]);
    bb_scope_push(g, name);
    bb_node *gamma = bb_param(g, p, "gamma", bb_node_dtype(x), units, bb_init_constant(1));
    bb_node *beta = bb_param(g, p, "beta", bb_node_dtype(x), units, bb_init_zeros());
    bb_node *mean = bb_mean(x, BB_AXES(0));
    bb_node *variance = bb_mean(bb_square(bb_sub(x, mean)), BB_AXES(0));
    bb_node *centred = bb_sub(x, running(mean, p, "mean", 0, u));
    bb_node *deviation = bb_sqrt(bb_add_scalar(running(variance, p, "variance", 1, u), 1e-5));
    bb_scope_pop(g);
    return bb_add(bb_mul(gamma, bb_div(centred, deviation)), beta);
}
/* end: normalisation */

static void check_gradient(lesson *l)
{
    bb_gradcheck_report report;
    bb_params *p = bb_params_new(lesson_seed(l));
    bb_graph *g = bb_graph_new();
    bb_node *x = bb_param(g, p, "x", BB_F64, BB_SHAPE(5, 3), bb_init_normal(2));
    bb_node *y = batch_norm(x, p, "bn", &(updates){0});
    bb_node *gamma = bb_graph_param(g, "bn.gamma"), *beta = bb_graph_param(g, "bn.beta");
    bb_gradcheck(y, BB_NODES(x, gamma, beta), BB_NO_FEEDS, NULL, &report);
    lesson_note(l, "x, gamma and beta: %s", report.text);
    lesson_true(l, "gradients agree with central differences", report.passed);
    bb_params_free(p);
    bb_graph_free(g);
}

typedef struct trial {
    double deviation;
    bool is_normalised;
    int epochs;
    double train[EPOCHS + 1], test; /* accuracies */
} trial;

static bb_node *deep_net(bb_node *x, bb_params *p, const trial *r, updates *u)
{
    const bb_dense_options options = {.weight = bb_init_normal(r->deviation)};
    static const char *const names[][2] = {
        {"fc1", "bn1"}, {"fc2", "bn2"}, {"fc3", "bn3"}, {"fc4", "bn4"}, {"fc5", "bn5"}};
    for (int i = 0; i < LAYERS; i++) {
        x = bb_dense_with(x, p, names[i][0], HIDDEN, &options);
        x = bb_relu(r->is_normalised ? batch_norm(x, p, names[i][1], u) : x);
    }
    return bb_dense_with(x, p, "out", CLASSES, &options);
}

static bb_node *accuracy(bb_graph *g, bb_params *p, const trial *r, lesson_set s)
{
    return bb_accuracy(deep_net(bb_constant(g, s.images), p, r, NULL), bb_constant(g, s.labels));
}

static void learn(lesson *l, const lesson_digits *d, trial *r)
{
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(lesson_seed(l));
    bb_node *x = bb_input(g, "x", BB_F32, BB_SHAPE(BATCH, d->side * d->side));
    bb_node *t = bb_input(g, "t", BB_I32, BB_SHAPE(BATCH));
    updates u = {0};
    bb_node *step = bb_sgd(bb_softmax_cross_entropy(deep_net(x, p, r, &u), t), p, 0.1);
    if (u.count > 0)
        step = bb_group(BB_NODES(step, bb_group((bb_nodes){u.count, u.items})));
    bb_program *program = lesson_compile(l, g, BB_NODES(step));
    bb_node *train = accuracy(g, p, r, d->train);
    bb_node *test = accuracy(g, p, r, d->test);
    bb_batches *batches = lesson_batches(l, d->train, BATCH, BB_SHUFFLED);
    for (int epoch = 0; epoch <= r->epochs; epoch++) {
        r->train[epoch] = lesson_number(l, train, BB_NO_FEEDS);
        const bb_tensor *xs, *ts;
        while (epoch < r->epochs && bb_batches_next(batches, &xs, &ts))
            lesson_run(l, program, BB_FEEDS({x, xs}, {t, ts}));
    }
    r->test = lesson_number(l, test, BB_NO_FEEDS);
    bb_batches_free(batches);
    bb_program_free(program);
    bb_params_free(p);
    bb_graph_free(g);
}

static void judge(lesson *l, int i, const trial *with, const trial *without)
{
    bool is_quick = lesson_quick(l);
    lesson_band(l, lesson_text(l, "deviation %g, with", with->deviation),
                is_quick ? scales[i].quick_low : scales[i].low, 1, with->train[with->epochs]);
    const char *name = lesson_text(l, "deviation %g, without", with->deviation);
    if (scales[i].is_good_without)
        lesson_report(l, name, without->train[with->epochs], "");
    else
        lesson_band(l, name, .05, .2, without->train[with->epochs]);
    lesson_report(l, lesson_text(l, "deviation %g, with, test set", with->deviation), with->test,
                  "");
}

static void compare(lesson *l, const lesson_digits *d)
{
    bb_plot *plot = bb_plot_new("Accuracy on 1,000 training examples");
    bb_plot_columns(plot, 2);
    for (int i = 0; i < SCALES; i++) {
        trial with = {scales[i].deviation, true, lesson_quick(l) ? QUICK_EPOCHS : EPOCHS, {0}, 0};
        trial without = with;
        without.is_normalised = false;
        learn(l, d, &with);
        learn(l, d, &without);
        judge(l, i, &with, &without);
        bb_plot_panel(plot, lesson_text(l, "first weights of deviation %g", with.deviation));
        bb_plot_axes(plot, "epoch", "share of digits recognised");
        bb_plot_y_range(plot, 0, 1);
        bb_plot_line(plot, "with normalisation", with.epochs + 1, NULL, with.train);
        bb_plot_line(plot, "without", with.epochs + 1, NULL, without.train);
    }
    lesson_plot(l, plot, "scales");
}

int main(int argc, char **argv)
{
    lesson *l = lesson_begin(argc, argv, "21", "Batch normalisation");
    check_gradient(l);
    lesson_digits d = lesson_read_digits(l);
    d.train = lesson_rows(l, d.train, 0, EXAMPLES);
    compare(l, &d);
    return lesson_end(l);
}
