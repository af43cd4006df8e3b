/* SPDX-License-Identifier: MIT */
/* RMSProp (Tieleman and Hinton 2012): a gradient divided by the root of the running mean of its
 * squares. */
#include "running.h"

static bb_node *normalise(const bb_update *u)
{
    const bb_optimiser *o = u->optimiser;
    bb_node *mean = bb_update_state(u, "mean_square");
    bb_node *moved = bb__running_mean(mean, bb_square(u->g), o->beta2);
    bb_node *down = bb_div(bb_mul(u->g, u->rate), bb_add_scalar(bb_sqrt(moved), o->epsilon));
    return bb_group(BB_NODES(bb_assign(mean, moved), bb_assign(u->w, bb_sub(u->w, down))));
}

bb_optimiser bb_optimiser_rmsprop(double rate)
{
    return (bb_optimiser){.rule = normalise, .rate = rate, .beta2 = 0.99, .epsilon = 1e-8};
}

bb_node *bb_rmsprop(bb_node *loss, bb_params *params, double rate)
{
    return bb_optimise(loss, params, bb_optimiser_rmsprop(rate), NULL);
}
