/* SPDX-License-Identifier: MIT */
/* What the rule of gamma is made of; internal, for their operands are samples and shapes, which are
 * positive. */
#ifndef BIBUN_OPS_GAMMAS_H
#define BIBUN_OPS_GAMMAS_H

#include <bibun/op.h>
#include <bibun/ops.h>

/* The derivative of that order (at least 1) by the shape a of the distribution function at x, over
 * the density at x. */
bb_node *bb__gamma_ratio_of(bb_node *a, bb_node *x, int order);

#endif
