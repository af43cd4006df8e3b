/* SPDX-License-Identifier: MIT */
/* What standardise is made of; internal, for a mean and a scale that are not those of x would have
 * other gradients. */
#ifndef BIBUN_OPS_NORMALISED_H
#define BIBUN_OPS_NORMALISED_H

#include "support.h"

/* The mean of (x - mean)^2 over axes, for x's own mean; both keep these with size 1. Axes that are
 * none are for the mean's own op to refuse. */
bb_node *bb__variance_about(bb_node *x, bb_node *mean, bb_axes axes);

/* (x - mean) scale, for x's own mean and a scale that is one over its deviation, both as above. */
bb_node *bb__normalised(bb_node *x, bb_node *mean, bb_node *scale, bb_axes axes);

#endif
