/* SPDX-License-Identifier: MIT */
/* AdamW: Adam with decay of the weights themselves, which the adaptive rates do not touch
 * (Loshchilov and Hutter 2019, algorithm 2). */
#include "running.h"

static bb_node *adapt_and_decay(const bb_update *u)
{
    bb_node *kept, *step = bb__adam_step(u, &kept);
    bb_node *share = bb_sub(bb_number(u->rate, 1), bb_mul_scalar(u->rate, u->optimiser->decay));
    return bb_group(BB_NODES(kept, bb_assign(u->w, bb_sub(bb_mul(u->w, share), step))));
}

bb_optimiser bb_optimiser_adamw(double rate, double decay)
{
    bb_optimiser o = bb_optimiser_adam(rate);
    o.rule = adapt_and_decay;
    o.decay = decay;
    return o;
}

bb_node *bb_adamw(bb_node *loss, bb_params *params, double rate, double decay)
{
    return bb_optimise(loss, params, bb_optimiser_adamw(rate, decay), NULL);
}
