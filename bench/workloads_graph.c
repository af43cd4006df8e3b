/* SPDX-License-Identifier: MIT */
/* Graphs of about 10, 1,000 and 100,000 nodes, whose cost is measured, not their runs: a time a
 * node that grows with the graph shows what is not linear. */
#include "workloads.h"

#include <stdio.h>

/* No gradient: two single numbers a link. */
static void build_chain(model *m, int links)
{
    m->graph = bb_graph_new();
    bb_node *y = model_input(m, "x", BB_F32, BB_SCALAR);
    for (int i = 0; i < links; i++)
        y = bb_sin(bb_neg(y));
    m->outputs[m->n_outputs++] = y;
}

static void build_chain_10(model *m)
{
    build_chain(m, 5);
}

static void build_chain_1k(model *m)
{
    build_chain(m, 500);
}

static void build_chain_100k(model *m)
{
    build_chain(m, 50000);
}

/* A training step of narrow layers. */
static void build_layers(model *m, int layers)
{
    enum { WIDTH = 8 };
    m->graph = bb_graph_new();
    bb_node *y = model_input(m, "x", BB_F32, BB_SHAPE(WIDTH, WIDTH));
    for (int i = 0; i < layers; i++) {
        char name[16];
        snprintf(name, sizeof name, "fc%d", i + 1);
        y = bb_tanh(bb_dense(y, m->params, name, WIDTH));
    }
    bb_node *loss = bb_sum(y, BB_ALL);
    m->outputs[m->n_outputs++] = loss;
    m->outputs[m->n_outputs++] = bb_sgd(loss, m->params, 0.1);
}

static void build_layers_1(model *m)
{
    build_layers(m, 1);
}

static void build_layers_40(model *m)
{
    build_layers(m, 40);
}

static void build_layers_4000(model *m)
{
    build_layers(m, 4000);
}

const workload graph_costs[] = {
    {"chain_10", build_chain_10},     {"chain_1k", build_chain_1k},
    {"chain_100k", build_chain_100k}, {"layers_1", build_layers_1},
    {"layers_40", build_layers_40},   {"layers_4000", build_layers_4000},
    {"mlp_wide", build_mlp_wide},
};
const int n_graph_costs = sizeof graph_costs / sizeof graph_costs[0];
