/* SPDX-License-Identifier: MIT */
/* Momentum (Polyak 1964, as in Sutskever et al. 2013); a parameter's velocity starts at zero. */
#include <bibun/optim.h>

static bb_node *roll(const bb_update *u)
{
    bb_node *v = bb_update_state(u, "velocity");
    bb_node *faster = bb_sub(bb_mul_scalar(v, u->optimiser->beta1), bb_mul(u->g, u->rate));
    return bb_group(BB_NODES(bb_assign(v, faster), bb_assign(u->w, bb_add(u->w, faster))));
}

bb_optimiser bb_optimiser_momentum(double rate, double momentum)
{
    return (bb_optimiser){.rule = roll, .rate = rate, .beta1 = momentum};
}

bb_node *bb_momentum(bb_node *loss, bb_params *params, double rate, double momentum)
{
    return bb_optimise(loss, params, bb_optimiser_momentum(rate, momentum), NULL);
}
