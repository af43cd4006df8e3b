/* SPDX-License-Identifier: MIT */
/* The sticky error: texts to the letter, with the user's file and line; that the first failure
 * stays, and that what comes after it is harmless. The errors of single ops are errors_ops's. */
#include <math.h>
#include <string.h>

#include "refusals.h"

TestSuite(errors, .init = refusals_begin, .fini = refusals_end);

/* Operands. */

Test(errors, operands)
{
    REFUSED(SHAPE, "add: shapes do not broadcast: x [2 3] x y [4 5]", bb_add(w.x, w.y));
    REFUSED(TYPE, "mul: types differ: x f32 [2 3] x d f64 [2 3]", bb_mul(w.x, w.d));
    REFUSED(TYPE, "add: needs f32 or f64: i i32 [2] x i i32 [2]", bb_add(w.i, w.i));
    REFUSED(TYPE, "exp: needs f32 or f64: m u8 [2 3]", bb_exp(w.m));
    REFUSED(TYPE, "less: types differ: x f32 [2 3] x i i32 [2]", bb_less(w.x, w.i));
    REFUSED(SHAPE, "equal: shapes do not broadcast: y [4 5] x v [3]", bb_equal(w.y, w.v));
    REFUSED(ARGUMENT, "sub: operand 2 is NULL: x [2 3] x NULL", bb_sub(w.x, NULL));
    REFUSED(ARGUMENT, "sub: operand 1 is NULL: NULL x x [2 3]", bb_sub(NULL, w.x));
    REFUSED(GRAPH, "div: operand 2 belongs to another graph: x [2 3] x z [2 3]",
            bb_div(w.x, w.foreign));
    char text[512];
    snprintf(text, sizeof text,
             "pow: operand 2 is the result of a failed call (%s): x [2 3] x a failed node",
             bb_graph_error(bb_node_graph(w.failed)));
    REFUSED(GRAPH, text, bb_pow(w.x, w.failed));
    REFUSED(TYPE, "where: the mask is not u8: x f32 [2 3] x x f32 [2 3] x x f32 [2 3]",
            bb_where(w.x, w.x, w.x));
    REFUSED(TYPE, "where: types differ: m u8 [2 3] x x f32 [2 3] x d f64 [2 3]",
            bb_where(w.m, w.x, w.d));
    REFUSED(SHAPE, "where: shapes do not broadcast: m u8 [2 3] x x f32 [2 3] x y f32 [4 5]",
            bb_where(w.m, w.x, w.y));
}

/* An effect has no value that an op could read. */
Test(errors, effects)
{
    bb_node *p = bb_param(w.g, w.params, "p", BB_F32, BB_SHAPE(3), (bb_init){0});
    bb_node *store = bb_assign(p, w.v);
    REFUSED(ARGUMENT, "cast: operand 1 is an effect, which has no value: assign#8 [0]",
            bb_cast(store, BB_F32));
    p = bb_param(w.g, w.params, "p", BB_F32, BB_SHAPE(3), (bb_init){0});
    bb_node *empty = bb_state(w.g, w.params, "e", BB_U8, BB_SHAPE(0), (bb_init){0});
    store = bb_assign(p, w.v);
    REFUSED(ARGUMENT, "assign: operand 2 is an effect, which has no value: e [0] x group#10 [0]",
            bb_assign(empty, bb_group(BB_NODES(store))));
    REFUSED(ARGUMENT, "assign: the target is not a parameter: x [2 3] x x [2 3]",
            bb_assign(w.x, w.x));
    REFUSED(ARGUMENT, "assign: operand 1 is NULL: NULL x x [2 3]", bb_assign(NULL, w.x));
    p = bb_param(w.g, w.params, "p", BB_F32, BB_SHAPE(3), (bb_init){0});
    REFUSED(SHAPE, "assign: shapes do not broadcast: p [3] x y [4 5]", bb_assign(p, w.y));
    p = bb_param(w.g, w.params, "p", BB_F32, BB_SHAPE(3), (bb_init){0});
    REFUSED(SHAPE, "assign: shapes differ: p [3] x s []", bb_assign(p, w.s));
    REFUSED(ARGUMENT, "group: operand 1 is not an effect: x [2 3]", bb_group(BB_NODES(w.x)));
}

Test(errors, names_and_scopes)
{
    bb_scope_push(w.g, "encoder");
    bb_scope_push(w.g, "fc1");
    REFUSED(SHAPE, "add: shapes do not broadcast: x [2 3] x y [4 5], in encoder.fc1",
            bb_add(w.x, w.y));
    bb_node *h = bb_named(bb_exp(w.x), "h"), *e = bb_exp(w.y);
    REFUSED(SHAPE, "add: shapes do not broadcast: h [2 3] x exp#8 [4 5]", bb_add(h, e));
    bb_scope_pop(w.g);
    refused(BB_BAD_ARGUMENT, "scope: no scope is open");
    bb_scope_push(w.g, "");
    refused(BB_BAD_ARGUMENT, "scope: a scope needs a name");
    bb_scope_push(w.g, NULL);
    refused(BB_BAD_ARGUMENT, "scope: a scope needs a name");
    REFUSED(ARGUMENT, "named: inputs and parameters keep their names: x [2 3]",
            bb_named(w.x, "other"));
}

/* Leaves. */

static const bb_shape rank_nine = {9, {1, 1, 1, 1, 1, 1, 1, 1}};

Test(errors, inputs)
{
    REFUSED(ARGUMENT, "input: an input needs a name", bb_input(w.g, "", BB_F32, BB_SCALAR));
    REFUSED(ARGUMENT, "input: an input needs a name", bb_input(w.g, NULL, BB_F32, BB_SCALAR));
    REFUSED(ARGUMENT, "input: there is an input x already", bb_input(w.g, "x", BB_F32, BB_SCALAR));
    REFUSED(TYPE, "input: q: 17 is no dtype", bb_input(w.g, "q", (bb_dtype)17, BB_SCALAR));
    REFUSED(SHAPE, "input: q: rank 9 is not in 0 .. 8", bb_input(w.g, "q", BB_F32, rank_nine));
    REFUSED(SHAPE, "input: q: shape [2 -1] has a bad size or too many elements",
            bb_input(w.g, "q", BB_F32, BB_SHAPE(2, -1)));
    REFUSED(SHAPE, "input: q: shape [16777216 33554432] has a bad size or too many elements",
            bb_input(w.g, "q", BB_F32, BB_SHAPE(1 << 24, 1 << 25)));
    bb_scope_push(w.g, "sc");
    REFUSED(SHAPE, "input: q: rank 9 is not in 0 .. 8, in sc",
            bb_input(w.g, "q", BB_F32, rank_nine));
}

Test(errors, constants)
{
    REFUSED(ARGUMENT, "constant: the tensor is NULL", bb_constant(w.g, NULL));
    REFUSED(TYPE, "scalar: scalar: -1 is no dtype", bb_scalar(w.g, (bb_dtype)-1, 1));
    REFUSED(SHAPE, "broadcast: rank 9 is over 8: constant#7 []",
            bb_full(w.g, BB_F32, rank_nine, 1));
}

static bb_status fails_to_fill(bb_tensor *t, double scale, uint64_t key)
{
    (void)t, (void)scale, (void)key;
    return BB_BAD_VALUE;
}

static bb_node *param(const char *name, bb_dtype dtype, bb_shape shape)
{
    return bb_param(w.g, w.params, name, dtype, shape, (bb_init){0});
}

Test(errors, parameters)
{
    const bb_init zeros = {0}, bad = {fails_to_fill, 1};
    REFUSED(ARGUMENT, "param: bb_params is NULL",
            bb_param(w.g, NULL, "p", BB_F32, BB_SCALAR, zeros));
    REFUSED(ARGUMENT, "param: it needs a name",
            bb_param(w.g, w.params, "", BB_F32, BB_SCALAR, zeros));
    REFUSED(ARGUMENT, "state: it needs a name",
            bb_state(w.g, w.params, NULL, BB_F32, BB_SCALAR, zeros));
    REFUSED(SHAPE, "param: p: rank 9 is not in 0 .. 8",
            bb_param(w.g, w.params, "p", BB_F32, rank_nine, zeros));
    REFUSED(VALUE, "param: p: value out of range",
            bb_param(w.g, w.params, "p", BB_F32, BB_SCALAR, bad));
    cr_assert_null(bb_params_find(w.params, "p"));
    bb_scope_push(w.g, "fc1");
    param("w", BB_F32, BB_SHAPE(2, 3));
    REFUSED(SHAPE, "param: fc1.w is f32 [2 3] already, not f32 [3 2], in fc1",
            bb_param(w.g, w.params, "w", BB_F32, BB_SHAPE(3, 2), zeros));
    param("w", BB_F32, BB_SHAPE(2));
    REFUSED(TYPE, "param: w is f32 [2] already, not f64 [2]",
            bb_param(w.g, w.params, "w", BB_F64, BB_SHAPE(2), zeros));
    param("w", BB_F32, BB_SHAPE(2));
    REFUSED(ARGUMENT, "state: w is a parameter already",
            bb_state(w.g, w.params, "w", BB_F32, BB_SHAPE(2), zeros));
    bb_state(w.g, w.params, "w", BB_F32, BB_SHAPE(2), zeros);
    REFUSED(ARGUMENT, "param: w is a state already",
            bb_param(w.g, w.params, "w", BB_F32, BB_SHAPE(2), zeros));
}

Test(errors, states_of_parameters)
{
    const bb_init zeros = {0};
    REFUSED(ARGUMENT, "state: of what is no parameter: x [2 3]",
            bb_state_of(w.x, w.params, "velocity", BB_F32, BB_SCALAR, zeros));
    bb_node *p = param("p", BB_F32, BB_SCALAR);
    REFUSED(ARGUMENT, "state: bb_params is NULL: p []",
            bb_state_of(p, NULL, "velocity", BB_F32, BB_SCALAR, zeros));
    p = param("p", BB_F32, BB_SCALAR);
    REFUSED(ARGUMENT, "state: it needs a name: p []",
            bb_state_of(p, w.params, "", BB_F32, BB_SCALAR, zeros));
}

/* Bb_apply. */

static bool says_no(bb_infer *c)
{
    (void)c;
    return false;
}

static bool wants_rank_nine(bb_infer *c)
{
    c->out = (bb_type){BB_F32, rank_nine};
    return true;
}

static bool says_twice(bb_infer *c)
{
    return bb_infer_same(c) && bb_infer_fail(c, BB_BAD_VALUE, "%d%% is %s", 101, "too much");
}

static void nothing(const bb_call *call)
{
    (void)call;
}

Test(errors, apply)
{
    const bb_op sure = {.name = "sure", .arity = 2, .infer = bb_infer_same, .forward = nothing};
    const bb_op no = {.name = "no", .arity = 1, .infer = says_no, .forward = nothing};
    const bb_op nine = {.name = "nine", .arity = 1, .infer = wants_rank_nine, .forward = nothing};
    const bb_op bare = {.name = "bare", .arity = 1, .infer = bb_infer_same};
    const bb_op twice = {.name = "twice", .arity = 1, .infer = says_twice, .forward = nothing};
    const bb_op many = {
        .name = "many", .arity = BB_VARIADIC, .infer = bb_infer_same, .forward = nothing};
    const bb_op nameless = {.infer = bb_infer_same, .forward = nothing};
    const bb_nodes none = {0, NULL}, null = {2, NULL}, one = BB_NODES(w.x);
    REFUSED(ARGUMENT, "sure: takes 2 operands, got 1: x [2 3]", bb_apply(&sure, one, NULL));
    REFUSED(ARGUMENT, "no: refused: x [2 3]", bb_apply(&no, BB_NODES(w.x), NULL));
    REFUSED(SHAPE, "nine: rank 9 is over 8: x [2 3]", bb_apply(&nine, BB_NODES(w.x), NULL));
    REFUSED(TYPE, "bare: has no kernel for these operands: x f32 [2 3]",
            bb_apply(&bare, BB_NODES(w.x), NULL));
    REFUSED(VALUE, "twice: 101% is too much: x [2 3]", bb_apply(&twice, BB_NODES(w.x), NULL));
    REFUSED(ARGUMENT, "many: needs an operand", bb_apply_in(w.g, &many, none, NULL));
    REFUSED(ARGUMENT, "many: needs an operand", bb_apply_in(w.g, &many, null, NULL));
    REFUSED(ARGUMENT, "sure: takes 2 operands, got 0", bb_apply_in(w.g, &sure, null, NULL));
    cr_assert_eq(bb_node_kind_of(bb_concat(null, 0)), BB_NODE_INERT);
    REFUSED(ARGUMENT, "apply: the op has no name or no infer: x [2 3]",
            bb_apply(&nameless, BB_NODES(w.x), NULL));
    REFUSED(ARGUMENT, "apply: the op has no name or no infer: x [2 3]",
            bb_apply(NULL, BB_NODES(w.x), NULL));
    REFUSED(SHAPE,
            "many: shapes do not broadcast: x [2 3] x x [2 3] x y [4 5] x x [2 3] and 2 more",
            bb_apply(&many, BB_NODES(w.x, w.x, w.y, w.x, w.x, w.x), NULL));
    REFUSED(VALUE, "mine: 3 is wrong: x [2 3]",
            (bb__site_push(__FILE__, __LINE__),
             bb__site_pop_node(bb_fail_node(w.x, NULL, "mine", BB_BAD_VALUE, "%d is wrong", 3))));
}

/* Stickiness. */

Test(errors, the_first_stays)
{
    bb_node *bad = bb_add(w.x, w.y);
    char first[512];
    strcpy(first, bb_graph_error(w.g));
    int nodes = bb_graph_node_count(w.g);
    bb_node *grads[2] = {NULL, NULL};
    const bb_node *later[] = {bb_exp(bad),
                              bb_matmul(bad, w.x),
                              bb_exp(NULL),
                              bb_input(w.g, "q", BB_F32, BB_SCALAR),
                              bb_scalar(w.g, BB_F32, 1),
                              bb_number(bad, 1),
                              bb_named(bad, "n"),
                              bb_add(w.x, w.x),
                              bb_param(w.g, w.params, "p", BB_F32, BB_SCALAR, (bb_init){0}),
                              bb_grad(bad, w.x),
                              bb_state_of(bad, w.params, "v", BB_F32, BB_SCALAR, (bb_init){0}),
                              bb_dense(w.x, w.params, "fc", 3),
                              bb_softmax_cross_entropy(bad, w.i),
                              bb_mean(bad, BB_ALL),
                              bb_dropout(bad, 0.5),
                              bb_assign(bad, bad),
                              bb_group(BB_NODES(bad)),
                              bb_sgd(bad, w.params, 0.1),
                              bb_accuracy(bad, w.i),
                              bb_sum_to(bad, BB_SCALAR),
                              bb_transpose(bad),
                              bb_zeros_like(bad),
                              bb_concat(BB_NODES(bad, bad), 0),
                              bb_where(bad, bad, bad),
                              bb_momentum(bad, w.params, 0.1, 0.9),
                              bb_uniform(w.g, BB_F32, BB_SCALAR, 0, 1)};
    cr_assert_eq(bb_grads(bad, NULL, BB_NODES(w.x, w.d), grads), BB_BAD_SHAPE);
    bb_scope_pop(w.g);
    for (size_t i = 0; i < sizeof later / sizeof later[0]; i++)
        if (later[i] != bb_exp(NULL))
            cr_assert_eq(later[i], bad, "builder %zu gave another node", i);
    cr_assert(grads[0] == bad && grads[1] == bad);
    cr_assert_eq(bb_graph_node_count(w.g), nodes);
    cr_assert_eq(bb_params_count(w.params), 0);
    cr_assert_str_eq(bb_graph_error(w.g), first);
    cr_assert_eq(bb_graph_status(w.g), BB_BAD_SHAPE);
    cr_assert_null(bb_compile(w.g, BB_NODES(w.x)));
    bb_error error = {BB_OK, ""};
    cr_assert_null(bb_eval(w.x, BB_NO_FEEDS, &error));
    cr_assert_eq(error.status, BB_BAD_SHAPE);
    cr_assert_str_eq(error.text, first);
}

Test(errors, no_graph_at_all)
{
    char wanted[256];
    bb_node *none = bb_exp(NULL);
    int line = __LINE__ - 1;
    cr_assert_eq(bb_node_kind_of(none), BB_NODE_INERT);
    snprintf(wanted, sizeof wanted, "%s:%d: exp: no operand has a graph: each is NULL, or failed",
             __FILE__, line);
    cr_assert_str_eq(bb_graph_error(bb_node_graph(none)), wanted);
    cr_assert_eq(bb_graph_status(bb_node_graph(none)), BB_BAD_ARGUMENT);
    cr_assert_str_eq(bb_graph_error(NULL), "out of memory: there is no graph");
    cr_assert_eq(bb_graph_status(NULL), BB_OUT_OF_MEMORY);
    const bb_node *more[] = {bb_input(NULL, "x", BB_F32, BB_SCALAR),
                             bb_constant(NULL, NULL),
                             bb_scalar(NULL, BB_F32, 1),
                             bb_number(NULL, 1),
                             bb_param(NULL, w.params, "p", BB_F32, BB_SCALAR, (bb_init){0}),
                             bb_state(NULL, w.params, "p", BB_F32, BB_SCALAR, (bb_init){0}),
                             bb_state_of(NULL, w.params, "v", BB_F32, BB_SCALAR, (bb_init){0}),
                             bb_named(NULL, "n"),
                             bb_grad(NULL, NULL),
                             bb_add(none, NULL),
                             bb_sum(none, BB_ALL),
                             bb_full(NULL, BB_F32, BB_SHAPE(2), 0),
                             bb_apply(NULL, (bb_nodes){0, NULL}, NULL)};
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++)
        cr_assert_eq(more[i], none, "builder %zu gave another node", i);
    bb_graph *nowhere = bb_node_graph(none);
    bb_scope_push(nowhere, "sc");
    bb_scope_pop(nowhere);
    cr_assert_null(bb_compile(nowhere, BB_NODES(none)));
    cr_assert_null(bb_compile(NULL, BB_NODES(none)));
    cr_assert_eq(bb_graph_node_count(nowhere), 0);
    bb_graph_free(nowhere);
    bb_graph_free(NULL);
    cr_assert_null(bb_graph_error(w.g), "other graphs are not touched");
}

/* A compilation that fails names the line and leaves the graph as it was. */
static void not_compiled(bb_program *program, int line, bb_status status, const char *text)
{
    char whole[512];
    snprintf(whole, sizeof whole, "%s:%d: %s", __FILE__, line, text);
    cr_assert_null(program);
    cr_assert_str_eq(bb_graph_error(w.g), whole);
    cr_assert_eq(bb_graph_status(w.g), status);
    cr_assert(!bb_graph_has_failed(w.g));
    bb_program *sound = bb_compile(w.g, BB_NODES(w.x));
    cr_assert_not_null(sound);
    cr_assert_null(bb_graph_error(w.g));
    bb_program_free(sound);
}

Test(errors, compile)
{
    char text[512];
    bb_nodes none = {0, NULL}, null = BB_NODES(w.x, NULL), foreign = BB_NODES(w.foreign);
    bb_nodes failed = BB_NODES(w.x, w.x, w.failed);
    not_compiled(bb_compile(w.g, none), __LINE__, BB_BAD_ARGUMENT, "compile: no outputs");
    not_compiled(bb_compile(w.g, (bb_nodes){2, NULL}), __LINE__, BB_BAD_ARGUMENT,
                 "compile: no outputs");
    not_compiled(bb_compile(w.g, null), __LINE__, BB_BAD_ARGUMENT, "compile: output 2 is NULL");
    not_compiled(bb_compile(w.g, foreign), __LINE__, BB_BAD_GRAPH,
                 "compile: output 1 belongs to another graph");
    snprintf(text, sizeof text, "compile: output 3 is the result of a failed call (%s)",
             bb_graph_error(bb_node_graph(w.failed)));
    not_compiled(bb_compile(w.g, failed), __LINE__, BB_BAD_GRAPH, text);
}

/* A text that is longer than the buffer is cut, not overrun. */
Test(errors, long_texts)
{
    char name[2000];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    bb_scope_push(w.g, name);
    bb_node *q = bb_input(w.g, name, BB_F32, BB_SHAPE(7));
    bb_add(q, w.x);
    cr_assert_eq(strlen(bb_graph_error(w.g)), 511);
}

static bb_node *build_nothing(bb_graph *g, bb_nodes in, const void *attrs)
{
    (void)g;
    (void)in;
    (void)attrs;
    return NULL;
}

Test(errors, composites_of_nothing)
{
    static const bb_op op = {.name = "nothing", .arity = 1, .build = build_nothing};
    bb_node *y = bb_apply(&op, BB_NODES(w.x), NULL);
    cr_assert_eq(bb_node_kind_of(y), BB_NODE_INERT);
    cr_assert(strstr(bb_graph_error(w.g), "nothing: its build gives NULL: x "), "%s",
              bb_graph_error(w.g));
}
