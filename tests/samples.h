/* SPDX-License-Identifier: MIT */
/* Samples of ops as graphs, for tests that run over the registry. */
#ifndef BIBUN_TESTS_SAMPLES_H
#define BIBUN_TESTS_SAMPLES_H

#include <bibun/bibun.h>

/* An op applied to inputs of a sample's shapes, whose float inputs are of `real`, with random
 * numbers for them. */
typedef struct sample_graph {
    bb_graph *g;
    int n;
    bb_node *in[BB_SAMPLE_INPUTS], *y;
    bb_tensor *value[BB_SAMPLE_INPUTS];
    bb_feed feeds[BB_SAMPLE_INPUTS];
} sample_graph;

sample_graph sample_graph_new(const bb_op *op, const bb_sample *s, bb_dtype real);
void sample_graph_free(sample_graph *sg);
bb_feeds sample_feeds(const sample_graph *sg);

/* Whether the op's gradient can be checked at all: a float input, an f64 output, no effect. */
bool sample_has_gradient(const sample_graph *sg);
bool op_has_gradient(const bb_op *op);

/* Options for the check of an op of the library: the one whose gradient is zero by definition says
 * so. */
bb_gradcheck_options check_options(const bb_op *op);

#endif
