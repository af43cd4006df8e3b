/* SPDX-License-Identifier: MIT */
/* Every op of the registry over a new axis beside a copy a row, for every choice of operands that
 * vary; and its Jacobian, by rows and by columns, beside one gradient an element. */
#include "every_op.h"
#include "samples.h"

#include <math.h>

enum { ROWS = 3, MOST_ELEMENTS = 60 };

static bb_shape join(bb_shape a, bb_shape b)
{
    for (int i = 0; i < b.ndim; i++)
        a.dim[a.ndim++] = b.dim[i];
    return a;
}

/* Results must agree but for rounding; NaN with NaN, and infinities with themselves. */
static void compare(const bb_tensor *got, const bb_tensor *wanted, const char *what, int sample)
{
    cr_assert(bb_shape_equal(bb_tensor_shape(got), bb_tensor_shape(wanted)), "%s, sample %d", what,
              sample);
    cr_assert_eq(bb_tensor_dtype(got), bb_tensor_dtype(wanted), "%s, sample %d", what, sample);
    double scale = 1;
    for (int64_t i = 0; i < bb_tensor_count(wanted); i++)
        if (isfinite(bb_tensor_at(wanted, i)))
            scale = fmax(scale, fabs(bb_tensor_at(wanted, i)));
    for (int64_t i = 0; i < bb_tensor_count(wanted); i++) {
        double a = bb_tensor_at(got, i), b = bb_tensor_at(wanted, i);
        bool same = a == b || (isnan(a) && isnan(b)) || fabs(a - b) <= 1e-13 * scale;
        cr_assert(same, "%s, sample %d, element %d is %.17g, not %.17g", what, sample, (int)i, a,
                  b);
    }
}

static void run_and_compare(const sample_graph *sg, bb_feeds feeds, bb_node *got, bb_node *wanted,
                            const char *what, int sample)
{
    bb_program *p = bb_compile(sg->g, BB_NODES(got, wanted));
    cr_assert(p, "%s, sample %d: %s", what, sample, bb_graph_error(sg->g));
    cr_assert_eq(bb_run(p, feeds), BB_OK, "%s, sample %d: %s", what, sample, bb_program_error(p));
    compare(bb_program_value(p, got), bb_program_value(p, wanted), what, sample);
    bb_program_free(p);
}

/* Random nodes differ from copy to copy. */
static bool is_random(const sample_graph *sg)
{
    for (int id = 0; id < bb_graph_node_count(sg->g); id++) {
        const bb_op *op = bb_node_op(bb_graph_node(sg->g, id));
        if (op && op->is_impure)
            return true;
    }
    return false;
}

/* Rows, each the sample's value turned on by one element, so that ranges are kept; or enlarged, so
 * that heavy diagonals are. */
static bb_tensor *turned(const bb_tensor *value, bool is_dominant)
{
    bb_tensor *rows =
        bb_tensor_new(bb_tensor_dtype(value), join(BB_SHAPE(ROWS), bb_tensor_shape(value)));
    int64_t n = bb_tensor_count(value);
    for (int64_t r = 0; r < ROWS; r++)
        for (int64_t i = 0; i < n; i++)
            bb_tensor_set(rows, r * n + i,
                          is_dominant ? bb_tensor_at(value, i) * (1 + 0.25 * (double)r)
                                      : bb_tensor_at(value, (i + r) % n));
    return rows;
}

static bb_node *row_by_row(const sample_graph *sg, const bb_op *op, const void *attrs,
                           bb_node *const *rows, int chosen)
{
    bb_node *copies[ROWS];
    for (int r = 0; r < ROWS; r++) {
        bb_node *in[BB_SAMPLE_INPUTS];
        for (int i = 0; i < sg->n; i++)
            in[i] = chosen >> i & 1
                        ? bb_reshape(bb_slice(rows[i], 0, r, r + 1, 1), bb_node_shape(sg->in[i]))
                        : sg->in[i];
        bb_node *y = bb_apply_in(sg->g, op, (bb_nodes){sg->n, in}, attrs);
        copies[r] = bb_reshape(y, join(BB_SHAPE(1), bb_node_shape(y)));
    }
    return bb_concat((bb_nodes){ROWS, copies}, 0);
}

static void check_choice(const bb_op *op, int sample, int chosen)
{
    const bb_sample *s = &op->samples[sample];
    sample_graph sg = sample_graph_new(op, s, BB_F64);
    bb_node *rows[BB_SAMPLE_INPUTS], *xs[BB_SAMPLE_INPUTS], *varied[BB_SAMPLE_INPUTS], *y;
    bb_feed feeds[2 * BB_SAMPLE_INPUTS];
    bb_tensor *values[BB_SAMPLE_INPUTS];
    int n = 0;
    for (int i = 0; i < sg.n; i++) {
        char name[] = "rows0";
        name[4] = (char)('0' + i);
        values[i] = turned(sg.value[i], s->is_dominant[i]);
        rows[i] = bb_input(sg.g, name, bb_node_dtype(sg.in[i]), bb_tensor_shape(values[i]));
        feeds[2 * i] = sg.feeds[i];
        feeds[2 * i + 1] = (bb_feed){rows[i], values[i]};
        if (chosen >> i & 1) {
            xs[n] = sg.in[i];
            varied[n++] = rows[i];
        }
    }
    bb_status status = bb_vmaps(BB_NODES(sg.y), (bb_nodes){n, xs}, (bb_nodes){n, varied}, &y);
    cr_assert_eq(status, BB_OK, "%s, sample %d: %s", op->name, sample, bb_graph_error(sg.g));
    run_and_compare(&sg, (bb_feeds){2 * sg.n, feeds}, y,
                    row_by_row(&sg, op, s->attrs, rows, chosen), op->name, sample);
    for (int i = 0; i < sg.n; i++)
        bb_tensor_release(values[i]);
    sample_graph_free(&sg);
}

static void check_over_a_new_axis(const bb_op *op)
{
    for (int sample = 0; sample < op->n_samples; sample++) {
        sample_graph sg = sample_graph_new(op, &op->samples[sample], BB_F64);
        int all = (1 << sg.n) - 1, step = sg.n > 4 ? all : 1;
        bool is_effect = bb_node_op(sg.y) && bb_node_op(sg.y)->is_effect;
        bool skipped = is_effect || is_random(&sg) || bb_graph_error(sg.g);
        sample_graph_free(&sg);
        for (int chosen = step; chosen <= all && !skipped; chosen += step)
            check_choice(op, sample, chosen);
    }
}

ParameterizedTestParameters(calculus_ops, over_a_new_axis)
{
    return every_op();
}

ParameterizedTest(int *first, calculus_ops, over_a_new_axis)
{
    for_ops_from(first, check_over_a_new_axis);
}

/* A gradient an element of y, stacked. */
static bb_node *gradients(bb_node *y, bb_node *x)
{
    int n = (int)bb_shape_count(bb_node_shape(y));
    bb_node *rows[4 * MOST_ELEMENTS];
    bb_node *flat = bb_reshape(y, BB_SHAPE(n));
    for (int i = 0; i < n; i++) {
        bb_node *d = bb_grad(bb_slice(flat, 0, i, i + 1, 1), x);
        rows[i] = bb_reshape(d, join(BB_SHAPE(1), bb_node_shape(d)));
    }
    return bb_reshape(bb_concat((bb_nodes){n, rows}, 0), join(bb_node_shape(y), bb_node_shape(x)));
}

/* y copied so often, in a function with little else, that columns are cheaper. */
static bb_node *made_tall(bb_node *y, bb_node *x)
{
    int64_t copies = 2 + 6 * bb_shape_count(bb_node_shape(x)) / bb_shape_count(bb_node_shape(y));
    return bb_broadcast(y, join(BB_SHAPE(copies), bb_node_shape(y)));
}

static void check_jacobian(const sample_graph *sg, int k, const char *what, int sample)
{
    bb_node *x = sg->in[k], *rows = gradients(sg->y, x), *j = bb_jacobian(sg->y, x);
    cr_assert_null(bb_graph_error(sg->g), "%s: %s", what, bb_graph_error(sg->g));
    run_and_compare(sg, sample_feeds(sg), j, rows, what, sample);
    bb_node *tall = made_tall(sg->y, x);
    if (bb_node_shape(tall).ndim + bb_node_shape(x).ndim > BB_MAX_DIMS)
        return;
    j = bb_jacobian(tall, x);
    run_and_compare(sg, sample_feeds(sg), j, bb_broadcast(rows, bb_node_shape(j)), what, sample);
}

static void check_jacobians(const bb_op *op)
{
    for (int sample = 0; sample < op->n_samples; sample++) {
        sample_graph sg = sample_graph_new(op, &op->samples[sample], BB_F64);
        int64_t n = bb_graph_error(sg.g) ? 0 : bb_shape_count(bb_node_shape(sg.y));
        for (int k = 0; k < sg.n && n > 0 && n <= 4 * MOST_ELEMENTS; k++)
            if (sample_has_gradient(&sg) && !op->samples[sample].golden_out &&
                bb_dtype_is_float(bb_node_dtype(sg.in[k])) &&
                bb_shape_count(bb_node_shape(sg.in[k])) > 0 &&
                bb_node_shape(sg.y).ndim + bb_node_shape(sg.in[k]).ndim <= BB_MAX_DIMS)
                check_jacobian(&sg, k, op->name, sample);
        sample_graph_free(&sg);
    }
}

ParameterizedTestParameters(calculus_ops, have_their_jacobian)
{
    return every_op();
}

ParameterizedTest(int *first, calculus_ops, have_their_jacobian)
{
    for_ops_from(first, check_jacobians);
}
