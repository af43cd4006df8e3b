/* SPDX-License-Identifier: MIT */
/* Optimisers. Each returns an effect node: a run that asks for it computes the gradients of `loss`
 * with respect to every trainable parameter of `params` that the loss depends on, and updates them.
 * State lives in `params` beside them, as "fc1.weight/velocity". */
#ifndef BIBUN_OPTIM_H
#define BIBUN_OPTIM_H

#include <bibun/grad.h>
#include <bibun/ops.h>

#ifdef __cplusplus
extern "C" {
#endif

/* w <- w - rate g (Robbins and Monro 1951). */
BB_BUILDER bb_node *bb_sgd(bb_node *loss, bb_params *params, double rate);

/* v <- momentum v - rate g; w <- w + v (Polyak 1964, as in Sutskever et al. 2013). */
BB_BUILDER bb_node *bb_momentum(bb_node *loss, bb_params *params, double rate, double momentum);

/* For your own rule: calls `rule` for each parameter w with its gradient g; it returns an effect
 * node, usually bb_assign(w, ...), or the inert node of a failure. `data` is passed on. */
typedef bb_node *(*bb_update_rule)(bb_params *params, bb_node *w, bb_node *g, const void *data);
BB_BUILDER bb_node *bb_optimise(bb_node *loss, bb_params *params, bb_update_rule rule,
                                const void *data);

#ifdef __cplusplus
}
#endif
#endif
