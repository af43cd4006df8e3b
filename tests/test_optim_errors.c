/* SPDX-License-Identifier: MIT */
/* Errors of optimisers, to the letter. */
#include <bibun/op.h>
#include <bibun/optim.h>
#include <criterion/criterion.h>

#include <math.h>
#include <stdio.h>

#include "optim_fit.h"
#include "probe.h"

static void expect_error(bb_graph *g, bb_node *step, bb_status status, const char *text)
{
    cr_assert_eq(bb_node_kind_of(step), BB_NODE_INERT);
    cr_assert_str_eq(bb_graph_error(g), text);
    cr_assert_eq(bb_graph_status(g), status);
}

Test(optim_errors, no_trainable_parameter)
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

Test(optim_errors, arguments_that_are_null)
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
    expect_error(f.g, bb_optimise(f.loss, f.params, (bb_optimiser){0}, NULL), BB_BAD_ARGUMENT,
                 "optimise: the rule is NULL: loss []");
    fit_free(f);
}

Test(optim_errors, a_loss_that_is_no_scalar)
{
    fit f = fit_new();
    bb_node *y = bb_named(bb_square(f.w), "y");
    bb_node *step = bb_sgd(y, f.params, 0.1);
    cr_assert_eq(bb_node_kind_of(step), BB_NODE_INERT);
    cr_assert_str_eq(
        bb_graph_error(f.g),
        "grad: it is no single number: take its sum or mean, or give bb_grads a cotangent: y [3]");
    fit_free(f);
}

static bb_node *return_null(const bb_update *u)
{
    (void)u;
    return NULL;
}

Test(optim_errors, a_rule_that_returns_no_node)
{
    fit f = fit_new();
    expect_error(f.g, bb_optimise(f.loss, f.params, (bb_optimiser){.rule = return_null}, NULL),
                 BB_BAD_GRAPH,
                 "optimise: the rule returned no node of this graph: line.w [3], in line");
    fit_free(f);
}

static bb_node *return_value(const bb_update *u)
{
    return bb_named(bb_sub(u->w, u->g), "smaller");
}

Test(optim_errors, a_rule_that_returns_a_value)
{
    fit f = fit_new();
    expect_error(
        f.g, bb_optimise(f.loss, f.params, (bb_optimiser){.rule = return_value}, NULL),
        BB_BAD_ARGUMENT,
        "optimise: the rule returned a value, not an effect such as bb_assign's: line.w [3] "
        "x smaller [3], in line");
    fit_free(f);
}

static void out_of_range(const char *wrong, bb_optimiser optimiser, bb_optimise_options options)
{
    char text[128];
    fit f = fit_new();
    bb_named(f.loss, "loss");
    snprintf(text, sizeof text, "optimise: %s: loss []", wrong);
    expect_error(f.g, bb_optimise(f.loss, f.params, optimiser, &options), BB_BAD_ARGUMENT, text);
    cr_assert_eq(bb_params_count(f.params), 1);
    fit_free(f);
}

Test(optim_errors, constants_out_of_range)
{
    const bb_optimise_options none = {0};
    bb_optimiser adam = bb_optimiser_adam(0.1);
    out_of_range("rate is -0.1, not in [0, inf)", bb_optimiser_sgd(-0.1), none);
    out_of_range("rate is inf, not in [0, inf)", bb_optimiser_sgd(INFINITY), none);
    out_of_range("rate is nan, not in [0, inf)", bb_optimiser_sgd((double)NAN), none);
    out_of_range("beta1 is 1, not in [0, 1)", bb_optimiser_momentum(0.1, 1), none);
    adam.beta2 = 1.5;
    out_of_range("beta2 is 1.5, not in [0, 1)", adam, none);
    adam = bb_optimiser_adam(0.1);
    adam.epsilon = -1e-8;
    out_of_range("epsilon is -1e-08, not in [0, inf)", adam, none);
    out_of_range("decay is -1, not in [0, inf)", bb_optimiser_adamw(0.1, -1), none);
    out_of_range("clip_norm is -1, not in [0, inf)", bb_optimiser_sgd(0.1),
                 (bb_optimise_options){.clip_norm = -1});
    out_of_range("weight_decay is -2, not in [0, inf)", bb_optimiser_sgd(0.1),
                 (bb_optimise_options){.weight_decay = -2});
}

Test(optim_errors, the_first_one_stays)
{
    fit f = fit_new();
    bb_named(f.loss, "loss");
    bb_sgd(f.loss, f.params, -1);
    bb_adam(f.loss, f.params, 0.1);
    cr_assert_str_eq(bb_graph_error(f.g), "optimise: rate is -1, not in [0, inf): loss []");
    cr_assert_eq(bb_params_count(f.params), 1);
    fit_free(f);
}

/* A state that is there with another type. */
Test(optim_errors, a_state_of_another_shape)
{
    fit f = fit_new();
    bb_state_of(f.w, f.params, "m", BB_F64, BB_SCALAR, (bb_init){0});
    expect_error(f.g, bb_adam(f.loss, f.params, 0.1), BB_BAD_SHAPE,
                 "state: line.w/m is f64 [] already, not f64 [3], in line");
    fit_free(f);
}

Test(optim_errors, memory_that_runs_out)
{
    bool done = false;
    for (long at = 1; !done; at++) {
        probe_begin(0);
        fit f = fit_new();
        probe.fails_at = probe.calls + at;
        bb_schedule schedule = bb_schedule_warm_up(3, bb_schedule_cosine(9, 0));
        bb_optimise_options all = {schedule, .clip_norm = 1, .weight_decay = 0.1};
        bb_optimise(f.loss, f.params, bb_optimiser_adam(0.05), &all);
        done = bb_graph_status(f.g) == BB_OK;
        cr_assert(done || bb_graph_status(f.g) == BB_OUT_OF_MEMORY);
        fit_free(f);
        cr_assert_eq(probe.live, 0);
        probe_end();
    }
}
