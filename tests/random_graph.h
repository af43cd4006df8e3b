/* SPDX-License-Identifier: MIT */
/* Random graphs of many ops over one input and two parameters, with gradients and stores, for tests
 * that run one graph in several ways and compare bits. All nodes have two dimensions, and numbers
 * stay small and finite. */
#ifndef BIBUN_TESTS_RANDOM_GRAPH_H
#define BIBUN_TESTS_RANDOM_GRAPH_H

#include <bibun/bibun.h>
#include <criterion/criterion.h>
#include <string.h>

enum { RANDOM_POOL = 60, RANDOM_OUTPUTS = 10 };

typedef struct random_graph {
    bb_rng rng;
    bb_graph *g;
    bb_params *params;
    bb_dtype dtype;
    bb_node *pool[RANDOM_POOL];
    int count;
    bb_node *x, *outputs[RANDOM_OUTPUTS];
    bb_tensor *fed;
} random_graph;

static inline uint64_t draw(random_graph *r, uint64_t bound)
{
    return bb_rng_below(&r->rng, bound);
}

static inline bb_node *pick(random_graph *r)
{
    return r->pool[draw(r, (uint64_t)r->count)];
}

static inline bb_node *random_map(random_graph *r)
{
    bb_node *x = pick(r);
    switch (draw(r, 10)) {
    case 0:
        return bb_tanh(x);
    case 1:
        return bb_sigmoid(x);
    case 2:
        return bb_neg(x);
    case 3:
        return bb_sin(x);
    case 4:
        return bb_relu(x);
    case 5:
        return bb_abs(x);
    case 6:
        return bb_square(bb_tanh(x));
    case 7:
        return bb_stop_gradient(x);
    case 8:
        return bb_mul_scalar(bb_add_scalar(x, 0.25), 0.5);
    default:
        return bb_sub(x, bb_uniform(r->g, r->dtype, bb_node_shape(x), 0, 1));
    }
}

/* Sums and products of two, where their shapes broadcast. */
static inline bb_node *random_pair(random_graph *r)
{
    bb_node *x = pick(r), *y = pick(r);
    bb_shape a = bb_node_shape(x), b = bb_node_shape(y);
    for (int i = 0; i < 2; i++)
        if (a.dim[i] != b.dim[i] && a.dim[i] != 1 && b.dim[i] != 1)
            y = bb_sum_keep(y, BB_AXES(i));
    switch (draw(r, 5)) {
    case 0:
        return bb_add(x, y);
    case 1:
        return bb_sub(x, bb_tanh(y));
    case 2:
        return bb_tanh(bb_mul(x, y));
    case 3:
        return bb_maximum(x, y);
    default:
        return bb_where(bb_less(x, y), bb_mul_scalar(x, 0.5), y);
    }
}

static inline bb_node *random_move(random_graph *r)
{
    bb_node *x = pick(r);
    bb_shape s = bb_node_shape(x);
    int axis = (int)draw(r, 2);
    int64_t start = (int64_t)draw(r, (uint64_t)s.dim[axis]);
    switch (draw(r, 7)) {
    case 0:
        return bb_transpose(x);
    case 1:
        return bb_reshape(x, BB_SHAPE(s.dim[1], s.dim[0]));
    case 2:
        return bb_slice(x, axis, start, s.dim[axis], 1 + (int64_t)draw(r, 2));
    case 3:
        return s.dim[axis] > 8 ? x : bb_pad(x, axis, 1, 0, 0.5);
    case 4:
        return s.dim[axis] > 8 ? x : bb_concat(BB_NODES(bb_tanh(x), x, bb_neg(x)), axis);
    case 5:
        return bb_gather(x, bb_cast(bb_full(r->g, BB_U8, BB_SHAPE(3), (double)start), BB_I32),
                         axis);
    default:
        return bb_broadcast(bb_mean_keep(x, BB_AXES(axis)), s);
    }
}

static inline bb_node *random_row(random_graph *r)
{
    bb_node *x = pick(r);
    int axis = (int)draw(r, 2);
    switch (draw(r, 5)) {
    case 0:
        return bb_softmax(x, axis);
    case 1:
        return bb_sum_keep(bb_tanh(x), BB_AXES(axis));
    case 2:
        return bb_max_keep(x, BB_AXES(axis));
    case 3:
        return bb_tanh(bb_logsumexp_keep(x, BB_AXES(axis)));
    default:
        return bb_tanh(bb_matmul(x, bb_transpose(x)));
    }
}

static inline void random_step(random_graph *r)
{
    static bb_node *(*const makers[])(random_graph *) = {random_map, random_pair, random_move,
                                                         random_row};
    bb_node *y = makers[draw(r, 4)](r);
    cr_assert_null(bb_graph_error(r->g), "%s", bb_graph_error(r->g));
    r->pool[r->count++] = bb_shape_count(bb_node_shape(y)) > 200 ? pick(r) : y;
}

static inline bb_status random_numbers(bb_tensor *t, double scale, uint64_t key)
{
    return bb_tensor_fill_uniform(t, -scale, scale, key);
}

/* a <- a - 0.1 da and b <- (b + a') / 2, which reads both old values. */
static inline bb_node *random_stores(bb_node *loss, bb_node *a, bb_node *b)
{
    bb_node *moved = bb_sub(a, bb_mul_scalar(bb_grad(loss, a), 0.1));
    bb_node *met = bb_mul_scalar(bb_add(b, bb_reshape(a, BB_SHAPE(2, 3))), 0.5);
    return bb_group(BB_NODES(bb_assign(a, moved), bb_assign(b, met)));
}

static inline void random_outputs(random_graph *r, bb_node *a, bb_node *b)
{
    bb_node *loss = bb_mean(bb_tanh(pick(r)), BB_ALL);
    for (int i = 0; i < 4; i++)
        loss = bb_add(loss, bb_mean(bb_square(pick(r)), BB_ALL));
    bb_node *dx = bb_grad(loss, r->x), *curvature = bb_sum(bb_square(dx), BB_ALL);
    bb_node *const outputs[RANDOM_OUTPUTS] = {
        loss, dx,   bb_grad(curvature, b),    a, pick(r), pick(r), bb_transpose(b),
        r->x, loss, random_stores(loss, a, b)};
    memcpy(r->outputs, outputs, sizeof outputs);
    cr_assert_null(bb_graph_error(r->g), "%s", bb_graph_error(r->g));
}

static inline void random_graph_begin(random_graph *r, bb_dtype dtype, uint64_t seed)
{
    const bb_init init = {random_numbers, 1};
    *r = (random_graph){.rng = {seed, 0}, .dtype = dtype};
    r->g = bb_graph_new();
    r->params = bb_params_new(seed);
    r->x = bb_input(r->g, "x", dtype, BB_SHAPE(3, 5));
    r->fed = bb_tensor_new(dtype, BB_SHAPE(3, 5));
    bb_tensor_fill_normal(r->fed, 0, 1, seed + 1);
    bb_node *a = bb_param(r->g, r->params, "a", dtype, BB_SHAPE(3, 2), init);
    bb_node *b = bb_param(r->g, r->params, "b", dtype, BB_SHAPE(2, 3), init);
    bb_node *c = bb_full(r->g, dtype, BB_SHAPE(3, 1), 0.75);
    bb_node *const first[] = {r->x, a, b, c, bb_transpose(a), bb_scalar(r->g, dtype, 2)};
    for (int i = 0; i < 5; i++)
        r->pool[r->count++] = first[i];
    r->pool[r->count++] = bb_reshape(first[5], BB_SHAPE(1, 1));
    while (r->count < RANDOM_POOL)
        random_step(r);
    random_outputs(r, a, b);
}

static inline void random_graph_end(random_graph *r)
{
    bb_tensor_release(r->fed);
    bb_graph_free(r->g);
    bb_params_free(r->params);
}

static inline bb_nodes random_graph_outputs(random_graph *r)
{
    return (bb_nodes){RANDOM_OUTPUTS, r->outputs};
}

/* Parameters as they were at first. */
static inline void random_graph_reset(random_graph *r)
{
    for (int i = 0; i < bb_params_count(r->params); i++)
        random_numbers(bb_params_tensor(r->params, i), 1, (uint64_t)i + 100);
}

/* A fingerprint of the outputs' and parameters' bits after `runs` runs from the start. */
static inline uint64_t random_graph_bits(random_graph *r, bb_program *p, int runs)
{
    uint64_t bits = 0;
    random_graph_reset(r);
    bb_program_set_step(p, 0);
    bb_program_set_seed(p, 5);
    for (int run = 0; run < runs; run++) {
        cr_assert_eq(bb_run(p, BB_FEEDS({r->x, r->fed})), BB_OK, "%s", bb_program_error(p));
        for (int i = 0; i < RANDOM_OUTPUTS + bb_params_count(r->params); i++) {
            const bb_tensor *t = i < RANDOM_OUTPUTS
                                     ? bb_program_value(p, r->outputs[i])
                                     : bb_params_tensor(r->params, i - RANDOM_OUTPUTS);
            const unsigned char *bytes = t ? bb_tensor_read(t) : NULL;
            for (size_t k = 0; t && k < bb_tensor_bytes(t); k++)
                bits = (bits ^ bytes[k]) * 0x100000001B3u + (bits >> 47);
        }
    }
    return bits;
}

#endif
