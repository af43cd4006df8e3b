/* SPDX-License-Identifier: MIT */
/* Poisson's equation -u'' = f on (0, 1) with u(0) = u(1) = 0, solved by a network (Lagaris, Likas
 * and Fotiadis 1998): u(x) = x (1 - x) n(x) is zero at both ends whatever the network n is, and the
 * loss is the mean square of u'' + f at some points. u'' is two gradients of u by x, and training
 * differentiates them once more, by the weights. Adam comes first, then L-BFGS; look at how the
 * error against the known solution falls with the loss, though no value of u was ever given. */
#include <bibun/bibun.h>
#include <math.h>
#include <stdio.h>

enum { POINTS = 40, UNITS = 16, ADAM_RUNS = 600, MOST_STEPS = 1000 };

typedef struct problem {
    bb_graph *g;
    bb_params *p;
    bb_node *x, *u, *loss;
    bb_node *worst; /* the largest error of u */
} problem;

/* Derivatives by x of u at each point; a sum has them side by side, as u at one point does not
 * depend on the others. */
static bb_node *derivative(bb_node *u, bb_node *x)
{
    return bb_grad(bb_sum(u, BB_ALL), x);
}

/* The known solution, sin(pi x) + sin(3 pi x) / 3, and what it makes of f. */
static bb_node *solution(bb_node *x)
{
    double pi = acos(-1);
    bb_node *slow = bb_sin(bb_mul_scalar(x, pi)), *fast = bb_sin(bb_mul_scalar(x, 3 * pi));
    return bb_add(slow, bb_mul_scalar(fast, 1.0 / 3));
}

static bb_node *network(bb_node *x, bb_params *p)
{
    bb_node *h = bb_tanh(bb_dense(bb_mul_scalar(bb_add_scalar(x, -0.5), 6), p, "fc1", UNITS));
    h = bb_tanh(bb_dense(h, p, "fc2", UNITS));
    return bb_mul(bb_mul(x, bb_sub(bb_number(x, 1), x)), bb_dense(h, p, "fc3", 1));
}

static problem new_problem(void)
{
    problem q = {.g = bb_graph_new(), .p = bb_params_new(1)};
    q.x = bb_reshape(bb_linspace(q.g, BB_F64, 0, 1, POINTS), BB_SHAPE(POINTS, 1));
    q.u = network(q.x, q.p);
    bb_node *true_u = solution(q.x);
    bb_node *f = bb_neg(derivative(derivative(true_u, q.x), q.x));
    bb_node *bend = derivative(derivative(q.u, q.x), q.x);
    q.loss = bb_mean(bb_square(bb_add(bend, f)), BB_ALL);
    q.worst = bb_max(bb_abs(bb_sub(q.u, true_u)), BB_ALL);
    return q;
}

static bb_status train_by_adam(problem *q, bb_error *error)
{
    bb_program *run = bb_compile(q->g, BB_NODES(q->loss, q->worst, bb_adam(q->loss, q->p, 0.01)));
    bb_status status =
        run ? BB_OK : bb_fail(error, bb_graph_status(q->g), "%s", bb_graph_error(q->g));
    for (int i = 0; status == BB_OK && i < ADAM_RUNS; i++) {
        status = bb_run(run, BB_NO_FEEDS);
        if (status != BB_OK)
            bb_fail(error, status, "%s", bb_program_error(run));
        else if (i % 100 == 0)
            printf("adam %3d: loss %.3e, largest error %.1e\n", i, bb_program_number(run, q->loss),
                   bb_program_number(run, q->worst));
    }
    bb_program_free(run);
    return status;
}

static bb_status train_by_lbfgs(problem *q, bb_error *error)
{
    bb_lbfgs *m = NULL;
    bb_lbfgs_report now = {.rate = 1};
    bb_status status = bb_lbfgs_new(q->loss, q->p, 20, &m);
    if (status != BB_OK)
        bb_fail(error, status, "%s", bb_graph_error(q->g));
    for (int i = 0; status == BB_OK && now.rate > 0 && i <= MOST_STEPS; i++) {
        status = bb_lbfgs_step(m, BB_NO_FEEDS, &now, error);
        if (status == BB_OK && i % 100 == 0)
            printf("l-bfgs %3d: loss %.3e, largest error %.1e\n", i, now.loss,
                   bb_eval_number(q->worst, BB_NO_FEEDS, error));
    }
    bb_lbfgs_free(m);
    return status;
}

int main(void)
{
    problem q = new_problem();
    bb_error error;
    bb_status status = train_by_adam(&q, &error);
    if (status == BB_OK)
        status = train_by_lbfgs(&q, &error);
    if (status == BB_OK) {
        double worst = bb_eval_number(q.worst, BB_NO_FEEDS, NULL);
        printf("the largest error is %s 1e-4\n", worst < 1e-4 ? "below" : "not below");
    } else {
        fprintf(stderr, "poisson: %s\n", error.text);
    }
    bb_params_free(q.p);
    bb_graph_free(q.g);
    return status == BB_OK ? 0 : 1;
}
