/* SPDX-License-Identifier: MIT */
/* Clipping of gradients. */
#ifndef BIBUN_OPTIM_CLIP_H
#define BIBUN_OPTIM_CLIP_H

#include <bibun/graph.h>

/* The f64 scalar by which gradients must be multiplied for their joint norm to be `limit` at most;
 * there is one gradient or more, and limit is above 0. */
bb_node *bb__clip_factor(bb_nodes gradients, double limit);

#endif
