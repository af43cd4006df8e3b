/* SPDX-License-Identifier: MIT */
/* The seminar's network for regression: a hidden layer of ReLU, then the identity and a mean
 * squared error. Look at the gradients by hand, dL/dw = 2 (yp - yt) z for the output and
 * 2 (yp - yt) w Theta(u) x for the hidden layer, beside the engine's; then at the curve that it
 * fits. 15b is the seminar's exercise. */
#include "lesson.h"

#include <math.h>
#include <string.h>

enum { IN = 3, UNITS = 2, HIDDEN = 30, POINTS = 200, GRID = 61, RUNS = 2000 };

static bb_node *network(bb_node *x, bb_params *p, int64_t hidden, int64_t outputs)
{
    const bb_dense_options he = {.weight = bb_init_he(), .bias = bb_init_uniform(1)};
    return bb_dense(bb_relu(bb_dense_with(x, p, "hidden", hidden, &he)), p, "output", outputs);
}

static void side_by_side(lesson *l, const char *name, int i, double by_hand, double by_engine)
{
    lesson_exact(l, lesson_text(l, "dL/d%s %d, by hand and engine", name, i + 1), by_hand,
                 by_engine, 1e-12);
}

static void set(bb_params *p, const char *name, const double *numbers, size_t count)
{
    memcpy(bb_tensor_data(bb_params_find(p, name)), numbers, count * sizeof *numbers);
}

/* One example, as on the slides: three inputs, two hidden units, one output. The second unit's sum
 * is negative: Theta(u) is 0, and so are the gradients of its weights. */
static const double input[IN] = {0.5, -1.2, 0.8}, yt = 1.5, b1[UNITS] = {0.1, -0.3}, b2 = 0.2;
static const double w1[IN * UNITS] = {0.7, -0.4, -0.6, 0.5, 0.3, 0.2}, w2[UNITS] = {0.9, -1.1};

/* The slides' formulas beside the engine's gradients. */
static void compare(lesson *l, const bb_tensor *dw2, const bb_tensor *db2, const bb_tensor *dw1)
{
    double u[UNITS] = {b1[0], b1[1]}, yp = b2;
    for (int k = 0; k < IN * UNITS; k++)
        u[k % UNITS] += input[k / UNITS] * w1[k];
    for (int j = 0; j < UNITS; j++)
        yp += w2[j] * fmax(u[j], 0);
    for (int j = 0; j < UNITS; j++)
        side_by_side(l, "w output", j, 2 * (yp - yt) * fmax(u[j], 0), bb_tensor_at(dw2, j));
    side_by_side(l, "b output", 0, 2 * (yp - yt), bb_tensor_at(db2, 0));
    for (int k = 0; k < IN * UNITS; k++) {
        int j = k % UNITS;
        double theta = u[j] > 0;
        side_by_side(l, "w hidden", k, 2 * (yp - yt) * w2[j] * theta * input[k / UNITS],
                     bb_tensor_at(dw1, k));
    }
}

static void derivation(lesson *l)
{
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(lesson_seed(l));
    bb_node *in = bb_input(g, "x", BB_F64, BB_SHAPE(1, IN)), *d[3];
    bb_node *target = bb_full(g, BB_F64, BB_SHAPE(1, 1), yt);
    bb_node *loss = bb_mean_squared_error(network(in, p, UNITS, 1), target);
    bb_grads(loss, NULL,
             BB_NODES(bb_graph_param(g, "output.weight"), bb_graph_param(g, "output.bias"),
                      bb_graph_param(g, "hidden.weight")),
             d);
    bb_program *program = lesson_compile(l, g, BB_NODES(d[0], d[1], d[2]));
    set(p, "hidden.weight", w1, IN * UNITS);
    set(p, "hidden.bias", b1, UNITS);
    set(p, "output.weight", w2, UNITS);
    set(p, "output.bias", &b2, 1);
    bb_tensor *xs = bb_tensor_from(BB_F64, BB_SHAPE(1, IN), input);
    lesson_run(l, program, BB_FEEDS({in, xs}));

    compare(l, bb_program_value(program, d[0]), bb_program_value(program, d[1]),
            bb_program_value(program, d[2]));
    bb_program_free(program);
    bb_params_free(p);
    bb_graph_free(g);
    bb_tensor_release(xs);
}

static void draw_points(uint64_t seed, double x[POINTS], double t[POINTS])
{
    bb_rng place = {seed, 0}, noise = {bb_rng_key(seed, 1), 0};
    for (int i = 0; i < POINTS; i++) {
        x[i] = 6 * bb_rng_uniform(&place) - 3;
        t[i] = sin(x[i]) + 0.1 * bb_rng_normal(&noise);
    }
}

static void show_curve(lesson *l, bb_params *p, const double x[POINTS], const double t[POINTS])
{
    double at[GRID], sine[GRID];
    for (int i = 0; i < GRID; i++) {
        at[i] = 6.0 * i / (GRID - 1) - 3;
        sine[i] = sin(at[i]);
    }
    bb_graph *g = bb_graph_new();
    bb_node *grid = bb_constant_from(g, BB_F64, BB_SHAPE(GRID, 1), at);
    bb_tensor *fitted = lesson_eval(l, network(grid, p, HIDDEN, 1), BB_NO_FEEDS);
    bb_plot *plot = bb_plot_new("Regression: 200 noisy points of a sine");
    bb_plot_axes(plot, "x", "y");
    bb_plot_points(plot, "data", POINTS, x, t);
    bb_plot_line(plot, "sine", GRID, at, sine);
    bb_plot_line(plot, "network", GRID, at, bb_tensor_read(fitted));
    lesson_plot(l, plot, "curve");
    bb_tensor_release(fitted);
    bb_graph_free(g);
}

static void regression(lesson *l)
{
    double x[POINTS], t[POINTS];
    draw_points(lesson_seed(l), x, t);
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(lesson_seed(l));
    bb_tensor *xs = bb_tensor_from(BB_F64, BB_SHAPE(POINTS, 1), x);
    bb_tensor *ts = bb_tensor_from(BB_F64, BB_SHAPE(POINTS, 1), t);
    bb_node *xn = bb_input(g, "x", BB_F64, BB_SHAPE(POINTS, 1));
    bb_node *tn = bb_input(g, "t", BB_F64, BB_SHAPE(POINTS, 1));
    bb_node *loss = bb_mean_squared_error(network(xn, p, HIDDEN, 1), tn);
    bb_program *train = lesson_compile(l, g, BB_NODES(loss, bb_adam(loss, p, 0.01)));
    for (int i = 0; i < RUNS; i++)
        lesson_run(l, train, BB_FEEDS({xn, xs}, {tn, ts}));
    lesson_band(l, "mean squared error", 0.006, 0.015, bb_program_number(train, loss));
    show_curve(l, p, x, t);
    bb_tensor_release(xs);
    bb_tensor_release(ts);
    bb_program_free(train);
    bb_params_free(p);
    bb_graph_free(g);
}

int main(int argc, char **argv)
{
    lesson *l = lesson_begin(argc, argv, "15", "The seminar's network: regression");
    derivation(l);
    regression(l);
    return lesson_end(l);
}
