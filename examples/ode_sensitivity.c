/* SPDX-License-Identifier: MIT */
/* How the end of a motion depends on its constants: the damped oscillator x'' = -k x - c x', solved
 * by classical Runge-Kutta steps that are nodes, so that one gradient goes back through all of
 * them. The derivatives of x at the end by k and c agree with central differences to rounding, for
 * they are those of the steps; those of the solution in closed form are as far away as the steps
 * are from it. Then k and c are fitted to noisy measurements by L-BFGS. */
#include <bibun/bibun.h>
#include <math.h>
#include <stdio.h>

enum { STEPS = 100, EVERY = 5, MEASURED = STEPS / EVERY, MOST_FITS = 50 };
static const double duration = 5, start = 1, true_k = 4, true_c = 0.5;

typedef struct state {
    bb_node *x, *v; /* place and speed */
} state;

typedef struct motion {
    bb_graph *g;
    bb_params *p;
    bb_node *constants[2]; /* k and c */
    bb_node *xs, *end;     /* x at the times measured, and the last of these */
} motion;

static state slope(const motion *m, state s)
{
    bb_node *force = bb_add(bb_mul(m->constants[0], s.x), bb_mul(m->constants[1], s.v));
    return (state){s.v, bb_neg(force)};
}

static state along(state s, state d, double time)
{
    return (state){bb_add(s.x, bb_mul_scalar(d.x, time)), bb_add(s.v, bb_mul_scalar(d.v, time))};
}

/* Kutta 1901: the slope at the beginning, twice in the middle, and at the end. */
static state runge_kutta(const motion *m, state s, double time)
{
    state a = slope(m, s), b = slope(m, along(s, a, time / 2));
    state c = slope(m, along(s, b, time / 2)), d = slope(m, along(s, c, time));
    s = along(along(s, a, time / 6), b, time / 3);
    return along(along(s, c, time / 3), d, time / 6);
}

static motion new_motion(void)
{
    motion m = {.g = bb_graph_new(), .p = bb_params_new(1)};
    m.constants[0] = bb_param(m.g, m.p, "k", BB_F64, BB_SCALAR, bb_init_constant(true_k));
    m.constants[1] = bb_param(m.g, m.p, "c", BB_F64, BB_SCALAR, bb_init_constant(true_c));
    state s = {bb_scalar(m.g, BB_F64, start), bb_scalar(m.g, BB_F64, 0)};
    bb_node *xs[MEASURED];
    for (int i = 1; i <= STEPS; i++) {
        s = runge_kutta(&m, s, duration / STEPS);
        if (i % EVERY == 0)
            xs[i / EVERY - 1] = s.x;
    }
    m.xs = bb_stack((bb_nodes){MEASURED, xs}, 0);
    m.end = s.x;
    return m;
}

/* x at a time: e^(-c t / 2) (cos w t + c / (2 w) sin w t) with w^2 = k - c^2 / 4. */
static bb_node *closed_form(const motion *m, double time)
{
    bb_node *half = bb_mul_scalar(m->constants[1], 0.5);
    bb_node *w = bb_sqrt(bb_sub(m->constants[0], bb_square(half)));
    bb_node *angle = bb_mul_scalar(w, time);
    bb_node *swing = bb_add(bb_cos(angle), bb_mul(bb_div(half, w), bb_sin(angle)));
    return bb_mul_scalar(bb_mul(bb_exp(bb_mul_scalar(half, -time)), swing), start);
}

static double central_difference(motion *m, const char *name)
{
    bb_tensor *constant = bb_params_find(m->p, name);
    double here = bb_tensor_at(constant, 0), h = 1e-5, x[2];
    for (int i = 0; i < 2; i++) {
        bb_tensor_set(constant, 0, i ? here + h : here - h);
        x[i] = bb_eval_number(m->end, BB_NO_FEEDS, NULL);
    }
    bb_tensor_set(constant, 0, here);
    return (x[1] - x[0]) / (2 * h);
}

static bool compare(motion *m)
{
    static const char *const names[] = {"k", "c"};
    bool agree = true;
    for (int i = 0; i < 2; i++) {
        double difference = central_difference(m, names[i]);
        double steps = bb_eval_number(bb_grad(m->end, m->constants[i]), BB_NO_FEEDS, NULL);
        double form =
            bb_eval_number(bb_grad(closed_form(m, duration), m->constants[i]), BB_NO_FEEDS, NULL);
        printf("dx/d%s: gradient %.9f, central difference %.9f, closed form %.9f\n", names[i],
               steps, difference, form);
        agree = agree && fabs(steps - difference) < 1e-8 && fabs(steps - form) < 1e-5;
    }
    printf("they %s\n", agree ? "agree" : "do not agree");
    return agree;
}

/* The true motion with noise. */
static bb_node *measure(const motion *m)
{
    bb_tensor *x = bb_eval(m->xs, BB_NO_FEEDS, NULL);
    bb_rng rng = {7, 0};
    for (int i = 0; i < MEASURED; i++)
        bb_tensor_set(x, i, bb_tensor_at(x, i) + 0.01 * bb_rng_normal(&rng));
    bb_node *data = bb_constant(m->g, x);
    bb_tensor_release(x);
    return data;
}

/* Fits k and c from far off. */
static bb_status fit(motion *m, bb_error *error)
{
    bb_node *loss = bb_mean_squared_error(m->xs, measure(m));
    bb_tensor *k = bb_params_find(m->p, "k"), *c = bb_params_find(m->p, "c");
    bb_tensor_set(k, 0, 2.5);
    bb_tensor_set(c, 0, 0);

    bb_lbfgs *fitting = NULL;
    bb_lbfgs_report now = {.rate = 1, .slope = 1};
    bb_status status = bb_lbfgs_new(loss, m->p, 0, &fitting);
    if (status != BB_OK)
        bb_fail(error, status, "%s", bb_graph_error(m->g));
    for (int i = 0; status == BB_OK && i < MOST_FITS && now.rate > 0 && now.slope > 1e-10; i++) {
        status = bb_lbfgs_step(fitting, BB_NO_FEEDS, &now, error);
        if (status == BB_OK)
            printf("fit %d: error %.3e, k %.6f, c %.6f\n", i, now.loss, bb_tensor_at(k, 0),
                   bb_tensor_at(c, 0));
    }
    if (status == BB_OK)
        printf("k is %.2f and c %.2f, of %.2f and %.2f\n", bb_tensor_at(k, 0), bb_tensor_at(c, 0),
               true_k, true_c);
    bb_lbfgs_free(fitting);
    return status;
}

int main(void)
{
    motion m = new_motion();
    bb_error error = {0};
    bool agree = compare(&m);
    bb_status status = fit(&m, &error);
    if (status != BB_OK)
        fprintf(stderr, "ode_sensitivity: %s\n", error.text);
    bb_params_free(m.p);
    bb_graph_free(m.g);
    return agree && status == BB_OK ? 0 : 1;
}
