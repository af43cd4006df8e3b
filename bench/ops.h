/* SPDX-License-Identifier: MIT */
/* The cases of cases/, each a single op or a small network in a graph of its own. */
#ifndef OPS_H
#define OPS_H

#include "workloads.h"

typedef struct op_case {
    const char *name, *inputs; /* inputs as cases/all.def writes them */
    void (*build)(model *m, bb_graph *g, bb_params *p, bb_node *x, bb_node *y, bb_node *z,
                  bb_node *w);
} op_case;

extern const op_case op_cases[];
extern const int n_op_cases;

/* Fills a model that has its parameters and nothing else, with values for all inputs and
 * parameters; failures stick to the graph.
 *
 * Element i of stream s is number i of SplitMix64 (Steele, Lea and Flood 2014) from the state
 * s * 0xD1B54A32D192ED03, its upper 24 bits as a number in [0, 1), taken to the range that is
 * wanted. Inputs are streams 0, 1, ... in their order, parameters 100, ..., cotangents 200, ...
 * Parameters lie within one over the root of their size over their largest dimension. */
void op_case_build(const op_case *c, model *m);

/* What stands for a result in comparisons: the sum of the sizes of its elements, negative ones
 * twice, each times its place, (i + 1) / n. */
double op_case_sum(const bb_tensor *value);

#endif
