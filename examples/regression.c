/* SPDX-License-Identifier: MIT */
/* Regression: a network with one hidden layer fits 200 noisy points of a sine by gradient descent
 * with momentum, then the fitted curve is printed beside the sine. */
#include <bibun/bibun.h>
#include <math.h>
#include <stdio.h>

enum { POINTS = 200, CURVE = 13, RUNS = 4000 };

static bb_node *curve(bb_node *x, bb_params *p)
{
    return bb_dense(bb_tanh(bb_dense(x, p, "fc1", 20)), p, "fc2", 1);
}

static void draw_points(double *x, double *t)
{
    bb_rng rng = {7, 0};
    for (int i = 0; i < POINTS; i++) {
        x[i] = 6.0 * bb_rng_uniform(&rng) - 3.0;
        t[i] = sin(x[i]) + 0.1 * bb_rng_normal(&rng);
    }
}

static bb_status train(bb_params *p, bb_tensor *xs, bb_tensor *ts, bb_error *error)
{
    bb_graph *g = bb_graph_new();
    bb_node *x = bb_input(g, "x", BB_F64, BB_SHAPE(POINTS, 1));
    bb_node *t = bb_input(g, "t", BB_F64, BB_SHAPE(POINTS, 1));
    bb_node *loss = bb_mean_squared_error(curve(x, p), t);
    bb_node *step = bb_momentum(loss, p, 0.05, 0.9);

    bb_program *program = bb_compile(g, BB_NODES(loss, step));
    bb_status status = BB_OK;
    if (!program)
        status = bb_fail(error, bb_graph_status(g), "%s", bb_graph_error(g));
    for (int i = 1; status == BB_OK && i <= RUNS; i++) {
        status = bb_run(program, BB_FEEDS({x, xs}, {t, ts}));
        if (status != BB_OK)
            bb_fail(error, status, "%s", bb_program_error(program));
        else if (i == 1 || i % 500 == 0)
            printf("run %4d: mean squared error %.6f\n", i, bb_program_number(program, loss));
    }
    bb_program_free(program);
    bb_graph_free(g);
    return status;
}

/* Another number of points is another graph over the same parameters. */
static bb_status print_curve(bb_params *p, bb_error *error)
{
    double at[CURVE];
    for (int i = 0; i < CURVE; i++)
        at[i] = 0.5 * i - 3.0;
    bb_graph *g = bb_graph_new();
    bb_tensor *xs = bb_tensor_from(BB_F64, BB_SHAPE(CURVE, 1), at);
    bb_node *x = bb_input(g, "x", BB_F64, BB_SHAPE(CURVE, 1));
    bb_tensor *ys = bb_eval(curve(x, p), BB_FEEDS({x, xs}), error);
    for (int i = 0; ys && i < CURVE; i++)
        printf("x %5.2f: fitted %7.4f, sine %7.4f\n", at[i], bb_tensor_at(ys, i), sin(at[i]));

    bb_status status = ys ? BB_OK : error->status;
    bb_tensor_release(ys);
    bb_tensor_release(xs);
    bb_graph_free(g);
    return status;
}

int main(void)
{
    double x[POINTS], t[POINTS];
    draw_points(x, t);
    bb_tensor *xs = bb_tensor_from(BB_F64, BB_SHAPE(POINTS, 1), x);
    bb_tensor *ts = bb_tensor_from(BB_F64, BB_SHAPE(POINTS, 1), t);
    bb_params *p = bb_params_new(1);

    bb_error error = {0};
    bb_status status = train(p, xs, ts, &error);
    if (status == BB_OK)
        status = print_curve(p, &error);
    if (status != BB_OK)
        fprintf(stderr, "regression: %s\n", error.text);

    bb_params_free(p);
    bb_tensor_release(xs);
    bb_tensor_release(ts);
    return status == BB_OK ? 0 : 1;
}
