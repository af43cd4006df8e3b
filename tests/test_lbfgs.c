/* SPDX-License-Identifier: MIT */
/* L-BFGS: minima that are known, what its steps promise, and what can go wrong, to the letter. */
#include <bibun/nn.h>
#include <bibun/optim.h>
#include <criterion/criterion.h>

#include <math.h>

#include "optim_fit.h"
#include "probe.h"

static bb_lbfgs *begin(bb_node *loss, bb_params *params, int pairs)
{
    bb_lbfgs *m = NULL;
    cr_assert_eq(bb_lbfgs_new(loss, params, pairs, &m), BB_OK, "%s",
                 bb_graph_error(bb_node_graph(loss)));
    return m;
}

static bb_lbfgs_report step(bb_lbfgs *m)
{
    bb_lbfgs_report report;
    bb_error error;
    bb_status status = bb_lbfgs_step(m, BB_NO_FEEDS, &report, &error);
    cr_assert_eq(status, BB_OK, "%s", error.text);
    return report;
}

/* Until nothing lower is found, or the gradient is this small; the number of steps. */
static int minimise(bb_lbfgs *m, double slope, bb_lbfgs_report *last_out)
{
    bb_lbfgs_report now = {.rate = 1, .slope = (double)INFINITY, .loss = (double)INFINITY};
    int steps = 0;
    for (; steps < 500 && now.rate > 0 && now.slope > slope; steps++)
        now = step(m);
    *last_out = now;
    return steps;
}

/* Rosenbrock's function of n numbers, with the minimum 0 at (1, 1, ...). */
static bb_node *rosenbrock(bb_node *x)
{
    int64_t n = bb_node_shape(x).dim[0];
    bb_node *a = bb_slice(x, 0, 0, n - 1, 1), *b = bb_slice(x, 0, 1, n, 1);
    bb_node *valley = bb_mul_scalar(bb_square(bb_sub(b, bb_square(a))), 100);
    return bb_sum(bb_add(valley, bb_square(bb_sub(bb_number(a, 1), a))), BB_ALL);
}

static void expect_rosenbrock(bb_dtype dtype, int pairs, double slope, double near)
{
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(1);
    bb_node *x = bb_param(g, p, "x", dtype, BB_SHAPE(6), bb_init_constant(-1.2));
    bb_lbfgs *m = begin(rosenbrock(x), p, pairs);
    bb_lbfgs_report now;
    int steps = minimise(m, slope, &now);
    cr_assert_leq(steps, 200);
    for (int i = 0; i < 6; i++)
        cr_assert_float_eq(bb_tensor_at(bb_params_find(p, "x"), i), 1, near, "%d pairs: %.17g",
                           pairs, bb_tensor_at(bb_params_find(p, "x"), i));
    bb_lbfgs_free(m);
    bb_graph_free(g);
    bb_params_free(p);
}

Test(lbfgs, a_curved_valley)
{
    static const int pairs[] = {0, 3, 1000};
    for (int i = 0; i < 3; i++)
        expect_rosenbrock(BB_F64, pairs[i], 1e-10, 1e-9);
    expect_rosenbrock(BB_F32, 0, 1e-3, 1e-2);
}

/* Two parameters, and one that the loss does not know of; the minimum of a least-squares problem
 * with more unknowns than equations is 0. */
Test(lbfgs, a_plain_problem)
{
    fit f = fit_new();
    bb_node *b = bb_param(f.g, f.params, "b", BB_F64, BB_SCALAR, bb_init_constant(3));
    bb_node *other = bb_param(f.g, f.params, "other", BB_F64, BB_SCALAR, bb_init_constant(5));
    bb_lbfgs *m = begin(bb_add(f.loss, bb_square(b)), f.params, 0);
    bb_lbfgs_report now;
    cr_assert_leq(minimise(m, 1e-12, &now), 30);
    cr_assert_lt(now.loss, 1e-24);
    cr_assert_lt(fabs(bb_tensor_at(bb_node_tensor(b), 0)), 1e-12);
    cr_assert_eq(bb_tensor_at(bb_node_tensor(other), 0), 5);
    bb_lbfgs_free(m);
    fit_free(f);
}

Test(lbfgs, outlives_graph_and_parameters)
{
    fit f = fit_new();
    bb_lbfgs *m = begin(f.loss, f.params, 0);
    fit_free(f);
    bb_lbfgs_report now;
    minimise(m, 1e-12, &now);
    cr_assert_lt(now.slope, 1e-11);
    bb_lbfgs_free(m);
}

/* The loss falls by Armijo's rule in each step, and the report says what is true. */
Test(lbfgs, what_a_step_promises)
{
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(1);
    bb_node *x = bb_param(g, p, "x", BB_F64, BB_SHAPE(4), bb_init_constant(2));
    bb_node *loss = rosenbrock(x), *gradient = bb_grad(loss, x);
    bb_lbfgs *m = begin(loss, p, 0);
    double before = bb_eval_number(loss, BB_NO_FEEDS, NULL);
    int64_t evaluations = 1;
    for (int i = 0; i < 10; i++) {
        bb_lbfgs_report now = step(m);
        cr_assert_lt(now.loss, before);
        cr_assert_gt(now.rate, 0);
        cr_assert_gt(now.evaluations, evaluations);
        cr_assert_eq(now.loss, bb_eval_number(loss, BB_NO_FEEDS, NULL));
        double slope = bb_eval_number(bb_norm(gradient, 2, BB_ALL), BB_NO_FEEDS, NULL);
        cr_assert_float_eq(now.slope, slope, 1e-12 * slope);
        before = now.loss;
        evaluations = now.evaluations;
    }
    bb_lbfgs_free(m);
    bb_graph_free(g);
    bb_params_free(p);
}

Test(lbfgs, nothing_lower)
{
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(1);
    bb_node *x = bb_param(g, p, "x", BB_F64, BB_SHAPE(3), bb_init_zeros());
    bb_lbfgs *flat = begin(bb_sum(bb_square(x), BB_ALL), p, 0);
    bb_lbfgs_report now = step(flat);
    cr_assert(now.rate == 0 && now.slope == 0 && now.loss == 0 && now.evaluations == 1);
    /* a gradient that is not the function's */
    bb_node *wrong = bb_sum(bb_straight_through(bb_square(x), bb_add_scalar(x, 1)), BB_ALL);
    bb_lbfgs *misled = begin(wrong, p, 0);
    now = step(misled);
    cr_assert(now.rate == 0 && now.slope > 1);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(bb_tensor_at(bb_params_find(p, "x"), i), 0);
    bb_lbfgs_free(flat);
    bb_lbfgs_free(misled);
    bb_graph_free(g);
    bb_params_free(p);
}

/* The minimum of 100 x - log x is at 0.01; there is nothing left of 0, where first steps lead. */
Test(lbfgs, a_domain_with_an_end)
{
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(1);
    bb_node *x = bb_param(g, p, "x", BB_F64, BB_SCALAR, bb_init_constant(0.01));
    bb_lbfgs *m = begin(bb_sub(bb_mul_scalar(x, 100), bb_log(x)), p, 0);
    bb_tensor_set(bb_params_find(p, "x"), 0, 0.5);
    bb_lbfgs_report now;
    minimise(m, 1e-9, &now);
    cr_assert_float_eq(bb_tensor_at(bb_params_find(p, "x"), 0), 0.01, 1e-12);
    bb_lbfgs_free(m);
    bb_graph_free(g);
    bb_params_free(p);
}

/* Changed parameters are noticed, and changed feeds after bb_lbfgs_restart. */
Test(lbfgs, beginning_anew)
{
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(1);
    bb_node *x = bb_param(g, p, "x", BB_F64, BB_SCALAR, bb_init_constant(4));
    bb_node *goal = bb_input(g, "goal", BB_F64, BB_SCALAR);
    bb_lbfgs *m = begin(bb_square(bb_sub(x, goal)), p, 0);
    bb_tensor *t = bb_params_find(p, "x");
    bb_tensor *fed = bb_tensor_from(BB_F64, BB_SCALAR, (double[]){1});
    bb_lbfgs_report now;
    for (int round = 0; round < 3; round++) {
        if (round == 1)
            bb_tensor_set(t, 0, -50);
        if (round == 2) {
            bb_tensor_set(fed, 0, 7);
            bb_lbfgs_restart(m);
        }
        for (int i = 0; i < 6; i++)
            cr_assert_eq(bb_lbfgs_step(m, BB_FEEDS({goal, fed}), &now, NULL), BB_OK);
        cr_assert_float_eq(bb_tensor_at(t, 0), round < 2 ? 1 : 7, 1e-12);
    }
    bb_tensor_release(fed);
    bb_lbfgs_free(m);
    bb_graph_free(g);
    bb_params_free(p);
}

/* Noise is the same in each evaluation, so that there is a minimum to find. */
Test(lbfgs, random_nodes_repeat)
{
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(1);
    bb_node *x = bb_param(g, p, "x", BB_F64, BB_SCALAR, bb_init_zeros());
    bb_node *noise = bb_normal(g, BB_F64, BB_SHAPE(50), 3, 1);
    bb_lbfgs *m = begin(bb_mean(bb_square(bb_sub(noise, x)), BB_ALL), p, 0);
    bb_program_set_seed(bb_lbfgs_program(m), 9);
    bb_lbfgs_report now;
    cr_assert_leq(minimise(m, 1e-12, &now), 6);
    cr_assert_lt(now.slope, 1e-12);
    cr_assert_float_eq(bb_tensor_at(bb_params_find(p, "x"), 0), 3, 0.5);
    bb_lbfgs_free(m);
    bb_graph_free(g);
    bb_params_free(p);
}

/* --- errors ----------------------------------------------------------------------------------- */

static void expect_refused(bb_node *loss, bb_params *params, int pairs, bb_status status,
                           const char *text)
{
    bb_lbfgs *m = NULL;
    cr_assert_eq(bb_lbfgs_new(loss, params, pairs, &m), status);
    cr_assert_null(m);
    if (loss) {
        cr_assert_str_eq(bb_graph_error(bb_node_graph(loss)), text);
        cr_assert_eq(bb_graph_status(bb_node_graph(loss)), status);
    }
}

Test(lbfgs_errors, what_cannot_be_minimised)
{
    fit f = fit_new();
    expect_refused(NULL, f.params, 0, BB_BAD_ARGUMENT, NULL);
    expect_refused(bb_named(f.loss, "loss"), NULL, 0, BB_BAD_ARGUMENT,
                   "lbfgs: bb_params is NULL: loss []");
    expect_refused(bb_square(f.loss), f.params, 0, BB_BAD_ARGUMENT,
                   "lbfgs: bb_params is NULL: loss []"); /* the first failure */
    fit_free(f);
    f = fit_new();
    expect_refused(bb_named(f.loss, "loss"), f.params, -1, BB_BAD_ARGUMENT,
                   "lbfgs: the number of pairs is below 0: loss []");
    fit_free(f);
    f = fit_new();
    bb_params *others = bb_params_new(1);
    expect_refused(bb_named(f.loss, "loss"), others, 0, BB_BAD_ARGUMENT,
                   "lbfgs: the loss depends on no trainable parameter of the given bb_params: "
                   "loss []");
    bb_params_free(others);
    fit_free(f);
    f = fit_new();
    expect_refused(
        bb_named(bb_square(f.w), "y"), f.params, 0, BB_BAD_GRADIENT,
        "grad: it is no single number: take its sum or mean, or give bb_grads a cotangent: y [3]");
    fit_free(f);
}

Test(lbfgs_errors, of_a_step)
{
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(1);
    bb_node *x = bb_param(g, p, "x", BB_F64, BB_SCALAR, bb_init_constant(-1));
    bb_node *k = bb_input(g, "k", BB_F64, BB_SCALAR);
    bb_lbfgs *m = begin(bb_mul(k, bb_sqrt(x)), p, 0);
    bb_lbfgs_report now = {.loss = 5};
    bb_error error;
    cr_assert_eq(bb_lbfgs_step(NULL, BB_NO_FEEDS, &now, &error), BB_BAD_ARGUMENT);
    cr_assert_str_eq(error.text, "lbfgs: it is NULL");
    cr_assert_eq(bb_lbfgs_step(m, BB_NO_FEEDS, &now, &error), BB_BAD_FEED);
    cr_assert_str_eq(error.text, "run: input k f64 [] was not fed");
    bb_tensor *fed = bb_tensor_from(BB_F64, BB_SCALAR, (double[]){1});
    cr_assert_eq(bb_lbfgs_step(m, BB_FEEDS({k, fed}), &now, &error), BB_BAD_VALUE);
    cr_assert(strstr(error.text, "nan") != NULL, "%s", error.text);
    bb_tensor_set(bb_params_find(p, "x"), 0, 0);
    cr_assert_eq(bb_lbfgs_step(m, BB_FEEDS({k, fed}), &now, &error), BB_BAD_VALUE);
    cr_assert_str_eq(error.text, "lbfgs: the loss is 0, its gradient's norm inf");
    cr_assert_eq(now.loss, 5);
    cr_assert_eq(bb_tensor_at(bb_params_find(p, "x"), 0), 0);
    bb_tensor_release(fed);
    bb_lbfgs_free(m);
    bb_graph_free(g);
    bb_params_free(p);
}

/* Each allocation of bb_lbfgs_new fails once; steps make none. */
static bool session(long fails_at)
{
    probe_begin(0);
    fit f = fit_new();
    bb_lbfgs *m = NULL;
    probe.fails_at = probe.calls + fails_at;
    bb_status status = bb_lbfgs_new(f.loss, f.params, 0, &m);
    cr_assert(status == (m ? BB_OK : BB_OUT_OF_MEMORY), "allocation %ld: %s", fails_at,
              bb_status_text(status));
    long calls = probe.calls;
    bb_lbfgs_report now;
    for (int i = 0; m && i < 3; i++)
        cr_assert_eq(bb_lbfgs_step(m, BB_NO_FEEDS, &now, NULL), BB_OK);
    cr_assert_eq(probe.calls, calls);
    bool done = probe.calls < probe.fails_at;
    bb_lbfgs_free(m);
    bb_lbfgs_free(NULL);
    fit_free(f);
    cr_assert_eq(probe.live, 0, "allocation %ld: %ld blocks are left", fails_at, probe.live);
    probe_end();
    return done;
}

Test(lbfgs_errors, memory_runs_out)
{
    long n = 1;
    while (!session(n))
        n++;
    cr_assert_gt(n, 8);
}
