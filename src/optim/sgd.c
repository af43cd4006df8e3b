/* SPDX-License-Identifier: MIT */
/* Stochastic gradient descent (Robbins and Monro 1951); keeps no state. */
#include <bibun/optim.h>

static bb_node *descend(const bb_update *u)
{
    return bb_assign(u->w, bb_sub(u->w, bb_mul(u->g, u->rate)));
}

bb_optimiser bb_optimiser_sgd(double rate)
{
    return (bb_optimiser){.rule = descend, .rate = rate};
}

bb_node *bb_sgd(bb_node *loss, bb_params *params, double rate)
{
    return bb_optimise(loss, params, bb_optimiser_sgd(rate), NULL);
}
