/* SPDX-License-Identifier: MIT */
/* What networks are made of, float; layers with parameters are in nn.h. */
#ifndef BIBUN_OPS_NN_H
#define BIBUN_OPS_NN_H

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

#ifdef __cplusplus
}
#endif
#endif
