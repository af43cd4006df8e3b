/* SPDX-License-Identifier: MIT */
/* Momentum (Polyak 1964, as in Sutskever et al. 2013); a parameter's velocity starts at zero. */
#include <bibun/optim.h>

typedef struct factors {
    double rate, momentum;
} factors;

static bb_node *roll(bb_params *params, bb_node *w, bb_node *g, const void *data)
{
    const factors *f = data;
    bb_node *v = bb_state_of(w, params, "velocity", (bb_init){0});
    bb_node *faster = bb_sub(bb_mul_scalar(v, f->momentum), bb_mul_scalar(g, f->rate));
    return bb_group(BB_NODES(bb_assign(v, faster), bb_assign(w, bb_add(w, faster))));
}

bb_node *bb_momentum(bb_node *loss, bb_params *params, double rate, double momentum)
{
    return bb_optimise(loss, params, roll, &(factors){rate, momentum});
}
