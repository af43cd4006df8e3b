/* SPDX-License-Identifier: MIT */
/* For tests of the calculus: a graph with parameters that hold given numbers, so that any node has
 * a value without feeds. */
#ifndef BIBUN_TESTS_DERIVATIVES_H
#define BIBUN_TESTS_DERIVATIVES_H

#include <bibun/bibun.h>
#include <criterion/criterion.h>
#include <math.h>

static bb_graph *g;
static bb_params *params;

static inline void derivatives_begin(void)
{
    g = bb_graph_new();
    params = bb_params_new(3);
}

static inline void derivatives_end(void)
{
    bb_graph_free(g);
    bb_params_free(params);
}

/* A parameter, not a constant, so that nothing is folded. */
static inline bb_node *variable(const char *name, bb_dtype dtype, bb_shape shape,
                                const double *numbers)
{
    bb_node *x = bb_param(g, params, name, dtype, shape, (bb_init){0});
    bb_tensor *t = bb_params_find(params, name);
    for (int64_t i = 0; i < bb_tensor_count(t); i++)
        bb_tensor_set(t, i, numbers[i]);
    return x;
}

/* Numbers of both signs, none of them twice. */
static inline bb_node *varied(const char *name, bb_shape shape)
{
    bb_node *x = bb_param(g, params, name, BB_F64, shape, (bb_init){0});
    bb_tensor *t = bb_params_find(params, name);
    for (int64_t i = 0; i < bb_tensor_count(t); i++)
        bb_tensor_set(t, i, sin(1.7 * (double)i + (double)name[0]) - 0.1);
    return x;
}

static inline bb_tensor *value_of(bb_node *y)
{
    bb_error error = {BB_OK, ""};
    bb_tensor *value = bb_eval(y, BB_NO_FEEDS, &error);
    cr_assert(value, "%s", error.text);
    return value;
}

static inline void expect(bb_node *y, bb_shape shape, const double *numbers)
{
    bb_tensor *value = value_of(y);
    cr_assert(bb_shape_equal(bb_tensor_shape(value), shape));
    for (int64_t i = 0; i < bb_tensor_count(value); i++) {
        double got = bb_tensor_at(value, i), scale = fmax(1, fabs(numbers[i]));
        cr_assert(fabs(got - numbers[i]) <= 1e-12 * scale, "element %d is %.17g, not %.17g", (int)i,
                  got, numbers[i]);
    }
    bb_tensor_release(value);
}

/* The same numbers, but for rounding. */
static inline void expect_same(bb_node *y, bb_node *wanted)
{
    bb_tensor *value = value_of(wanted);
    cr_assert_eq(bb_node_dtype(y), bb_node_dtype(wanted));
    expect(y, bb_tensor_shape(value), bb_tensor_read(value));
    bb_tensor_release(value);
}

static inline void expect_zero(bb_node *y, bb_shape shape)
{
    static const double zeros[256];
    cr_assert_leq(bb_shape_count(shape), 256);
    expect(y, shape, zeros);
}

static inline bb_program_stats stats_of(bb_nodes outputs)
{
    bb_program *p = bb_compile(g, outputs);
    cr_assert(p, "%s", bb_graph_error(g));
    bb_program_stats stats = bb_program_stats_of(p);
    bb_program_free(p);
    return stats;
}

#endif
