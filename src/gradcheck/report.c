/* SPDX-License-Identifier: MIT */
/* What a gradient check found, as numbers and as one sentence.
 *
 * The first text that is written stays; a NaN, once it is the largest error, stays too. */
#include "parts.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

static void write_text(bb_gradcheck_report *report, const char *format, va_list arguments)
{
    if (!report->text[0])
        vsnprintf(report->text, sizeof report->text, format, arguments);
}

bb_status bb__check_error(bb__check *c, bb_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    c->report->text[0] = '\0';
    write_text(c->report, format, arguments);
    va_end(arguments);
    return status;
}

void bb__check_fault(bb__check *c, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    write_text(c->report, format, arguments);
    va_end(arguments);
}

const char *bb__check_node_label(const bb_node *node)
{
    const char *name = bb_node_name(node);
    return name[0] ? name : bb_node_op_name(node);
}

static const char *variable_label(const bb__check *c, int variable)
{
    bool is_cotangent = variable == c->n_variables - 1;
    return is_cotangent ? "the cotangent" : bb__check_node_label(c->variables[variable].node);
}

const char *bb__check_label(const bb__check *c, const bb__function *f, int variable,
                            char label[BB__LABEL])
{
    if (f->order == 1)
        snprintf(label, BB__LABEL, "of %.40s with respect to %.40s", bb__check_node_label(f->y),
                 variable_label(c, variable));
    else
        snprintf(label, BB__LABEL, "of %.40s's gradient with respect to %.40s (second order)",
                 variable_label(c, f->gradient_of), variable_label(c, variable));
    return label;
}

/* Without the sign that a NaN may carry. */
static double printable(double x)
{
    return isnan(x) ? NAN : x;
}

static void note_mismatch(bb__check *c, const bb__function *f, int variable, int64_t element,
                          double error)
{
    char label[BB__LABEL], place[32] = "along a random direction";
    const bb_gradcheck_report *r = c->report;
    if (element >= 0)
        snprintf(place, sizeof place, "element %lld", (long long)element);
    c->report->text[0] = '\0';
    bb__check_fault(c, "gradient check failed: %s, %s: analytic %.9g, numeric %.9g, error %.2g",
                    bb__check_label(c, f, variable, label), place, printable(r->worst_analytic),
                    printable(r->worst_numeric), printable(error));
}

void bb__check_compare(bb__check *c, const bb__function *f, int variable, int64_t element,
                       double analytic, double numeric, double scale)
{
    bb_gradcheck_report *r = c->report;
    double difference = fabs(analytic - numeric);
    double error = difference == 0 ? 0 : difference / scale;
    r->compared++;
    r->compared_second += f->order == 2;
    if (isnan(r->largest_error) || (r->worst_order && error <= r->largest_error))
        return;
    r->largest_error = error;
    r->worst_order = f->order;
    r->worst_wrt = variable;
    r->worst_element = element;
    r->worst_analytic = analytic;
    r->worst_numeric = numeric;
    if (!(error <= c->options.tolerance))
        note_mismatch(c, f, variable, element, error);
}

bb_status bb__check_verdict(bb__check *c, bool may_be_empty)
{
    bb_gradcheck_report *r = c->report;
    if (r->compared == 0 && !may_be_empty)
        bb__check_fault(c, "gradient check failed: nothing was compared");
    if (r->text[0])
        return BB_CHECK_FAILED;
    r->passed = true;
    bb__check_fault(c, "gradient check passed: %lld numbers compared, largest error %.2g",
                    (long long)r->compared, r->largest_error);
    return BB_OK;
}

bb_status bb_gradcheck_print(const bb_gradcheck_report *report, FILE *file)
{
    if (!report || !file)
        return BB_BAD_ARGUMENT;
    return fprintf(file, "%s\n", report->text) < 0 ? BB_BAD_FILE : BB_OK;
}
