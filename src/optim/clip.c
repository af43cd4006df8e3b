/* SPDX-License-Identifier: MIT */
/* Clipping by the joint Euclidean norm (Pascanu, Mikolov and Bengio 2013, algorithm 1).
 *
 * Gradients that explode are what clipping is for, so they are divided by the largest of all
 * elements and the limit before they are squared: no square overflows, and none that matters
 * vanishes. Gradients within the limit get a factor of exactly 1. */
#include "clip.h"

#include <bibun/ops.h>

/* The largest of the limit and all elements' sizes. */
static bb_node *scale_of(bb_nodes gradients, bb_node *limit)
{
    bb_node *scale = limit;
    for (int i = 0; i < gradients.count; i++) {
        bb_node *largest = bb_max(bb_abs(gradients.items[i]), BB_ALL);
        scale = bb_maximum(scale, bb_cast(largest, BB_F64));
    }
    return scale;
}

bb_node *bb__clip_factor(bb_nodes gradients, double limit)
{
    bb_node *allowed = bb_scalar(bb_node_graph(gradients.items[0]), BB_F64, limit);
    bb_node *scale = scale_of(gradients, allowed), *sum = bb_number(allowed, 0);
    for (int i = 0; i < gradients.count; i++) {
        bb_node *g = gradients.items[i];
        bb_node *scaled = bb_div(g, bb_cast(scale, bb_node_dtype(g)));
        sum = bb_add(sum, bb_cast(bb_sum(bb_square(scaled), BB_ALL), BB_F64));
    }
    bb_node *share = bb_div(allowed, scale);
    return bb_div(share, bb_maximum(bb_sqrt(sum), share));
}
