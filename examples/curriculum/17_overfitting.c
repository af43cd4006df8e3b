/* SPDX-License-Identifier: MIT */
/* Over-fitting: 1,000 digits are split into 80% for training and 20% for testing; the same network
 * learns once from all 800 and once from 40 of them. Look at the gap between the two curves: with
 * few examples it learns them by heart, and its loss on digits that it has not seen stays high and
 * rises again. */
#include "lesson.h"

enum { POOL = 1000, FEW = 40, BATCH = 20, HIDDEN = 50, CLASSES = 10, STEPS = 1500, EVERY = 25 };
enum { SHOTS = STEPS / EVERY + 1 };

/* What is measured while learning, in the order of the picture's panels. */
enum { ACCURACY, LOSS, MEASURES };

static bb_node *network(bb_node *x, bb_params *p)
{
    return bb_dense(bb_relu(bb_dense(x, p, "fc1", HIDDEN)), p, "fc2", CLASSES);
}

static double measure(lesson *l, bb_node *(*what)(bb_node *, bb_node *), bb_params *p, lesson_set s)
{
    bb_graph *g = bb_graph_new();
    bb_node *x = bb_input(g, "x", BB_F32, bb_tensor_shape(s.images));
    bb_node *t = bb_input(g, "t", BB_I32, bb_tensor_shape(s.labels));
    double number =
        lesson_number(l, what(network(x, p), t), BB_FEEDS({x, s.images}, {t, s.labels}));
    bb_graph_free(g);
    return number;
}

static lesson_set pick(lesson *l, lesson_set pool, const int64_t *order, int64_t count)
{
    lesson_set s = {bb_tensor_pick(pool.images, order, count),
                    bb_tensor_pick(pool.labels, order, count)};
    lesson_need(l, s.images && s.labels, "too few digits");
    return s;
}

static void release(lesson_set s)
{
    bb_tensor_release(s.images);
    bb_tensor_release(s.labels);
}

static void learn(lesson *l, lesson_set train, lesson_set test, double curves[2][MEASURES][SHOTS])
{
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(lesson_seed(l));
    bb_node *x = bb_input(g, "x", BB_F32, BB_SHAPE(BATCH, bb_tensor_shape(train.images).dim[1]));
    bb_node *t = bb_input(g, "t", BB_I32, BB_SHAPE(BATCH));
    bb_node *loss = bb_softmax_cross_entropy(network(x, p), t);
    bb_program *step = lesson_compile(l, g, BB_NODES(bb_adam(loss, p, 0.003)));
    bb_batches *batches = lesson_batches(l, train, BATCH, BB_DRAWN);
    bb_batches_set_endless(batches, true);
    for (int i = 0; i <= STEPS; i++) {
        for (int k = 0; k < 2 && i % EVERY == 0; k++) {
            lesson_set s = k ? test : train;
            curves[k][ACCURACY][i / EVERY] = measure(l, bb_accuracy, p, s);
            curves[k][LOSS][i / EVERY] = measure(l, bb_softmax_cross_entropy, p, s);
        }
        const bb_tensor *images, *labels;
        if (i < STEPS && bb_batches_next(batches, &images, &labels))
            lesson_run(l, step, BB_FEEDS({x, images}, {t, labels}));
    }
    bb_batches_free(batches);
    bb_program_free(step);
    bb_params_free(p);
    bb_graph_free(g);
}

static void add_panels(bb_plot *plot, const char *name, double curves[2][MEASURES][SHOTS])
{
    static const char *const what[] = {"accuracy", "cross-entropy"};
    double at[SHOTS];
    for (int i = 0; i < SHOTS; i++)
        at[i] = i * EVERY;
    for (int m = 0; m < MEASURES; m++) {
        bb_plot_panel(plot, name);
        bb_plot_axes(plot, "step", what[m]);
        bb_plot_x_range(plot, 0, STEPS);
        bb_plot_y_range(plot, 0, m == ACCURACY ? 1.05 : 3);
        bb_plot_line(plot, "training digits", SHOTS, at, curves[0][m]);
        bb_plot_line(plot, "test digits", SHOTS, at, curves[1][m]);
    }
}

/* The numbers 0 to POOL - 1 in random order (Fisher and Yates). */
static void shuffle(uint64_t seed, int64_t order_out[POOL])
{
    bb_rng rng = {seed, 0};
    for (int64_t i = 0; i < POOL; i++) {
        int64_t j = (int64_t)bb_rng_below(&rng, (uint64_t)i + 1);
        order_out[i] = order_out[j];
        order_out[j] = i;
    }
}

static void judge(lesson *l, double many[2][MEASURES][SHOTS], double few[2][MEASURES][SHOTS])
{
    const double *train_loss = few[0][LOSS], *test_loss = few[1][LOSS], last = test_loss[SHOTS - 1];
    int least = 0;
    for (int i = 0; i < SHOTS; i++)
        least = test_loss[i] < test_loss[least] ? i : least;
    lesson_band(l, "800 digits, test accuracy", 0.80, 0.99, many[1][ACCURACY][SHOTS - 1]);
    lesson_band(l, "40 digits, training accuracy", 1, 1, few[0][ACCURACY][SHOTS - 1]);
    lesson_band(l, "40 digits, test accuracy", 0.50, 0.90, few[1][ACCURACY][SHOTS - 1]);
    lesson_band(l, "test loss, 40 digits over 800", 1.3, 30, last / many[1][LOSS][SHOTS - 1]);
    lesson_band(l, "40 digits, last test loss over its least", 1.05, 3, last / test_loss[least]);
    lesson_band(l, "40 digits, training loss since that least", 0, 0.2,
                train_loss[SHOTS - 1] / train_loss[least]);
}

int main(int argc, char **argv)
{
    lesson *l = lesson_begin(argc, argv, "17", "Over-fitting");
    lesson_digits d = lesson_read_digits(l);
    int64_t order[POOL], share = POOL * 8 / 10;
    shuffle(lesson_seed(l), order);
    lesson_set many = pick(l, d.train, order, share), few = pick(l, d.train, order, FEW);
    lesson_set test = pick(l, d.train, order + share, POOL - share);
    lesson_exact(l, "digits for training", 800, (double)bb_tensor_count(many.labels), 0);
    lesson_exact(l, "digits for testing", 200, (double)bb_tensor_count(test.labels), 0);

    static double of_many[2][MEASURES][SHOTS], of_few[2][MEASURES][SHOTS];
    learn(l, many, test, of_many);
    learn(l, few, test, of_few);
    judge(l, of_many, of_few);
    bb_plot *plot = bb_plot_new("Learning from many and from few");
    bb_plot_columns(plot, 2);
    add_panels(plot, "800 digits", of_many);
    add_panels(plot, "40 digits", of_few);
    lesson_plot(l, plot, "many_and_few");
    release(many);
    release(few);
    release(test);
    return lesson_end(l);
}
