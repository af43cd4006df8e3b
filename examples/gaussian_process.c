/* SPDX-License-Identifier: MIT */
/* Regression by a Gaussian process: the length, amplitude and noise of the kernel are fitted to 30
 * points of a curve by Adam on the log of the marginal likelihood, which needs a Cholesky factor;
 * then the curve is predicted, with deviations. Formulas: Rasmussen and Williams (2006), algorithm
 * 2.1. */
#include <bibun/bibun.h>
#include <math.h>
#include <stdio.h>

enum { POINTS = 30, CURVE = 11, RUNS = 400 };

typedef struct process {
    bb_node *length, *amplitude, *noise; /* exponentials of parameters that start from 0 */
    bb_node *factor;                     /* L with L L' = K + noise^2 I */
    bb_node *whitened;                   /* L^-1 t */
    bb_node *log_likelihood;
} process;

static double truth(double x)
{
    return sin(2 * x) + 0.3 * x;
}

static bb_node *positive(bb_graph *g, bb_params *p, const char *name)
{
    return bb_exp(bb_param(g, p, name, BB_F64, BB_SCALAR, (bb_init){0}));
}

/* amplitude^2 exp(-(x - y)^2 / (2 length^2)) for all pairs */
static bb_node *kernel(const process *gp, bb_node *x, bb_node *y)
{
    bb_node *apart = bb_sub(bb_reshape(x, BB_SHAPE(-1, 1)), bb_reshape(y, BB_SHAPE(1, -1)));
    bb_node *scaled = bb_square(bb_div(apart, gp->length));
    return bb_mul(bb_square(gp->amplitude), bb_exp(bb_mul_scalar(scaled, -0.5)));
}

static process process_of(bb_graph *g, bb_params *p, bb_node *x, bb_node *t)
{
    process gp = {positive(g, p, "length"),
                  positive(g, p, "amplitude"),
                  positive(g, p, "noise"),
                  NULL,
                  NULL,
                  NULL};
    static double identity[POINTS * POINTS];
    for (int i = 0; i < POINTS; i++)
        identity[i * POINTS + i] = 1;
    bb_node *eye = bb_constant_from(g, BB_F64, BB_SHAPE(POINTS, POINTS), identity);
    gp.factor = bb_cholesky(bb_add(kernel(&gp, x, x), bb_mul(bb_square(gp.noise), eye)));
    gp.whitened = bb_triangular_solve(gp.factor, t, BB_LOWER);
    bb_node *fit = bb_mul_scalar(bb_dot(gp.whitened, gp.whitened), -0.5);
    bb_node *volume = bb_sum(bb_log(bb_einsum(BB_NODES(gp.factor), "ii->i")), BB_ALL);
    gp.log_likelihood = bb_add_scalar(bb_sub(fit, volume), -0.5 * POINTS * log(2 * acos(-1)));
    return gp;
}

static void print_process(const char *when, const bb_program *run, const process *gp)
{
    printf("%s: log likelihood %8.3f, length %.3f, amplitude %.3f, noise %.3f\n", when,
           bb_program_number(run, gp->log_likelihood), bb_program_number(run, gp->length),
           bb_program_number(run, gp->amplitude), bb_program_number(run, gp->noise));
}

static void print_curve(const double *at, const bb_tensor *mean, const bb_tensor *variance)
{
    for (int i = 0; i < CURVE; i++)
        printf("x %5.2f: predicted %7.4f, deviation %.4f, curve %7.4f\n", at[i],
               bb_tensor_at(mean, i), sqrt(bb_tensor_at(variance, i)), truth(at[i]));
}

int main(void)
{
    double x[POINTS], t[POINTS], at[CURVE];
    bb_rng rng = {3, 0};
    for (int i = 0; i < POINTS; i++) {
        x[i] = 6 * bb_rng_uniform(&rng) - 3;
        t[i] = truth(x[i]) + 0.1 * bb_rng_normal(&rng);
    }
    for (int i = 0; i < CURVE; i++)
        at[i] = 0.8 * i - 4;

    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(1);
    bb_node *xs = bb_constant_from(g, BB_F64, BB_SHAPE(POINTS), x);
    process gp = process_of(g, p, xs, bb_constant_from(g, BB_F64, BB_SHAPE(POINTS), t));
    bb_node *step = bb_adam(bb_neg(gp.log_likelihood), p, 0.05);
    bb_node *across = kernel(&gp, xs, bb_constant_from(g, BB_F64, BB_SHAPE(CURVE), at));
    bb_node *seen = bb_triangular_solve(gp.factor, across, BB_LOWER);
    bb_node *mean = bb_matmul(gp.whitened, seen);
    bb_node *variance = bb_sub(bb_square(gp.amplitude), bb_sum(bb_square(seen), BB_AXES(0)));

    bb_program *run = bb_compile(
        g, BB_NODES(gp.log_likelihood, gp.length, gp.amplitude, gp.noise, mean, variance, step));
    bb_status status = run ? BB_OK : bb_graph_status(g);
    for (int i = 0; status == BB_OK && i <= RUNS; i++) {
        status = bb_run(run, BB_NO_FEEDS);
        if (status == BB_OK && i % RUNS == 0)
            print_process(i ? "fitted" : "before", run, &gp);
    }
    if (status == BB_OK)
        print_curve(at, bb_program_value(run, mean), bb_program_value(run, variance));
    else
        fprintf(stderr, "gaussian_process: %s\n", run ? bb_program_error(run) : bb_graph_error(g));

    bb_program_free(run);
    bb_params_free(p);
    bb_graph_free(g);
    return status == BB_OK ? 0 : 1;
}
