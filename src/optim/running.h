/* SPDX-License-Identifier: MIT */
/* What rules with running means share. */
#ifndef BIBUN_OPTIM_RUNNING_H
#define BIBUN_OPTIM_RUNNING_H

#include <bibun/optim.h>

/* beta mean + (1 - beta) x */
bb_node *bb__running_mean(bb_node *mean, bb_node *x, double beta);

/* rate m' / (sqrt(v') + epsilon) of Adam; the effect keeps m, v and the count of updates */
bb_node *bb__adam_step(const bb_update *u, bb_node **kept_out);

#endif
