/* SPDX-License-Identifier: MIT */
/* Call sites: each node knows the user's line that made it, however calls are nested and whatever
 * the library builds in between. */
#include <bibun/bibun.h>
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

static bb_graph *g;
static bb_params *params;
static bb_node *x;

static void begin(void)
{
    g = bb_graph_new();
    params = bb_params_new(1);
    x = bb_input(g, "x", BB_F32, BB_SHAPE(2, 3));
}

static void end(void)
{
    cr_assert_null(bb_graph_error(g), "%s", bb_graph_error(g));
    bb_graph_free(g);
    bb_params_free(params);
}

TestSuite(call_site, .init = begin, .fini = end);

static void expect_line(const bb_node *node, int line)
{
    cr_assert_str_eq(bb_node_file(node), __FILE__);
    cr_assert_eq(bb_node_line(node), line, "%s is at %d, not %d", bb_node_op_name(node),
                 bb_node_line(node), line);
}

/* All nodes from number `first` on are of this line. */
static void expect_all(int first, int line)
{
    cr_assert_lt(first, bb_graph_node_count(g));
    for (int id = first; id < bb_graph_node_count(g); id++)
        expect_line(bb_graph_node(g, id), line);
}

Test(call_site, one_a_line)
{
    bb_node *y = bb_exp(x);
    expect_line(y, __LINE__ - 1);
    bb_node *z = bb_scalar(g, BB_F32, 1);
    expect_line(z, __LINE__ - 1);
    bb_node *a = bb_input(g, "a", BB_F32, BB_SCALAR), *b = bb_number(a, 2);
    expect_line(a, __LINE__ - 1);
    expect_line(b, __LINE__ - 2);
    bb_node *w = bb_param(g, params, "w", BB_F32, BB_SHAPE(3), (bb_init){0});
    expect_line(w, __LINE__ - 1);
    expect_line(bb_param(g, params, "w", BB_F32, BB_SHAPE(3), (bb_init){0}), __LINE__ - 2);
}

Test(call_site, nested_in_a_line)
{
    int first = bb_graph_node_count(g);
    bb_add(bb_mul(bb_exp(x), bb_sin(x)), bb_sum_keep(bb_cos(bb_abs(x)), BB_AXES(0)));
    expect_all(first, __LINE__ - 1);
}

/* Compilers differ in which line of a call that spans several they note: gcc the name's, clang that
 * of the last parenthesis. */
Test(call_site, over_several_lines)
{
    int first_line = __LINE__ + 1;
    bb_node *y = bb_add(bb_mul(bb_exp(x),  // one
                               bb_sin(x)), // two
                        bb_cos(bb_abs(x)));
    int last_line = __LINE__ - 1;
    const bb_node *seen[] = {y, bb_node_input(y, 0), bb_node_input(y, 1)};
    for (int i = 0; i < 3; i++) {
        cr_assert_str_eq(bb_node_file(seen[i]), __FILE__);
        cr_assert(bb_node_line(seen[i]) >= first_line && bb_node_line(seen[i]) <= last_line);
    }
    bb_node *z = bb_exp(x);
    expect_line(z, __LINE__ - 1);
}

static bb_node *block(bb_node *h)
{
    return bb_relu(bb_add_scalar(h, 1));
}

Test(call_site, functions_of_the_user)
{
    bb_node *y = bb_exp(block(x));
    expect_line(y, __LINE__ - 1);
    bb_node *relu = bb_node_input(y, 0);
    expect_line(relu, bb_node_line(bb_node_input(relu, 0)));
    cr_assert_lt(bb_node_line(relu), bb_node_line(y) - 1);
}

Test(call_site, composites)
{
    int first = bb_graph_node_count(g);
    bb_node *h = bb_dense(x, params, "fc1", 4), *m = bb_mean(h, BB_ALL), *d = bb_dropout(h, 0.5);
    expect_all(first, __LINE__ - 1);
    cr_assert_gt(bb_graph_node_count(g), first + 6);
    cr_assert_eq(bb_node_graph(d), g);
    first = bb_graph_node_count(g);
    bb_sgd(m, params, 0.1);
    expect_line(bb_graph_node(g, bb_graph_node_count(g) - 1), __LINE__ - 1);
    first = bb_graph_node_count(g);
    bb_node *loss = bb_softmax_cross_entropy(h, bb_softmax(h, 1));
    expect_all(first, __LINE__ - 1);
    cr_assert_eq(bb_node_graph(loss), g);
}

/* A gradient's nodes are of the line of the node whose rule made them. */
Test(call_site, gradients)
{
    bb_node *h = bb_tanh(x);
    int tanh_line = __LINE__ - 1;
    bb_node *y = bb_sum(h, BB_ALL);
    int sum_line = __LINE__ - 1;
    int first = bb_graph_node_count(g);
    bb_node *dx = bb_grad(y, x);
    expect_line(dx, tanh_line);
    expect_line(bb_graph_node(g, first), sum_line);
    bb_node *later = bb_exp(x);
    expect_line(later, __LINE__ - 1);
}

/* What is not called through the macros has no line, and leaves nothing behind. */
Test(call_site, without_macros)
{
    bb_node *quiet = (bb_exp)(x);
    cr_assert_str_eq(bb_node_file(quiet), "");
    cr_assert_eq(bb_node_line(quiet), 0);
    bb_node *mixed = (bb_add)(bb_exp(x), quiet);
    cr_assert_str_eq(bb_node_file(mixed), "");
    expect_line(bb_node_input(mixed, 0), __LINE__ - 2);
}

Test(call_site, deep_nesting)
{
    enum { DEEP = 200 };
    for (int i = 0; i < DEEP; i++)
        bb__site_push("deep.c", i + 1);
    bb_node *inner = bb_exp(x);
    cr_assert_str_eq(bb_node_file(inner), "deep.c", "only so many are kept");
    for (int i = 0; i < DEEP; i++)
        bb__site_pop_node(NULL);
    bb__site_pop_node(NULL);
    bb_node *y = bb_exp(x);
    expect_line(y, __LINE__ - 1);
    cr_assert_str_eq(bb_node_file((bb_exp)(x)), "");
}

/* Errors in the middle of nested calls leave the next call's line right. */
Test(call_site, after_errors)
{
    bb_graph *other = bb_graph_new();
    bb_node *z = bb_input(other, "z", BB_F32, BB_SHAPE(4));
    bb_add(bb_exp(bb_add(z, x)), bb_exp(z));
    int line = __LINE__ - 1;
    const char *error = bb_graph_error(other);
    cr_assert(error && strncmp(error, __FILE__ ":", strlen(__FILE__) + 1) == 0);
    cr_assert_eq(atoi(error + strlen(__FILE__) + 1), line);
    cr_assert_not_null(strstr(error, ": add: operand 2 belongs to another graph: z [4] x x [2 3]"));
    bb_graph_free(other);
    expect_line(bb_exp(x), __LINE__);
}
