/* SPDX-License-Identifier: MIT */
/* The gradient check of whole ops: samples, figures, strides, threads, and memory that runs out. */
#include "identity.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const bb_sample fine[] = {
    {.n_in = 1, .in = {BB_DIMS(2, 3)}},
    {.n_in = 1,
     .in = {BB_DIMS(2)},
     .golden_in = {BB_NUMBERS(1, NAN)},
     .golden_out = BB_NUMBERS(1, NAN)},
};
static const bb_sample wrong_figure[] = {
    {.n_in = 1,
     .in = {BB_DIMS(2)},
     .golden_in = {BB_NUMBERS(1, 2)},
     .golden_out = BB_NUMBERS(1, 2.5)},
};
static const bb_sample wrong_slope[] = {
    {.n_in = 1,
     .in = {BB_DIMS(2)},
     .golden_in = {BB_NUMBERS(1, 2)},
     .golden_out = BB_NUMBERS(1, 2),
     .golden_slope = BB_NUMBERS(1, 3)},
};

static void expect_op(bb_op *op, const bb_sample *samples, int n, bb_status status,
                      const char *text)
{
    bb_gradcheck_report report;
    op->samples = samples;
    op->n_samples = n;
    cr_expect(bb_gradcheck_op(op, NULL, &report) == status);
    cr_expect(report.passed == (status == BB_OK));
    cr_expect(strncmp(report.text, text, strlen(text)) == 0, "%s", report.text);
}

Test(gradcheck_op, checks_an_op_by_its_samples)
{
    bb_op op = identity(identity_right);
    expect_op(&op, fine, 2, BB_OK, "gradient check of identity passed: ");
    expect_op(&op, NULL, 0, BB_CHECK_FAILED, "identity: it has no samples");
    expect_op(&op, wrong_figure, 1, BB_CHECK_FAILED,
              "identity, sample 0: golden figure 1: got 2, expected 2.5");
    expect_op(&op, wrong_slope, 1, BB_CHECK_FAILED,
              "identity, sample 0: golden slope 1: got 1, expected 3");
    op.backward = identity_doubled;
    expect_op(
        &op, fine, 2, BB_CHECK_FAILED,
        "identity, sample 0: gradient check failed: of identity with respect to x0, element ");
    op.backward = NULL;
    expect_op(&op, fine, 2, BB_BAD_GRADIENT, "identity, sample 0: ");
}

/* Ignores strides, which row-major operands do not show. */
static void ignore_strides(const bb_call *call)
{
    memcpy(call->out->data, call->in[0].data,
           (size_t)bb_shape_count(call->out->shape) * sizeof(double));
}

Test(gradcheck_op, finds_a_forward_that_ignores_strides)
{
    bb_op op = identity(identity_right);
    memset(op.map, 0, sizeof op.map);
    op.forward = ignore_strides;
    expect_op(&op, fine, 1, BB_CHECK_FAILED,
              "identity, sample 0, transposed operands: not what row-major operands give");
    op.needs_contiguous = true;
    expect_op(&op, fine, 1, BB_OK, "gradient check of identity passed: ");
}

Test(gradcheck_op, says_that_an_op_only_ran_forward)
{
    bb_gradcheck_report report;
    cr_expect(bb_gradcheck_op(bb_op_find("argmax"), NULL, &report) == BB_OK, "%s", report.text);
    cr_expect(report.compared == 0);
    cr_expect(strncmp(report.text,
                      "gradient check of argmax passed: forward only, for its output is no float",
                      72) == 0,
              "%s", report.text);
}

static int runs;

static void count_runs(const bb_call *call)
{
    const double *x = call->in[0].data;
    *(double *)call->out->data = *x + 1e-13 * runs++;
}

static void count_threads(const bb_call *call)
{
    const double *x = call->in[0].data;
    *(double *)call->out->data = *x + (call->threads > 2 ? 1e-13 : 0);
}

static void expect_unsteady(void (*forward)(const bb_call *call), const char *what)
{
    char text[256];
    bb_op op = identity(identity_right);
    memset(op.map, 0, sizeof op.map);
    op.forward = forward;
    bb_graph *g = bb_graph_new();
    bb_node *x = bb_input(g, "x", BB_F64, BB_SCALAR);
    bb_tensor *at = bb_tensor_new(BB_F64, BB_SCALAR);
    bb_gradcheck_report report;
    snprintf(text, sizeof text, "gradient check failed: of identity with respect to x: %s", what);
    bb_status status = bb_gradcheck(bb_apply(&op, BB_NODES(x), NULL), BB_NODES(x),
                                    BB_FEEDS({x, at}), NULL, &report);
    cr_expect(status == BB_CHECK_FAILED);
    cr_expect_str_eq(report.text, text);
    bb_tensor_release(at);
    bb_graph_free(g);
}

Test(gradcheck_op, finds_other_bits_of_a_second_run)
{
    expect_unsteady(count_runs, "a second run gives other bits");
}

Test(gradcheck_op, finds_other_bits_of_other_threads)
{
    setenv("OMP_NUM_THREADS", "1", 1);
    expect_unsteady(count_threads, "4 threads give other bits than the default");
}

/* y = x - the mean of x's columns: a row needs all of x. */
static void centred(const bb_call *call)
{
    const double *x = call->in[0].data;
    double *y = call->out->data;
    const int64_t rows = call->in[0].shape.dim[0], columns = call->in[0].shape.dim[1];
    for (int64_t j = 0; j < columns; j++) {
        double sum = 0;
        for (int64_t i = 0; i < rows; i++)
            sum += x[i * columns + j];
        for (int64_t i = 0; i < rows; i++)
            y[i * columns + j] = x[i * columns + j] - sum / (double)rows;
    }
}

static bb_node *centred_rule(bb_node *y, bb_node *dy, int i)
{
    (void)y;
    (void)i;
    return bb_sub(dy, bb_mean_keep(dy, BB_AXES(0)));
}

static uint32_t rows_apart(const void *attrs, const bb_type *in, const bb_type *out)
{
    (void)attrs;
    (void)in;
    (void)out;
    return 1;
}

Test(gradcheck_op, finds_rows_that_are_not_apart)
{
    static const bb_sample samples[] = {{.n_in = 1, .in = {BB_DIMS(3, 2)}}};
    bb_op op = {.name = "centred",
                .doc = "x without the mean of its columns",
                .arity = 1,
                .infer = bb_infer_same,
                .forward = centred,
                .backward = centred_rule,
                .needs_contiguous = true,
                BB_SAMPLES(samples)};
    bb_gradcheck_report report;
    cr_expect(bb_gradcheck_op(&op, NULL, &report) == BB_OK, "%s", report.text);
    op.rows = rows_apart;
    cr_expect(bb_gradcheck_op(&op, NULL, &report) == BB_CHECK_FAILED);
    cr_expect(strstr(report.text, "one row at a time gives other numbers than all"), "%s",
              report.text);
}

/* The first column of the rows picked. */
static bool infer_picked(bb_infer *c)
{
    c->out = (bb_type){c->in[0].dtype, c->in[1].shape};
    return true;
}

static void pick(const bb_call *call)
{
    const bb_array *x = &call->in[0], *index = &call->in[1];
    for (int64_t i = 0; i < bb_shape_count(index->shape); i++) {
        const int32_t row = ((const int32_t *)index->data)[i];
        if (row < 0 || row >= x->shape.dim[0])
            bb_call_fault(call, "no row %d", row);
        else
            ((double *)call->out->data)[i] =
                ((const double *)x->data)[(int64_t)row * x->shape.dim[1]];
    }
}

static bb_node *pick_rule(bb_node *y, bb_node *dy, int i)
{
    bb_node *x = bb_node_input(y, 0), *first = bb_slice(bb_zeros_like(x), 1, 0, 1, 1);
    bb_node *rows = bb_scatter_add(first, bb_node_input(y, 1), bb_reshape(dy, BB_SHAPE(4, 1)), 0);
    return i == 0 ? bb_pad(rows, 1, 0, 1, 0) : NULL;
}

static int64_t said;
static int said_operand;
static int say_index(const void *attrs, const bb_type *in, int64_t *bound_out)
{
    (void)attrs, (void)in;
    *bound_out = said;
    return said_operand;
}

Test(gradcheck_op, finds_an_index_with_other_bounds)
{
    static const bb_sample samples[] = {
        {.n_in = 2, .in = {BB_DIMS(3, 2), BB_DIMS(4)}, .is_integer = {false, true}, .bound = 3}};
    const bb_op op = {.name = "picked",
                      .doc = "the first column of the rows picked",
                      .arity = 2,
                      .infer = infer_picked,
                      .forward = pick,
                      .backward = pick_rule,
                      .needs_contiguous = true,
                      .may_fault = true,
                      .index = say_index,
                      BB_SAMPLES(samples)};
    static const struct {
        int operand;
        int64_t bound;
        const char *text;
    } cases[] = {{1, 3, NULL},
                 {1, 4, "index: a fault at a number below the bound"},
                 {1, 2, "index: no fault at the bound"},
                 {0, 3, "index: no operand of i32"},
                 {7, 3, "index: no operand of i32"}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        bb_gradcheck_report report;
        said = cases[k].bound;
        said_operand = cases[k].operand;
        const bb_status status = bb_gradcheck_op(&op, NULL, &report);
        cr_expect_eq(status, cases[k].text ? BB_CHECK_FAILED : BB_OK, "%s", report.text);
        cr_expect(!cases[k].text || strstr(report.text, cases[k].text), "%s", report.text);
    }
}

/* x [a, b, c], row by row: as the strides of the result are, one after the other, as if all rows
 * were as far apart, and with zeros up to the next row. */
enum { BY_STRIDES, DENSE, ONE_PITCH, UP_TO_THE_NEXT };
static int manner;
static void copy_rows(const bb_call *call)
{
    const bb_shape shape = call->in[0].shape;
    const int64_t *stride = call->out->stride, c = shape.dim[2];
    for (int64_t i = 0; i < shape.dim[0] * shape.dim[1]; i++) {
        const int64_t at = i / shape.dim[1] * stride[0] + i % shape.dim[1] * stride[1];
        double *to = (double *)call->out->data +
                     (manner == DENSE       ? i * c
                      : manner == ONE_PITCH ? i * (stride[0] < stride[1] ? stride[0] : stride[1])
                                            : at);
        memcpy(to, (const double *)call->in[0].data + i * c, (size_t)c * sizeof(double));
        for (int64_t k = c; manner == UP_TO_THE_NEXT && k < stride[1]; k++)
            to[k] = 0;
    }
}

Test(gradcheck_op, finds_who_does_not_write_strided)
{
    static const bb_sample samples[] = {{.n_in = 1, .in = {BB_DIMS(2, 2, 3)}}},
                           flat[] = {{.n_in = 1, .in = {BB_DIMS(1, 4, 2)}}};
    static const char *const texts[] = {NULL, "rows of others written", "other axes come first",
                                        "rows of others written"};
    bb_op op = {.name = "rows",
                .doc = "x",
                .arity = 1,
                .infer = bb_infer_same,
                .forward = copy_rows,
                .writes_strided = true,
                .backward = identity_right,
                .needs_contiguous = true,
                BB_SAMPLES(samples)};
    bb_gradcheck_report report;
    for (manner = BY_STRIDES; manner <= UP_TO_THE_NEXT; manner++) {
        const bb_status status = bb_gradcheck_op(&op, NULL, &report);
        cr_expect_eq(status, texts[manner] ? BB_CHECK_FAILED : BB_OK, "%s", report.text);
        cr_expect(!texts[manner] || strstr(report.text, texts[manner]), "%s", report.text);
    }
    manner = BY_STRIDES;
    op.samples = flat;
    cr_expect_eq(bb_gradcheck_op(&op, NULL, &report), BB_CHECK_FAILED);
    cr_expect(strstr(report.text, "writes_strided: no sample's result is"), "%s", report.text);
}

static bb_node *join_operands(bb_nodes parts)
{
    bb_node *sum = bb_node_input(parts.items[0], 0);
    for (int i = 1; i < parts.count; i++)
        sum = bb_add(sum, bb_node_input(parts.items[i], 0));
    return bb_apply(bb_node_op(parts.items[0]), BB_NODES(sum), NULL);
}

static bb_node *join_two_operands(bb_nodes parts)
{
    return join_operands((bb_nodes){2, parts.items});
}

/* The rows in the wrong order. */
static bb_node *batch_turned(const bb_node *node, bb_node *const *in, const bool *batched)
{
    return bb_flip(bb_batch_same(node, in, batched), 0);
}

Test(gradcheck_op, finds_wrong_batch_and_join)
{
    bb_op op = identity(identity_right);
    op.batch = bb_batch_same;
    op.join = join_operands;
    expect_op(&op, fine, 2, BB_OK, "gradient check of identity passed: ");
    op.batch = batch_turned;
    expect_op(&op, fine, 2, BB_CHECK_FAILED,
              "identity, sample 0: batch: not what the op gives row by row");
    op.batch = NULL;
    op.join = join_two_operands;
    expect_op(&op, fine, 2, BB_CHECK_FAILED, "identity, sample 0: join: not the sum of the parts");
}

static long allowed, alive;

static void *scarce_resize(void *block, size_t size)
{
    if (allowed == 0)
        return NULL;
    allowed--;
    alive += block == NULL;
    return realloc(block, size);
}

static void scarce_release(void *block)
{
    alive -= block != NULL;
    free(block);
}

static bb_status check_with(long allocations)
{
    const bb_allocator scarce = {scarce_resize, scarce_release};
    static const bb_sample sample = {.n_in = 1, .in = {BB_DIMS(2, 1)}};
    bb_op op = identity(identity_right);
    bb_gradcheck_report report;
    op.batch = bb_batch_same;
    op.join = join_operands;
    op.samples = &sample;
    op.n_samples = 1;
    allowed = allocations;
    bb_allocator_set(&scarce);
    bb_status status = bb_gradcheck_op(&op, NULL, &report);
    bb_allocator_set(NULL);
    cr_expect(report.passed == (status == BB_OK));
    cr_expect(report.text[0] != '\0');
    return status;
}

Test(gradcheck_op, survives_any_failing_allocation)
{
    bb_status status = BB_OUT_OF_MEMORY;
    long n = 0;
    while (status == BB_OUT_OF_MEMORY) {
        status = check_with(n++);
        cr_assert(alive == 0, "%ld: %ld blocks are left", n, alive);
    }
    cr_expect(status == BB_OK, "%ld: %s", n, bb_status_text(status));
    cr_expect(n > 100);
}
