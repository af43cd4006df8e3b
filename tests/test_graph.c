/* SPDX-License-Identifier: MIT */
/* Graphs: leaves, scopes, names, what can be read of nodes, and parameters that outlive graphs and
 * are shared by them. */
#include <bibun/bibun.h>
#include <criterion/criterion.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

static bb_graph *g;
static bb_params *params;
static const bb_init zeros;

static void begin(void)
{
    g = bb_graph_new();
    params = bb_params_new(42);
}

static void end(void)
{
    bb_graph_free(g);
    bb_params_free(params);
}

TestSuite(graph, .init = begin, .fini = end);

Test(graph, inputs)
{
    bb_node *x = bb_input(g, "x", BB_U8, BB_SHAPE(2, 0, 3));
    cr_assert_eq(bb_node_kind_of(x), BB_NODE_INPUT);
    cr_assert_eq(bb_node_graph(x), g);
    cr_assert_eq(bb_node_id(x), 0);
    cr_assert_eq(bb_node_dtype(x), BB_U8);
    cr_assert(bb_shape_equal(bb_node_shape(x), BB_SHAPE(2, 0, 3)));
    cr_assert_str_eq(bb_node_name(x), "x");
    cr_assert_str_eq(bb_node_scope(x), "");
    cr_assert_str_eq(bb_node_op_name(x), "input");
    cr_assert_null(bb_node_op(x));
    cr_assert_null(bb_node_attrs(x));
    cr_assert_null(bb_node_tensor(x));
    cr_assert_eq(bb_node_input_count(x), 0);
    cr_assert_null(bb_node_input(x, 0));
    cr_assert_eq(bb_node_order(x), 0);
    cr_assert_not(bb_node_is_trainable(x));
    cr_assert_eq(bb_graph_input(g, "x"), x);
    cr_assert_null(bb_graph_input(g, "y"));
    cr_assert_null(bb_graph_input(g, NULL));
    cr_assert_null(bb_graph_input(NULL, "x"));
}

Test(graph, names_are_copied)
{
    char name[] = "x", scope[] = "s";
    bb_node *x = bb_input(g, name, BB_F32, BB_SCALAR);
    bb_scope_push(g, scope);
    bb_node *y = bb_named(bb_exp(x), name);
    name[0] = scope[0] = 'q';
    cr_assert_str_eq(bb_node_name(x), "x");
    cr_assert_str_eq(bb_node_name(y), "x");
    cr_assert_str_eq(bb_node_scope(y), "s");
    cr_assert_eq(bb_named(y, NULL), y);
    cr_assert_str_eq(bb_node_name(y), "x");
    cr_assert_eq(bb_named(y, "other"), y);
    cr_assert_str_eq(bb_node_name(y), "other");
    cr_assert_eq(bb_graph_input(g, "other"), NULL, "only inputs are found by name");
}

Test(graph, constants)
{
    bb_tensor *t = bb_tensor_new(BB_I32, BB_SHAPE(3));
    bb_node *c = bb_named(bb_constant(g, t), "table");
    cr_assert_eq(bb_node_kind_of(c), BB_NODE_CONSTANT);
    cr_assert_str_eq(bb_node_op_name(c), "constant");
    cr_assert_str_eq(bb_node_name(c), "table");
    cr_assert_eq(bb_node_tensor(c), t);
    bb_tensor_release(t);
    ((int32_t *)bb_tensor_data(t))[2] = 7; /* the graph retains it */
    cr_assert_eq(bb_tensor_at(bb_node_tensor(c), 2), 7);
    bb_node *half = bb_scalar(g, BB_F32, 0.5), *like = bb_number(c, 2.9);
    cr_assert_eq(bb_tensor_at(bb_node_tensor(half), 0), 0.5);
    cr_assert_eq(bb_node_dtype(like), BB_I32);
    cr_assert_eq(bb_tensor_at(bb_node_tensor(like), 0), 2);
    cr_assert_eq(bb_node_shape(like).ndim, 0);
}

Test(graph, ops)
{
    bb_node *x = bb_input(g, "x", BB_F64, BB_SHAPE(2, 3)), *y = bb_sum(x, BB_AXES(-1));
    cr_assert_eq(bb_node_kind_of(y), BB_NODE_OP);
    cr_assert_eq(bb_node_op(y), bb_op_find("sum"));
    cr_assert_str_eq(bb_node_op_name(y), "sum");
    cr_assert_not_null(bb_node_attrs(y));
    cr_assert_eq(bb_node_input_count(y), 1);
    cr_assert_eq(bb_node_input(y, 0), x);
    cr_assert_null(bb_node_input(y, 1));
    cr_assert_null(bb_node_input(y, -1));
    cr_assert_eq(bb_graph_node_count(g), 2);
    cr_assert_eq(bb_graph_node(g, 1), y);
    cr_assert_null(bb_graph_node(g, 2));
    cr_assert_null(bb_graph_node(g, -1));
    cr_assert_null(bb_op_at(-1));
    cr_assert_null(bb_op_at(bb_op_count()));
    cr_assert_null(bb_op_find("no such op"));
    cr_assert_null(bb_op_find(NULL));
}

Test(graph, null_looks_inert)
{
    cr_assert_eq(bb_node_kind_of(NULL), BB_NODE_INERT);
    cr_assert_null(bb_node_graph(NULL));
    cr_assert_eq(bb_node_id(NULL), -1);
    cr_assert_str_eq(bb_node_name(NULL), "");
    cr_assert_str_eq(bb_node_scope(NULL), "");
    cr_assert_str_eq(bb_node_file(NULL), "");
    cr_assert_str_eq(bb_node_op_name(NULL), "inert");
    cr_assert_eq(bb_node_line(NULL), 0);
    cr_assert_eq(bb_node_order(NULL), 0);
    cr_assert_eq(bb_node_input_count(NULL), 0);
    cr_assert_null(bb_node_input(NULL, 0));
    cr_assert_null(bb_node_op(NULL));
    cr_assert_null(bb_node_attrs(NULL));
    cr_assert_null(bb_node_tensor(NULL));
    cr_assert_not(bb_node_is_trainable(NULL));
    cr_assert_eq(bb_node_shape(NULL).ndim, 0);
    cr_assert_eq(bb_graph_node_count(NULL), 0);
    cr_assert_null(bb_graph_node(NULL, 0));
    cr_assert_eq(bb_params_count(NULL), 0);
    cr_assert_null(bb_params_name(NULL, 0));
    cr_assert_null(bb_params_tensor(NULL, 0));
    cr_assert_null(bb_params_find(NULL, "p"));
    cr_assert_not(bb_params_is_trainable(NULL, 0));
    cr_assert_not(bb_params_owns(NULL, NULL) || bb_params_owns(params, NULL));
    bb_params_free(NULL);
    bb_scope_push(NULL, "s");
    bb_scope_pop(NULL);
}

Test(graph, scopes_nest)
{
    bb_node *x = bb_input(g, "x", BB_F32, BB_SCALAR);
    bb_scope_push(g, "encoder");
    bb_node *a = bb_exp(x);
    bb_scope_push(g, "fc1");
    bb_node *b = bb_exp(x), *w = bb_param(g, params, "w", BB_F32, BB_SCALAR, zeros);
    bb_node *input = bb_input(g, "t", BB_F32, BB_SCALAR);
    bb_scope_pop(g);
    bb_node *c = bb_exp(x);
    bb_scope_pop(g);
    bb_node *d = bb_exp(x);
    cr_assert_str_eq(bb_node_scope(a), "encoder");
    cr_assert_str_eq(bb_node_scope(b), "encoder.fc1");
    cr_assert_str_eq(bb_node_scope(w), "encoder.fc1");
    cr_assert_str_eq(bb_node_name(w), "encoder.fc1.w");
    cr_assert_str_eq(bb_node_name(input), "t", "inputs are named for the whole graph");
    cr_assert_str_eq(bb_node_scope(c), "encoder");
    cr_assert_str_eq(bb_node_scope(d), "");
    for (int i = 0; i < 100; i++)
        bb_scope_push(g, "s");
    cr_assert_eq(strlen(bb_node_scope(bb_exp(x))), 199);
    for (int i = 0; i < 100; i++)
        bb_scope_pop(g);
    cr_assert_str_eq(bb_node_scope(bb_exp(x)), "");
    cr_assert_null(bb_graph_error(g));
}

static bb_status fill_key(bb_tensor *t, double scale, uint64_t key)
{
    ((double *)bb_tensor_data(t))[0] = scale;
    memcpy((double *)bb_tensor_data(t) + 1, &key, sizeof key);
    return BB_OK;
}

Test(graph, parameters)
{
    const bb_init init = {fill_key, 2.5};
    bb_node *p = bb_param(g, params, "p", BB_F64, BB_SHAPE(2), init);
    bb_node *s = bb_state(g, params, "s", BB_I32, BB_SHAPE(3), zeros);
    cr_assert_eq(bb_node_kind_of(p), BB_NODE_PARAM);
    cr_assert_str_eq(bb_node_op_name(p), "param");
    cr_assert(bb_node_is_trainable(p) && !bb_node_is_trainable(s));
    cr_assert(bb_params_owns(params, p) && bb_params_owns(params, s));
    cr_assert_eq(bb_params_count(params), 2);
    cr_assert_str_eq(bb_params_name(params, 0), "p");
    cr_assert_str_eq(bb_params_name(params, 1), "s");
    cr_assert(bb_params_is_trainable(params, 0) && !bb_params_is_trainable(params, 1));
    cr_assert_eq(bb_params_tensor(params, 1), bb_node_tensor(s));
    cr_assert_eq(bb_params_find(params, "p"), bb_node_tensor(p));
    cr_assert_null(bb_params_find(params, "q"));
    cr_assert_null(bb_params_tensor(params, 2));
    cr_assert_null(bb_params_name(params, -1));
    cr_assert_eq(bb_tensor_at(bb_node_tensor(p), 0), 2.5);
    uint64_t key;
    memcpy(&key, (const double *)bb_tensor_read(bb_node_tensor(p)) + 1, sizeof key);
    cr_assert_eq(key, bb_rng_key_text(42, "p"));
    int nodes = bb_graph_node_count(g);
    cr_assert_eq(bb_param(g, params, "p", BB_F64, BB_SHAPE(2), zeros), p, "asked twice");
    cr_assert_eq(bb_graph_node_count(g), nodes);
    bb_params *twin = bb_params_new(42);
    cr_assert_not(bb_params_owns(twin, p));
    bb_params_free(twin);
}

Test(graph, parameters_by_name)
{
    bb_node *x = bb_input(g, "x", BB_F32, BB_SCALAR);
    bb_scope_push(g, "fc1");
    bb_node *w = bb_param(g, params, "weight", BB_F32, BB_SHAPE(2), zeros);
    bb_node *v = bb_state_of(w, params, "velocity", BB_F32, BB_SHAPE(2), zeros);
    cr_assert_eq(bb_graph_param(g, "fc1.weight"), w, "by its full name, whatever scopes are open");
    cr_assert_null(bb_graph_param(g, "weight"));
    bb_scope_pop(g);
    cr_assert_eq(bb_graph_param(g, "fc1.weight/velocity"), v);
    cr_assert_null(bb_graph_param(g, "x"), "an input");
    cr_assert_null(bb_graph_input(g, "fc1.weight"), "a parameter");
    bb_node *twin = bb_param(g, params, "x", BB_F32, BB_SCALAR, zeros);
    cr_assert(bb_graph_param(g, "x") == twin && bb_graph_input(g, "x") == x);
    bb_named(bb_constant_from(g, BB_F32, BB_SCALAR, &(float){1}), "c");
    cr_assert_null(bb_graph_param(g, "c"));
    cr_assert_null(bb_graph_param(g, NULL));
    cr_assert_null(bb_graph_param(NULL, "x"));

    bb_graph *other = bb_graph_new();
    cr_assert_null(bb_graph_param(other, "fc1.weight"), "what the set has but the graph has not");
    bb_graph_free(other);
}

Test(graph, same_name_in_two_sets)
{
    bb_params *twin = bb_params_new(42);
    bb_node *a = bb_param(g, params, "p", BB_F64, BB_SCALAR, zeros);
    bb_node *b = bb_param(g, twin, "p", BB_F64, BB_SCALAR, zeros);
    cr_assert_neq(a, b);
    cr_assert(bb_params_owns(params, a) && !bb_params_owns(params, b));
    cr_assert_eq(bb_graph_param(g, "p"), a, "the first");
    for (int i = 0; i < 100; i++) { /* the table of names grows */
        char name[24];
        snprintf(name, sizeof name, "p%d", i);
        bb_param(g, params, name, BB_F64, BB_SCALAR, zeros);
    }
    cr_assert_eq(bb_graph_param(g, "p"), a, "still the first");
    cr_assert_str_eq(bb_node_name(bb_graph_param(g, "p73")), "p73");
    bb_params_free(twin);
    cr_assert_eq(bb_tensor_at(bb_node_tensor(b), 0), 0, "the graph keeps it alive");
}

Test(graph, states_of_parameters)
{
    bb_scope_push(g, "fc1");
    bb_node *w = bb_param(g, params, "weight", BB_F32, BB_SHAPE(2, 3), zeros);
    bb_scope_pop(g);
    bb_scope_push(g, "elsewhere");
    bb_node *v = bb_state_of(w, params, "velocity", BB_F32, BB_SHAPE(2, 3), zeros);
    bb_node *count = bb_state_of(w, params, "updates", BB_F64, BB_SCALAR, zeros);
    bb_scope_pop(g);
    cr_assert_str_eq(bb_node_name(v), "fc1.weight/velocity");
    cr_assert(bb_shape_equal(bb_node_shape(v), BB_SHAPE(2, 3)));
    cr_assert_not(bb_node_is_trainable(v));
    cr_assert_eq(bb_state_of(w, params, "velocity", BB_F32, BB_SHAPE(2, 3), zeros), v);
    cr_assert_str_eq(bb_node_name(count), "fc1.weight/updates");
    cr_assert_eq(bb_node_dtype(count), BB_F64);
    cr_assert_eq(bb_node_shape(count).ndim, 0);
    cr_assert_null(bb_graph_error(g));
}

/* The order in which parameters are asked for, and what other ones there are, does not matter. */
Test(graph, first_numbers_depend_on_seed_and_name)
{
    bb_params *other = bb_params_new(42), *seeded = bb_params_new(43);
    const bb_init normal = bb_init_normal(1);
    bb_param(g, params, "a", BB_F64, BB_SHAPE(5), normal);
    bb_node *b = bb_param(g, params, "b", BB_F64, BB_SHAPE(5), normal);
    bb_node *c = bb_param(g, other, "b", BB_F64, BB_SHAPE(5), normal);
    bb_node *d = bb_param(g, seeded, "b", BB_F64, BB_SHAPE(5), normal);
    const void *numbers = bb_tensor_read(bb_node_tensor(b));
    cr_assert_eq(memcmp(numbers, bb_tensor_read(bb_node_tensor(c)), 40), 0);
    cr_assert_neq(memcmp(numbers, bb_tensor_read(bb_node_tensor(d)), 40), 0);
    cr_assert_neq(memcmp(numbers, bb_tensor_read(bb_params_find(params, "a")), 40), 0);
    bb_params_free(other);
    bb_params_free(seeded);
}

Test(graph, two_graphs_share_parameters)
{
    bb_graph *two = bb_graph_new();
    bb_node *p = bb_param(g, params, "p", BB_F64, BB_SCALAR, zeros);
    bb_node *q = bb_param(two, params, "p", BB_F64, BB_SCALAR, zeros);
    cr_assert_neq(p, q);
    cr_assert_eq(bb_node_tensor(p), bb_node_tensor(q));
    cr_assert_eq(bb_params_count(params), 1);
    bb_program *set = bb_compile(g, BB_NODES(bb_assign(p, bb_add_scalar(p, 1))));
    bb_node *doubled = bb_mul_scalar(q, 2);
    bb_program *get = bb_compile(two, BB_NODES(doubled));
    for (int i = 1; i <= 3; i++) {
        cr_assert_eq(bb_run(set, BB_NO_FEEDS), BB_OK);
        cr_assert_eq(bb_run(get, BB_NO_FEEDS), BB_OK);
        cr_assert_eq(bb_program_number(get, doubled), 2.0 * i);
    }
    bb_program_free(set);
    bb_program_free(get);
    bb_graph_free(two);
    cr_assert_eq(bb_tensor_at(bb_params_find(params, "p"), 0), 3, "it outlives the graph");
}

/* Graphs and programs keep what they use of a set that is gone. */
Test(graph, parameters_outlive_their_set)
{
    bb_params *brief = bb_params_new(1);
    bb_node *p = bb_param(g, brief, "p", BB_F64, BB_SCALAR, zeros), *y = bb_add_scalar(p, 1);
    bb_program *program = bb_compile(g, BB_NODES(y, bb_assign(p, y)));
    bb_params_free(brief);
    cr_assert_eq(bb_run(program, BB_NO_FEEDS), BB_OK);
    cr_assert_eq(bb_run(program, BB_NO_FEEDS), BB_OK);
    cr_assert_eq(bb_program_number(program, y), 2);
    cr_assert_eq(bb_tensor_at(bb_node_tensor(p), 0), 2);
    bb_program_free(program);
}

Test(graph, many_nodes)
{
    enum { MANY = 20000 };
    bb_node *x = bb_input(g, "x", BB_F32, BB_SCALAR), *y = x;
    for (int i = 0; i < MANY; i++)
        y = bb_neg(y);
    cr_assert_eq(bb_graph_node_count(g), MANY + 1);
    for (int i = 0; i <= MANY; i++)
        cr_assert_eq(bb_node_id(bb_graph_node(g, i)), i);
    cr_assert_eq(bb_node_input(y, 0), bb_graph_node(g, MANY - 1));
}

Test(graph, many_inputs_of_a_node)
{
    bb_node *parts[100];
    char name[16];
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "x%d", i);
        parts[i] = bb_input(g, name, BB_F32, BB_SHAPE(i % 3, 2));
    }
    bb_node *y = bb_concat((bb_nodes){100, parts}, 0);
    cr_assert(bb_shape_equal(bb_node_shape(y), BB_SHAPE(99, 2)));
    cr_assert_eq(bb_node_input_count(y), 100);
    cr_assert_eq(bb_node_input(y, 99), parts[99]);
}
