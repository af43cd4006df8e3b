/* SPDX-License-Identifier: MIT */
/* Random numbers. */
#ifndef BIBUN_OPS_RANDOM_H
#define BIBUN_OPS_RANDOM_H

#include <bibun/graph.h>

#ifdef __cplusplus
extern "C" {
#endif

/* New numbers each run, keyed by the program's seed, by which random node of its graph this is, and
 * by the number of the run: the same seed gives the same numbers, in another graph too. */
/* [low, high) */
BB_BUILDER bb_node *bb_uniform(bb_graph *g, bb_dtype dtype, bb_shape shape, double low,
                               double high);
BB_BUILDER bb_node *bb_normal(bb_graph *g, bb_dtype dtype, bb_shape shape, double mean,
                              double deviation);

#ifdef __cplusplus
}
#endif
#endif
