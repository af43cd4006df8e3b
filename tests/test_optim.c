/* SPDX-License-Identifier: MIT */
/* Optimisers against steps that were computed outside the library, their state, and their
 * errors. */
#include <bibun/nn.h>
#include <bibun/op.h>
#include <bibun/optim.h>
#include <bibun/program.h>
#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

#include "probe.h"

/* Half the squared error of X w - t with X = {{1, 2, -1}, {0.5, -1.5, 2}}, t = {1, -2}, from w =
 * {0.25, -0.5, 1}. The figures are Python's: g = X'(X w - t) and the rule, in plain floats. */
typedef struct fit {
    bb_graph *g;
    bb_params *params;
    bb_node *w, *loss;
} fit;

static bb_node *fixed(bb_graph *g, bb_shape shape, const double *numbers)
{
    bb_tensor *t = bb_tensor_from(BB_F64, shape, numbers);
    bb_node *node = bb_constant(g, t);
    bb_tensor_release(t);
    return node;
}

static bb_node *fit_loss(bb_graph *g, bb_node *w)
{
    static const double x[] = {1, 2, -1, 0.5, -1.5, 2}, t[] = {1, -2};
    bb_node *y = bb_matmul(fixed(g, BB_SHAPE(2, 3), x), w);
    return bb_half_squared_error(y, fixed(g, BB_SHAPE(2), t));
}

static fit fit_new(void)
{
    static const double start[] = {0.25, -0.5, 1};
    fit f = {bb_graph_new(), bb_params_new(1), NULL, NULL};
    bb_scope_push(f.g, "line");
    f.w = bb_param(f.g, f.params, "w", BB_F64, BB_SHAPE(3), (bb_init){0});
    bb_scope_pop(f.g);
    memcpy(bb_tensor_data(bb_params_find(f.params, "line.w")), start, sizeof start);
    f.loss = fit_loss(f.g, f.w);
    return f;
}

static void fit_free(fit f)
{
    bb_graph_free(f.g);
    bb_params_free(f.params);
}

static void expect_near(const bb_params *params, const char *name, const double *numbers)
{
    const bb_tensor *t = bb_params_find(params, name);
    cr_assert(t, "no %s", name);
    for (int64_t i = 0; i < bb_tensor_count(t); i++)
        cr_assert(fabs(bb_tensor_at(t, i) - numbers[i]) <= 1e-14, "%s[%d] is %.17g, not %.17g",
                  name, (int)i, bb_tensor_at(t, i), numbers[i]);
}

static bb_program *compiled(fit f, bb_node *step)
{
    bb_program *p = bb_compile(f.g, BB_NODES(f.loss, step));
    cr_assert(p, "%s", bb_graph_error(f.g));
    return p;
}

Test(optim, sgd)
{
    static const double losses[] = {15.6640625, 0.7080078125, 0.425567626953125, 0.2898120880126953,
                                    0.19758343696594238};
    static const double w[][3] = {{0.28125, 0.78125, -0.25},
                                  {0.1484375, 0.6328125, -0.234375},
                                  {0.05078125, 0.6015625, -0.30078125},
                                  {-0.03076171875, 0.56884765625, -0.349609375},
                                  {-0.0980224609375, 0.5423583984375, -0.390380859375}};
    fit f = fit_new();
    bb_node *step = bb_sgd(f.loss, f.params, 0.1);
    bb_program *p = compiled(f, step);
    for (int i = 0; i < 5; i++) {
        cr_assert_eq(bb_run(p, BB_NO_FEEDS), BB_OK);
        cr_assert(fabs(bb_program_number(p, f.loss) - losses[i]) <= 1e-14);
        expect_near(f.params, "line.w", w[i]);
    }
    cr_assert_eq(bb_params_count(f.params), 1);
    bb_program_free(p);
    fit_free(f);
}

Test(optim, momentum)
{
    static const double losses[] = {15.6640625, 3.912353515625, 1.6001422882080083,
                                    9.347918805360795, 10.127959199291766};
    static const double w[][3] = {{0.265625, 0.140625, 0.375},
                                  {0.254296875, 1.000390625, -0.49609375},
                                  {0.16568359374999997, 1.5716406250000001, -1.15595703125},
                                  {-0.022651123046875027, 1.545283447265625, -1.3179345703125},
                                  {-0.2873168884277344, 0.9605929626464842, -0.9979098510742188}};
    static const double v[][3] = {{0.015625, 0.640625, -0.625},
                                  {-0.011328125, 0.859765625, -0.87109375},
                                  {-0.08861328125000001, 0.5712499999999999, -0.65986328125},
                                  {-0.188334716796875, -0.02635717773437507, -0.1619775390625},
                                  {-0.2646657653808594, -0.5846904846191407, 0.3200247192382813}};
    fit f = fit_new();
    bb_node *step = bb_momentum(f.loss, f.params, 0.05, 0.9);
    bb_program *p = compiled(f, step);
    for (int i = 0; i < 5; i++) {
        cr_assert_eq(bb_run(p, BB_NO_FEEDS), BB_OK);
        cr_assert(fabs(bb_program_number(p, f.loss) - losses[i]) <= 1e-13);
        expect_near(f.params, "line.w", w[i]);
        expect_near(f.params, "line.w/velocity", v[i]);
    }
    bb_program_free(p);
    fit_free(f);
}

Test(optim, momentum_goes_on_in_another_graph)
{
    static const double w[] = {0.254296875, 1.000390625, -0.49609375};
    fit f = fit_new();
    for (int i = 0; i < 2; i++) {
        bb_graph *g = bb_graph_new();
        bb_scope_push(g, "line");
        bb_node *same = bb_param(g, f.params, "w", BB_F64, BB_SHAPE(3), (bb_init){0});
        bb_scope_pop(g);
        bb_program *p =
            bb_compile(g, BB_NODES(bb_momentum(fit_loss(g, same), f.params, 0.05, 0.9)));
        cr_assert_eq(bb_run(p, BB_NO_FEEDS), BB_OK);
        bb_program_free(p);
        bb_graph_free(g);
    }
    expect_near(f.params, "line.w", w);
    fit_free(f);
}

Test(optim, names_and_scopes_of_state_and_updates)
{
    fit f = fit_new();
    bb_scope_push(f.g, "training");
    bb_node *step = bb_momentum(f.loss, f.params, 0.05, 0.9);
    bb_scope_pop(f.g);
    cr_assert_null(bb_graph_error(f.g));
    cr_assert_str_eq(bb_node_scope(step), "training");
    cr_assert_str_eq(bb_node_scope(bb_node_input(step, 0)), "training.line");
    cr_assert_eq(bb_params_count(f.params), 2);
    cr_assert_str_eq(bb_params_name(f.params, 1), "line.w/velocity");
    cr_assert_not(bb_params_is_trainable(f.params, 1));
    cr_assert_str_eq(bb_node_scope(bb_neg(f.w)), "");
    fit_free(f);
}

/* Which parameters a rule is called for. */

typedef struct calls {
    int count;
    bb_node *w[8];
} calls;

static bb_node *note(bb_params *params, bb_node *w, bb_node *g, const void *data)
{
    calls *c = *(calls *const *)data;
    (void)params;
    c->w[c->count++] = w;
    return bb_assign(w, g);
}

Test(optim, a_rule_sees_what_the_loss_depends_on)
{
    bb_graph *g = bb_graph_new();
    bb_params *params = bb_params_new(1), *others = bb_params_new(2);
    bb_node *b = bb_param(g, params, "b", BB_F64, BB_SCALAR, (bb_init){0});
    bb_node *a = bb_param(g, params, "a", BB_F64, BB_SCALAR, (bb_init){0});
    bb_node *unused = bb_param(g, params, "unused", BB_F64, BB_SCALAR, (bb_init){0});
    bb_node *foreign = bb_param(g, others, "a", BB_F64, BB_SCALAR, (bb_init){0});
    bb_node *state = bb_state(g, params, "s", BB_F64, BB_SCALAR, (bb_init){0});
    bb_node *loss = bb_mul(bb_mul(a, a), bb_mul(bb_mul(b, foreign), state));
    bb_node *later = bb_param(g, params, "later", BB_F64, BB_SCALAR, (bb_init){0});
    calls seen = {0}, *to_seen = &seen;
    bb_node *step = bb_optimise(loss, params, note, &to_seen);
    cr_assert_null(bb_graph_error(g));
    cr_assert(unused && later);
    cr_assert_eq(seen.count, 2);
    cr_assert(seen.w[0] == b && seen.w[1] == a);
    cr_assert_str_eq(bb_node_op_name(step), "group");
    cr_assert_eq(bb_node_input_count(step), 2);
    bb_graph_free(g);
    bb_params_free(params);
    bb_params_free(others);
}

Test(optim, a_long_chain_needs_no_stack)
{
    bb_graph *g = bb_graph_new();
    bb_params *params = bb_params_new(1);
    bb_node *w = bb_param(g, params, "w", BB_F64, BB_SCALAR, (bb_init){0}), *y = w;
    for (int i = 0; i < 100000; i++)
        y = bb_neg(y);
    bb_node *step = bb_sgd(y, params, 0.5);
    bb_program *p = bb_compile(g, BB_NODES(step));
    cr_assert(p, "%s", bb_graph_error(g));
    cr_assert_eq(bb_run(p, BB_NO_FEEDS), BB_OK);
    cr_assert_eq(bb_tensor_at(bb_params_find(params, "w"), 0), -0.5);
    bb_program_free(p);
    bb_graph_free(g);
    bb_params_free(params);
}

Test(optim, two_layers_learn)
{
    static const float x[] = {0, 0, 0, 1, 1, 0, 1, 1};
    static const int32_t t[] = {0, 1, 1, 0};
    bb_graph *g = bb_graph_new();
    bb_params *params = bb_params_new(42);
    bb_node *in = bb_input(g, "x", BB_F32, BB_SHAPE(4, 2));
    bb_node *target = bb_input(g, "t", BB_I32, BB_SHAPE(4));
    bb_node *h = bb_tanh(bb_dense(in, params, "fc1", 8));
    bb_node *loss = bb_softmax_cross_entropy(bb_dense(h, params, "fc2", 2), target);
    bb_node *step = bb_momentum(loss, params, 0.1, 0.9);
    bb_program *p = bb_compile(g, BB_NODES(loss, step));
    cr_assert(p, "%s", bb_graph_error(g));
    bb_tensor *xs = bb_tensor_from(BB_F32, BB_SHAPE(4, 2), x);
    bb_tensor *ts = bb_tensor_from(BB_I32, BB_SHAPE(4), t);
    for (int i = 0; i < 300; i++)
        cr_assert_eq(bb_run(p, BB_FEEDS({in, xs}, {target, ts})), BB_OK);
    cr_assert_lt(bb_program_number(p, loss), 0.05);
    bb_tensor_release(xs);
    bb_tensor_release(ts);
    bb_program_free(p);
    bb_graph_free(g);
    bb_params_free(params);
}

/* Errors. */

static void expect_error(bb_graph *g, bb_node *step, bb_status status, const char *text)
{
    cr_assert_eq(bb_node_kind_of(step), BB_NODE_INERT);
    cr_assert_str_eq(bb_graph_error(g), text);
    cr_assert_eq(bb_graph_status(g), status);
}

Test(optim, no_trainable_parameter)
{
    bb_graph *g = bb_graph_new();
    bb_params *params = bb_params_new(1);
    bb_node *loss = bb_sin(bb_input(g, "x", BB_F64, BB_SCALAR));
    expect_error(g, bb_sgd(loss, params, 0.1), BB_BAD_ARGUMENT,
                 "optimise: the loss depends on no trainable parameter of the given bb_params: "
                 "sin#1 []");
    bb_graph_free(g);
    bb_params_free(params);
}

Test(optim, arguments_that_are_null)
{
    fit f = fit_new();
    cr_assert_eq(bb_node_kind_of(bb_sgd(NULL, f.params, 0.1)), BB_NODE_INERT);
    cr_assert_null(bb_graph_error(f.g));
    bb_named(f.loss, "loss");
    expect_error(f.g, bb_sgd(f.loss, NULL, 0.1), BB_BAD_ARGUMENT,
                 "optimise: bb_params is NULL: loss []");
    bb_node *inert = bb_sgd(f.loss, f.params, 0.1);
    cr_assert_eq(bb_node_kind_of(bb_momentum(inert, f.params, 0.1, 0.9)), BB_NODE_INERT);
    cr_assert_str_eq(bb_graph_error(f.g), "optimise: bb_params is NULL: loss []");
    fit_free(f);
    f = fit_new();
    bb_named(f.loss, "loss");
    expect_error(f.g, bb_optimise(f.loss, f.params, NULL, NULL), BB_BAD_ARGUMENT,
                 "optimise: the rule is NULL: loss []");
    fit_free(f);
}

Test(optim, a_loss_that_is_no_scalar)
{
    fit f = fit_new();
    bb_node *y = bb_named(bb_square(f.w), "y");
    bb_node *step = bb_sgd(y, f.params, 0.1);
    cr_assert_eq(bb_node_kind_of(step), BB_NODE_INERT);
    cr_assert_str_eq(bb_graph_error(f.g), "grad: it is no scalar and there is no cotangent: y [3]");
    fit_free(f);
}

static bb_node *return_null(bb_params *params, bb_node *w, bb_node *g, const void *data)
{
    (void)params, (void)w, (void)g, (void)data;
    return NULL;
}

Test(optim, a_rule_that_returns_no_node)
{
    fit f = fit_new();
    expect_error(f.g, bb_optimise(f.loss, f.params, return_null, NULL), BB_BAD_GRAPH,
                 "optimise: the rule returned no node of this graph: line.w [3], in line");
    fit_free(f);
}

Test(optim, memory_that_runs_out)
{
    bool done = false;
    for (long at = 1; !done; at++) {
        probe_begin(0);
        fit f = fit_new();
        probe.fails_at = probe.calls + at;
        bb_momentum(f.loss, f.params, 0.05, 0.9);
        done = bb_graph_status(f.g) == BB_OK;
        cr_assert(done || bb_graph_status(f.g) == BB_OUT_OF_MEMORY);
        fit_free(f);
        cr_assert_eq(probe.live, 0);
        probe_end();
    }
}
