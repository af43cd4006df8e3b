/* SPDX-License-Identifier: MIT */
/* What the ops that reduce axes share besides their attributes, which support.h has. */
#ifndef BIBUN_OPS_REDUCTIONS_H
#define BIBUN_OPS_REDUCTIONS_H

#include "support.h"

size_t bb__reduction_scratch(const void *attrs, int n_in, const bb_array *in, const bb_array *out);
double bb__reduction_flops(const void *attrs, const bb_type *in, const bb_type *out);

bb_node *bb__batch_reduction(const bb_node *node, bb_node *const *in, const bool *batched);

/* y with the axes that it reduced put back with size 1, or dy likewise. */
bb_node *bb__unreduced(bb_node *reduced, const bb_node *y);

/* How many are set of a mask of x's shape over the axes that y reduced, which get size 1; at least
 * 1, so that it can divide where nothing is tied. */
bb_node *bb__count_ties(bb_node *tied, const bb_node *y);

/* The rule of max and min: elements equal to y share dy evenly. */
bb_node *bb__share_among_ties(bb_node *y, bb_node *dy);

#endif
