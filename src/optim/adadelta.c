/* SPDX-License-Identifier: MIT */
/* Adadelta (Zeiler 2012): steps as large as the root of the running mean of past steps' squares, so
 * that they have the parameter's own unit. */
#include "running.h"

static bb_node *adapt(const bb_update *u)
{
    const bb_optimiser *o = u->optimiser;
    bb_node *squares = bb_update_state(u, "mean_square"),
            *steps = bb_update_state(u, "mean_square_step");
    bb_node *squares_new = bb__running_mean(squares, bb_square(u->g), o->beta2);
    bb_node *step = bb_mul(u->g, bb_div(bb_sqrt(bb_add_scalar(steps, o->epsilon)),
                                        bb_sqrt(bb_add_scalar(squares_new, o->epsilon))));
    bb_node *steps_new = bb__running_mean(steps, bb_square(step), o->beta2);
    return bb_group(BB_NODES(bb_assign(squares, squares_new), bb_assign(steps, steps_new),
                             bb_assign(u->w, bb_sub(u->w, bb_mul(step, u->rate)))));
}

bb_optimiser bb_optimiser_adadelta(double rate)
{
    return (bb_optimiser){.rule = adapt, .rate = rate, .beta2 = 0.9, .epsilon = 1e-6};
}

bb_node *bb_adadelta(bb_node *loss, bb_params *params, double rate)
{
    return bb_optimise(loss, params, bb_optimiser_adadelta(rate), NULL);
}
