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
/* of that mean and standard deviation */
BB_BUILDER bb_node *bb_normal(bb_graph *g, bb_dtype dtype, bb_shape shape, double mean,
                              double deviation);

/* The same, with nodes as their parameters: a number for each element. Gradients of samples are
 * those of the way in which these are made, from numbers that do not depend on the parameters; what
 * is drawn whole (u8, i32) has none. A parameter out of its range is no error. */

/* u8, 1 with probability p and else 0; never 1 for p <= 0 or NaN, always for p >= 1 */
BB_BUILDER bb_node *bb_bernoulli(bb_node *p);
/* i32 [...], class i of logits [... classes] with probability softmax(logits)[i]; never one of
 * -infinity beside others */
BB_BUILDER bb_node *bb_categorical(bb_node *logits);
/* density rate e^(-rate x) for x >= 0; d is -x / rate */
BB_BUILDER bb_node *bb_exponential(bb_node *rate);
/* mean and standard deviation, broadcast; d is 1 and the standard normal number */
BB_BUILDER bb_node *bb_normal_around(bb_node *mean, bb_node *deviation);
/* The gamma distribution of shape alpha > 0 and scale 1 (divide by a rate), else NaN; never below
 * the smallest normal number. A sample is the quantile of a random share, and d is its derivative,
 * -(dP / d alpha) / p by implicit differentiation (Figurnov et al. 2018). Can be differentiated
 * eight times by alpha; once more is an error. */
BB_BUILDER bb_node *bb_gamma(bb_node *alpha);

#ifdef __cplusplus
}
#endif
#endif
