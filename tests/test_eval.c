/* SPDX-License-Identifier: MIT */
/* bb_eval: values of any node as tensors of the caller's own, and its errors. */
#include <bibun/bibun.h>
#include <criterion/criterion.h>

#include <math.h>

static bb_graph *g;
static bb_params *params;
static bb_node *x; /* f64 [3] */
static bb_tensor *xs;

static void begin(void)
{
    g = bb_graph_new();
    params = bb_params_new(1);
    x = (bb_input)(g, "x", BB_F64, BB_SHAPE(3)); /* errors name no line of it */
    xs = bb_tensor_from(BB_F64, BB_SHAPE(3), (const double[]){1, 2, 3});
}

static void end(void)
{
    bb_graph_free(g);
    bb_params_free(params);
    bb_tensor_release(xs);
}

TestSuite(eval, .init = begin, .fini = end);

Test(eval, values)
{
    bb_node *y = bb_sum(bb_square(x), BB_ALL),
            *w = bb_param(g, params, "w", BB_F64, BB_SCALAR, (bb_init){0});
    int nodes = bb_graph_node_count(g);
    bb_tensor *value = bb_eval(y, BB_FEEDS({x, xs}), NULL);
    cr_assert_eq(bb_tensor_at(value, 0), 14);
    bb_tensor_release(value);
    value = bb_eval(x, BB_FEEDS({x, xs}), NULL);
    cr_assert_neq(value, xs);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(bb_tensor_at(value, i), i + 1);
    bb_tensor_release(value);
    value = bb_eval(w, BB_NO_FEEDS, NULL);
    ((double *)bb_tensor_data(value))[0] = 5;
    cr_assert_eq(bb_tensor_at(bb_node_tensor(w), 0), 0, "a copy");
    bb_tensor_release(value);
    cr_assert_eq(bb_graph_node_count(g), nodes);
}

Test(eval, numbers)
{
    bb_node *squares = bb_sum(bb_square(x), BB_ALL);
    cr_assert_eq(bb_eval_number(squares, BB_FEEDS({x, xs}), NULL), 14);
    cr_assert_eq(bb_eval_number(bb_reshape(squares, BB_SHAPE(1, 1)), BB_FEEDS({x, xs}), NULL), 14);
    cr_assert_eq(bb_eval_number(bb_scalar(g, BB_I32, -3), BB_NO_FEEDS, NULL), -3);
    bb_error error = {BB_OK, ""};
    cr_assert(isnan(bb_eval_number(bb_log(bb_scalar(g, BB_F64, -1)), BB_NO_FEEDS, &error)));
    cr_assert_eq(error.status, BB_OK, "a NaN that was computed");
}

static void no_number(bb_node *node, bb_feeds feeds, bb_status status, const char *text)
{
    bb_error error = {BB_OK, ""};
    cr_assert(isnan(bb_eval_number(node, feeds, NULL)));
    cr_assert(isnan(bb_eval_number(node, feeds, &error)));
    cr_assert_eq(error.status, status);
    cr_assert_str_eq(error.text, text);
}

Test(eval, errors_of_numbers)
{
    bb_node *w = bb_param(g, params, "w", BB_F64, BB_SCALAR, (bb_init){0});
    bb_node *none = (bb_exp)(NULL);
    bb_node *empty = bb_constant_from(g, BB_F64, BB_SHAPE(2, 0), (double[]){0});
    no_number(x, BB_FEEDS({x, xs}), BB_BAD_SHAPE, "eval: x [3] is not one number");
    no_number(bb_named(empty, "e"), BB_NO_FEEDS, BB_BAD_SHAPE, "eval: e [2 0] is not one number");
    no_number(NULL, BB_NO_FEEDS, BB_BAD_ARGUMENT, "eval: the node is NULL");
    no_number(none, BB_NO_FEEDS, BB_BAD_ARGUMENT,
              "exp: no operand has a graph: each is NULL, or failed");
    no_number(bb_assign(w, w), BB_NO_FEEDS, BB_BAD_ARGUMENT, "eval: assign has no value");
    no_number(bb_sum(x, BB_ALL), BB_NO_FEEDS, BB_BAD_FEED, "run: input x f64 [3] was not fed");
    cr_assert_null(bb_graph_error(g), "the graph is not harmed");
    (bb_add)(x, bb_input(g, "y", BB_F64, BB_SHAPE(4)));
    no_number(x, BB_NO_FEEDS, BB_BAD_SHAPE, "add: shapes do not broadcast: x [3] x y [4]");
}

static void expect_failure(bb_node *node, bb_feeds feeds, bb_status status, const char *text)
{
    bb_error error = {BB_OK, ""};
    cr_assert_null(bb_eval(node, feeds, NULL));
    cr_assert_null(bb_eval(node, feeds, &error));
    cr_assert_eq(error.status, status);
    cr_assert_str_eq(error.text, text);
}

Test(eval, errors)
{
    bb_node *w = bb_param(g, params, "w", BB_F64, BB_SCALAR, (bb_init){0});
    bb_node *store = bb_assign(w, w), *none = (bb_exp)(NULL);
    expect_failure(NULL, BB_NO_FEEDS, BB_BAD_ARGUMENT, "eval: the node is NULL");
    expect_failure(none, BB_NO_FEEDS, BB_BAD_ARGUMENT,
                   "exp: no operand has a graph: each is NULL, or failed");
    expect_failure(store, BB_NO_FEEDS, BB_BAD_ARGUMENT, "eval: assign has no value");
    expect_failure(x, BB_NO_FEEDS, BB_BAD_FEED, "run: input x f64 [3] was not fed");
    cr_assert_null(bb_graph_error(g), "the graph is not harmed");
    bb_node *bad = (bb_add)(x, bb_input(g, "y", BB_F64, BB_SHAPE(4)));
    expect_failure(bad, BB_NO_FEEDS, BB_BAD_SHAPE, "add: shapes do not broadcast: x [3] x y [4]");
}
