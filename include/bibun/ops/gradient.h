/* SPDX-License-Identifier: MIT */
/* Ops that compute an operand and change what differentiation sees; any dtype. `d` is the gradient;
 * none of them is what central differences would find. */
#ifndef BIBUN_OPS_GRADIENT_H
#define BIBUN_OPS_GRADIENT_H

#include <bibun/graph.h>

#ifdef __cplusplus
extern "C" {
#endif

/* value, of surrogate's type and shape; d is the surrogate's, and 0 by value: the straight-through
 * estimator (Bengio, Leonard and Courville 2013) */
BB_BUILDER bb_node *bb_straight_through(bb_node *value, bb_node *surrogate);
/* x; d times k */
BB_BUILDER bb_node *bb_scale_gradient(bb_node *x, double k);
/* x; d times -k (Ganin and Lempitsky 2015) */
BB_BUILDER bb_node *bb_reverse_gradient(bb_node *x, double k);

#ifdef __cplusplus
}
#endif
#endif
