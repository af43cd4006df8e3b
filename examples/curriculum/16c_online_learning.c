/* SPDX-License-Identifier: MIT */
/* The study report's third notebook, stochastic gradient descent: a 2-10-1 network learns
 * y = 3 x1 + 2 x2 from 1,000 random points, one after the other, once each (one epoch of online
 * learning), at rate 0.07. Look at the two runs, which start from the same weights: the report's
 * formulas by hand, and the engine's step; their errors stay equal to the last digits. */
#include "lesson.h"

#include <math.h>

enum { POINTS = 1000, HIDDEN = 10, FEW = 100 };

static const double rate = 0.07;

typedef struct weights {
    double w1[2][HIDDEN], b1[HIDDEN], w2[HIDDEN], b2;
} weights;

static double sigmoid(double u)
{
    return 1 / (1 + exp(-u));
}

/* One step of w <- w - rate dE/dw by hand; the error before it. */
static double step_by_hand(weights *w, const double *x, double d)
{
    double z1[HIDDEN], y = w->b2;
    for (int j = 0; j < HIDDEN; j++) {
        z1[j] = sigmoid(x[0] * w->w1[0][j] + x[1] * w->w1[1][j] + w->b1[j]);
        y += z1[j] * w->w2[j];
    }
    double delta2 = y - d;
    for (int j = 0; j < HIDDEN; j++) {
        double delta1 = delta2 * w->w2[j] * z1[j] * (1 - z1[j]);
        w->w2[j] -= rate * delta2 * z1[j];
        w->b1[j] -= rate * delta1;
        w->w1[0][j] -= rate * delta1 * x[0];
        w->w1[1][j] -= rate * delta1 * x[1];
    }
    w->b2 -= rate * delta2;
    return delta2 * delta2 / 2;
}

static void take(const bb_params *p, const char *name, double *into)
{
    const bb_tensor *t = bb_params_find(p, name);
    for (int64_t i = 0; i < bb_tensor_count(t); i++)
        into[i] = bb_tensor_at(t, i);
}

static weights weights_of(const bb_params *p)
{
    weights w;
    take(p, "fc1.weight", w.w1[0]);
    take(p, "fc1.bias", w.b1);
    take(p, "fc2.weight", w.w2);
    take(p, "fc2.bias", &w.b2);
    return w;
}

static void draw_points(uint64_t seed, double xs[POINTS][2], double ds[POINTS])
{
    bb_rng rng = {seed, 0};
    for (int i = 0; i < POINTS; i++) {
        xs[i][0] = bb_rng_uniform(&rng);
        xs[i][1] = bb_rng_uniform(&rng);
        ds[i] = 3 * xs[i][0] + 2 * xs[i][1];
    }
}

/* The error before each step, in both ways. */
static void learn(lesson *l, lesson_set points, double by_hand[POINTS], double by_engine[POINTS])
{
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(lesson_seed(l));
    const bb_dense_options normal = {.weight = bb_init_normal(1), .bias = bb_init_normal(1)};
    bb_node *x = bb_input(g, "x", BB_F64, BB_SHAPE(1, 2));
    bb_node *d = bb_input(g, "d", BB_F64, BB_SHAPE(1, 1));
    bb_node *z1 = bb_sigmoid(bb_dense_with(x, p, "fc1", HIDDEN, &normal));
    bb_node *e = bb_half_squared_error(bb_dense_with(z1, p, "fc2", 1, &normal), d);
    bb_program *step = lesson_compile(l, g, BB_NODES(e, bb_sgd(e, p, rate)));
    bb_batches *one_by_one = lesson_batches(l, points, 1, BB_IN_ORDER);
    weights w = weights_of(p);
    const bb_tensor *one_x, *one_d;
    for (int i = 0; bb_batches_next(one_by_one, &one_x, &one_d); i++) {
        by_hand[i] = step_by_hand(&w, bb_tensor_read(one_x), bb_tensor_at(one_d, 0));
        lesson_run(l, step, BB_FEEDS({x, one_x}, {d, one_d}));
        by_engine[i] = bb_program_number(step, e);
    }
    bb_batches_free(one_by_one);
    bb_program_free(step);
    bb_params_free(p);
    bb_graph_free(g);
}

static double mean(const double *value, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += value[i];
    return sum / n;
}

int main(int argc, char **argv)
{
    lesson *l = lesson_begin(argc, argv, "16c", "Online learning of a plane");
    static double xs[POINTS][2], ds[POINTS], by_hand[POINTS], by_engine[POINTS];
    draw_points(lesson_seed(l), xs, ds);
    lesson_set points = {bb_tensor_from(BB_F64, BB_SHAPE(POINTS, 2), xs),
                         bb_tensor_from(BB_F64, BB_SHAPE(POINTS, 1), ds)};
    learn(l, points, by_hand, by_engine);
    lesson_note(l, "Last error by hand %.12f, engine %.12f", by_hand[POINTS - 1],
                by_engine[POINTS - 1]);
    lesson_band(l, "by hand and engine, largest difference", 0, 1e-10,
                lesson_largest_gap(POINTS, by_hand, by_engine));
    lesson_band(l, "mean error of the first 100 points", 0.05, 2, mean(by_engine, FEW));
    lesson_band(l, "mean error of the last 100 points", 0, 0.015,
                mean(by_engine + POINTS - FEW, FEW));

    bb_plot *plot = bb_plot_new("One epoch of online learning, rate 0.07");
    bb_plot_axes(plot, "point", "half the squared error");
    bb_plot_log(plot, false, true);
    bb_plot_points(plot, "by hand", POINTS, NULL, by_hand);
    bb_plot_line(plot, "by the engine", POINTS, NULL, by_engine);
    lesson_plot(l, plot, "errors");
    bb_tensor_release(points.images);
    bb_tensor_release(points.labels);
    return lesson_end(l);
}
