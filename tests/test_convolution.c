/* SPDX-License-Identifier: MIT */
/* The convolution layer, and a network of convolutions and pools by the gradient check. */
#include <bibun/bibun.h>
#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

static double variance(const bb_tensor *t)
{
    double sum = 0;
    for (int64_t i = 0; i < bb_tensor_count(t); i++)
        sum += bb_tensor_at(t, i) * bb_tensor_at(t, i);
    return sum / (double)bb_tensor_count(t);
}

Test(convolution, names_shapes_and_scope)
{
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(42);
    bb_node *x = bb_input(g, "x", BB_F32, BB_SHAPE(2, 20, 9, 8));
    bb_node *y = bb_convolution(x, p, "conv1", 40, 5, (bb_conv){.stride = {2, 1}, .groups = 2});
    cr_assert_null(bb_graph_error(g));
    cr_assert(bb_shape_equal(bb_node_shape(y), BB_SHAPE(2, 40, 3, 4)));
    cr_assert_str_eq(bb_node_scope(y), "conv1");
    cr_assert_eq(bb_params_count(p), 2);
    bb_tensor *w = bb_params_find(p, "conv1.weight"), *b = bb_params_find(p, "conv1.bias");
    cr_assert(bb_shape_equal(bb_tensor_shape(w), BB_SHAPE(40, 10, 5, 5)));
    cr_assert(bb_shape_equal(bb_tensor_shape(b), BB_SHAPE(40)));
    cr_assert(fabs(variance(w) / (2.0 / 250) - 1) < 5 * sqrt(2.0 / 10000));
    cr_assert_eq(variance(b), 0);
    bb_graph_free(g);
    bb_params_free(p);
}

/* As many channels as there are filters, and each stride adds that many places. */
Test(convolution, transposed)
{
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(42);
    const double pixels[] = {1, 2, 3, 4},
                 spread[] = {1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4};
    bb_node *x = bb_constant_from(g, BB_F64, BB_SHAPE(1, 1, 2, 2), pixels);
    const bb_convolution_options ones = {
        .conv = {.stride = {2, 2}}, .weight = bb_init_constant(1), .bias = bb_init_constant(0.5)};
    bb_node *y = bb_transposed_convolution_with(x, p, "up", 1, 2, 2, &ones);
    cr_assert(bb_shape_equal(bb_node_shape(y), BB_SHAPE(1, 1, 4, 4)), "%s", bb_graph_error(g));
    cr_assert_str_eq(bb_node_scope(y), "up");
    bb_tensor *value = bb_eval(y, BB_NO_FEEDS, NULL);
    for (int i = 0; i < 16; i++)
        cr_expect_eq(bb_tensor_at(value, i), spread[i] + 0.5, "place %d", i);
    bb_tensor_release(value);
    bb_node *wide = bb_input(g, "wide", BB_F32, BB_SHAPE(2, 6, 5, 5));
    y = bb_transposed_convolution(wide, p, "wide", 4, 3, (bb_conv){.groups = 2});
    cr_assert(bb_shape_equal(bb_node_shape(y), BB_SHAPE(2, 4, 7, 7)), "%s", bb_graph_error(g));
    cr_assert(
        bb_shape_equal(bb_tensor_shape(bb_params_find(p, "wide.weight")), BB_SHAPE(6, 2, 3, 3)));
    bb_transposed_convolution(wide, p, "odd", 3, 3, (bb_conv){.groups = 2});
    cr_assert(strstr(bb_graph_error(g), "transposed_convolution: 2 groups do not divide 6 channels "
                                        "and 3 filters"),
              "%s", bb_graph_error(g));
    bb_graph_free(g);
    bb_params_free(p);
}

Test(convolution, options)
{
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(42);
    bb_node *x = bb_input(g, "x", BB_F64, BB_SHAPE(1, 3, 4, 4));
    const bb_convolution_options bare = {.weight = bb_init_constant(0.5), .no_bias = true};
    bb_convolution_with(x, p, "a", 2, 1, 3, &bare);
    const bb_convolution_options one = {.bias = bb_init_constant(1)};
    bb_node *y = bb_convolution_with(x, p, "b", 2, 1, 3, &one);
    cr_assert_null(bb_graph_error(g));
    cr_assert(bb_shape_equal(bb_node_shape(y), BB_SHAPE(1, 2, 4, 2)));
    cr_assert_eq(bb_params_count(p), 3);
    cr_assert_eq(variance(bb_params_find(p, "a.weight")), 0.25);
    cr_assert_eq(variance(bb_params_find(p, "b.bias")), 1);
    bb_graph_free(g);
    bb_params_free(p);
}

Test(convolution, adds_the_bias_of_each_filter)
{
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(42);
    const double pixels[] = {1, 2, 3, 4};
    bb_node *x = bb_constant_from(g, BB_F64, BB_SHAPE(1, 1, 2, 2), pixels);
    bb_node *y = bb_convolution(x, p, "c", 2, 1, (bb_conv){.groups = 1});
    for (int f = 0; f < 2; f++) {
        bb_tensor_set(bb_params_find(p, "c.weight"), f, f ? -1 : 2);
        bb_tensor_set(bb_params_find(p, "c.bias"), f, f ? 10 : 100);
    }
    bb_error error;
    bb_tensor *t = bb_eval(y, BB_NO_FEEDS, &error);
    const double wanted[] = {102, 104, 106, 108, 9, 8, 7, 6};
    for (int i = 0; i < 8; i++)
        cr_assert_eq(bb_tensor_at(t, i), wanted[i]);
    bb_tensor_release(t);
    bb_graph_free(g);
    bb_params_free(p);
}

/* Everything that a network of this kind is made of, to the second order. */
Test(convolution, network_passes_the_gradient_check)
{
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(42);
    const bb_conv same = {.padding = {1, 1}};
    bb_node *x = bb_input(g, "x", BB_F64, BB_SHAPE(2, 1, 6, 6));
    bb_node *h = bb_tanh(bb_convolution(x, p, "conv1", 2, 3, same));
    h = bb_max_pool2d(h, (bb_pool){.window = {2, 2}});
    h = bb_tanh(bb_convolution(h, p, "conv2", 3, 2, (bb_conv){.groups = 1}));
    h = bb_upsample_bilinear2d(h, 3, 4, false);
    h = bb_global_average_pool2d(
        bb_average_pool2d(h, (bb_pool){.window = {2, 2}, .stride = {1, 1}}));
    bb_node *y = bb_dense(h, p, "fc", 2);
    cr_assert_null(bb_graph_error(g));

    bb_tensor *pixels = bb_tensor_new(BB_F64, BB_SHAPE(2, 1, 6, 6));
    cr_assert_eq(bb_tensor_fill_normal(pixels, 0, 1, 7), BB_OK);
    bb_node *wrt[] = {x,
                      bb_param(g, p, "conv1.weight", BB_F64, BB_SHAPE(2, 1, 3, 3), bb_init_zeros()),
                      bb_param(g, p, "conv2.weight", BB_F64, BB_SHAPE(3, 2, 2, 2), bb_init_zeros()),
                      bb_param(g, p, "conv2.bias", BB_F64, BB_SHAPE(3), bb_init_zeros())};
    bb_gradcheck_report report;
    cr_assert_eq(bb_gradcheck(y, (bb_nodes){4, wrt}, BB_FEEDS({x, pixels}), NULL, &report), BB_OK,
                 "%s", report.text);
    bb_tensor_release(pixels);
    bb_graph_free(g);
    bb_params_free(p);
}

/* The gradients for x, and for its positive part, of what is pooled from that: by relu, whose rule
 * knows pools, or by a choice, whose rule does not; read by the pool alone, or by a sum too. */
static void grads_of_pooled(bb_node *x, bb_pool pool, bool is_relu, bool is_read_twice,
                            bb_node *d[2])
{
    bb_node *zero = bb_number(x, 0);
    bb_node *y = is_relu ? bb_relu(x) : bb_where(bb_less_equal(x, zero), zero, x);
    bb_node *loss = bb_sum(bb_square(bb_add_scalar(bb_max_pool2d(y, pool), 0.5)), BB_ALL);
    loss = is_read_twice ? bb_add(loss, bb_sum(bb_square(y), BB_ALL)) : loss;
    cr_assert_eq(bb_grads(loss, bb_number(loss, 1), BB_NODES(x, y), d), BB_OK);
}

/* Also where windows overlap, have nothing positive, equal elements, or NaN. */
Test(convolution, relu_before_a_pool)
{
    static const bb_pool pools[] = {{.window = {2, 2}},
                                    {.window = {3, 2}, .stride = {2, 1}, .padding = {1, 1}},
                                    {.window = {3, 3}, .stride = {1, 1}}};
    bb_tensor *pixels = bb_tensor_new(BB_F64, BB_SHAPE(2, 7, 8));
    for (int64_t i = 0; i < bb_tensor_count(pixels); i++)
        bb_tensor_set(pixels, i, (double)(i * i % 7) - 4 + (i % 5 == 0 ? 0.5 : 0));
    bb_tensor_set(pixels, 70, NAN);
    for (int k = 0; k < 12; k++) {
        bb_graph *g = bb_graph_new();
        bb_node *x = bb_input(g, "x", BB_F64, BB_SHAPE(2, 7, 8)), *d[2], *e[2];
        grads_of_pooled(x, pools[k / 4], true, k % 2, d);
        grads_of_pooled(x, pools[k / 4], false, k % 2, e);
        bb_node *got = d[k / 2 % 2], *wanted = e[k / 2 % 2];
        bb_program *p = bb_compile(g, BB_NODES(got, wanted));
        cr_assert(p, "%s", bb_graph_error(g));
        cr_assert_eq(bb_run(p, BB_FEEDS({x, pixels})), BB_OK);
        int differ = 0, positive = 0;
        for (int64_t i = 0; i < bb_tensor_count(pixels); i++) {
            const double a = bb_tensor_at(bb_program_value(p, got), i),
                         b = bb_tensor_at(bb_program_value(p, wanted), i);
            differ += a != b && !(isnan(a) && isnan(b));
            positive += a > 0;
        }
        cr_assert(differ == 0 && positive > 4, "%d: %d differ, %d positive", k, differ, positive);
        bb_program_free(p);
        bb_graph_free(g);
    }
    bb_tensor_release(pixels);
}

/* Whether a node that leads to y is of such an op. */
static bool reads(bb_node *y, const char *op)
{
    bool found = bb_node_op(y) && !strcmp(bb_node_op(y)->name, op);
    for (int i = 0; i < bb_node_input_count(y) && !found; i++)
        found = reads(bb_node_input(y, i), op);
    return found;
}

/* What a bias before a pool has the shape of, and whether its gradient is summed over images, not
 * over windows. */
typedef struct biased {
    bb_shape images, bias;
    bool is_of_images;
} biased;

/* The sum of what a product by 1 hides is that of images. */
static void expect_gradient_of_bias(const biased *c, bb_node *(*pooled)(bb_node *x))
{
    bb_graph *g = bb_graph_new();
    bb_tensor *pixels = bb_tensor_new(BB_F64, c->images);
    cr_assert_eq(bb_tensor_fill_normal(pixels, 0, 1, 8), BB_OK);
    bb_node *x = bb_input(g, "x", BB_F64, c->images), *d[2];
    bb_node *b = bb_full(g, BB_F64, c->bias, 0.25), *sum = bb_add(x, b);
    bb_node *loss = bb_sum(bb_square(pooled(sum)), BB_ALL);
    cr_assert_eq(bb_grads(loss, bb_number(loss, 1), BB_NODES(sum, b), d), BB_OK);
    bb_node *wanted = bb_sum_to(bb_mul_scalar(d[0], 1), c->bias);
    cr_assert(reads(wanted, "max_pool2d_spread"));
    cr_assert_eq(reads(d[1], "max_pool2d_spread"), c->is_of_images);
    bb_program *p = bb_compile(g, BB_NODES(d[1], wanted));
    cr_assert(p, "%s", bb_graph_error(g));
    cr_assert_eq(bb_run(p, BB_FEEDS({x, pixels})), BB_OK);
    for (int64_t i = 0; i < bb_shape_count(c->bias); i++)
        cr_assert_float_eq(bb_tensor_at(bb_program_value(p, d[1]), i),
                           bb_tensor_at(bb_program_value(p, wanted), i), 1e-10);
    bb_program_free(p);
    bb_tensor_release(pixels);
    bb_graph_free(g);
}

static bb_node *pooled_by_two(bb_node *x)
{
    return bb_max_pool2d(x, (bb_pool){.window = {1, 2}});
}

static bb_node *pooled_with_overlaps(bb_node *x)
{
    return bb_max_pool2d(x, (bb_pool){.window = {1, 3}, .stride = {2, 1}, .padding = {0, 1}});
}

static bb_node *pooled_to_cells(bb_node *x)
{
    return bb_adaptive_max_pool2d(x, 1, 3);
}

Test(convolution, gradients_of_biases_before_a_pool)
{
    static const biased cases[] = {{BB_DIMS(2, 3, 7, 8), BB_DIMS(3, 1, 1), false},
                                   {BB_DIMS(2, 3, 7, 8), BB_DIMS(1), false},
                                   {BB_DIMS(2, 3, 7, 8), BB_DIMS(8), true},
                                   {BB_DIMS(2, 3, 7, 8), BB_DIMS(3, 7, 8), true},
                                   {BB_DIMS(2, 3, 1, 8), BB_DIMS(3, 1, 1), false},
                                   {BB_DIMS(2, 3, 1, 8), BB_DIMS(8), true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect_gradient_of_bias(&cases[i], pooled_by_two);
        expect_gradient_of_bias(&cases[i], pooled_with_overlaps);
        expect_gradient_of_bias(&cases[i], pooled_to_cells);
    }
}
