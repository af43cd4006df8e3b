/* SPDX-License-Identifier: MIT */
/* The order of a training step: gradients die young, and what its slope needs is kept of an
 * activation, whatever may find fault with its data. */
#include "plans.h"

enum { ROWS = 256, WIDTH = 64, WORDS = 9, LAYERS = 12 };
static const size_t layer_bytes = sizeof(float) * ROWS * WIDTH;

/* What the plan of a step by Adam needs, in layers' values. The index of the words and the labels
 * may be out of range; the gradient of the words' vectors needs all others before it. */
static double layers_needed(bb_node *(*activation)(bb_node *x))
{
    bb_graph *g = bb_graph_new();
    bb_params *params = bb_params_new(1);
    bb_node *words = bb_input(g, "words", BB_I32, BB_SHAPE(ROWS));
    bb_node *labels = bb_input(g, "labels", BB_I32, BB_SHAPE(ROWS));
    bb_node *h = bb_embedding(words, params, "words", WORDS, WIDTH);
    for (int i = 0; i < LAYERS; i++) {
        char name[24];
        snprintf(name, sizeof name, "layer%d", i);
        h = activation(bb_dense(h, params, name, WIDTH));
    }
    bb_node *loss = bb_softmax_cross_entropy(bb_dense(h, params, "out", WORDS), labels);
    bb_program_stats s = stats_with(g, BB_NODES(loss, bb_adam(loss, params, 1e-3)), NULL);
    bb_graph_free(g);
    bb_params_free(params);
    return (double)s.peak_bytes / (double)layer_bytes;
}

/* The words' vectors and each layer's values, and a few more that are worked on. */
Test(order, gradients_die_young)
{
    const double needed = layers_needed(bb_tanh);
    cr_expect_leq(needed, LAYERS + 4, "%g", needed);
}

/* Of each layer its values and its slopes, which x and its distribution function give: not both of
 * these. */
Test(order, a_slope_is_kept_for_two_operands)
{
    const double needed = layers_needed(bb_gelu);
    cr_expect_leq(needed, 2 * LAYERS + 4, "%g", needed);
}

/* Products of two activations, of which both factors' gradients need the other: one more array a
 * layer is all that these keep. */
static bb_node *gated(bb_node *x)
{
    bb_node *open = bb_sigmoid(bb_slice(x, 1, 0, WIDTH / 2, 1));
    bb_node *half = bb_mul(bb_slice(x, 1, WIDTH / 2, WIDTH, 1), open);
    return bb_concat(BB_NODES(half, half), 1);
}

Test(order, what_is_kept_anyway_is_not_kept_twice)
{
    const double needed = layers_needed(gated);
    cr_expect_leq(needed, 3 * LAYERS, "%g", needed);
}
