/* SPDX-License-Identifier: MIT */
/* Layers and initialisation: moments, names, shapes, sharing, and errors to the letter. */
#include <bibun/nn.h>
#include <bibun/op.h>
#include <bibun/program.h>
#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

/* Initialisation. */

typedef struct moments {
    double mean, variance, least, most;
} moments;

static moments moments_of(const bb_tensor *t)
{
    int64_t n = bb_tensor_count(t);
    moments m = {0, 0, INFINITY, -INFINITY};
    for (int64_t i = 0; i < n; i++) {
        double x = bb_tensor_at(t, i);
        m.mean += x / (double)n;
        m.variance += x * x / (double)n;
        m.least = fmin(m.least, x);
        m.most = fmax(m.most, x);
    }
    m.variance -= m.mean * m.mean;
    return m;
}

static moments moments_after(bb_init init, bb_shape shape)
{
    bb_tensor *t = bb_tensor_new(BB_F64, shape);
    cr_assert_eq(init.fill(t, init.scale, 99), BB_OK);
    moments m = moments_of(t);
    bb_tensor_release(t);
    return m;
}

/* Within five standard errors of a normal sample of n. */
static void expect_normal(moments m, double variance, double n)
{
    cr_assert_lt(fabs(m.mean), 5 * sqrt(variance / n));
    cr_assert_lt(fabs(m.variance / variance - 1), 5 * sqrt(2 / n));
}

Test(init, moments)
{
    expect_normal(moments_after(bb_init_normal(0.01), BB_SHAPE(200, 300)), 1e-4, 60000);
    expect_normal(moments_after(bb_init_xavier(), BB_SHAPE(200, 300)), 2.0 / 500, 60000);
    expect_normal(moments_after(bb_init_he(), BB_SHAPE(200, 300)), 2.0 / 200, 60000);
    expect_normal(moments_after(bb_init_he(), BB_SHAPE(10, 20, 300)), 2.0 / 200, 60000);
    expect_normal(moments_after(bb_init_he_filters(), BB_SHAPE(60, 5, 10, 20)), 2.0 / 1000, 60000);
    expect_normal(moments_after(bb_init_xavier(), BB_SHAPE(60000)), 2.0 / 60001, 60000);
    moments m = moments_after(bb_init_uniform(0.5), BB_SHAPE(60000));
    cr_assert(m.least >= -0.5 && m.most < 0.5);
    cr_assert_lt(fabs(m.mean), 5 * sqrt(1.0 / 12 / 60000));
    cr_assert_lt(fabs(m.variance * 12 - 1), 0.03);
    m = moments_after(bb_init_zeros(), BB_SHAPE(10));
    cr_assert(m.least == 0 && m.most == 0);
}

Test(init, empty_and_scalar_tensors)
{
    bb_init inits[] = {bb_init_xavier(), bb_init_he()};
    bb_shape shapes[] = {BB_SHAPE(0, 3), BB_SHAPE(0, 0), BB_SHAPE(0), BB_SCALAR};
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 4; j++) {
            bb_tensor *t = bb_tensor_new(BB_F32, shapes[j]);
            cr_assert_eq(inits[i].fill(t, inits[i].scale, 1), BB_OK);
            cr_assert(bb_tensor_count(t) == 0 || isfinite(bb_tensor_at(t, 0)));
            bb_tensor_release(t);
        }
}

/* Dense. */

static void fill(bb_params *params, const char *name, const double *numbers)
{
    bb_tensor *t = bb_params_find(params, name);
    cr_assert(t && bb_tensor_dtype(t) == BB_F64);
    memcpy(bb_tensor_data(t), numbers, bb_tensor_bytes(t));
}

Test(dense, names_shapes_and_scope)
{
    bb_graph *g = bb_graph_new();
    bb_params *params = bb_params_new(42);
    bb_node *x = bb_input(g, "x", BB_F32, BB_SHAPE(4, 3));
    bb_scope_push(g, "net");
    bb_node *y = bb_dense(x, params, "fc1", 5);
    bb_scope_pop(g);
    cr_assert_null(bb_graph_error(g));
    cr_assert(bb_shape_equal(bb_node_shape(y), BB_SHAPE(4, 5)));
    cr_assert_str_eq(bb_node_scope(y), "net.fc1");
    cr_assert_eq(bb_params_count(params), 2);
    cr_assert_str_eq(bb_params_name(params, 0), "net.fc1.weight");
    cr_assert_str_eq(bb_params_name(params, 1), "net.fc1.bias");
    cr_assert(bb_params_is_trainable(params, 0) && bb_params_is_trainable(params, 1));
    bb_tensor *w = bb_params_tensor(params, 0), *b = bb_params_tensor(params, 1);
    cr_assert(bb_shape_equal(bb_tensor_shape(w), BB_SHAPE(3, 5)));
    cr_assert(bb_shape_equal(bb_tensor_shape(b), BB_SHAPE(5)));
    cr_assert_eq(bb_tensor_dtype(w), BB_F32);
    cr_assert(moments_of(w).variance > 0);
    cr_assert_eq(moments_of(b).variance, 0);
    bb_node *after = bb_neg(x);
    cr_assert_str_eq(bb_node_scope(after), "");
    bb_graph_free(g);
    bb_params_free(params);
}

/* x W + b by hand for each row; the rank of x only changes the rank of the result. */
static void expect_values(bb_shape in, bb_shape out)
{
    static const double x_numbers[] = {1, 2, 3, -1, 0, 0.5, 2, -2, 4, 0, 1, -3};
    static const double w[] = {1, -1, 0.5, 2, -2, 3}, b[] = {10, 20};
    bb_graph *g = bb_graph_new();
    bb_params *params = bb_params_new(42);
    bb_node *x = bb_input(g, "x", BB_F64, in);
    bb_node *y = bb_dense(x, params, "fc", 2);
    cr_assert_null(bb_graph_error(g), "%s", bb_graph_error(g));
    cr_assert(bb_shape_equal(bb_node_shape(y), out));
    fill(params, "fc.weight", w);
    fill(params, "fc.bias", b);
    bb_tensor *xs = bb_tensor_from(BB_F64, in, x_numbers);
    bb_tensor *ys = bb_eval(y, BB_FEEDS({x, xs}), NULL);
    cr_assert(ys);
    for (int64_t i = 0; i < bb_tensor_count(ys); i++) {
        const double *row = x_numbers + i / 2 * 3;
        double expected = b[i % 2];
        for (int k = 0; k < 3; k++)
            expected += row[k] * w[2 * k + i % 2];
        cr_assert_eq(bb_tensor_at(ys, i), expected);
    }
    bb_tensor_release(xs);
    bb_tensor_release(ys);
    bb_graph_free(g);
    bb_params_free(params);
}

Test(dense, values_at_every_rank)
{
    expect_values(BB_SHAPE(3), BB_SHAPE(2));
    expect_values(BB_SHAPE(4, 3), BB_SHAPE(4, 2));
    expect_values(BB_SHAPE(2, 2, 3), BB_SHAPE(2, 2, 2));
    expect_values(BB_SHAPE(2, 1, 2, 1, 3), BB_SHAPE(2, 1, 2, 1, 2));
    expect_values(BB_SHAPE(2, 0, 3), BB_SHAPE(2, 0, 2));
}

Test(dense, options)
{
    bb_graph *g = bb_graph_new();
    bb_params *params = bb_params_new(42);
    bb_node *x = bb_input(g, "x", BB_F32, BB_SHAPE(4, 3));
    bb_dense_options zeros = {.weight = bb_init_zeros(), .bias = bb_init_uniform(1)};
    bb_dense_options bare = {.no_bias = true};
    bb_dense_with(x, params, "a", 50, &zeros);
    bb_dense_with(x, params, "b", 50, &bare);
    cr_assert_null(bb_graph_error(g));
    cr_assert_eq(bb_params_count(params), 3);
    cr_assert_eq(moments_of(bb_params_find(params, "a.weight")).variance, 0);
    cr_assert(moments_of(bb_params_find(params, "a.bias")).variance > 0);
    cr_assert(moments_of(bb_params_find(params, "b.weight")).variance > 0);
    cr_assert_null(bb_params_find(params, "b.bias"));
    bb_graph_free(g);
    bb_params_free(params);
}

static bb_params *built(uint64_t seed, const char *first, const char *second)
{
    bb_graph *g = bb_graph_new();
    bb_params *params = bb_params_new(seed);
    bb_node *x = bb_input(g, "x", BB_F32, BB_SHAPE(4, 3));
    bb_dense(x, params, first, 5);
    bb_dense(x, params, second, 5);
    bb_graph_free(g);
    return params;
}

static bool same_numbers(const bb_tensor *a, const bb_tensor *b)
{
    return memcmp(bb_tensor_read(a), bb_tensor_read(b), bb_tensor_bytes(a)) == 0;
}

Test(dense, numbers_depend_on_seed_and_name_only)
{
    bb_params *a = built(1, "fc1", "fc2"), *b = built(1, "fc2", "fc1"), *c = built(2, "fc1", "fc2");
    const bb_tensor *w = bb_params_find(a, "fc1.weight");
    cr_assert(same_numbers(w, bb_params_find(b, "fc1.weight")));
    cr_assert_not(same_numbers(w, bb_params_find(a, "fc2.weight")));
    cr_assert_not(same_numbers(w, bb_params_find(c, "fc1.weight")));
    bb_params_free(a);
    bb_params_free(b);
    bb_params_free(c);
}

Test(dense, parameters_are_shared_by_graphs_and_within_one)
{
    bb_params *params = bb_params_new(42);
    bb_graph *g = bb_graph_new(), *h = bb_graph_new();
    bb_node *x = bb_input(g, "x", BB_F32, BB_SHAPE(100, 3));
    bb_node *z = bb_input(h, "x", BB_F32, BB_SHAPE(7, 3));
    bb_dense(x, params, "fc1", 5);
    int before = bb_graph_node_count(g);
    bb_dense(x, params, "fc1", 5);
    bb_node *y = bb_dense(z, params, "fc1", 5);
    cr_assert_null(bb_graph_error(g));
    cr_assert_null(bb_graph_error(h));
    cr_assert(bb_shape_equal(bb_node_shape(y), BB_SHAPE(7, 5)));
    cr_assert_eq(bb_params_count(params), 2);
    for (int id = before; id < bb_graph_node_count(g); id++)
        cr_assert_neq(bb_node_kind_of(bb_graph_node(g, id)), BB_NODE_PARAM);
    bb_graph_free(g);
    bb_graph_free(h);
    bb_params_free(params);
}

/* Errors. */

static void expect_error(bb_dtype dtype, bb_shape shape, const char *name, int64_t units,
                         bb_status status, const char *text)
{
    bb_graph *g = bb_graph_new();
    bb_params *params = bb_params_new(42);
    bb_node *y = bb_dense(bb_input(g, "x", dtype, shape), params, name, units);
    cr_assert_eq(bb_node_kind_of(y), BB_NODE_INERT);
    cr_assert_str_eq(bb_graph_error(g), text);
    cr_assert_eq(bb_graph_status(g), status);
    cr_assert_eq(bb_params_count(params), 0);
    bb_graph_free(g);
    bb_params_free(params);
}

Test(dense, errors)
{
    expect_error(BB_F32, BB_SCALAR, "fc1", 5, BB_BAD_SHAPE,
                 "dense: needs at least 1 dimension: x [], in fc1");
    expect_error(BB_I32, BB_SHAPE(4, 3), "fc1", 5, BB_BAD_TYPE,
                 "dense: needs f32 or f64: x i32 [4 3], in fc1");
    expect_error(BB_F32, BB_SHAPE(4, 3), "fc1", 0, BB_BAD_SHAPE,
                 "dense: units must be at least 1, not 0: x [4 3], in fc1");
    expect_error(BB_F32, BB_SHAPE(4, 3), "", 5, BB_BAD_ARGUMENT,
                 "dense: a layer needs a name: x [4 3]");
    expect_error(BB_F32, BB_SHAPE(4, 3), NULL, 5, BB_BAD_ARGUMENT,
                 "dense: a layer needs a name: x [4 3]");
}

Test(dense, another_size_of_a_parameter_that_exists)
{
    bb_graph *g = bb_graph_new();
    bb_params *params = bb_params_new(42);
    bb_dense(bb_input(g, "x", BB_F32, BB_SHAPE(4, 3)), params, "fc1", 5);
    bb_dense(bb_input(g, "z", BB_F32, BB_SHAPE(4, 2)), params, "fc1", 5);
    cr_assert_str_eq(bb_graph_error(g),
                     "param: fc1.weight is f32 [3 5] already, not f32 [2 5], in fc1");
    bb_graph_free(g);
    bb_params_free(params);
}

Test(dense, null_and_failed_operands)
{
    bb_graph *g = bb_graph_new();
    bb_params *params = bb_params_new(42);
    bb_node *x = bb_input(g, "x", BB_F32, BB_SHAPE(4, 3));
    cr_assert_eq(bb_node_kind_of(bb_dense(NULL, params, "fc1", 5)), BB_NODE_INERT);
    cr_assert_eq(bb_node_kind_of(bb_dense(x, NULL, "fc1", 5)), BB_NODE_INERT);
    cr_assert_str_eq(bb_graph_error(g), "param: bb_params is NULL, in fc1");
    bb_node *y = bb_dense(bb_dense(x, params, "fc1", 5), params, "fc2", 5);
    cr_assert_eq(bb_node_kind_of(y), BB_NODE_INERT);
    cr_assert_str_eq(bb_graph_error(g), "param: bb_params is NULL, in fc1");
    bb_graph_free(g);
    bb_params_free(params);
}
