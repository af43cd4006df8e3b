/* SPDX-License-Identifier: MIT */
/* Nesterov's accelerated gradient (1983), as Bengio, Boulanger-Lewandowski and Pascanu (2013) write
 * it; a parameter holds the point ahead, where the gradient is taken. */
#include <bibun/optim.h>

static bb_node *look_ahead(const bb_update *u)
{
    double momentum = u->optimiser->beta1;
    bb_node *v = bb_update_state(u, "velocity");
    bb_node *down = bb_mul(u->g, u->rate);
    bb_node *faster = bb_sub(bb_mul_scalar(v, momentum), down);
    bb_node *ahead = bb_sub(bb_add(u->w, bb_mul_scalar(faster, momentum)), down);
    return bb_group(BB_NODES(bb_assign(v, faster), bb_assign(u->w, ahead)));
}

bb_optimiser bb_optimiser_nesterov(double rate, double momentum)
{
    return (bb_optimiser){.rule = look_ahead, .rate = rate, .beta1 = momentum};
}

bb_node *bb_nesterov(bb_node *loss, bb_params *params, double rate, double momentum)
{
    return bb_optimise(loss, params, bb_optimiser_nesterov(rate, momentum), NULL);
}
