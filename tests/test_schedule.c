/* SPDX-License-Identifier: MIT */
/* Schedules against their closed forms, alone and as the rate of a run. */
#include <bibun/optim.h>
#include <bibun/program.h>
#include <criterion/criterion.h>

#include <math.h>
#include <stdio.h>

static const double pi = 3.14159265358979323846;

typedef double closed_form(double t);

/* Over t = 0 .. 99 as one vector, in f64 and f32. */
static void expect(const char *name, bb_schedule schedule, closed_form *form)
{
    double t[100];
    for (int i = 0; i < 100; i++)
        t[i] = i;
    for (int f32 = 0; f32 < 2; f32++) {
        bb_graph *g = bb_graph_new();
        bb_tensor *numbers = bb_tensor_from(BB_F64, BB_SHAPE(100), t);
        bb_node *at = bb_cast(bb_constant(g, numbers), f32 ? BB_F32 : BB_F64);
        bb_node *factor = bb_schedule_factor(at, schedule);
        bb_tensor *value = bb_eval(factor, BB_NO_FEEDS, NULL);
        cr_assert(value, "%s: %s", name, bb_graph_error(g));
        cr_assert(bb_shape_equal(bb_tensor_shape(value), BB_SHAPE(100)));
        cr_assert_eq(bb_tensor_dtype(value), bb_node_dtype(at));
        for (int i = 0; i < 100; i++)
            cr_assert(fabs(bb_tensor_at(value, i) - form(i)) <= (f32 ? 1e-6 : 1e-15),
                      "%s at %d: %.17g, not %.17g", name, i, bb_tensor_at(value, i), form(i));
        bb_tensor_release(value);
        bb_tensor_release(numbers);
        bb_graph_free(g);
    }
}

static double constant(double t)
{
    (void)t;
    return 1;
}

static double step(double t)
{
    return pow(0.5, floor(t / 30));
}

static double exponential(double t)
{
    return pow(0.9, t / 10);
}

static double cosine(double t)
{
    return t >= 64 ? 0.25 : 0.25 + 0.75 * (1 + cos(pi * t / 64)) / 2;
}

static double warm(double t, closed_form *after)
{
    return t < 9 ? (t + 1) / 10 : after(t - 9);
}

static double warm_constant(double t)
{
    return warm(t, constant);
}

static double warm_step(double t)
{
    return warm(t, step);
}

static double warm_cosine(double t)
{
    return warm(t, cosine);
}

Test(schedule, closed_forms)
{
    expect("constant", (bb_schedule){0}, constant);
    expect("step", bb_schedule_step(30, 0.5), step);
    expect("exponential", bb_schedule_exponential(10, 0.9), exponential);
    expect("cosine", bb_schedule_cosine(64, 0.25), cosine);
    expect("warm-up", bb_schedule_warm_up(9, (bb_schedule){0}), warm_constant);
    expect("warm-up, step", bb_schedule_warm_up(9, bb_schedule_step(30, 0.5)), warm_step);
    expect("warm-up, cosine", bb_schedule_warm_up(9, bb_schedule_cosine(64, 0.25)), warm_cosine);
    expect("no warm-up", bb_schedule_warm_up(0, bb_schedule_step(30, 0.5)), step);
}

static bb_node *harmonic(bb_node *t, const bb_schedule *schedule)
{
    const double *k = schedule->data;
    return bb_div(bb_number(t, 1), bb_add_scalar(bb_mul_scalar(t, *k), 1));
}

static double harmonic_form(double t)
{
    return 1 / (1 + 0.5 * t);
}

static double warm_harmonic(double t)
{
    return warm(t, harmonic_form);
}

Test(schedule, a_rule_of_the_user)
{
    static const double k = 0.5;
    const bb_schedule mine = {.rule = harmonic, .data = &k};
    expect("harmonic", mine, harmonic_form);
    expect("warm-up, harmonic", bb_schedule_warm_up(9, mine), warm_harmonic);
}

/* --- the rate of a run ---------------------------------------------------------------------------
 */

/* Two parameters whose gradients are 1: what a run takes away is the rate. */
typedef struct slope {
    bb_graph *g;
    bb_node *step;
    bb_program *program;
} slope;

static slope slope_new(bb_params *params, bb_dtype dtype, bb_schedule schedule)
{
    slope s = {.g = bb_graph_new()};
    bb_node *a = bb_param(s.g, params, "a", dtype, BB_SCALAR, (bb_init){0});
    bb_node *b = bb_param(s.g, params, "b", BB_F64, BB_SHAPE(2), (bb_init){0});
    bb_node *loss = bb_add(bb_cast(a, BB_F64), bb_sum(b, BB_ALL));
    bb_optimise_options options = {.schedule = schedule};
    s.step = bb_optimise(loss, params, bb_optimiser_sgd(0.5), &options);
    s.program = bb_compile(s.g, BB_NODES(s.step));
    cr_assert(s.program, "%s", bb_graph_error(s.g));
    return s;
}

static void slope_free(slope s)
{
    bb_program_free(s.program);
    bb_graph_free(s.g);
}

static double number(const bb_params *params, const char *name)
{
    return bb_tensor_at(bb_params_find(params, name), 0);
}

/* From another graph over the same parameters it goes on; f32 and f64 parameters keep step. */
Test(schedule, counts_runs_in_a_state)
{
    const bb_schedule schedule = bb_schedule_warm_up(9, bb_schedule_cosine(64, 0.25));
    bb_params *params = bb_params_new(1);
    double sum = 0;
    for (int part = 0, t = 0; part < 3; part++) {
        slope s = slope_new(params, BB_F32, schedule);
        for (int i = 0; i < 25; i++, t++) {
            cr_assert_eq(bb_run(s.program, BB_NO_FEEDS), BB_OK);
            sum += 0.5 * warm_cosine(t);
            cr_assert(fabs(number(params, "b") + sum) <= 1e-13);
            cr_assert(fabs(number(params, "a") + sum) <= 1e-5);
            cr_assert_eq(number(params, "a/iteration"), t + 1);
        }
        slope_free(s);
    }
    cr_assert_eq(bb_params_count(params), 3);
    cr_assert_not(bb_params_is_trainable(params, 2));
    bb_params_free(params);
}

Test(schedule, a_constant_rate_keeps_no_state)
{
    bb_params *params = bb_params_new(1);
    slope s = slope_new(params, BB_F64, (bb_schedule){0});
    cr_assert_eq(bb_params_count(params), 2);
    cr_assert_eq(bb_run(s.program, BB_NO_FEEDS), BB_OK);
    cr_assert_eq(number(params, "a"), -0.5);
    slope_free(s);
    bb_params_free(params);
}

/* The rate is computed once, however many parameters there are. */
Test(schedule, is_merged_over_parameters)
{
    int steps[2];
    for (int many = 0; many < 2; many++) {
        bb_graph *g = bb_graph_new();
        bb_params *params = bb_params_new(1);
        bb_node *loss = bb_scalar(g, BB_F32, 0);
        for (int i = 0; i < (many ? 20 : 10); i++) {
            char name[16];
            snprintf(name, sizeof name, "w%d", i);
            bb_node *w = bb_param(g, params, name, BB_F32, BB_SHAPE(4), (bb_init){0});
            loss = bb_add(loss, bb_sum(bb_square(w), BB_ALL));
        }
        bb_optimise_options options = {.schedule = bb_schedule_cosine(10, 0)};
        bb_program *p =
            bb_compile(g, BB_NODES(bb_optimise(loss, params, bb_optimiser_sgd(0.1), &options)));
        cr_assert(p, "%s", bb_graph_error(g));
        steps[many] = bb_program_stats_of(p).steps;
        bb_program_free(p);
        bb_graph_free(g);
        bb_params_free(params);
    }
    cr_assert_leq(steps[1] - steps[0], 10 * 4, "%d and %d", steps[0], steps[1]);
}

/* --- errors --------------------------------------------------------------------------------------
 */

static bb_node *nothing(bb_node *t, const bb_schedule *schedule)
{
    (void)t, (void)schedule;
    return NULL;
}

static void refused(bb_schedule schedule, bb_status status, const char *text)
{
    bb_graph *g = bb_graph_new();
    bb_node *t = bb_input(g, "t", BB_F64, BB_SCALAR);
    cr_assert_eq(bb_node_kind_of(bb_schedule_factor(t, schedule)), BB_NODE_INERT);
    cr_assert_str_eq(bb_graph_error(g), text);
    cr_assert_eq(bb_graph_status(g), status);
    bb_graph_free(g);
}

Test(schedule, errors)
{
    refused(bb_schedule_step(0, 0.5), BB_BAD_ARGUMENT,
            "schedule: period is 0 iterations, not in [1, inf): t []");
    refused(bb_schedule_cosine(-5, 0), BB_BAD_ARGUMENT,
            "schedule: period is -5 iterations, not in [1, inf): t []");
    refused(bb_schedule_exponential(10, -0.5), BB_BAD_ARGUMENT,
            "schedule: factor is -0.5, not in [0, inf): t []");
    refused(bb_schedule_exponential(10, INFINITY), BB_BAD_ARGUMENT,
            "schedule: factor is inf, not in [0, inf): t []");
    refused(bb_schedule_warm_up(-1, bb_schedule_step(1, 1)), BB_BAD_ARGUMENT,
            "schedule: warm_up is -1, not in [0, inf): t []");
    refused((bb_schedule){.rule = nothing}, BB_BAD_GRAPH,
            "schedule: the rule returned no node of this graph: t []");
    refused((bb_schedule){.rule = nothing, .warm_up = 2}, BB_BAD_GRAPH,
            "schedule: the rule returned no node of this graph: t []");
}

Test(schedule, errors_of_t)
{
    cr_assert_eq(bb_node_kind_of(bb_schedule_factor(NULL, (bb_schedule){0})), BB_NODE_INERT);
    bb_graph *g = bb_graph_new();
    bb_node *t = bb_input(g, "t", BB_I32, BB_SCALAR);
    bb_node *failed = bb_schedule_factor(t, bb_schedule_step(10, 0.5));
    cr_assert_eq(bb_node_kind_of(failed), BB_NODE_INERT);
    cr_assert_str_eq(bb_graph_error(g), "schedule: t is no float: t i32 []");
    cr_assert_eq(bb_schedule_factor(failed, bb_schedule_cosine(10, 0)), failed);
    bb_graph_free(g);
}
