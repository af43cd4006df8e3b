/* SPDX-License-Identifier: MIT */
/* The check of one op: its samples run, compared with golden figures, and differentiated.
 *
 * The first thing that is wrong ends the check. */
#include "parts.h"
#include "trial.h"

#include <bibun/grad.h>
#include <bibun/ops.h>
#include <math.h>

static bool meets(double got, double expected, double tolerance)
{
    if (isnan(expected) || isinf(expected))
        return isnan(expected) ? isnan(got) : got == expected;
    return fabs(got - expected) <= tolerance * fabs(expected);
}

static bb_status compare_figures(bb__op_check *c, const bb_tensor *got, const double *expected,
                                 const char *what)
{
    double own = c->op->samples[c->sample].golden_tolerance, tolerance = own > 0 ? own : 1e-12;
    for (int64_t e = 0; e < bb_tensor_count(got); e++) {
        char reason[160];
        c->total->golden++;
        if (meets(bb_tensor_at(got, e), expected[e], tolerance))
            continue;
        snprintf(reason, sizeof reason, "%s %lld: got %.17g, expected %.17g", what, (long long)e,
                 bb_tensor_at(got, e), expected[e]);
        return bb__trial_fail(c, BB_CHECK_FAILED, reason);
    }
    return BB_OK;
}

static bb_status compare_slopes(bb__op_check *c, bb__trial *t)
{
    bb_tensor *got = NULL;
    bb_node *slope = NULL;
    if (bb_grads(t->y, bb_ones_like(t->y), BB_NODES(t->leaf[0]), &slope) != BB_OK)
        return bb__trial_fail(c, bb_graph_status(t->g), bb_graph_error(t->g));
    bb_status status = bb__trial_evaluate(c, t, slope, &got);
    if (status == BB_OK)
        status = compare_figures(c, got, t->sample->golden_slope, "golden slope");
    bb_tensor_release(got);
    return status;
}

static bb_status check_figures(bb__op_check *c)
{
    bb__trial t;
    bb_tensor *got = NULL;
    bb_status status = bb__trial_open(c, &t, BB__PLAIN, true);
    if (status == BB_OK)
        status = bb__trial_evaluate(c, &t, t.y, &got);
    if (status == BB_OK)
        status = compare_figures(c, got, t.sample->golden_out, "golden figure");
    if (status == BB_OK && t.sample->golden_slope)
        status = compare_slopes(c, &t);
    bb_tensor_release(got);
    bb__trial_close(&t);
    return status;
}

/* The op on views must give what it gives on row-major copies of them. */
static bb_status compare_with_copies(bb__op_check *c, const bb__trial *views)
{
    bb__trial t = {.sample = views->sample, .n = views->n};
    bb_tensor *of_views = NULL, *of_copies = NULL;
    bb_status status = bb__trial_evaluate(c, views, views->y, &of_views);
    for (int i = 0; status == BB_OK && i < t.n; i++)
        status = bb__trial_evaluate(c, views, views->operand[i], &t.value[i]);
    if (status == BB_OK)
        status = bb__trial_build(c, &t, BB__PLAIN);
    if (status == BB_OK)
        status = bb__trial_evaluate(c, &t, t.y, &of_copies);
    if (status == BB_OK && !bb__trial_agree(c->op, of_views, of_copies))
        status = bb__trial_fail(c, BB_CHECK_FAILED, "not what row-major operands give");
    bb_tensor_release(of_views);
    bb_tensor_release(of_copies);
    bb__trial_close(&t);
    return status;
}

static void add_report(bb__op_check *c, const bb_gradcheck_report *r)
{
    bb_gradcheck_report *total = c->total;
    total->compared += r->compared;
    total->compared_second += r->compared_second;
    total->resampled += r->resampled;
    total->skipped += r->skipped;
    total->vacuous += r->vacuous;
    if (r->worst_order == 0 || (total->worst_order && r->largest_error <= total->largest_error))
        return;
    total->largest_error = r->largest_error;
    total->worst_order = r->worst_order;
    total->worst_wrt = r->worst_wrt;
    total->worst_element = r->worst_element;
    total->worst_analytic = r->worst_analytic;
    total->worst_numeric = r->worst_numeric;
}

static bb_status differentiate(bb__op_check *c, bb__trial *t)
{
    bb_node *wrt[BB_SAMPLE_INPUTS];
    int n = 0;
    int64_t columns = 0;
    for (int i = 0; i < t->n; i++)
        if (bb_node_dtype(t->leaf[i]) == BB_F64) {
            columns += bb_tensor_count(t->value[i]);
            wrt[n++] = t->leaf[i];
        }
    if (n == 0 || bb_node_dtype(t->y) != BB_F64)
        return BB_OK;
    bb_gradcheck_report report;
    bool is_empty = columns * bb_shape_count(bb_node_shape(t->y)) == 0;
    bb_gradcheck_options options = c->options;
    options.zero_expected |= is_empty || c->layout == BB__REPEATED;
    bb_status status =
        bb__gradcheck(t->y, (bb_nodes){n, wrt}, bb__trial_feeds(c, t), &options, is_empty, &report);
    c->differentiated = true;
    add_report(c, &report);
    return status == BB_OK ? BB_OK : bb__trial_fail(c, status, report.text);
}

static bb_status run_effect(bb__op_check *c, bb__trial *t)
{
    bb_program *p = bb_compile(t->g, BB_NODES(t->y));
    if (!p)
        return bb__trial_fail(c, bb_graph_status(t->g), bb_graph_error(t->g));
    bb_status status = bb_run(p, BB_NO_FEEDS);
    if (status != BB_OK)
        bb__trial_fail(c, status, bb_program_error(p));
    bb_program_free(p);
    return status;
}

static bb_status run_forward(bb__op_check *c, bb__trial *t)
{
    bb_tensor *got = NULL;
    bb_status status = bb__trial_evaluate(c, t, t->y, &got);
    bb_tensor_release(got);
    return status;
}

static bb_status check_layout(bb__op_check *c)
{
    bb__trial t;
    bb_status status = bb__trial_open(c, &t, c->layout, false);
    if (status == BB_OK && c->op->is_effect)
        status = run_effect(c, &t);
    else if (status == BB_OK) {
        status = c->layout == BB__PLAIN ? run_forward(c, &t) : compare_with_copies(c, &t);
        if (status == BB_OK)
            status = differentiate(c, &t);
    }
    bb__trial_close(&t);
    return status;
}

/* With `parts` an op writes nothing where its result is strided. */
static bool may_be_strided(const bb_op *op)
{
    return op->writes_strided && !op->parts && !op->is_impure;
}

static bb_status check_sample(bb__op_check *c)
{
    const bb_sample *s = &c->op->samples[c->sample];
    bb_status status = BB_OK;
    c->layout = BB__PLAIN;
    if (s->n_in < 0 || s->n_in > BB_SAMPLE_INPUTS)
        return bb__trial_fail(c, BB_BAD_ARGUMENT, "as many inputs as no sample may have");
    if (s->golden_out && !c->op->is_effect)
        status = check_figures(c);
    for (int how = BB__PLAIN; status == BB_OK && how < BB__LAYOUTS; how++) {
        c->layout = (bb__sample_layout)how;
        if (how == BB__PLAIN || (!c->op->is_effect && bb__layout_has_views(s, c->layout)))
            status = check_layout(c);
    }
    c->layout = BB__PLAIN;
    if (status == BB_OK && c->op->batch && !c->op->is_effect && !c->op->is_impure)
        status = bb__check_batch(c);
    if (status == BB_OK && c->op->join)
        status = bb__check_join(c);
    if (status == BB_OK && c->op->index)
        status = bb__check_index(c);
    if (status == BB_OK && may_be_strided(c->op))
        status = bb__check_strided(c);
    return status;
}

static bb_status verdict(bb__op_check *c)
{
    bb_gradcheck_report *r = c->total;
    char figures[48] = "";
    if (r->golden)
        snprintf(figures, sizeof figures, ", %lld golden figures", (long long)r->golden);
    if (c->differentiated && r->compared == 0) {
        snprintf(r->text, sizeof r->text, "%.40s: gradient check failed: nothing was compared",
                 c->op->name);
        return BB_CHECK_FAILED;
    }
    if (may_be_strided(c->op) && !c->strided) {
        snprintf(
            r->text, sizeof r->text,
            "%.40s: writes_strided: no sample's result is of three dimensions or more of which "
            "the first and the last two are longer than 1",
            c->op->name);
        return BB_CHECK_FAILED;
    }
    r->passed = true;
    if (c->differentiated)
        snprintf(r->text, sizeof r->text,
                 "gradient check of %.40s passed: %lld numbers compared, largest error %.2g%s",
                 c->op->name, (long long)r->compared, r->largest_error, figures);
    else
        snprintf(r->text, sizeof r->text, "gradient check of %.40s passed: forward only, for %s%s",
                 c->op->name,
                 c->op->is_effect               ? "it is an effect"
                 : bb_dtype_is_float(c->output) ? "it has no float input"
                                                : "its output is no float",
                 figures);
    return BB_OK;
}

bb_status bb_gradcheck_op(const bb_op *op, const bb_gradcheck_options *options,
                          bb_gradcheck_report *report_out)
{
    if (!op || !report_out)
        return BB_BAD_ARGUMENT;
    *report_out = (bb_gradcheck_report){0};
    bb__op_check c = {.op = op, .total = report_out, .output = BB_F64};
    c.options = options ? *options : (bb_gradcheck_options){0};
    c.options.zero_expected |= op->backward == bb_backward_zero;
    if (op->n_samples == 0 && !op->is_effect) {
        snprintf(report_out->text, sizeof report_out->text, "%.40s: it has no samples", op->name);
        return BB_CHECK_FAILED;
    }
    bb_status status = BB_OK;
    for (c.sample = 0; status == BB_OK && c.sample < op->n_samples; c.sample++)
        status = check_sample(&c);
    return status == BB_OK ? verdict(&c) : status;
}
