/* SPDX-License-Identifier: MIT */
/* A transformer writes like Shakespeare: each place of a text looks back at all places before it,
 * layer by layer, and learns to say which character comes next. --help lists the options; look at
 * the validation loss, and at the sample in the end.
 *
 * All places of a text are learned at once: the causal mask is what keeps each from seeing what it
 * is to say. Since attention knows no order, each place has a vector of its own that is learned. */
#include "char_lm.h"

#include <stdio.h>

/* part: model */
static bb_node *transformer_model(bb_node *characters, bb_params *p, const char_lm *s,
                                  bool training)
{
    bb_transformer_options options = {.causal = true, .dropout = training ? s->dropout : 0};
    bb_embedding_options small = {.weight = bb_init_normal(0.1)};
    bb_node *x = bb_embedding_with(characters, p, "characters", s->vocabulary, s->width, &small);
    bb_node *places = bb_param(bb_node_graph(x), p, "places", bb_node_dtype(x),
                               BB_SHAPE(s->context, s->width), bb_init_normal(0.1));
    x = bb_add(x, places);
    for (int64_t i = 0; i < s->layers; i++) {
        char name[24];
        snprintf(name, sizeof name, "block%d", (int)i + 1);
        x = bb_transformer_block_with(x, p, name, s->heads, &options);
    }
    return bb_dense(bb_layer_norm(x, p, "norm"), p, "out", s->vocabulary);
}
/* end: model */

int main(int argc, char **argv)
{
    char_lm s = {.about = "Trains a transformer to continue a text, and lets it write.",
                 .model = transformer_model,
                 .text = BIBUN_DATA "/sonnets.txt",
                 .width = 128,
                 .layers = 4,
                 .heads = 4,
                 .context = 64,
                 .batch = 32,
                 .rate = 0.002,
                 .iterations = 2400,
                 .sample = 500,
                 .seed = 1};
    return char_lm_run(&s, argc, argv);
}
