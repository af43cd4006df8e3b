/* SPDX-License-Identifier: MIT */
/* Every op of the registry: its descriptor, derivatives that can be built, float32 beside float64,
 * threads, rows. What the derivatives are conformance.c checks. */
#include "every_op.h"
#include "samples.h"

#include <math.h>
#include <string.h>

enum { GUARD = 0x5a };

static void expect_sane_descriptor(const bb_op *op)
{
    cr_expect(op->name[0] &&
                  strspn(op->name, "abcdefghijklmnopqrstuvwxyz_0123456789") == strlen(op->name),
              "'%s' is no name", op->name);
    cr_expect(bb_op_find(op->name) == op, "two ops are named %s", op->name);
    cr_expect(op->doc && op->doc[0], "%s has no doc", op->name);
    cr_expect(op->arity >= BB_VARIADIC && op->arity <= BB_SAMPLE_INPUTS, "%s takes %d", op->name,
              op->arity);
    cr_expect(op->n_samples > 0 || op->is_effect, "%s has no samples", op->name);
    cr_expect(!op->infer != !op->build, "%s needs an infer or a build", op->name);
    cr_expect(!op->build || (!op->forward && !op->backward), "%s is a composite", op->name);
    bool has_golden = false;
    for (int i = 0; i < op->n_samples; i++)
        has_golden = has_golden || op->samples[i].golden_out;
    cr_expect(has_golden || op->is_impure || op->is_effect, "%s has no golden figures", op->name);
    for (int i = 0; i < op->n_samples; i++) {
        const bb_sample *s = &op->samples[i];
        cr_expect(op->arity == BB_VARIADIC || s->n_in == op->arity, "%s, sample %d has %d inputs",
                  op->name, i, s->n_in);
        cr_expect(op->attrs_size == 0 || s->attrs, "%s, sample %d has no attributes", op->name, i);
        for (int k = 0; k < s->n_in; k++)
            cr_expect(bb_shape_count(s->in[k]) >= 0, "%s, sample %d, input %d", op->name, i, k);
    }
}

static void expect_attributes_within_buffer(const bb_op *op)
{
    for (int i = 0; op->print_attrs && i < op->n_samples; i++)
        for (size_t size = 1; size <= 128; size += 127) {
            char buffer[160];
            memset(buffer, GUARD, sizeof buffer);
            sample_graph sg = sample_graph_new(op, &op->samples[i], BB_F64);
            op->print_attrs(bb_node_attrs(sg.y), buffer, size);
            cr_expect(memchr(buffer, '\0', size), "%s, sample %d: no end", op->name, i);
            for (size_t k = size; k < sizeof buffer; k++)
                cr_assert(buffer[k] == GUARD, "%s, sample %d: beyond the buffer", op->name, i);
            sample_graph_free(&sg);
        }
}

/* Appends the gradient of `y` with respect to `x` for a cotangent of ones; NULL when that fails. */
static bb_node *derivative(bb_node *y, bb_node *x)
{
    bb_node *d = NULL;
    return bb_grads(y, bb_ones_like(y), BB_NODES(x), &d) == BB_OK ? d : NULL;
}

static void expect_three_derivatives(const bb_op *op)
{
    for (int i = 0; i < op->n_samples; i++) {
        sample_graph sg = sample_graph_new(op, &op->samples[i], BB_F64);
        for (int k = 0; k < sg.n && sample_has_gradient(&sg); k++) {
            bb_node *d = sg.y;
            for (int order = 1; order <= 3 && bb_dtype_is_float(bb_node_dtype(sg.in[k])); order++) {
                d = derivative(d, sg.in[k]);
                cr_assert(d, "%s, sample %d, order %d: %s", op->name, i, order,
                          bb_graph_error(sg.g));
            }
            bb_program *p = bb_compile(sg.g, BB_NODES(d));
            cr_expect(p, "%s, sample %d: %s", op->name, i, bb_graph_error(sg.g));
            bb_program_free(p);
        }
        sample_graph_free(&sg);
    }
}

static void expect_near(const bb_op *op, int sample, const bb_tensor *single,
                        const bb_tensor *exact)
{
    bool is_map = op->map[BB_F32];
    double largest = 0;
    for (int64_t e = 0; e < bb_tensor_count(exact); e++)
        if (isfinite(bb_tensor_at(exact, e)))
            largest = fmax(largest, fabs(bb_tensor_at(exact, e)));
    for (int64_t e = 0; e < bb_tensor_count(exact); e++) {
        double got = bb_tensor_at(single, e), want = bb_tensor_at(exact, e);
        double allowed = is_map ? 1e-5 * fabs(want) : 1e-4 * largest;
        bool same = got == want || (isnan(got) && isnan(want)) || fabs(got - want) <= allowed;
        cr_expect(same, "%s, sample %d, element %lld: f32 %.9g, f64 %.17g", op->name, sample,
                  (long long)e, got, want);
    }
}

static void expect_agreement_of_float_types(const bb_op *op)
{
    for (int i = 0; !op->is_effect && i < op->n_samples; i++) {
        sample_graph single = sample_graph_new(op, &op->samples[i], BB_F32);
        sample_graph exact = sample_graph_new(op, &op->samples[i], BB_F64);
        bb_error error = {0};
        bb_tensor *a = bb_eval(single.y, sample_feeds(&single), &error);
        bb_tensor *b = bb_eval(exact.y, sample_feeds(&exact), &error);
        cr_assert(a && b, "%s, sample %d: %s", op->name, i, error.text);
        expect_near(op, i, a, b);
        bb_tensor_release(a);
        bb_tensor_release(b);
        sample_graph_free(&single);
        sample_graph_free(&exact);
    }
}

static void expect_same_bits(const bb_op *op, int sample, bb_program *p, const sample_graph *sg)
{
    static const int threads[] = {1, 2, 5};
    bb_tensor *first = NULL;
    for (int k = 0; k < 3; k++) {
        bb_program_set_threads(p, threads[k]);
        bb_program_set_step(p, 0);
        cr_assert(bb_run(p, sample_feeds(sg)) == BB_OK, "%s: %s", op->name, bb_program_error(p));
        const bb_tensor *value = bb_program_value(p, sg->y);
        if (!first)
            first = bb_tensor_cast(value, bb_tensor_dtype(value));
        size_t bytes = bb_tensor_bytes(first);
        cr_expect(bytes == 0 || memcmp(bb_tensor_read(first), bb_tensor_read(value), bytes) == 0,
                  "%s, sample %d: %d threads give other bits", op->name, sample, threads[k]);
    }
    bb_tensor_release(first);
}

static void expect_same_bits_with_any_threads(const bb_op *op)
{
    static const bb_dtype reals[] = {BB_F32, BB_F64};
    for (int i = 0; !op->is_effect && i < op->n_samples; i++)
        for (int k = 0; k < 2; k++) {
            sample_graph sg = sample_graph_new(op, &op->samples[i], reals[k]);
            bb_program *p = bb_compile(sg.g, BB_NODES(sg.y));
            cr_assert(p, "%s, sample %d: %s", op->name, i, bb_graph_error(sg.g));
            expect_same_bits(op, i, p, &sg);
            bb_program_free(p);
            sample_graph_free(&sg);
        }
}

/* The op between maps, on float operands with the other sign. */
static bb_node *between_maps(const bb_op *op, const bb_sample *s, const sample_graph *sg)
{
    bb_node *in[BB_SAMPLE_INPUTS];
    for (int i = 0; i < sg->n; i++)
        in[i] = bb_dtype_is_float(bb_node_dtype(sg->in[i])) ? bb_neg(sg->in[i]) : sg->in[i];
    return bb_neg(bb_cast(bb_apply(op, (bb_nodes){sg->n, in}, s->attrs), BB_F64));
}

/* How many steps are computed a row at a time; their results must be those of all rows at once. */
static int compare_rows(const bb_op *op, const bb_sample *s, bb_dtype real)
{
    const bb_compile_options rowwise = {.all_strips = true, .poison = true},
                             plain = {.no_strips = true};
    sample_graph sg = sample_graph_new(op, s, real);
    bb_node *y = between_maps(op, s, &sg);
    bb_program *p = bb_compile_with(sg.g, BB_NODES(y), &rowwise);
    bb_program *q = bb_compile_with(sg.g, BB_NODES(y), &plain);
    cr_assert(p && q, "%s", bb_graph_error(sg.g));
    cr_assert_eq(bb_run(p, sample_feeds(&sg)), BB_OK);
    cr_assert_eq(bb_run(q, sample_feeds(&sg)), BB_OK);
    const bb_tensor *got = bb_program_value(p, y), *wanted = bb_program_value(q, y);
    for (int64_t k = 0; k < bb_tensor_count(got); k++) {
        double a = bb_tensor_at(got, k), b = bb_tensor_at(wanted, k);
        cr_assert(a == b || (isnan(a) && isnan(b)) ||
                      fabs(a - b) <= (real == BB_F64 ? 1e-12 : 1e-5) * (1 + fabs(b)),
                  "%s, element %d: %g by rows, %g at once", op->name, (int)k, a, b);
    }
    int stripped = bb_program_stats_of(p).stripped;
    bb_program_free(p);
    bb_program_free(q);
    sample_graph_free(&sg);
    return stripped;
}

static void expect_rows_as_said(const bb_op *op)
{
    int stripped = 0;
    for (int i = 0; op->rows && i < op->n_samples; i++)
        for (int real = 0; real < 2; real++)
            stripped += compare_rows(op, &op->samples[i], real ? BB_F64 : BB_F32);
    cr_expect(!op->rows || stripped > 0, "%s has no sample of two rows", op->name);
}

ParameterizedTestParameters(ops, conform)
{
    return every_op();
}

ParameterizedTest(int *first, ops, conform)
{
    for_ops_from(first, expect_sane_descriptor);
    for_ops_from(first, expect_attributes_within_buffer);
    for_ops_from(first, expect_three_derivatives);
    for_ops_from(first, expect_agreement_of_float_types);
    for_ops_from(first, expect_same_bits_with_any_threads);
    for_ops_from(first, expect_rows_as_said);
}
