/* SPDX-License-Identifier: MIT */
/* Stochastic gradient descent (Robbins and Monro 1951); keeps no state. */
#include <bibun/optim.h>

static bb_node *descend(bb_params *params, bb_node *w, bb_node *g, const void *data)
{
    const double *rate = data;
    (void)params;
    return bb_assign(w, bb_sub(w, bb_mul_scalar(g, *rate)));
}

bb_node *bb_sgd(bb_node *loss, bb_params *params, double rate)
{
    return bb_optimise(loss, params, descend, &rate);
}
