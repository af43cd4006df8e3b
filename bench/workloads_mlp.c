/* SPDX-License-Identifier: MIT */
/* Networks of dense layers: the documents' own, a wider one, and the curvature of one along a
 * direction. */
#include "workloads.h"

#include <stdio.h>

enum { CLASSES = 10, PIXELS = 784 };

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

static void train_mlp(model *m, int64_t batch, int layers, const int64_t *units, activation *act)
{
    m->graph = bb_graph_new();
    m->labels = CLASSES;
    bb_node *x = model_input(m, "x", BB_F32, BB_SHAPE(batch, PIXELS));
    bb_node *t = model_input(m, "t", BB_I32, BB_SHAPE(batch));
    m->outputs[0] = bb_softmax_cross_entropy(mlp(m, x, layers, units, act), t);
    m->n_outputs = 2;
}

void build_mlp_seed(model *m)
{
    train_mlp(m, 100, 2, (int64_t[]){50, CLASSES}, bb_sigmoid);
    m->outputs[1] = bb_sgd(m->outputs[0], m->params, 0.1);
}

void build_mlp_wide(model *m)
{
    train_mlp(m, 128, 3, (int64_t[]){512, 512, CLASSES}, bb_relu);
    m->outputs[1] = bb_adam(m->outputs[0], m->params, 1e-3);
}

static void infer_mlp(model *m, int64_t batch)
{
    m->graph = bb_graph_new();
    bb_node *x = model_input(m, "x", BB_F32, BB_SHAPE(batch, PIXELS));
    m->outputs[0] = bb_softmax(mlp(m, x, 3, (int64_t[]){50, 100, CLASSES}, bb_sigmoid), 1);
    m->n_outputs = 1;
}

void build_mlp_infer1(model *m)
{
    infer_mlp(m, 1);
}

void build_mlp_infer100(model *m)
{
    infer_mlp(m, 100);
}

/* The node of parameter i, which the network has made. */
static bb_node *param_node(const model *m, int i)
{
    const bb_tensor *tensor = bb_params_tensor(m->params, i);
    return bb_param(m->graph, m->params, bb_params_name(m->params, i), bb_tensor_dtype(tensor),
                    bb_tensor_shape(tensor), bb_init_zeros());
}

enum { WIDE_TENSORS = 6 };

/* The loss of the wide network, of tanh; its parameters into w. */
static bb_node *wide_loss(model *m, bb_node **w)
{
    train_mlp(m, 128, 3, (int64_t[]){512, 512, CLASSES}, bb_tanh);
    for (int i = 0; i < WIDE_TENSORS; i++)
        w[i] = param_node(m, i);
    return m->outputs[0];
}

void build_wide_loss(model *m)
{
    bb_node *w[WIDE_TENSORS];
    wide_loss(m, w);
    m->n_outputs = 1;
}

void build_wide_gradient(model *m)
{
    bb_node *w[WIDE_TENSORS];
    bb_node *loss = wide_loss(m, w);
    bb_grads(loss, NULL, (bb_nodes){WIDE_TENSORS, w}, m->outputs);
    m->n_outputs = WIDE_TENSORS;
}

/* The product of the loss's Hessian with a constant direction. */
void build_hvp(model *m)
{
    bb_node *w[WIDE_TENSORS], *along[WIDE_TENSORS];
    bb_node *loss = wide_loss(m, w);
    for (int i = 0; i < WIDE_TENSORS; i++) {
        bb_tensor *direction = bb_tensor_new(BB_F32, bb_node_shape(w[i]));
        bb_tensor_fill_normal(direction, 0, 1, (uint64_t)i);
        along[i] = bb_constant(m->graph, direction);
        bb_tensor_release(direction);
    }
    bb_hvps(loss, (bb_nodes){WIDE_TENSORS, w}, (bb_nodes){WIDE_TENSORS, along}, m->outputs);
    m->n_outputs = WIDE_TENSORS;
}

/* Eight networks side by side, and the loss of their mean. */
void build_ensemble(model *m)
{
    enum { NETWORKS = 8, BATCH = 32, FEATURES = 64 };
    m->graph = bb_graph_new();
    m->labels = CLASSES;
    bb_node *x = model_input(m, "x", BB_F32, BB_SHAPE(BATCH, FEATURES));
    bb_node *t = model_input(m, "t", BB_I32, BB_SHAPE(BATCH)), *sum = NULL;
    for (int i = 0; i < NETWORKS; i++) {
        char name[24];
        snprintf(name, sizeof name, "network%d", i + 1);
        bb_scope_push(m->graph, name);
        bb_node *logits = mlp(m, x, 3, (int64_t[]){FEATURES, FEATURES, CLASSES}, bb_tanh);
        bb_scope_pop(m->graph);
        sum = sum ? bb_add(sum, logits) : logits;
    }
    m->outputs[0] = bb_softmax_cross_entropy(bb_mul_scalar(sum, 1.0 / NETWORKS), t);
    m->outputs[1] = bb_sgd(m->outputs[0], m->params, 0.1);
    m->n_outputs = 2;
}
