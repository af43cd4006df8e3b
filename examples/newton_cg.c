/* SPDX-License-Identifier: MIT */
/* Logistic regression by Newton's method with conjugate gradients. A Newton step solves H d = -g,
 * and conjugate gradients need H only in products with a direction, which cost a few gradients
 * each however many weights there are: the Hessian is never formed. One program gives the loss and
 * the gradient, another one the product. */
#include "logistic.h"

#include <math.h>
#include <stdio.h>

enum { STEPS = 12, INNER = 30 };

typedef struct model {
    bb_graph *graph;
    bb_node *w, *v, *loss, *gradient, *product; /* weights, direction, and what depends on them */
    bb_program *first, *second;
    bb_tensor *at, *direction;
} model;

static double dot(const double *a, const double *b)
{
    double sum = 0;
    for (int i = 0; i < WEIGHTS; i++)
        sum += a[i] * b[i];
    return sum;
}

static void build(model *m)
{
    m->graph = bb_graph_new();
    m->w = bb_input(m->graph, "w", BB_F64, BB_SHAPE(WEIGHTS));
    m->v = bb_input(m->graph, "v", BB_F64, BB_SHAPE(WEIGHTS));
    m->loss = logistic_loss(m->w);
    m->gradient = bb_grad(m->loss, m->w);
    m->product = bb_hvp(m->loss, m->w, m->v);
    m->first = bb_compile(m->graph, BB_NODES(m->loss, m->gradient));
    m->second = bb_compile(m->graph, BB_NODES(m->product));
    m->at = bb_tensor_new(BB_F64, BB_SHAPE(WEIGHTS));
    m->direction = bb_tensor_new(BB_F64, BB_SHAPE(WEIGHTS));
}

/* Solves H d = -g from d = 0 (Hestenes and Stiefel 1952); returns the number of products. */
static int solve(const model *m, const double *g, double *d)
{
    double r[WEIGHTS], *v = bb_tensor_data(m->direction);
    int i = 0;
    for (int k = 0; k < WEIGHTS; k++)
        d[k] = 0, v[k] = r[k] = -g[k];
    double size = dot(r, r), goal = 1e-20 * size;
    for (; i < INNER && size > goal; i++) {
        if (bb_run(m->second, BB_FEEDS({m->w, m->at}, {m->v, m->direction})) != BB_OK)
            break;
        const double *hv = bb_tensor_read(bb_program_value(m->second, m->product));
        double along = size / dot(v, hv), before = size;
        for (int k = 0; k < WEIGHTS; k++)
            d[k] += along * v[k], r[k] -= along * hv[k];
        size = dot(r, r);
        for (int k = 0; k < WEIGHTS; k++)
            v[k] = r[k] + size / before * v[k];
    }
    return i;
}

int main(void)
{
    model m;
    build(&m);
    double size = INFINITY, d[WEIGHTS], *w = m.at ? bb_tensor_data(m.at) : NULL;
    bool ok = m.first && m.second && w && m.direction;
    int i = 0, all_products = 0;
    for (; ok && i < STEPS && size >= 1e-12; i++) {
        if (!(ok = bb_run(m.first, BB_FEEDS({m.w, m.at})) == BB_OK))
            break;
        const double *g = bb_tensor_read(bb_program_value(m.first, m.gradient));
        size = sqrt(dot(g, g));
        int products = solve(&m, g, d);
        printf("iteration %d: loss %.12f, |g| %.1e, %d products\n", i,
               bb_program_number(m.first, m.loss), size, products);
        all_products += products;
        for (int k = 0; k < WEIGHTS; k++)
            w[k] += d[k];
    }
    const char *error = m.first ? bb_program_error(m.first) : bb_graph_error(m.graph);
    if (!ok)
        fprintf(stderr, "newton_cg: %s\n", error ? error : "out of memory");
    else
        printf("%d iterations, %d gradients, %d products\nthe gradient is %s\n", i, i, all_products,
               size < 1e-12 ? "zero but for rounding" : "not zero");
    bb_program_free(m.first);
    bb_program_free(m.second);
    bb_tensor_release(m.at);
    bb_tensor_release(m.direction);
    bb_graph_free(m.graph);
    return ok && size < 1e-12 ? 0 : 1;
}
