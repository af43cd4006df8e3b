/* SPDX-License-Identifier: MIT */
/* The seminar's exercise: its regression network made a classifier. Two outputs, softmax and
 * cross-entropy stand in place of one output and the squared error; a second hidden layer follows
 * the spirals. Look at the backward rule, which is as simple: dL/dw = (yp - yt) z, by hand and by
 * the engine; then at the border that the network draws between the two arms. */
#include "lesson.h"

#include <math.h>

enum { HIDDEN = 30, CLASSES = 2, POINTS = 300, GRID = 81, RUNS = 1500 };

static bb_node *network(bb_node *z, bb_params *p)
{
    return bb_dense(z, p, "output", CLASSES);
}

static bb_node *hidden(bb_node *x, bb_params *p)
{
    const bb_dense_options he = {.weight = bb_init_he(), .bias = bb_init_uniform(1)};
    bb_node *z = bb_relu(bb_dense_with(x, p, "hidden1", HIDDEN, &he));
    return bb_relu(bb_dense_with(z, p, "hidden2", HIDDEN, &he));
}

/* Two spiral arms, by turns a point of the one and of the other. */
static void draw_spirals(uint64_t key, double *x, int32_t *t)
{
    bb_rng place = {key, 0}, noise = {bb_rng_key(key, 1), 0};
    for (int i = 0; i < POINTS; i++) {
        t[i] = i % CLASSES;
        double r = 0.1 + 0.9 * bb_rng_uniform(&place);
        double angle = 5 * r + 0.15 * bb_rng_normal(&noise) + t[i] * acos(-1);
        x[2 * i] = r * cos(angle);
        x[2 * i + 1] = r * sin(angle);
    }
}

/* The gradient of the output's weights: the mean over all points of (yp - yt) z. */
static double by_hand(const bb_tensor *yp, const int32_t *t, const bb_tensor *z, int i, int j)
{
    double sum = 0;
    for (int n = 0; n < POINTS; n++)
        sum += (bb_tensor_at(yp, n * CLASSES + j) - (t[n] == j)) * bb_tensor_at(z, n * HIDDEN + i);
    return sum / POINTS;
}

static void show_border(lesson *l, bb_params *p, const double *x)
{
    static double at[GRID * GRID * 2], of_one[GRID * GRID];
    for (int i = 0; i < GRID * GRID; i++) {
        at[2 * i] = 2.4 * (i % GRID) / (GRID - 1) - 1.2;
        at[2 * i + 1] = 2.4 * (i / GRID) / (GRID - 1) - 1.2;
    }
    bb_graph *g = bb_graph_new();
    bb_tensor *grid = bb_tensor_from(BB_F64, BB_SHAPE(GRID * GRID, 2), at);
    bb_node *y = bb_softmax(network(hidden(bb_constant(g, grid), p), p), 1);
    bb_tensor *share = lesson_eval(l, y, BB_NO_FEEDS);
    for (int i = 0; i < GRID * GRID; i++)
        of_one[i] = bb_tensor_at(share, 2 * i + 1);

    bb_plot *plot = bb_plot_new("Classification: the probability of arm 1");
    bb_plot_axes(plot, "x1", "x2");
    bb_plot_equal_axes(plot);
    bb_plot_contours(plot, GRID, GRID, of_one, -1.2, 1.2, -1.2, 1.2, 3,
                     (const double[]){0.1, 0.5, 0.9});
    double x1[POINTS / 2], x2[POINTS / 2];
    for (int arm = 0; arm < CLASSES; arm++) {
        for (int i = 0; i < POINTS / 2; i++) {
            x1[i] = x[2 * (2 * i + arm)];
            x2[i] = x[2 * (2 * i + arm) + 1];
        }
        bb_plot_points(plot, arm ? "arm 1" : "arm 0", POINTS / 2, x1, x2);
    }
    lesson_plot(l, plot, "border");
    bb_tensor_release(share);
    bb_tensor_release(grid);
    bb_graph_free(g);
}

/* What the network gives, its loss, and the two programs over both. */
typedef struct model {
    bb_node *x, *label, *z, *yp, *dw, *loss, *accuracy;
    bb_program *look, *train;
} model;

static model model_new(lesson *l, bb_graph *g, bb_params *p)
{
    model m = {.x = bb_input(g, "x", BB_F64, BB_SHAPE(POINTS, 2)),
               .label = bb_input(g, "t", BB_I32, BB_SHAPE(POINTS))};
    m.z = hidden(m.x, p);
    bb_node *u = network(m.z, p);
    m.yp = bb_softmax(u, 1);
    m.loss = bb_softmax_cross_entropy(u, m.label);
    m.accuracy = bb_accuracy(u, m.label);
    m.dw = bb_grad(m.loss, bb_graph_param(g, "output.weight"));
    m.look = lesson_compile(l, g, BB_NODES(m.z, m.yp, m.dw, m.accuracy));
    m.train = lesson_compile(l, g, BB_NODES(m.loss, bb_adam(m.loss, p, 0.01)));
    return m;
}

static void derivation(lesson *l, const model *m, bb_feeds feeds, const int32_t *t)
{
    lesson_run(l, m->look, feeds);
    double hand[HIDDEN * CLASSES];
    const double *engine = bb_tensor_read(bb_program_value(m->look, m->dw));
    for (int k = 0; k < HIDDEN * CLASSES; k++) {
        hand[k] = by_hand(bb_program_value(m->look, m->yp), t, bb_program_value(m->look, m->z),
                          k / CLASSES, k % CLASSES);
        if (k < 12 && k % CLASSES == 0)
            lesson_note(l, "dL/dw[%2d][0]: by hand %13.9f, engine %13.9f", k / CLASSES, hand[k],
                        engine[k]);
    }
    lesson_band(l, "dL/dw = (yp - yt) z, largest difference", 0, 1e-12,
                lesson_largest_gap(HIDDEN * CLASSES, hand, engine));
}

static double accuracy(lesson *l, const model *m, bb_feeds feeds)
{
    lesson_run(l, m->look, feeds);
    return bb_program_number(m->look, m->accuracy);
}

int main(int argc, char **argv)
{
    lesson *l = lesson_begin(argc, argv, "15b", "The seminar's exercise: classification");
    double train_x[2 * POINTS], test_x[2 * POINTS];
    int32_t t[POINTS]; /* of both */
    draw_spirals(bb_rng_key(lesson_seed(l), 1), test_x, t);
    draw_spirals(bb_rng_key(lesson_seed(l), 0), train_x, t);
    bb_tensor *xs = bb_tensor_from(BB_F64, BB_SHAPE(POINTS, 2), train_x);
    bb_tensor *ts = bb_tensor_from(BB_I32, BB_SHAPE(POINTS), t);
    bb_tensor *tests = bb_tensor_from(BB_F64, BB_SHAPE(POINTS, 2), test_x);

    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(lesson_seed(l));
    model m = model_new(l, g, p);
    bb_feeds train = BB_FEEDS({m.x, xs}, {m.label, ts});
    derivation(l, &m, train, t);
    for (int i = 0; i < RUNS; i++)
        lesson_run(l, m.train, train);
    lesson_band(l, "cross-entropy after training", 0, 0.05, bb_program_number(m.train, m.loss));
    lesson_band(l, "training accuracy", 0.98, 1, accuracy(l, &m, train));
    lesson_band(l, "accuracy of points not seen", 0.95, 1,
                accuracy(l, &m, BB_FEEDS({m.x, tests}, {m.label, ts})));
    show_border(l, p, train_x);
    bb_program_free(m.look);
    bb_program_free(m.train);
    bb_params_free(p);
    bb_graph_free(g);
    bb_tensor_release(xs);
    bb_tensor_release(ts);
    bb_tensor_release(tests);
    return lesson_end(l);
}
