/* SPDX-License-Identifier: MIT */
/* Logistic regression by L-BFGS, on the problem of newton_cg.c. The change of the gradient over the
 * last few steps stands for the Hessian, so that an iteration costs little more than a gradient:
 * more iterations than Newton's method takes, and no products with the Hessian, of which it takes a
 * dozen in each. The loss falls to the same minimum. */
#include "logistic.h"

#include <math.h>
#include <stdio.h>

enum { MOST_STEPS = 200, PAIRS = 8 };

/* True when the gradient has become 0 but for rounding. */
static bool minimise(bb_lbfgs *m)
{
    bb_lbfgs_report now = {.rate = 1, .slope = INFINITY};
    bb_error error;
    int i = 0;
    for (; i < MOST_STEPS && now.rate > 0 && now.slope > 1e-12; i++) {
        if (bb_lbfgs_step(m, BB_NO_FEEDS, &now, &error) != BB_OK) {
            fprintf(stderr, "lbfgs: %s\n", error.text);
            return false;
        }
        if (i % 5 == 0)
            printf("iteration %d: loss %.12f, |g| %.1e\n", i, now.loss, now.slope);
    }
    bool found = now.slope <= 1e-12;
    printf("%d iterations, %lld gradients\n", i, (long long)now.evaluations);
    printf("the gradient is %s\n", found ? "zero but for rounding" : "not zero");
    return found;
}

int main(void)
{
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(1);
    bb_node *w = bb_param(g, p, "w", BB_F64, BB_SHAPE(WEIGHTS), bb_init_zeros());
    bb_lbfgs *m = NULL;
    bool found = false;
    if (bb_lbfgs_new(logistic_loss(w), p, PAIRS, &m) == BB_OK)
        found = minimise(m);
    else
        fprintf(stderr, "lbfgs: %s\n", bb_graph_error(g));
    bb_lbfgs_free(m);
    bb_params_free(p);
    bb_graph_free(g);
    return found ? 0 : 1;
}
