/* SPDX-License-Identifier: MIT */
/* Reverse-mode differentiation: gradients are nodes of the same graph, and can be differentiated
 * again. */
#ifndef BIBUN_GRAD_H
#define BIBUN_GRAD_H

#include <bibun/graph.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The gradient of the scalar y with respect to x, of x's type and shape. Zero when y does not
 * depend on x; a mask or an index counts as constant where it only chooses. Errors: y is not a
 * scalar; x or y is no float; every way from x to y leads through an integer, unless it also leads
 * through an op whose gradient is zero by definition, as bb_stop_gradient; an op on a way has no
 * rule. */
BB_BUILDER bb_node *bb_grad(bb_node *y, bb_node *x);

/* The gradients of sum(cotangent * y), the cotangent held constant, with respect to several nodes,
 * into grads_out[wrt.count], which is not the array of wrt. `cotangent` has y's type and shape;
 * NULL stands for 1 and needs a scalar y. On failure the error sticks to the graph, all of
 * grads_out is the inert node, and the status is returned. */
BB_BUILDER bb_status bb_grads(bb_node *y, bb_node *cotangent, bb_nodes wrt, bb_node **grads_out);

#ifdef __cplusplus
}
#endif
#endif
