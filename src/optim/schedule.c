/* SPDX-License-Identifier: MIT */
/* Schedules of the rate: factors as nodes of the iteration's number. */
#include "limits.h"

#include <bibun/op.h>
#include <bibun/optim.h>

#include <math.h>

static const double pi = 3.14159265358979323846;

/* t in periods */
static bb_node *periods(bb_node *t, const bb_schedule *s)
{
    if (!(s->period >= 1 && s->period < INFINITY))
        return bb_fail_node(t, NULL, "schedule", BB_BAD_ARGUMENT,
                            "period is %g iterations, not in [1, inf)", s->period);
    return bb_div(t, bb_number(t, s->period));
}

static bb_node *step(bb_node *t, const bb_schedule *s)
{
    return bb_pow(bb_number(t, s->factor), bb_floor(periods(t, s)));
}

static bb_node *exponential(bb_node *t, const bb_schedule *s)
{
    return bb_pow(bb_number(t, s->factor), periods(t, s));
}

static bb_node *cosine(bb_node *t, const bb_schedule *s)
{
    bb_node *part = bb_minimum(periods(t, s), bb_number(t, 1));
    bb_node *wave = bb_add_scalar(bb_cos(bb_mul_scalar(part, pi)), 1);
    return bb_add_scalar(bb_mul_scalar(wave, (1 - s->factor) / 2), s->factor);
}

bb_schedule bb_schedule_step(int64_t period, double factor)
{
    return (bb_schedule){.rule = step, .period = (double)period, .factor = factor};
}

bb_schedule bb_schedule_exponential(int64_t period, double factor)
{
    return (bb_schedule){.rule = exponential, .period = (double)period, .factor = factor};
}

bb_schedule bb_schedule_cosine(int64_t period, double last)
{
    return (bb_schedule){.rule = cosine, .period = (double)period, .factor = last};
}

bb_schedule bb_schedule_warm_up(int64_t iterations, bb_schedule after)
{
    after.warm_up = (double)iterations;
    return after;
}

/* What is wrong with t or the constants, as the inert node; NULL when nothing is. */
static bb_node *check(bb_node *t, const bb_schedule *s)
{
    static const bb__limit limits[] = {
        {"factor", offsetof(bb_schedule, factor), INFINITY},
        {"warm_up", offsetof(bb_schedule, warm_up), INFINITY},
    };
    if (!t)
        return bb_fail_node(t, NULL, "schedule", BB_BAD_ARGUMENT, "t is NULL");
    if (bb_node_kind_of(t) == BB_NODE_INERT)
        return t;
    if (!bb_dtype_is_float(bb_node_dtype(t)))
        return bb_fail_node(t, NULL, "schedule", BB_BAD_TYPE, "t is no float");
    return bb__check_limits(s, limits, sizeof limits / sizeof limits[0], t, "schedule");
}

/* The rule's factor at t, which it may give as a scalar. */
static bb_node *apply(bb_node *t, const bb_schedule *s)
{
    bb_node *factor = s->rule ? s->rule(t, s) : bb_number(t, 1);
    if (bb_node_graph(factor) != bb_node_graph(t))
        return bb_fail_node(t, NULL, "schedule", BB_BAD_GRAPH,
                            "the rule returned no node of this graph");
    return bb_shape_equal(bb_node_shape(factor), bb_node_shape(t))
               ? factor
               : bb_broadcast(factor, bb_node_shape(t));
}

bb_node *bb_schedule_factor(bb_node *t, bb_schedule schedule)
{
    double n = schedule.warm_up;
    bb_node *failed = check(t, &schedule);
    if (failed || n == 0)
        return failed ? failed : apply(t, &schedule);
    bb_node *late = bb_named(bb_maximum(bb_add_scalar(t, -n), bb_number(t, 0)), "t");
    bb_node *line = bb_div(bb_add_scalar(t, 1), bb_number(t, n + 1));
    return bb_mul(bb_minimum(line, bb_number(t, 1)), apply(late, &schedule));
}
