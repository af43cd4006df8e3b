/* SPDX-License-Identifier: MIT */
/* What the tests of a suite begin with: a graph, parameters, and an input of noise. */
#ifndef BIBUN_TESTS_NOISE_INPUT_H
#define BIBUN_TESTS_NOISE_INPUT_H

#include "plans.h"

static bb_graph *g;
static bb_params *params;
static bb_node *x;
static bb_tensor *xs;

static inline void begin_with(bb_shape shape)
{
    g = bb_graph_new();
    params = bb_params_new(1);
    x = bb_input(g, "x", BB_F32, shape);
    xs = bb_tensor_new(BB_F32, shape);
    bb_tensor_fill_normal(xs, 0, 1, 1);
}

static inline void end(void)
{
    bb_tensor_release(xs);
    bb_graph_free(g);
    bb_params_free(params);
}

#endif
