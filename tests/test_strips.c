/* SPDX-License-Identifier: MIT */
/* Neighbouring steps that are computed together, some rows at a time. */
#include "noise_input.h"

static const bb_compile_options plain = {.no_strips = true}, rowwise = {.all_strips = true};
enum { ROWS = 4096, WIDTH = 64 };

static void begin(void)
{
    begin_with(BB_SHAPE(ROWS, WIDTH));
}

TestSuite(strips, .init = begin, .fini = end);

static int stripped(bb_nodes outputs, const bb_compile_options *options)
{
    return stats_with(g, outputs, options).stripped;
}

static void agree(bb_nodes outputs)
{
    for (int threads = 1; threads <= 3; threads++)
        expect_agreement(g, outputs, BB_FEEDS({x, xs}), &plain, 2e-6, threads);
}

static bb_node *block(bb_node *h, const char *name)
{
    char sub[32];
    snprintf(sub, sizeof sub, "%s_norm", name);
    return bb_tanh(bb_dense(bb_layer_norm(h, params, sub), params, name, WIDTH));
}

Test(strips, of_layers)
{
    bb_node *y = bb_softmax(block(block(x, "first"), "second"), 1);
    bb_program_stats s = stats_with(g, BB_NODES(y), NULL);
    cr_expect_gt(s.stripped, 5, "%d of %d", s.stripped, s.steps);
    cr_expect_eq(stripped(BB_NODES(y), &plain), 0);
    agree(BB_NODES(y));
}

Test(strips, of_a_gradient)
{
    bb_node *h = block(block(x, "first"), "second"), *loss = bb_mean(bb_square(h), BB_ALL);
    bb_node *dx = bb_grad(loss, x), *dw = bb_grad(loss, bb_graph_param(g, "first.weight"));
    cr_expect_gt(stripped(BB_NODES(loss, dx, dw), NULL), 5);
    agree(BB_NODES(loss, dx, dw));
}

/* Heads of attention: a row of the batch is all of one text. */
Test(strips, of_batches)
{
    bb_node *texts = bb_reshape(x, BB_SHAPE(128, 32, WIDTH));
    bb_node *y = bb_multi_head_attention(texts, params, "heads", 4);
    bb_node *z = bb_add(bb_layer_norm(y, params, "norm"), texts);
    cr_expect_gt(stripped(BB_NODES(z), NULL), 0);
    agree(BB_NODES(z));
}

/* Threads do not change a bit, nor do runs. */
Test(strips, same_bits)
{
    bb_node *y = block(block(x, "first"), "second");
    bb_tensor *first = NULL;
    for (int threads = 1; threads <= 5; threads++) {
        bb_program *p = bb_compile(g, BB_NODES(y));
        bb_program_set_threads(p, threads);
        cr_assert_eq(bb_run(p, BB_FEEDS({x, xs})), BB_OK);
        const bb_tensor *value = bb_program_value(p, y);
        if (!first)
            first = bb_eval(y, BB_FEEDS({x, xs}), NULL);
        cr_assert_arr_eq(bb_tensor_read(first), bb_tensor_read(value), bb_tensor_bytes(value));
        bb_program_free(p);
    }
    bb_tensor_release(first);
}

static bb_node *noise(bb_shape shape)
{
    bb_tensor *numbers = bb_tensor_new(BB_F32, shape);
    bb_tensor_fill_normal(numbers, 0, 1, 2);
    bb_node *node = bb_constant(g, numbers);
    bb_tensor_release(numbers);
    return node;
}

/* Products that need scratch memory, of which each of many threads has its own. */
Test(strips, by_many_threads)
{
    enum { THREADS = 16 };
    bb_node *a = noise(BB_SHAPE(THREADS, 190, 40)), *b = noise(BB_SHAPE(THREADS, 204, 40));
    bb_node *y = bb_softmax(bb_matmul(a, bb_swap_axes(b, 1, 2)), 2);
    cr_expect_eq(stripped(BB_NODES(y), NULL), 2);
    expect_agreement(g, BB_NODES(y), BB_NO_FEEDS, &plain, 2e-6, THREADS);
    expect_agreement(g, BB_NODES(y), BB_NO_FEEDS, &rowwise, 2e-6, THREADS);
}

/* Small chains are one thread's work as they are, and what is large needs memory for its strips
 * only. */
Test(strips, spare_memory)
{
    bb_node *y = bb_softmax(block(block(x, "first"), "second"), 1);
    bb_node *few = bb_slice(x, 0, 0, 16, 1);
    cr_expect_eq(stripped(BB_NODES(bb_softmax(block(few, "first"), 1)), NULL), 0);
    bb_node *some = bb_slice(x, 0, 0, ROWS / 2, 1); /* more than a first-level cache holds */
    cr_expect_gt(stripped(BB_NODES(bb_softmax(block(some, "first"), 1)), NULL), 4);
    cr_expect_lt(2 * stats_with(g, BB_NODES(y), NULL).peak_bytes,
                 stats_with(g, BB_NODES(y), &plain).peak_bytes * 3);
}

/* Nor does a chain of them need more than one place in a strip's memory. */
Test(strips, overwrite_one_another)
{
    const bb_compile_options apart = {.no_inplace = true};
    bb_node *y = x;
    for (int i = 0; i < 6; i++)
        y = bb_mul(bb_tanh(y), bb_cos(bb_sum_keep(bb_sin(y), BB_AXES(1))));
    const bb_program_stats s = stats_with(g, BB_NODES(y), NULL);
    cr_expect_gt(s.stripped, 6);
    cr_expect_lt(s.peak_bytes, stats_with(g, BB_NODES(y), &apart).peak_bytes);
    agree(BB_NODES(y));
}

/* What needs all rows of its operand, or is read out of its row, ends a section. */
Test(strips, not_across_rows)
{
    bb_node *a = bb_exp(x), *rows = bb_slice(a, 0, 0, 256, 1);
    bb_node *square = bb_matmul(rows, bb_transpose(rows));
    bb_node *turned = bb_add(a, bb_reshape(bb_transpose(bb_sin(x)), BB_SHAPE(ROWS, WIDTH)));
    bb_node *shifted = bb_sub(bb_slice(a, 0, 1, ROWS, 1), bb_slice(a, 0, 0, ROWS - 1, 1));
    bb_node *total = bb_sum(a, BB_AXES(0)), *scaled = bb_div(a, total);
    const bb_nodes outputs = BB_NODES(square, turned, bb_neg(shifted), bb_sum(scaled, BB_AXES(1)));
    agree(outputs);
    expect_agreement(g, outputs, BB_FEEDS({x, xs}), &rowwise, 2e-6, 2);
    cr_expect_eq(stripped(BB_NODES(bb_max(square, BB_AXES(0))), &rowwise), 2, "not the maximum");
    cr_expect_eq(stripped(BB_NODES(bb_sum(scaled, BB_AXES(1))), &rowwise), 4, "not the whole sum");
}

/* A training step: no parameter is changed while another strip still reads it. */
Test(strips, stores_wait)
{
    for (int way = 0; way < 3; way++) {
        bb_params *p = bb_params_new(3);
        bb_node *h = bb_tanh(bb_dense(x, p, "a", 256)), *y = bb_dense(h, p, "b", WIDTH);
        bb_node *loss = bb_mean(bb_square(bb_sub(y, x)), BB_ALL), *step = bb_sgd(loss, p, 0.1);
        bb_program *train = bb_compile_with(g, BB_NODES(loss, step),
                                            way == 0   ? &plain
                                            : way == 1 ? &rowwise
                                                       : NULL);
        cr_assert(train, "%s", bb_graph_error(g));
        double last = 0;
        for (int i = 0; i < 10; i++) {
            cr_assert_eq(bb_run(train, BB_FEEDS({x, xs})), BB_OK);
            last = bb_program_number(train, loss);
        }
        static double wanted;
        wanted = way == 0 ? last : wanted;
        cr_expect_float_eq(last, wanted, 1e-5 * wanted);
        bb_program_free(train);
        bb_params_free(p);
    }
}

/* Rows that cannot be shared out, single rows, and a chain that is too long for one section. */
Test(strips, odd_sizes)
{
    bb_node *few = bb_slice(x, 0, 0, 4093, 1), *one = bb_slice(x, 0, 0, 1, 1), *chain = x;
    cr_expect_eq(stripped(BB_NODES(bb_exp(bb_sub(few, bb_sum_keep(few, BB_AXES(1))))), NULL), 0);
    cr_expect_eq(stripped(BB_NODES(bb_exp(bb_sub(one, bb_sum_keep(one, BB_AXES(1))))), &rowwise),
                 0);
    for (int i = 0; i < 100; i++)
        chain = bb_sub(chain, bb_mean_keep(chain, BB_AXES(1)));
    agree(BB_NODES(chain, bb_softmax(few, 1)));
    expect_agreement(g, BB_NODES(chain), BB_FEEDS({x, xs}), &rowwise, 2e-5, 2);
}

/* The plan tells what it does. */
Test(strips, printed)
{
    char text[8000] = "";
    bb_program *p = bb_compile(g, BB_NODES(block(block(x, "first"), "second")));
    FILE *file = fmemopen(text, sizeof text, "w");
    cr_assert_eq(bb_program_print(p, file), BB_OK);
    fclose(file);
    cr_expect(strstr(text, " strips\n"), "%s", text);
    bb_program_free(p);
}

/* Products in a strip use the scratch memory of the strip, whoever computes it. */
Test(strips, of_products_with_scratch_memory)
{
    enum { COUNT = 2, SIZE = 105 };
    bb_tensor *t = bb_tensor_new(BB_F32, BB_SHAPE(COUNT, SIZE, SIZE));
    bb_node *a = bb_input(g, "a", BB_F32, BB_SHAPE(COUNT, SIZE, SIZE));
    bb_node *y = bb_matmul(a, bb_permute(a, BB_AXES(0, 2, 1))), *s = bb_sum_keep(y, BB_AXES(2));
    bb_node *z = bb_sum(bb_mul(bb_softmax(bb_sub(y, s), 2), bb_sin(y)), BB_AXES(2));
    bb_tensor_fill_normal(t, 0, 0.1, 1);
    cr_expect_gt(stripped(BB_NODES(z, s), &rowwise), 2);
    for (int i = 0; i < 20; i++)
        expect_agreement(g, BB_NODES(z, s), BB_FEEDS({a, t}), &rowwise, 1e-4, 2);
    bb_tensor_release(t);
}

/* y = x0 + the sum of all of x1, over x1; a row needs all of x1. */
static bool sum_infer(bb_infer *c)
{
    return bb_infer_same(c);
}

static void sum_forward(const bb_call *call)
{
    const double *a = call->in[0].data, *b = call->in[1].data;
    double total = 0, *out = call->out->data;
    for (int64_t i = 0; i < bb_shape_count(call->in[1].shape); i++)
        total += b[i];
    for (int64_t i = 0; i < bb_shape_count(call->out->shape); i++)
        out[i] = a[i] + total;
}

static bool first_infer(bb_infer *c)
{
    c->out = c->in[0];
    return true;
}

static uint32_t all_rows(const void *attrs, const bb_type *in, const bb_type *out)
{
    (void)attrs;
    (void)in;
    (void)out;
    return 3;
}

static uint32_t sum_rows(const void *attrs, const bb_type *in, const bb_type *out)
{
    (void)attrs;
    (void)in;
    (void)out;
    return 1;
}

/* An operand that every strip reads is not written over by the first. */
Test(strips, of_an_op_in_place)
{
    static const bb_op op = {.name = "add_total",
                             .doc = "x0 + sum of x1",
                             .arity = 2,
                             .infer = sum_infer,
                             .forward = sum_forward,
                             .rows = sum_rows,
                             .needs_contiguous = true,
                             .inplace = 2};
    bb_node *wide = bb_cast(bb_slice(x, 0, 0, 256, 1), BB_F64); /* each of them adds up all */
    bb_node *scan = bb_cumsum(wide, 0, false, false);
    bb_node *y = bb_apply(&op, BB_NODES(bb_exp(wide), scan), NULL);
    bb_node *z = bb_sum(bb_mul(y, bb_exp(wide)), BB_AXES(1));
    bb_node *all = bb_cumsum(y, 0, false, false); /* for which y has memory for all rows */
    cr_expect_gt(stripped(BB_NODES(z, all), &rowwise), 0);
    for (int way = 0; way < 2; way++)
        expect_agreement(g, BB_NODES(z, all), BB_FEEDS({x, xs}), way ? &rowwise : &plain, 1e-12, 2);
}

/* An op that says what cannot be, that a vector has as many rows as the result, has no strips. */
Test(strips, of_operands_without_those_rows)
{
    static const bb_op op = {.name = "add_total_of_vector",
                             .doc = "x0 + sum of x1",
                             .arity = 2,
                             .infer = first_infer,
                             .forward = sum_forward,
                             .rows = all_rows,
                             .needs_contiguous = true};
    bb_node *wide = bb_cast(x, BB_F64), *vector = bb_max(wide, BB_AXES(0));
    bb_node *z = bb_exp(bb_apply(&op, BB_NODES(bb_tanh(wide), vector), NULL));
    cr_expect_eq(stripped(BB_NODES(z), &rowwise), 2, "the maps only");
    expect_agreement(g, BB_NODES(z), BB_FEEDS({x, xs}), &rowwise, 1e-12, 2);
}

/* Sums over rows are sums of groups of rows, with which a section ends, and of what these give. */
Test(strips, of_sums_over_rows)
{
    bb_node *y = bb_tanh(bb_mul_scalar(bb_reshape(x, BB_SHAPE(ROWS / 8, 4, 2 * WIDTH)), 2));
    bb_node *sums[] = {bb_sum(y, BB_AXES(0)),
                       bb_sum_keep(y, BB_AXES(0)),
                       bb_sum(y, BB_AXES(0, 2)),
                       bb_sum_keep(y, BB_AXES(0, 1)),
                       bb_sum(y, BB_AXES(1)),
                       bb_sum(y, BB_ALL),
                       bb_sum(bb_transpose(bb_exp(x)), BB_AXES(0))};
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) {
        for (int threads = 1; threads <= 3; threads++)
            expect_agreement(g, BB_NODES(sums[i]), BB_FEEDS({x, xs}), &plain, 2e-6, threads);
        expect_agreement(g, BB_NODES(sums[i]), BB_FEEDS({x, xs}), &rowwise, 2e-6, 2);
        const bb_program_stats s = stats_with(g, BB_NODES(sums[i]), &plain);
        cr_expect_eq(stats_with(g, BB_NODES(sums[i]), NULL).flops, s.flops, "sum %d", (int)i);
    }
    cr_expect_eq(stats_with(g, BB_NODES(sums[0]), NULL).steps, 3, "the map, of groups, of all");
    cr_expect_eq(stats_with(g, BB_NODES(sums[4]), NULL).steps, 2, "not over rows");
    bb_node *few = bb_sum(bb_exp(bb_slice(x, 0, 0, 64, 1)), BB_AXES(0));
    cr_expect_eq(stats_with(g, BB_NODES(few), NULL).steps, 2, "too little");
    cr_expect_eq(stats_with(g, BB_NODES(bb_sum(x, BB_AXES(0))), NULL).steps, 1,
                 "of no computed value");
}

/* What groups give is not rounded to floats: sums that cancel are as good as at once. */
Test(strips, of_sums_that_cancel)
{
    float *numbers = bb_tensor_data(xs);
    for (int64_t i = 0; i < ROWS; i++)
        for (int64_t j = 0; j < WIDTH; j++)
            numbers[i * WIDTH + j] =
                (float)((i < ROWS / 2 ? -1000 : 1000) + (double)(i * j % 97) / 97);
    expect_agreement(g, BB_NODES(bb_sum(bb_neg(x), BB_AXES(0))), BB_FEEDS({x, xs}), &plain, 1e-7,
                     2);
}

/* Nothing but strips changes a bit of such a sum. */
Test(strips, of_sums_by_any_plan)
{
    static const bb_compile_options plans[] = {{.no_fold = true},    {.no_merge = true},
                                               {.no_inplace = true}, {.no_reuse = true},
                                               {.poison = true},     {.no_fuse = true}};
    bb_node *y = bb_mul(x, bb_sin(x));
    const bb_nodes sums = BB_NODES(bb_sum(y, BB_AXES(0)), bb_sum(y, BB_ALL));
    for (size_t i = 0; i < sizeof plans / sizeof *plans; i++)
        expect_agreement(g, sums, BB_FEEDS({x, xs}), &plans[i], 0, 2);
}

/* Stages hide no infinity, and none makes a number of NaN. */
Test(strips, of_sums_of_special_values)
{
    float *numbers = bb_tensor_data(xs);
    numbers[0] = INFINITY;
    numbers[WIDTH + 1] = NAN;
    numbers[2] = -INFINITY;
    numbers[5 * WIDTH * 64 + 2] = INFINITY;
    bb_node *sum = bb_sum(bb_neg(x), BB_AXES(0));
    bb_program *p = bb_compile(g, BB_NODES(sum));
    cr_assert_eq(bb_run(p, BB_FEEDS({x, xs})), BB_OK);
    const bb_tensor *value = bb_program_value(p, sum);
    cr_expect_eq(bb_tensor_at(value, 0), (double)-INFINITY);
    cr_expect(isnan(bb_tensor_at(value, 1)) && isnan(bb_tensor_at(value, 2)));
    cr_expect(isfinite(bb_tensor_at(value, 3)));
    bb_program_free(p);
}

/* The sum of groups, and the update of a parameter by it, wait until a section is over that goes on
 * after them; what reads them waits, too, or ends it. */
Test(strips, while_small_units_wait)
{
    bb_node *w = bb_param(g, params, "w", BB_F32, BB_SHAPE(WIDTH), bb_init_zeros());
    bb_node *y = bb_tanh(x), *total = bb_sum(bb_square(y), BB_AXES(0));
    bb_node *mean = bb_exp(bb_mul_scalar(total, 1.0 / ROWS));
    bb_node *step = bb_assign(w, bb_sub(w, mean));
    bb_node *rows = bb_softmax(bb_softmax(bb_mul(y, x), 1), 1);
    const bb_nodes outputs = BB_NODES(step, bb_sum(rows, BB_AXES(1)), bb_sum(rows, BB_AXES(0)));
    const bb_program_stats s = stats_with(g, outputs, NULL);
    cr_expect_geq(s.stripped, 6, "one section: %d", s.stripped);
    for (int threads = 1; threads <= 3; threads++)
        expect_agreement(g, outputs, BB_FEEDS({x, xs}), &plain, 2e-6, threads);
    bb_node *scaled = bb_softmax(bb_mul(rows, mean), 1);
    for (int threads = 1; threads <= 3; threads++)
        expect_agreement(g, BB_NODES(step, scaled), BB_FEEDS({x, xs}), &plain, 2e-6, threads);
}
