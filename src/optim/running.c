/* SPDX-License-Identifier: MIT */
/* Exponentially weighted means, and Adam's step from two of them (Kingma and Ba 2015, algorithm 1).
 *
 * The count of a parameter's updates and what corrects by 1 - beta^t are f64 whatever the parameter
 * is: in f32, 1 - 0.999 is off by 5e-5 and a count stands still at 2^24. */
#include "running.h"

bb_node *bb__running_mean(bb_node *mean, bb_node *x, double beta)
{
    return bb_axpby(mean, x, beta, 1 - beta);
}

/* 1 / (1 - beta^t), of w's dtype: a product for each number takes a seventh of a quotient's time */
static bb_node *correction(const bb_update *u, double beta, bb_node *t)
{
    bb_node *power = bb_pow(bb_number(t, beta), t);
    return bb_cast(bb_reciprocal(bb_sub(bb_number(t, 1), power)), bb_node_dtype(u->w));
}

/* These ops, in these places, are what map_adam.c makes one loop of. */
bb_node *bb__adam_step(const bb_update *u, bb_node **kept_out)
{
    const bb_optimiser *o = u->optimiser;
    bb_node *m = bb_update_state(u, "m"), *v = bb_update_state(u, "v");
    bb_node *updates = bb_state_of(u->w, u->params, "updates", BB_F64, BB_SCALAR, (bb_init){0});
    bb_node *t = bb_add_scalar(updates, 1);
    bb_node *m_new = bb__running_mean(m, u->g, o->beta1);
    bb_node *v_new = bb__running_mean(v, bb_square(u->g), o->beta2);
    bb_node *rate = bb_mul(u->rate, correction(u, o->beta1, t));
    bb_node *root = bb_sqrt(bb_mul(v_new, correction(u, o->beta2, t)));
    *kept_out = bb_group(BB_NODES(bb_assign(m, m_new), bb_assign(v, v_new), bb_assign(updates, t)));
    return bb_div(bb_mul(m_new, rate), bb_add_scalar(root, o->epsilon));
}
