/* SPDX-License-Identifier: MIT */
/* AdaGrad (Duchi, Hazan and Singer 2011): each element's rate falls with the sum of its squared
 * gradients, which never shrinks. */
#include <bibun/optim.h>

static bb_node *adapt(const bb_update *u)
{
    bb_node *sum = bb_update_state(u, "square_sum");
    bb_node *larger = bb_add(sum, bb_square(u->g));
    bb_node *down =
        bb_div(bb_mul(u->g, u->rate), bb_add_scalar(bb_sqrt(larger), u->optimiser->epsilon));
    return bb_group(BB_NODES(bb_assign(sum, larger), bb_assign(u->w, bb_sub(u->w, down))));
}

bb_optimiser bb_optimiser_adagrad(double rate)
{
    return (bb_optimiser){.rule = adapt, .rate = rate, .epsilon = 1e-10};
}

bb_node *bb_adagrad(bb_node *loss, bb_params *params, double rate)
{
    return bb_optimise(loss, params, bb_optimiser_adagrad(rate), NULL);
}
