/* SPDX-License-Identifier: MIT */
/* Logistic regression of 200 points, the same each time, whose features are of very different
 * sizes: gradient descent would take thousands of steps. */
#include "logistic.h"

enum { POINTS = 200 };

/* Points of two classes, with some that lie on the wrong side. */
static void generate(double *x, double *sign)
{
    bb_rng rng = {5, 0};
    for (int p = 0; p < POINTS; p++) {
        double score = bb_rng_normal(&rng);
        for (int i = 0; i < WEIGHTS; i++) {
            x[p * WEIGHTS + i] = bb_rng_normal(&rng) * (1 + i);
            score += x[p * WEIGHTS + i] * (i % 2 ? 1 : -1) / (1 + i);
        }
        sign[p] = score > 0 ? 1 : -1;
    }
}

/* The mean of log(1 + e^(-sign x.w)), and a little of |w|^2, so that the minimum is one point. */
bb_node *logistic_loss(bb_node *w)
{
    double points[POINTS * WEIGHTS], signs[POINTS];
    generate(points, signs);
    bb_graph *g = bb_node_graph(w);
    bb_node *x = bb_constant_from(g, BB_F64, BB_SHAPE(POINTS, WEIGHTS), points);
    bb_node *sign = bb_constant_from(g, BB_F64, BB_SHAPE(POINTS), signs);
    bb_node *margin = bb_mul(sign, bb_matmul(x, w));
    bb_node *decay = bb_mul_scalar(bb_sum(bb_square(w), BB_ALL), 5e-4);
    return bb_add(bb_mean(bb_softplus(bb_neg(margin)), BB_ALL), decay);
}
