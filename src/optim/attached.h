/* SPDX-License-Identifier: MIT */
/* What a loss depends on: its parameters, and the effects that come along with it. */
#ifndef BIBUN_OPTIM_ATTACHED_H
#define BIBUN_OPTIM_ATTACHED_H

#include <bibun/graph.h>

/* Sets needed[id] for all that the loss depends on; `needed` is all false, and as long as the loss'
 * id and 1. */
void bb__mark_needed(const bb_node *loss, bool *needed);

/* Writes the effects attached to what is needed that change something in `params`, if effects_out
 * is not NULL; returns their number. */
int bb__collect_attached(const bb_node *loss, const bb_params *params, const bool *needed,
                         bb_node **effects_out);

/* Writes the trainable parameters of `params` among what is needed, if trained_out is not NULL;
 * returns their number. */
int bb__collect_trained(const bb_node *loss, const bb_params *params, const bool *needed,
                        bb_node **trained_out);

#endif
