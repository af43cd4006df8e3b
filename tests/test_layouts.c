/* SPDX-License-Identifier: MIT */
/* Copies of matrices with other steps from row to row, made once a run for many readers. */
#include "plans.h"

static bb_graph *g;
static bb_params *params;
static bb_node *x;

static void setup(void)
{
    g = bb_graph_new();
    params = bb_params_new(1);
    x = bb_input(g, "x", BB_F64, BB_SHAPE(4));
}

static void teardown(void)
{
    bb_graph_free(g);
    bb_params_free(params);
}

TestSuite(layouts, .init = setup, .fini = teardown);

/* A parameter that many products read transposed is turned once. */
Test(layouts, turned_parameters)
{
    bb_node *w = bb_param(g, params, "w", BB_F64, BB_SHAPE(4, 4), bb_init_xavier());
    bb_node *y = bb_reshape(x, BB_SHAPE(1, 4));
    for (int i = 1; i <= 8; i++) {
        y = bb_matmul(y, bb_transpose(w));
        cr_assert_eq(stats_with(g, BB_NODES(y), NULL).copies, i == 8, "%d products", i);
    }
}

/* x plus the rows of a weight; notes how far apart these are. */
static int64_t rows_seen, wanted_step = 4 + 3;

static bool infer_like_first(bb_infer *c)
{
    c->out = c->in[0];
    return true;
}

static void add_rows_forward(const bb_call *call)
{
    const bb_array *w = &call->in[1];
    const double *from = call->in[0].data;
    double *out = call->out->data;
    rows_seen = w->stride[0];
    for (int64_t j = 0; j < 4; j++) {
        out[j] = from[j];
        for (int64_t i = 0; i < w->shape.dim[0]; i++)
            out[j] += ((const double *)w->data)[i * w->stride[0] + j * w->stride[1]];
    }
}

static int64_t apart_for_many(const bb_type *in, int i, const int64_t *stride, int readers)
{
    (void)in;
    return i == 1 && readers >= 3 && stride[1] == 1 ? wanted_step : 0;
}

static const bb_op add_rows_op = {.name = "add_rows",
                                  .doc = "x plus each row of w",
                                  .arity = 2,
                                  .infer = infer_like_first,
                                  .forward = add_rows_forward,
                                  .row_step = apart_for_many};

/* A matrix whose readers would have its rows further apart is copied so once for all of them, with
 * equal values merged or not; for fewer readers it is not. */
Test(layouts, spaced_rows)
{
    enum { STEPS = 3, COLUMNS = 4 };
    bb_node *w = bb_param(g, params, "w", BB_F64, BB_SHAPE(5, COLUMNS), bb_init_xavier());
    const bb_tensor *at_w = bb_params_find(params, "w");
    bb_tensor *t = bb_tensor_from(BB_F64, BB_SHAPE(COLUMNS), (double[]){1, 2, 3, 4});
    bb_node *y = x;
    for (int i = 1; i <= STEPS; i++) {
        y = bb_apply(&add_rows_op, BB_NODES(y, w), NULL);
        for (int unmerged = 0; unmerged < 2; unmerged++) {
            const bb_compile_options options = {.no_merge = unmerged};
            bb_program *p = bb_compile_with(g, BB_NODES(y), &options);
            cr_assert_eq(bb_run(p, BB_FEEDS({x, t})), BB_OK);
            cr_assert_eq(bb_program_stats_of(p).copies, i == STEPS);
            cr_assert_eq(rows_seen, i == STEPS ? COLUMNS + 3 : COLUMNS);
            for (int64_t j = 0; j < COLUMNS; j++) {
                double sum = 0;
                for (int64_t r = 0; r < 5; r++)
                    sum += bb_tensor_at(at_w, r * COLUMNS + j);
                cr_assert_float_eq(bb_tensor_at(bb_program_value(p, y), j),
                                   (double)(1 + j) + i * sum, 1e-12);
            }
            bb_program_free(p);
        }
    }
    wanted_step = COLUMNS - 1; /* an op may say what cannot be */
    cr_assert_eq(stats_with(g, BB_NODES(y), NULL).copies, 0);
    wanted_step = INT64_MAX;
    cr_assert_eq(stats_with(g, BB_NODES(y), NULL).copies, 0);
    wanted_step = COLUMNS + 3;
    bb_node *z = bb_mul_scalar(w, 2.0);
    y = x;
    for (int i = 1; i <= STEPS; i++) { /* what is computed */
        y = bb_apply(&add_rows_op, BB_NODES(y, z), NULL);
        cr_assert_eq(stats_with(g, BB_NODES(y), NULL).copies, i == STEPS);
    }
    bb_tensor_release(t);
}

/* Maps read what is turned from a copy of it, which others share, if it is large and lies in rows
 * that are more than a few elements. */
Test(layouts, turned_operands_of_maps)
{
    static const struct {
        int64_t rows, columns;
        bool is_copied;
    } cases[] = {{128, 64, true}, {64, 64, false}, {4096, 2, false}, {2, 4096, true}};
    const bb_compile_options unfused = {.no_fuse = true};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char name[8] = {(char)('a' + i)};
        const bb_shape shape = BB_SHAPE(cases[i].rows, cases[i].columns);
        bb_tensor *t = bb_tensor_new(BB_F64, shape);
        bb_tensor_fill_uniform(t, 0.5, 2, 1);
        bb_node *turned = bb_transpose(bb_input(g, name, BB_F64, shape));
        bb_feeds feeds = BB_FEEDS({bb_node_input(turned, 0), t});
        bb_node *sums = bb_sum(bb_exp(turned), BB_AXES(1)), *other = bb_cumsum(turned, 0, 0, 0);
        bb_node *y = bb_add(bb_sum(sums, BB_ALL), bb_sum(bb_sqrt(bb_mul(turned, other)), BB_ALL));
        expect_agreement(g, BB_NODES(y), feeds, &unfused, 1e-12, 2);
        cr_expect_eq(stats_with(g, BB_NODES(bb_exp(turned), bb_sqrt(turned)), NULL).copies,
                     cases[i].is_copied, "case %zu", i);
        bb_tensor_release(t);
    }
}

/* Backwards, and with dimensions of one element; of bytes, which are an eighth as many. */
Test(layouts, turned_in_other_ways)
{
    bb_node *w = bb_input(g, "w", BB_F64, BB_SHAPE(128, 64)), *turned = bb_transpose(w);
    bb_node *u = bb_transpose(bb_input(g, "u", BB_U8, BB_SHAPE(128, 64)));
    bb_node *cases[] = {bb_flip(turned, 1), bb_flip(turned, 0), bb_expand_dims(turned, 2),
                        bb_flip(w, 1)};
    for (int i = 0; i < 4; i++)
        cr_expect_eq(stats_with(g, BB_NODES(bb_exp(cases[i])), NULL).copies, i < 3, "case %d", i);
    cr_expect_eq(stats_with(g, BB_NODES(bb_cast(u, BB_F32)), NULL).copies, 0);
}

/* What repeats along an axis is not multiplied by a copy. */
Test(layouts, what_repeats_is_not_copied)
{
    bb_node *w = bb_input(g, "w", BB_F64, BB_SHAPE(64, 64));
    bb_node *all = bb_permute(bb_broadcast(w, BB_SHAPE(100, 64, 64)), BB_AXES(0, 2, 1));
    cr_expect_eq(stats_with(g, BB_NODES(bb_exp(all)), NULL).copies, 0);
}
