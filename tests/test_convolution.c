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
