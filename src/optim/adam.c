/* SPDX-License-Identifier: MIT */
/* Adam (Kingma and Ba 2015, algorithm 1). */
#include "running.h"

static bb_node *adapt(const bb_update *u)
{
    bb_node *kept, *step = bb__adam_step(u, &kept);
    return bb_group(BB_NODES(kept, bb_assign(u->w, bb_sub(u->w, step))));
}

bb_optimiser bb_optimiser_adam(double rate)
{
    return (bb_optimiser){
        .rule = adapt, .rate = rate, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8};
}

bb_node *bb_adam(bb_node *loss, bb_params *params, double rate)
{
    return bb_optimise(loss, params, bb_optimiser_adam(rate), NULL);
}
