/* SPDX-License-Identifier: MIT */
/* For tests of optimisers: a small least-squares problem whose numbers are binary fractions. */
#ifndef BIBUN_TESTS_OPTIM_FIT_H
#define BIBUN_TESTS_OPTIM_FIT_H

#include <bibun/optim.h>
#include <string.h>

/* Half the squared error of X w - t with X = {{1, 2, -1}, {0.5, -1.5, 2}}, t = {1, -2}, from w =
 * {0.25, -0.5, 1}. The gradient is X'(X w - t). */
typedef struct fit {
    bb_graph *g;
    bb_params *params;
    bb_node *w, *loss;
} fit;

static inline bb_node *fixed(bb_graph *g, bb_shape shape, const double *numbers)
{
    bb_tensor *t = bb_tensor_from(BB_F64, shape, numbers);
    bb_node *node = bb_constant(g, t);
    bb_tensor_release(t);
    return node;
}

static inline bb_node *fit_loss(bb_graph *g, bb_node *w)
{
    static const double x[] = {1, 2, -1, 0.5, -1.5, 2}, t[] = {1, -2};
    bb_node *y = bb_matmul(fixed(g, BB_SHAPE(2, 3), x), w);
    return bb_half_squared_error(y, fixed(g, BB_SHAPE(2), t));
}

static inline fit fit_new(void)
{
    static const double start[] = {0.25, -0.5, 1};
    fit f = {bb_graph_new(), bb_params_new(1), NULL, NULL};
    bb_scope_push(f.g, "line");
    f.w = bb_param(f.g, f.params, "w", BB_F64, BB_SHAPE(3), (bb_init){0});
    bb_scope_pop(f.g);
    memcpy(bb_tensor_data(bb_params_find(f.params, "line.w")), start, sizeof start);
    f.loss = fit_loss(f.g, f.w);
    return f;
}

static inline void fit_free(fit f)
{
    bb_graph_free(f.g);
    bb_params_free(f.params);
}

#endif
