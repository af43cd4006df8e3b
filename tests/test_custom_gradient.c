/* SPDX-License-Identifier: MIT */
/* Gradients given by hand: rules of the user's, and the ops that change what differentiation
 * sees. */
#include "derivatives.h"

TestSuite(custom_gradient, .init = derivatives_begin, .fini = derivatives_end);

/* d softplus = dy sigmoid(x), which does not overflow as the value's own gradient would. */
static bb_node *softplus_rule(bb_node *y, bb_node *dy, int i)
{
    return bb_mul(dy, bb_sigmoid(bb_node_input(y, i)));
}

static bb_node *softplus(bb_node *x)
{
    return bb_custom_gradient(bb_log(bb_add_scalar(bb_exp(x), 1)), BB_NODES(x), softplus_rule);
}

Test(custom_gradient, replaces_the_values_own)
{
    bb_node *x = variable("x", BB_F64, BB_SHAPE(3), (const double[]){-1, 2, 800}), *y = softplus(x);
    bb_node *d = bb_grad(bb_sum(y, BB_ALL), x);
    expect_same(d, bb_sigmoid(x));
    bb_tensor *value = value_of(y);
    cr_assert(fabs(bb_tensor_at(value, 1) - log(exp(2) + 1)) < 1e-14);
    cr_assert(isinf(bb_tensor_at(value, 2)), "the value is what it was");
    bb_tensor_release(value);
}

/* The rule is made of nodes, so the rest of the calculus knows it. */
Test(custom_gradient, any_order)
{
    bb_node *x = varied("x", BB_SHAPE(4)), *v = varied("v", BB_SHAPE(4)), *s = bb_sigmoid(x);
    bb_node *slope = bb_mul(s, bb_sub(bb_number(x, 1), s)), *y = softplus(x);
    bb_node *sum = bb_sum(y, BB_ALL);
    expect_same(bb_hvp(sum, x, v), bb_mul(slope, v));
    expect_same(bb_sum(bb_hessian(sum, x), BB_AXES(0)), slope);
    expect_same(bb_jvp(y, x, v), bb_mul(s, v));
    expect_same(bb_sum(bb_jacobian(y, x), BB_AXES(0)), s);
    bb_node *third = bb_grad(bb_sum(bb_grad(bb_sum(bb_grad(sum, x), BB_ALL), x), BB_ALL), x);
    expect_same(third, bb_grad(bb_sum(slope, BB_ALL), x));
}

static bb_node *of_two(bb_node *y, bb_node *dy, int i)
{
    return i == 1 ? bb_mul_scalar(bb_mul(dy, bb_node_input(y, 2)), 10) : bb_neg(dy);
}

Test(custom_gradient, several_operands)
{
    bb_node *a = varied("a", BB_SHAPE(3)), *b = varied("b", BB_SHAPE(3)), *d[2];
    bb_node *y = bb_custom_gradient(bb_mul(a, b), BB_NODES(a, b), of_two);
    expect_same(y, bb_mul(a, b));
    cr_assert_eq(bb_grads(bb_sum(y, BB_ALL), NULL, BB_NODES(a, b), d), BB_OK);
    expect_same(d[0], bb_mul_scalar(b, 10));
    expect_same(d[1], bb_neg(bb_ones_like(b)));
    /* what the value depends on otherwise is constant */
    bb_node *only = bb_custom_gradient(bb_mul(a, b), BB_NODES(a), softplus_rule);
    expect_zero(bb_grad(bb_sum(only, BB_ALL), b), BB_SHAPE(3));
}

Test(custom_gradient, over_a_new_axis)
{
    bb_node *x = varied("x", BB_SHAPE(3)), *rows = varied("r", BB_SHAPE(2, 3));
    bb_node *y = bb_vmap(softplus(x), x, rows);
    expect_same(y, bb_log(bb_add_scalar(bb_exp(rows), 1)));
    expect_same(bb_grad(bb_sum(y, BB_ALL), rows), bb_sigmoid(rows));
}

/* A value that is a view of something else, or a constant. */
Test(custom_gradient, views)
{
    bb_node *x = varied("x", BB_SHAPE(2, 3));
    bb_node *y = bb_custom_gradient(bb_transpose(x), BB_NODES(x), of_two);
    expect_same(bb_mul_scalar(y, 1), bb_mul_scalar(bb_transpose(x), 1));
    bb_node *one = bb_custom_gradient(bb_number(x, 1), BB_NODES(bb_sum(x, BB_ALL)), softplus_rule);
    bb_node *half = bb_sigmoid(bb_sum(x, BB_ALL));
    expect(one, BB_SCALAR, (const double[]){1});
    expect_same(bb_grad(one, x), bb_broadcast(half, BB_SHAPE(2, 3)));
}

/* The ops. */

Test(custom_gradient, straight_through)
{
    bb_node *x = varied("x", BB_SHAPE(4)), *v = varied("v", BB_SHAPE(4));
    bb_node *s = bb_tanh(x), *y = bb_straight_through(bb_sign(x), s);
    expect_same(y, bb_sign(x));
    expect_same(bb_grad(bb_sum(bb_mul(y, v), BB_ALL), x), bb_grad(bb_sum(bb_mul(s, v), BB_ALL), x));
    expect_same(bb_jvp(y, x, v), bb_jvp(s, x, v));
    expect_same(bb_jacobian(y, x), bb_jacobian(s, x));
    expect_same(bb_hvp(bb_sum(y, BB_ALL), x, v), bb_hvp(bb_sum(s, BB_ALL), x, v));
    expect_zero(bb_grad(bb_sum(bb_straight_through(x, v), BB_ALL), x), BB_SHAPE(4));
}

Test(custom_gradient, scaled_and_reversed)
{
    bb_node *x = varied("x", BB_SHAPE(4)), *v = varied("v", BB_SHAPE(4)), *y = bb_exp(x);
    bb_node *scaled = bb_exp(bb_scale_gradient(x, 0.25)), *turned = bb_reverse_gradient(y, 3);
    expect_same(scaled, y);
    expect_same(turned, y);
    expect_same(bb_grad(bb_sum(scaled, BB_ALL), x), bb_mul_scalar(y, 0.25));
    expect_same(bb_grad(bb_sum(turned, BB_ALL), x), bb_mul_scalar(y, -3));
    expect_same(bb_jvp(scaled, x, v), bb_mul_scalar(bb_mul(y, v), 0.25));
    expect_same(bb_sum(bb_jacobian(turned, x), BB_AXES(0)), bb_mul_scalar(y, -3));
    /* the scale is applied at each differentiation */
    expect_same(bb_grad(bb_sum(bb_grad(bb_sum(scaled, BB_ALL), x), BB_ALL), x),
                bb_mul_scalar(y, 0.0625));
    bb_program_stats stats = stats_of(BB_NODES(bb_exp(bb_scale_gradient(x, 2))));
    cr_assert_eq(stats.steps, 1, "it costs nothing");
}
