/* SPDX-License-Identifier: MIT */
/* Derivatives of functions of many values: products with the Jacobian from either side, products
 * with the Hessian, whole Jacobians and Hessians, functions over a new axis, and gradients given by
 * hand. All of them are nodes, which can be differentiated again.
 *
 * y stands for a float function of floats x. What y does not depend on gives zero, as with bb_grad;
 * so do operands without elements. Cotangents and directions may be any nodes, and are held
 * constant. The plural forms take lists: as many cotangents as functions, as many directions as
 * variables; on failure the error sticks to the graph, all of the results are the inert node, and
 * the status is returned. The results must not be one of the lists given. */
#ifndef BIBUN_CALCULUS_H
#define BIBUN_CALCULUS_H

#include <bibun/graph.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Products. */

/* The cotangent times the Jacobian of y: the gradient of sum(cotangent * y), of x's type and shape;
 * the cotangent has y's. */
BB_BUILDER bb_node *bb_vjp(bb_node *y, bb_node *x, bb_node *cotangent);
/* For each of xs the sum over all of ys. */
BB_BUILDER bb_status bb_vjps(bb_nodes ys, bb_nodes xs, bb_nodes cotangents, bb_node **products_out);

/* The Jacobian of y times the direction: the derivative of y along it, of y's type and shape; the
 * direction has x's. The rules of reverse mode are transposed (a product with a cotangent is
 * differentiated by the cotangent), so an op needs no rule for it. Error: a rule on the way is not
 * linear in its cotangent, or uses an op that has no rule itself. */
BB_BUILDER bb_node *bb_jvp(bb_node *y, bb_node *x, bb_node *direction);
/* For each of ys the sum over all of xs. */
BB_BUILDER bb_status bb_jvps(bb_nodes ys, bb_nodes xs, bb_nodes directions, bb_node **products_out);

/* The Hessian of the scalar y times the direction, without the Hessian, of x's type and shape
 * (Pearlmutter 1994, in reverse mode twice). */
BB_BUILDER bb_node *bb_hvp(bb_node *y, bb_node *x, bb_node *direction);
/* For each of xs its rows of the Hessian with respect to all of xs, times the directions. */
BB_BUILDER bb_status bb_hvps(bb_node *y, bb_nodes xs, bb_nodes directions, bb_node **products_out);

/* Whole derivatives. */

/* The Jacobian, of x's dtype: for y [a...] and x [b...] it is [a... b...], and element [i... j...]
 * is the derivative of y[i...] by x[j...]. By rows or by columns, whichever takes fewer counted
 * operations; either way the products are batched (see bb_vmap), so that a matrix product stays
 * one. Nodes on the way may have BB_MAX_DIMS - 1 dimensions. */
BB_BUILDER bb_node *bb_jacobian(bb_node *y, bb_node *x);
/* One for each of xs, all by rows or all by columns. */
BB_BUILDER bb_status bb_jacobians(bb_node *y, bb_nodes xs, bb_node **jacobians_out);

/* The Jacobian of the gradient of the scalar y: [b... b...] for x [b...]. */
BB_BUILDER bb_node *bb_hessian(bb_node *y, bb_node *x);

/* y for each row of `rows`, in place of x: for x [b...] and rows [n b...] it is [n a...]. x may be
 * any node, of any type; the nodes between x and y are made anew over the new axis, by the batching
 * rules of their ops. An op without such a rule is repeated n times. */
BB_BUILDER bb_node *bb_vmap(bb_node *y, bb_node *x, bb_node *rows);
/* The same for several functions of several variables that vary together. */
BB_BUILDER bb_status bb_vmaps(bb_nodes ys, bb_nodes xs, bb_nodes rows, bb_node **ys_out);

/* Gradients given by hand. */

/* The gradient with respect to input i of y, counted from 1: the operands as bb_custom_gradient was
 * given them; input 0 is the value. As the rule of an op it builds nodes of that input's type from
 * dy, linearly in dy, and gives NULL for an input that has no gradient. */
typedef bb_node *(*bb_gradient_rule)(bb_node *y, bb_node *dy, int i);

/* `value`, with the gradient that the rule gives: to differentiation it depends on the operands
 * alone, however it was computed. The rule's nodes can be differentiated like any others. A rule
 * that only a kernel can compute is an op of its own: one without a rule may be used in a gradient,
 * and differentiating that again is an error, never zero. */
BB_BUILDER bb_node *bb_custom_gradient(bb_node *value, bb_nodes operands, bb_gradient_rule rule);

#ifdef __cplusplus
}
#endif
#endif
