/* SPDX-License-Identifier: MIT */
/* The models that are measured, written as a user would; bench/peer_torch.py has the same shapes.
 */
#include "workloads.h"

#include <stdio.h>

enum { CLASSES = 10, PIXELS = 784, LINKS = 5000 };

void model_free(model *m)
{
    bb_graph_free(m->graph);
    for (int i = 0; i < m->n_inputs; i++)
        bb_tensor_release(m->values[i]);
}

static bb_tensor *value_for(const bb_node *input)
{
    bb_tensor *value = bb_tensor_new(bb_node_dtype(input), bb_node_shape(input));
    if (!value || bb_tensor_fill_uniform(value, 0, 1, 1) == BB_OK)
        return value;
    int32_t *label = bb_tensor_data(value);
    bb_rng rng = {2, 0};
    for (int64_t i = 0; i < bb_tensor_count(value); i++)
        label[i] = (int32_t)bb_rng_below(&rng, CLASSES);
    return value;
}

void model_feed(model *m)
{
    for (int i = 0; i < m->n_inputs; i++)
        m->feeds[i].value = m->values[i] = value_for(m->feeds[i].input);
}

static bb_node *input(model *m, const char *name, bb_dtype dtype, bb_shape shape)
{
    bb_node *node = bb_input(m->graph, name, dtype, shape);
    m->feeds[m->n_inputs++].input = node;
    return node;
}

typedef bb_node *activation(bb_node *x);

static bb_node *mlp(model *m, bb_node *x, int layers, const int64_t *units, activation *act)
{
    for (int i = 0; i < layers; i++) {
        char name[16];
        snprintf(name, sizeof name, "fc%d", i + 1);
        x = bb_dense(x, m->params, name, units[i]);
        if (i < layers - 1)
            x = act(x);
    }
    return x;
}

/* The workloads. */

static void train_mlp(model *m, int64_t batch, int layers, const int64_t *units, activation *act)
{
    m->graph = bb_graph_new();
    bb_node *x = input(m, "x", BB_F32, BB_SHAPE(batch, PIXELS));
    bb_node *t = input(m, "t", BB_I32, BB_SHAPE(batch));
    m->outputs[0] = bb_softmax_cross_entropy(mlp(m, x, layers, units, act), t);
    m->n_outputs = 2;
}

static void build_mlp_seed(model *m)
{
    train_mlp(m, 100, 2, (int64_t[]){50, CLASSES}, bb_sigmoid);
    m->outputs[1] = bb_sgd(m->outputs[0], m->params, 0.1);
}

static void build_mlp_wide(model *m)
{
    train_mlp(m, 128, 3, (int64_t[]){512, 512, CLASSES}, bb_relu);
    m->outputs[1] = bb_adam(m->outputs[0], m->params, 1e-3);
}

static void infer_mlp(model *m, int64_t batch)
{
    m->graph = bb_graph_new();
    bb_node *x = input(m, "x", BB_F32, BB_SHAPE(batch, PIXELS));
    m->outputs[0] = bb_softmax(mlp(m, x, 3, (int64_t[]){50, 100, CLASSES}, bb_sigmoid), 1);
    m->n_outputs = 1;
}

static void build_mlp_infer1(model *m)
{
    infer_mlp(m, 1);
}

static void build_mlp_infer100(model *m)
{
    infer_mlp(m, 100);
}

static void build_scalar(model *m)
{
    m->graph = bb_graph_new();
    bb_node *x = input(m, "x", BB_F32, BB_SCALAR), *y = x;
    for (int i = 0; i < LINKS; i++)
        y = bb_sin(bb_mul_scalar(y, 1.01));
    m->outputs[0] = y;
    m->outputs[1] = bb_grad(y, x);
    m->n_outputs = 2;
}

/* No gradient: the cost of a node alone. */
static void build_chain(model *m)
{
    m->graph = bb_graph_new();
    bb_node *y = input(m, "x", BB_F32, BB_SCALAR);
    for (int i = 0; i < LINKS; i++)
        y = bb_sin(bb_neg(y));
    m->outputs[0] = y;
    m->n_outputs = 1;
}

const workload workloads[] = {
    {"mlp_seed", build_mlp_seed},
    {"mlp_infer1", build_mlp_infer1},
    {"mlp_infer100", build_mlp_infer100},
    {"mlp_wide", build_mlp_wide},
    {"scalar", build_scalar},
};
const int n_workloads = sizeof workloads / sizeof workloads[0];

const workload graph_costs[] = {{"chain", build_chain}, {"mlp_wide", build_mlp_wide}};
const int n_graph_costs = sizeof graph_costs / sizeof graph_costs[0];
