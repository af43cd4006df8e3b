/* SPDX-License-Identifier: MIT */
/* Compares every builder with the figures of an independent library, in f32 and f64, on plain and
 * strided operands, in value, gradient and gradient's gradient. Whatever differs must be listed,
 * and whatever is listed must differ; a builder without a case must be listed, too. Of each array
 * one element is compared with a spoiled figure as well, which must not pass.
 *
 * usage: oracle CASES.npz DIFFERENCES LEFT_OUT [-v] [BUILDER...] */
#include "case.h"
#include "lists.h"

#include <float.h>
#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "oracle_builders.h"

enum { N_BUILDERS = (int)(sizeof(builders) / sizeof(builders[0])), MAX_SHOWN = 100 };

typedef struct oracle {
    list differences, left_out;
    bool verbose;
    char **names;
    int n_names;
    int cases, orders[3], disagreements, shown;
    int spoiled, caught;
    int seen[N_BUILDERS]; /* cases of each builder */
} oracle;

/* One array that is compared: result `order`, of operand `wrt` for derivatives. */
typedef struct comparison {
    const oracle_case *c;
    bb_dtype dtype;
    operand_view view;
    int order, wrt;
    const bb_tensor *got;
    const double *want;
} comparison;

static const char *const order_names[] = {"value", "first", "second"};
static const char *const view_names[] = {"plain", "transposed", "strided"};

static bool is_f32(const comparison *q)
{
    return bb_tensor_dtype(q->got) == BB_F32;
}

static double largest_finite(const double *numbers, int64_t count)
{
    double largest = 0;
    for (int64_t i = 0; i < count; i++)
        if (isfinite(numbers[i]))
            largest = fmax(largest, fabs(numbers[i]));
    return largest;
}

/* How far an element may be off. Values of maps are held to units in the last place; what is added
 * up, or multiplied by a cotangent, to the size of what it is made of. */
static double tolerance(const comparison *q, double want, double largest)
{
    bool map = case_has(q->c, 'm');
    double smallest = is_f32(q) ? FLT_MIN : DBL_MIN, size = fabs(want);
    if (map && q->order == 0)
        return fmax(size * (is_f32(q) ? 4 * FLT_EPSILON : 2e-14) * q->c->slack, smallest);
    size = fmax(size, map ? 1 : fmax(largest, 0.1));
    return fmax(size * (is_f32(q) ? 1e-5 : 1e-11) * q->c->slack, smallest);
}

static bool agrees(const comparison *q, double got, double want, double largest)
{
    if (!bb_dtype_is_float(bb_tensor_dtype(q->got)))
        return got == want;
    if (is_f32(q))
        want = (double)(float)want;
    if (isnan(want) || isinf(want))
        return isnan(want) ? isnan(got) : got == want;
    if (case_has(q->c, 'm') && q->order == 0 && want == 0 && got == 0)
        return !signbit(want) == !signbit(got);
    return fabs(got - want) <= tolerance(q, want, largest);
}

/* "-0,nan" for the element that the operands have there, or else the case's own word. */
static const char *situation_of(const oracle_case *c, int64_t element, char *text, size_t size)
{
    size_t length = 0;
    if (!case_has(c, 'e'))
        return c->situation;
    for (int i = 0; i < c->n_operands && length < size; i++)
        length += (size_t)snprintf(text + length, size - length, "%s%g", i ? "," : "",
                                   c->operands[i].numbers[element]);
    return text;
}

/* Whether a figure that is off by 2 % of its array's size is told from the right one. */
static void spoil(oracle *o, const comparison *q, double largest)
{
    int64_t count = bb_tensor_count(q->got), i = count > 0 ? o->cases % count : 0;
    if (count == 0 || !isfinite(q->want[i]))
        return;
    double got = bb_tensor_at(q->got, i);
    if (!agrees(q, got, q->want[i], largest))
        return;
    bool whole = !bb_dtype_is_float(bb_tensor_dtype(q->got));
    double off = whole ? 1 : 0.02 * fmax(fmax(fabs(q->want[i]), largest), 0.1);
    o->spoiled++;
    bool caught = !agrees(q, got, q->want[i] + off, largest);
    o->caught += caught;
    if (!caught)
        printf("spoiled, but it passes: %s %s %s\n", q->c->name, order_names[q->order],
               q->c->situation);
}

static void compare(oracle *o, const comparison *q)
{
    int64_t count = bb_tensor_count(q->got);
    double largest = largest_finite(q->want, count);
    bool wrong = false;
    o->orders[q->order]++;
    spoil(o, q, largest);
    for (int64_t i = 0; i < count; i++) {
        double got = bb_tensor_at(q->got, i);
        char text[128];
        if (agrees(q, got, q->want[i], largest))
            continue;
        const char *situation = situation_of(q->c, i, text, sizeof(text));
        if (list_use(&o->differences, q->c->name, order_names[q->order], situation))
            continue;
        if ((!wrong || o->verbose) && (o->verbose || o->shown++ < MAX_SHOWN))
            printf("%s %s(%d) %s %s %s %s, element %lld: %.17g, not %.17g\n", q->c->name,
                   order_names[q->order], q->wrt, situation, bb_dtype_text(q->dtype),
                   view_names[q->view], q->c->arguments, (long long)i, got, q->want[i]);
        wrong = true;
    }
    o->disagreements += wrong;
}

static void disagree(oracle *o, const oracle_case *c, bb_dtype dtype, const char *reason)
{
    o->disagreements++;
    if (o->shown++ < MAX_SHOWN)
        printf("%s %s %s %s: %s\n", c->name, c->situation, bb_dtype_text(dtype), c->arguments,
               reason);
}

static void compare_all(oracle *o, const oracle_case *c, const built *b, const bb_program *p,
                        bb_dtype dtype, operand_view view)
{
    const double *want = c->figures;
    for (int i = 0; i < b->n_results; i++) {
        int order = i == 0 ? 0 : i <= b->n_wrt ? 1 : 2;
        comparison q = {c,
                        dtype,
                        view,
                        order,
                        i == 0 ? 0 : (i - 1) % b->n_wrt,
                        bb_program_value(p, b->results[i]),
                        want};
        compare(o, &q);
        want += bb_tensor_count(q.got);
    }
}

static void run_case(oracle *o, const oracle_case *c, builder_function build, bb_dtype dtype,
                     operand_view view)
{
    built b;
    case_build(&b, c, build, dtype, view);
    bool fits = bb_shape_equal(bb_node_shape(b.results[0]), c->shape);
    bb_program *p = bb_graph_has_failed(b.g) || !fits
                        ? NULL
                        : bb_compile_with(b.g, (bb_nodes){b.n_results, b.results},
                                          &(const bb_compile_options){.poison = true});
    o->cases++;
    if (!p)
        disagree(o, c, dtype, bb_graph_error(b.g) ? bb_graph_error(b.g) : "another shape");
    else if (bb_run(p, (bb_feeds){b.n_feeds, b.feeds}) != BB_OK)
        disagree(o, c, dtype, bb_program_error(p));
    else
        compare_all(o, c, &b, p, dtype, view);
    bb_program_free(p);
    built_free(&b);
}

static bool is_asked_for(const oracle *o, const char *name)
{
    for (int i = 0; i < o->n_names; i++)
        if (fnmatch(o->names[i], name, 0) == 0)
            return true;
    return o->n_names == 0;
}

static int builder_named(const char *name)
{
    for (int i = 0; i < N_BUILDERS; i++)
        if (strcmp(builders[i].name, name) == 0)
            return builders[i].build ? i : -1;
    return -1;
}

static void run_variants(oracle *o, const oracle_case *c)
{
    int i = builder_named(c->name);
    if (!is_asked_for(o, c->name))
        return;
    if (i < 0) {
        disagree(o, c, BB_F64, "no such builder");
        return;
    }
    o->seen[i]++;
    for (int view = 0; view < VIEW_COUNT; view++) {
        if (!view_applies(c, (operand_view)view))
            continue;
        if (case_has(c, 's'))
            run_case(o, c, builders[i].build, BB_F32, (operand_view)view);
        if (case_has(c, 'd'))
            run_case(o, c, builders[i].build, BB_F64, (operand_view)view);
    }
}

/* Builders that nothing speaks for, and entries of lists that nothing speaks of. */
static int count_gaps(oracle *o)
{
    int gaps = 0;
    for (int i = 0; i < N_BUILDERS; i++) {
        if (!is_asked_for(o, builders[i].name) || o->seen[i] > 0)
            continue;
        const char *reason = list_use(&o->left_out, builders[i].name, "", "");
        if (reason)
            printf("not compared: %s: %s\n", builders[i].name, reason);
        else
            printf("%s has no case, and tests/oracle/left_out.txt has no reason\n",
                   builders[i].name);
        gaps += !reason;
    }
    for (int i = 0; i < o->differences.count; i++) {
        const list_entry *e = &o->differences.entries[i];
        if (e->uses > 0 || !is_asked_for(o, e->name) || builder_named(e->name) < 0)
            continue;
        printf("listed, but it agrees: %s | %s | %s\n", e->name, e->order, e->situation);
        gaps++;
    }
    return gaps;
}

static int used(const list *l)
{
    int count = 0;
    for (int i = 0; i < l->count; i++)
        count += l->entries[i].uses > 0;
    return count;
}

static bb_status run(oracle *o, char **files, bb_error *error)
{
    static oracle_case c;
    case_file f;
    bb_status status = case_file_open(&f, files[0], error);
    if (status == BB_OK)
        status = list_read(&o->differences, files[1], 4, error);
    if (status == BB_OK)
        status = list_read(&o->left_out, files[2], 2, error);
    while (status == BB_OK && case_file_next(&f, &c, error))
        run_variants(o, &c);
    case_file_close(&f);
    return status == BB_OK ? error->status : status;
}

int main(int count, char **words)
{
    static oracle o;
    bb_error error = {0};
    if (count < 4) {
        fprintf(stderr, "usage: oracle CASES.npz DIFFERENCES LEFT_OUT [-v] [BUILDER...]\n");
        return 2;
    }
    o.verbose = count > 4 && strcmp(words[4], "-v") == 0;
    o.names = words + 4 + o.verbose;
    o.n_names = count - 4 - o.verbose;
    if (run(&o, words + 1, &error) != BB_OK) {
        fprintf(stderr, "oracle: %s\n", error.text);
        return 1;
    }
    int gaps = count_gaps(&o);
    printf("%d of %d spoiled figures caught\n", o.caught, o.spoiled);
    printf("oracle: %d cases compared (forward %d, first order %d, second order %d), "
           "%d disagreements, %d listed\n",
           o.cases, o.orders[0], o.orders[1], o.orders[2], o.disagreements, used(&o.differences));
    bool sound = o.cases > 0 && o.disagreements == 0 && gaps == 0 && o.caught == o.spoiled;
    return sound ? 0 : 1;
}
