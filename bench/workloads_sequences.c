/* SPDX-License-Identifier: MIT */
/* Models of characters: an LSTM and a transformer, each a whole training step. */
#include "workloads.h"

#include <stdio.h>

enum { CHARACTERS = 65, PLACES = 64 };

/* The loss of a prediction of each next character, and a step of an optimiser. */
static void train(model *m, bb_node *x, int64_t rows, bb_node *(*step)(bb_node *loss, bb_params *p))
{
    bb_node *t = model_input(m, "t", BB_I32, BB_SHAPE(rows));
    bb_node *logits = bb_dense(x, m->params, "out", CHARACTERS);
    m->labels = CHARACTERS;
    m->outputs[0] = bb_softmax_cross_entropy(bb_reshape(logits, BB_SHAPE(rows, CHARACTERS)), t);
    m->outputs[1] = step(m->outputs[0], m->params);
    m->n_outputs = 2;
}

static bb_node *by_adam(bb_node *loss, bb_params *p)
{
    return bb_adam(loss, p, 1e-3);
}

static bb_node *by_adamw(bb_node *loss, bb_params *p)
{
    return bb_adamw(loss, p, 1e-3, 0.01);
}

void build_lstm(model *m)
{
    enum { BATCH = 32, WIDTH = 64, UNITS = 256 };
    m->graph = bb_graph_new();
    bb_node *x = model_input(m, "x", BB_I32, BB_SHAPE(BATCH, PLACES));
    bb_node *embedded = bb_embedding(x, m->params, "embedding", CHARACTERS, WIDTH);
    train(m, bb_lstm(embedded, m->params, "lstm", UNITS), BATCH * PLACES, by_adam);
}

/* Two LSTMs, one from the front and one from the back. */
void build_directions(model *m)
{
    enum { BATCH = 8, WIDTH = 64, UNITS = 64 };
    const bb_recurrent_options reversed = {.reverse = true};
    m->graph = bb_graph_new();
    bb_node *x = model_input(m, "x", BB_I32, BB_SHAPE(BATCH, PLACES));
    bb_node *embedded = bb_embedding(x, m->params, "embedding", CHARACTERS, WIDTH);
    bb_node *forth = bb_lstm(embedded, m->params, "forth", UNITS);
    bb_node *back = bb_lstm_with(embedded, m->params, "back", UNITS, &reversed, NULL);
    train(m, bb_concat(BB_NODES(forth, back), -1), BATCH * PLACES, by_adam);
}

void build_gpt(model *m)
{
    enum { BATCH = 16, WIDTH = 128, HEADS = 4, LAYERS = 4 };
    const bb_transformer_options options = {.causal = true, .activation = bb_gelu};
    m->graph = bb_graph_new();
    bb_node *x = model_input(m, "x", BB_I32, BB_SHAPE(BATCH, PLACES));
    bb_node *h = bb_embedding(x, m->params, "embedding", CHARACTERS, WIDTH);
    h = bb_add(h, bb_param(m->graph, m->params, "positions", BB_F32, BB_SHAPE(PLACES, WIDTH),
                           bb_init_normal(1)));
    for (int i = 0; i < LAYERS; i++) {
        char name[24];
        snprintf(name, sizeof name, "block%d", i + 1);
        h = bb_transformer_block_with(h, m->params, name, HEADS, &options);
    }
    train(m, bb_layer_norm(h, m->params, "norm"), BATCH * PLACES, by_adamw);
}
