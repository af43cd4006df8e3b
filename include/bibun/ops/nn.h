/* SPDX-License-Identifier: MIT */
/* What networks are made of, float; layers with parameters are in nn.h. */
#ifndef BIBUN_OPS_NN_H
#define BIBUN_OPS_NN_H

#include <bibun/axes.h>
#include <bibun/graph.h>

#ifdef __cplusplus
extern "C" {
#endif

/* e^x / sum of e^x along an axis */
BB_BUILDER bb_node *bb_softmax(bb_node *x, int axis);
/* log of softmax, without overflow */
BB_BUILDER bb_node *bb_log_softmax(bb_node *x, int axis);
/* 0 with probability rate, else x / (1 - rate); 0 <= rate < 1 (Srivastava et al. 2014); build
 * the graph without it to evaluate */
BB_BUILDER bb_node *bb_dropout(bb_node *x, double rate);

/* Normalisation; the layers of nn.h scale and shift what these give. Epsilon is at least 0. */

/* (x - mean) / sqrt(variance + epsilon) over a set of axes, the variance being the mean of
 * (x - mean)^2 (Ba, Kiros and Hinton 2016, over the last axis); 0 / 0 where all are equal and
 * epsilon is 0 */
BB_BUILDER bb_node *bb_standardise(bb_node *x, bb_axes axes, double epsilon);
/* x [batch, channels, ...], each of so many groups of neighbouring channels by itself, with all
 * that follows them (Wu and He 2018); as many groups as channels is instance normalisation */
BB_BUILDER bb_node *bb_standardise_groups(bb_node *x, int64_t groups, double epsilon);
/* x / sqrt(mean of x^2 + epsilon) over a set of axes (Zhang and Sennrich 2019) */
BB_BUILDER bb_node *bb_rms_normalise(bb_node *x, bb_axes axes, double epsilon);

/* Attention. */

/* softmax(scale q k') v for queries [..., n, d], keys [..., m, d] and values [..., m, e]: [..., n,
 * e]; leading sizes broadcast (Vaswani et al. 2017, eq. 1). A scale of 0 stands for 1 / sqrt(d).
 * `mask` may be NULL, and broadcasts to [..., n, m]: u8, 0 where a query must not see a key, or a
 * float, which is added to scale q k'. When causal, query i sees keys 0 to i. A row whose mask of
 * u8 is 0 throughout gives 0, and its gradient is 0; one to which -infinity is added throughout
 * gives NaN. */
BB_BUILDER bb_node *bb_scaled_dot_product_attention(bb_node *q, bb_node *k, bb_node *v,
                                                    bb_node *mask, bool causal, double scale);
/* A constant [length, width]: sin(i / 10000^(2j / width)) in row i, column 2j, and cos of the same
 * in column 2j + 1 (Vaswani et al. 2017, section 3.5) */
BB_BUILDER bb_node *bb_sinusoidal_positions(bb_graph *g, bb_dtype dtype, int64_t length,
                                            int64_t width);

#ifdef __cplusplus
}
#endif
#endif
