/* SPDX-License-Identifier: MIT */
/* Differentiation as graph: values of derivatives of any order, the order of sums, what is zero,
 * what is an error, and what the new nodes say of themselves. Rules of single ops are the
 * conformance test's. */
#include <bibun/bibun.h>
#include <criterion/criterion.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

static bb_graph *g;
static bb_node *x; /* an f64 scalar */

static void begin(void)
{
    g = bb_graph_new();
    x = bb_input(g, "x", BB_F64, BB_SCALAR);
}

static void end(void)
{
    bb_graph_free(g);
}

TestSuite(grad, .init = begin, .fini = end);

static double at(bb_node *y, double point)
{
    bb_error error = {BB_OK, ""};
    bb_tensor *t = bb_tensor_from(BB_F64, BB_SCALAR, &point);
    bb_tensor *value = bb_eval(y, BB_FEEDS({x, t}), &error);
    cr_assert(value, "%s", error.text);
    double number = bb_tensor_at(value, 0);
    bb_tensor_release(value);
    bb_tensor_release(t);
    return number;
}

static bb_node *fixed(bb_dtype dtype, bb_shape shape, const double *numbers)
{
    bb_tensor *t = bb_tensor_from(BB_F64, shape, numbers), *cast = bb_tensor_cast(t, dtype);
    bb_node *node = bb_constant(g, cast);
    bb_tensor_release(t);
    bb_tensor_release(cast);
    return node;
}

static void expect_numbers(bb_node *y, bb_shape shape, const double *numbers)
{
    bb_error error = {BB_OK, ""};
    bb_tensor *value = bb_eval(y, BB_NO_FEEDS, &error);
    cr_assert(value, "%s", error.text);
    cr_assert(bb_shape_equal(bb_tensor_shape(value), shape));
    for (int64_t i = 0; i < bb_tensor_count(value); i++)
        cr_assert_eq(bb_tensor_at(value, i), numbers[i], "element %d is %.17g, not %.17g", (int)i,
                     bb_tensor_at(value, i), numbers[i]);
    bb_tensor_release(value);
}

/* Values. */

/* 2x^4 - 3x^2 + x: 8x^3 - 6x + 1, 24x^2 - 6, 48x, 48, 0. */
Test(grad, polynomial)
{
    bb_node *squared = bb_square(x), *fourth = bb_square(squared);
    bb_node *y = bb_add(bb_sub(bb_mul_scalar(fourth, 2), bb_mul_scalar(squared, 3)), x);
    const double wanted[] = {138, 199, 210, 144, 48, 0};
    for (int order = 0; order < 6; order++, y = bb_grad(y, x)) {
        cr_assert_eq(at(y, 3), wanted[order], "order %d: %g", order, at(y, 3));
        cr_assert_eq(bb_node_order(y), order);
    }
}

Test(grad, product_of_three_ways)
{
    bb_node *y = bb_mul(bb_mul(x, x), x);
    cr_assert_eq(at(y = bb_grad(y, x), 5), 75);
    cr_assert_eq(at(y = bb_grad(y, x), 5), 30);
    cr_assert_eq(at(y = bb_grad(y, x), 5), 6);
    cr_assert_eq(at(bb_grad(y, x), 5), 0);
}

Test(grad, sine)
{
    bb_node *y = bb_sin(x);
    const double wanted[] = {sin(0.7), cos(0.7), -sin(0.7), -cos(0.7), sin(0.7)};
    for (int order = 0; order < 5; order++, y = bb_grad(y, x))
        cr_assert_float_eq(at(y, 0.7), wanted[order], 1e-15, "order %d", order);
}

/* d/dx (dy/dx)^2 of x^3 is 36 x^3: a gradient is a node like any other. */
Test(grad, within_a_larger_function)
{
    bb_node *y = bb_mul(bb_square(x), x), *z = bb_square(bb_grad(y, x));
    cr_assert_eq(at(bb_grad(z, x), 2), 288);
}

Test(grad, intermediate_node)
{
    bb_node *h = bb_square(x), *y = bb_mul(h, bb_square(h)), *grads[2];
    cr_assert_eq(bb_grads(y, NULL, BB_NODES(h, x), grads), BB_OK);
    cr_assert_eq(at(grads[0], 2), 48);
    cr_assert_eq(at(grads[1], 2), 192, "the way goes on past an intermediate node");
    cr_assert_eq(at(bb_grad(y, h), 2), 48);
    cr_assert_eq(at(bb_grad(y, y), 2), 1);
    cr_assert_eq(at(bb_grad(h, y), 2), 0, "a later node");
}

/* A node that is asked for needs a rule only if something before it is asked for too. */
Test(grad, nodes_without_a_rule_as_variables)
{
    const double labels[] = {1, 0};
    bb_node *hot = bb_one_hot(fixed(BB_I32, BB_SHAPE(2), labels), BB_F64, 2);
    bb_node *noise = bb_uniform(g, BB_F64, BB_SHAPE(2, 2), 0, 1), *grads[2];
    bb_node *y = bb_sum(bb_add(bb_mul_scalar(hot, 3), bb_mul_scalar(noise, 2)), BB_ALL);
    cr_assert_eq(bb_grads(y, NULL, BB_NODES(hot, noise), grads), BB_OK, "%s", bb_graph_error(g));
    expect_numbers(grads[0], BB_SHAPE(2, 2), (const double[]){3, 3, 3, 3});
    expect_numbers(grads[1], BB_SHAPE(2, 2), (const double[]){2, 2, 2, 2});
}

/* Sums. */

/* What arrives last is added last: consumers are visited from the newest to the oldest. In float,
 * ((1 + 1e8) - 1e8) is 0 and ((-1e8 + 1e8) + 1) is 1. */
static double float_fan_out(double first, double second, double third)
{
    bb_node *v = bb_scalar(g, BB_F32, 1);
    bb_node *a = bb_mul_scalar(v, first), *b = bb_mul_scalar(v, second);
    bb_node *c = bb_mul_scalar(v, third), *y = bb_add(bb_add(a, b), c);
    bb_tensor *value = bb_eval(bb_grad(y, v), BB_NO_FEEDS, NULL);
    double number = bb_tensor_at(value, 0);
    bb_tensor_release(value);
    return number;
}

Test(grad, order_of_sums)
{
    cr_assert_eq(float_fan_out(1, 1e8, -1e8), 1);
    cr_assert_eq(float_fan_out(-1e8, 1e8, 1), 0);
}

/* The gradient of sum of k square(slice k) with respect to z = {0, 1, 2, 3, 4, 5}. */
static bb_node *of_slices(int count, int64_t (*ends)[2])
{
    bb_node *z = fixed(BB_F64, BB_SHAPE(6), (double[]){0, 1, 2, 3, 4, 5});
    bb_node *sum = bb_number(z, 0);
    for (int k = 0; k < count; k++) {
        bb_node *part = bb_slice(z, 0, ends[k][0], ends[k][1], 1);
        sum = bb_add(sum, bb_mul_scalar(bb_sum(bb_square(part), BB_ALL), k + 1));
    }
    return bb_grad(sum, z);
}

Test(grad, slices_side_by_side_are_joined)
{
    bb_node *d = of_slices(3, (int64_t[][2]){{2, 3}, {0, 2}, {3, 6}});
    cr_assert_str_eq(bb_node_op_name(d), "concat");
    cr_assert_eq(bb_node_input_count(d), 3);
    expect_numbers(d, BB_SHAPE(6), (double[]){0, 4, 4, 18, 24, 30});
    d = of_slices(2, (int64_t[][2]){{4, 5}, {1, 2}});
    cr_assert_str_eq(bb_node_op_name(d), "concat");
    cr_assert_eq(bb_node_input_count(d), 5);
    expect_numbers(d, BB_SHAPE(6), (double[]){0, 4, 0, 0, 8, 0});
}

Test(grad, slices_that_overlap_are_added)
{
    expect_numbers(of_slices(2, (int64_t[][2]){{0, 4}, {3, 6}}), BB_SHAPE(6),
                   (double[]){0, 2, 4, 18, 16, 20});
    expect_numbers(of_slices(2, (int64_t[][2]){{1, 3}, {1, 3}}), BB_SHAPE(6),
                   (double[]){0, 6, 12, 0, 0, 0});
    expect_numbers(of_slices(3, (int64_t[][2]){{1, 1}, {0, 3}, {3, 6}}), BB_SHAPE(6),
                   (double[]){0, 4, 8, 18, 24, 30});
}

Test(grad, operand_twice)
{
    bb_node *y = bb_mul(x, x);
    cr_assert_eq(at(bb_grad(y, x), 4), 8);
    cr_assert_eq(at(bb_grad(bb_sub(x, x), x), 4), 0);
    cr_assert_eq(at(bb_grad(bb_add(bb_add(x, x), bb_add(x, x)), x), 4), 4);
}

/* Sums along a chain of diamonds: 2^40 ways, walked once. */
Test(grad, diamonds)
{
    bb_node *y = x;
    for (int i = 0; i < 40; i++)
        y = bb_add(y, y);
    int before = bb_graph_node_count(g);
    bb_node *d = bb_grad(y, x);
    cr_assert_eq(at(d, 1), 0x1p40);
    cr_assert_lt(bb_graph_node_count(g) - before, 100);
}

/* Zeros. */

Test(grad, independent_nodes)
{
    bb_node *z = bb_input(g, "z", BB_F32, BB_SHAPE(2, 3)), *grads[2];
    bb_node *y = bb_exp(x);
    cr_assert_eq(bb_grads(y, NULL, BB_NODES(z, x), grads), BB_OK);
    expect_numbers(grads[0], BB_SHAPE(2, 3), (const double[]){0, 0, 0, 0, 0, 0});
    cr_assert_eq(bb_node_dtype(grads[0]), BB_F32);
    cr_assert_eq(bb_node_order(grads[0]), 1, "a zero is a gradient too");
    cr_assert_eq(at(grads[1], 0), 1);
}

Test(grad, stopped)
{
    bb_node *y = bb_mul(bb_stop_gradient(bb_square(x)), x);
    cr_assert_eq(at(bb_grad(y, x), 3), 9);
    cr_assert_eq(at(bb_grad(bb_grad(y, x), x), 3), 0);
    cr_assert_eq(at(bb_grad(bb_stop_gradient(x), x), 3), 0);
    cr_assert_eq(at(bb_grad(bb_sign(x), x), 3), 0);
    cr_assert_eq(at(bb_grad(bb_mul(bb_step(x), x), x), 3), 1);
}

/* What is constant almost everywhere: a mask, and a way through an integer beside another one. */
Test(grad, masks)
{
    bb_node *zero = bb_number(x, 0), *mask = bb_less(x, zero), *two = bb_number(x, 2);
    cr_assert_eq(at(bb_grad(bb_where(mask, zero, two), x), 3), 0);
    cr_assert_eq(at(bb_grad(bb_where(mask, bb_neg(x), x), x), -3), -1);
    cr_assert_eq(at(bb_grad(bb_mul(bb_cast(mask, BB_F64), x), x), -3), 1);
    bb_node *whole = bb_cast(bb_cast(x, BB_I32), BB_F64);
    cr_assert_eq(at(bb_grad(bb_sub(bb_square(x), whole), x), 2.5), 5);
    cr_assert_eq(at(bb_grad(bb_grad(bb_relu(x), x), x), 3), 0);
}

Test(grad, empty)
{
    bb_node *none = bb_input(g, "none", BB_F64, BB_SHAPE(0, 3));
    bb_node *d = bb_grad(bb_sum(bb_square(none), BB_ALL), none);
    cr_assert(bb_shape_equal(bb_node_shape(d), BB_SHAPE(0, 3)));
    cr_assert_null(bb_graph_error(g));
}

/* Cotangents. */

Test(grad, cotangents)
{
    bb_node *v = fixed(BB_F64, BB_SHAPE(3), (const double[]){1, 2, 3});
    bb_node *c = fixed(BB_F64, BB_SHAPE(3), (const double[]){10, -1, 0.5});
    bb_node *y = bb_square(v), *d;
    cr_assert_eq(bb_grads(y, c, BB_NODES(v), &d), BB_OK);
    expect_numbers(d, BB_SHAPE(3), (const double[]){20, -4, 3});
    cr_assert_eq(bb_grads(v, c, BB_NODES(v), &d), BB_OK);
    expect_numbers(d, BB_SHAPE(3), (const double[]){10, -1, 0.5});
    /* a gradient is linear in its cotangent, and so is the gradient with respect to that */
    bb_node *dc, *e = fixed(BB_F64, BB_SHAPE(3), (const double[]){1, 1, 2});
    cr_assert_eq(bb_grads(y, c, BB_NODES(v), &d), BB_OK);
    cr_assert_eq(bb_grads(d, e, BB_NODES(c), &dc), BB_OK);
    expect_numbers(dc, BB_SHAPE(3), (const double[]){2, 4, 12});
    bb_node *one = bb_reshape(bb_square(bb_reshape(x, BB_SHAPE(1, 1))), BB_SHAPE(1));
    cr_assert_eq(at(bb_grad(one, x), 4), 8, "one element needs no cotangent");
}

Test(grad, no_variables)
{
    int before = bb_graph_node_count(g);
    cr_assert_eq(bb_grads(bb_exp(x), NULL, (bb_nodes){0, NULL}, NULL), BB_OK);
    cr_assert_leq(bb_graph_node_count(g), before + 2);
}

/* What the new nodes say of themselves. */

Test(grad, orders)
{
    bb_node *y = bb_exp(bb_square(x)), *d = bb_grad(y, x), *dd = bb_grad(d, x);
    for (int id = 0; id < bb_graph_node_count(g); id++) {
        int order = id <= bb_node_id(y) ? 0 : id <= bb_node_id(d) ? 1 : 2;
        cr_assert_eq(bb_node_order(bb_graph_node(g, id)), order, "node %d", id);
    }
    cr_assert_eq(bb_node_order(dd), 2);
    cr_assert_eq(bb_node_order(bb_exp(x)), 0);
    cr_assert_eq(bb_node_order(bb_grad(bb_exp(x), x)), 1);
}

Test(grad, scopes)
{
    bb_scope_push(g, "inner");
    bb_node *h = bb_tanh(x);
    bb_scope_pop(g);
    bb_scope_push(g, "outer");
    bb_node *y = bb_square(h);
    bb_scope_pop(g);
    bb_scope_push(g, "training");
    int first = bb_graph_node_count(g);
    bb_node *d = bb_grad(y, x);
    cr_assert_str_eq(bb_node_scope(bb_graph_node(g, first)), "outer");
    cr_assert_str_eq(bb_node_scope(d), "inner");
    cr_assert_eq(bb_node_line(d), bb_node_line(h));
    cr_assert_str_eq(bb_node_file(d), __FILE__);
    cr_assert_str_eq(bb_node_scope(bb_exp(x)), "training");
    bb_scope_pop(g);
}

/* Only what leads to a variable is built. */
Test(grad, nothing_needless)
{
    bb_node *z = bb_input(g, "z", BB_F64, BB_SCALAR), *far = z;
    for (int i = 0; i < 50; i++)
        far = bb_exp(far);
    bb_node *y = bb_mul(far, x);
    int before = bb_graph_node_count(g);
    bb_node *d = bb_grad(y, x);
    cr_assert_leq(bb_graph_node_count(g) - before, 3);
    cr_assert_eq(bb_node_graph(d), g);
}

Test(grad, long_chain)
{
    bb_node *y = x;
    for (int i = 0; i < 10000; i++)
        y = bb_neg(y);
    cr_assert_eq(at(bb_grad(y, x), 2), 1);
}
