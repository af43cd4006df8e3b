/* SPDX-License-Identifier: MIT */
/* Functions that are no networks: elementwise work over much memory, chains of single numbers, and
 * a mixture of Gaussians. */
#include "workloads.h"

enum { LINKS = 5000 };

/* The gradient of sum(tanh(a b + c) e^(-a a)) over four million numbers. */
void build_eltwise(model *m)
{
    bb_shape shape = BB_SHAPE((int64_t)1 << 22);
    m->graph = bb_graph_new();
    bb_node *a = model_input(m, "a", BB_F32, shape), *b = model_input(m, "b", BB_F32, shape);
    bb_node *c = model_input(m, "c", BB_F32, shape);
    bb_node *y = bb_mul(bb_tanh(bb_add(bb_mul(a, b), c)), bb_exp(bb_neg(bb_square(a))));
    bb_grads(bb_sum(y, BB_ALL), NULL, BB_NODES(a, b, c), m->outputs);
    m->n_outputs = 3;
}

void build_scalar(model *m)
{
    m->graph = bb_graph_new();
    bb_node *x = model_input(m, "x", BB_F32, BB_SCALAR), *y = x;
    for (int i = 0; i < LINKS; i++)
        y = bb_sin(bb_mul_scalar(y, 1.01));
    m->outputs[0] = y;
    m->outputs[1] = bb_grad(y, x);
    m->n_outputs = 2;
}

/* Where in [strictly lower triangle, logarithm of the diagonal, 0] each entry of a matrix is. */
static bb_node *triangle_index(bb_graph *g, int64_t d)
{
    bb_tensor *index = bb_tensor_new(BB_I32, BB_SHAPE(d * d));
    int32_t *at = bb_tensor_data(index), below = 0, n = (int32_t)(d * (d - 1) / 2);
    for (int32_t row = 0; row < d; row++)
        for (int32_t column = 0; column < d; column++)
            at[row * d + column] = column < row    ? below++
                                   : column == row ? n + row
                                                   : n + (int32_t)d;
    bb_node *node = bb_constant(g, index);
    bb_tensor_release(index);
    return node;
}

/* The gradient of a mixture's log-likelihood, as in ADBench: weights, means, and the Cholesky
 * factors of the inverse covariances. */
void build_gmm(model *m)
{
    enum { D = 64, K = 25, N = 1000 };
    m->graph = bb_graph_new();
    bb_node *alpha = model_input(m, "alpha", BB_F32, BB_SHAPE(K));
    bb_node *mu = model_input(m, "mu", BB_F32, BB_SHAPE(K, D));
    bb_node *q = model_input(m, "q", BB_F32, BB_SHAPE(K, D));
    bb_node *l = model_input(m, "l", BB_F32, BB_SHAPE(K, D * (D - 1) / 2));
    bb_node *x = model_input(m, "x", BB_F32, BB_SHAPE(N, D));
    bb_node *zero = bb_full(m->graph, BB_F32, BB_SHAPE(K, 1), 0);
    bb_node *parts = bb_concat(BB_NODES(l, bb_exp(q), zero), 1);
    bb_node *factors =
        bb_reshape(bb_gather(parts, triangle_index(m->graph, D), 1), BB_SHAPE(K, D, D));
    bb_node *away = bb_sub(x, bb_reshape(mu, BB_SHAPE(K, 1, D))); /* [K N D] */
    bb_node *z = bb_sum(bb_square(bb_matmul(away, bb_transpose(factors))), BB_AXES(2));
    bb_node *level = bb_reshape(bb_add(alpha, bb_sum(q, BB_AXES(1))), BB_SHAPE(K, 1));
    bb_node *each = bb_logsumexp(bb_sub(level, bb_mul_scalar(z, 0.5)), BB_AXES(0));
    bb_node *y = bb_sub(bb_sum(each, BB_ALL), bb_mul_scalar(bb_logsumexp(alpha, BB_ALL), N));
    bb_grads(y, NULL, BB_NODES(alpha, mu, q, l), m->outputs);
    m->n_outputs = 4;
}

void build_rows(model *m)
{
    enum { ROWS = 65536, WIDTH = 64 };
    m->graph = bb_graph_new();
    bb_node *x = model_input(m, "x", BB_F32, BB_SHAPE(ROWS, WIDTH));
    bb_node *h = bb_dense(bb_layer_norm(x, m->params, "before"), m->params, "dense", WIDTH);
    m->outputs[m->n_outputs++] = bb_softmax(bb_layer_norm(bb_tanh(h), m->params, "after"), 1);
}
