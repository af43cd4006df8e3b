/* SPDX-License-Identifier: MIT */
/* Programs: feeds and what is wrong with them, outputs of every kind, faults of a run, threads,
 * seeds and steps, and the printed plan. */
#include <bibun/bibun.h>
#include <criterion/criterion.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bb_graph *g;
static bb_params *params;
static bb_node *x, *t; /* f64 [3], i32 [2] */
static bb_tensor *xs, *ts;

static void begin(void)
{
    g = bb_graph_new();
    params = bb_params_new(1);
    x = (bb_input)(g, "x", BB_F64, BB_SHAPE(3)); /* errors name no line of these */
    t = (bb_input)(g, "t", BB_I32, BB_SHAPE(2));
    xs = bb_tensor_from(BB_F64, BB_SHAPE(3), (const double[]){1, 2, 3});
    ts = bb_tensor_from(BB_I32, BB_SHAPE(2), (const int32_t[]){0, 2});
}

static void end(void)
{
    bb_graph_free(g);
    bb_params_free(params);
    bb_tensor_release(xs);
    bb_tensor_release(ts);
}

TestSuite(program, .init = begin, .fini = end);

static bb_program *compiled(bb_nodes outputs)
{
    bb_program *p = bb_compile(g, outputs);
    cr_assert(p, "%s", bb_graph_error(g));
    return p;
}

static void expect_numbers(const bb_tensor *value, int64_t count, const double *numbers)
{
    cr_assert_not_null(value);
    cr_assert_eq(bb_tensor_count(value), count);
    for (int64_t i = 0; i < count; i++)
        cr_assert(fabs(bb_tensor_at(value, i) - numbers[i]) <= 1e-15 * fabs(numbers[i]),
                  "element %d is %g, not %g", (int)i, bb_tensor_at(value, i), numbers[i]);
}

/* Feeds. */

static void expect_refused(bb_program *p, bb_feeds feeds, const char *text)
{
    uint64_t step = bb_program_step(p);
    cr_assert_eq(bb_run(p, feeds), BB_BAD_FEED);
    cr_assert_str_eq(bb_program_error(p), text);
    cr_assert_eq(bb_program_step(p), step, "a run that did not happen does not count");
}

Test(program, feeds)
{
    bb_node *y = bb_mul_scalar(bb_gather(x, t, 0), 10);
    bb_program *p = compiled(BB_NODES(y));
    cr_assert_null(bb_program_error(p));
    cr_assert_eq(bb_run(p, BB_FEEDS({t, ts}, {x, xs})), BB_OK);
    expect_numbers(bb_program_value(p, y), 2, (const double[]){10, 30});
    bb_tensor *other = bb_tensor_from(BB_F64, BB_SHAPE(3), (const double[]){4, 5, 6});
    cr_assert_eq(bb_run(p, BB_FEEDS({x, other}, {t, ts})), BB_OK);
    expect_numbers(bb_program_value(p, y), 2, (const double[]){40, 60});
    bb_tensor_release(other);
    bb_program_free(p);
}

Test(program, bad_feeds)
{
    bb_graph *far = bb_graph_new();
    bb_node *z = (bb_input)(far, "x", BB_F64, BB_SHAPE(3)), *y = (bb_gather)(x, t, 0);
    bb_tensor *wide = bb_tensor_new(BB_F64, BB_SHAPE(3, 1)),
              *f = bb_tensor_new(BB_F32, BB_SHAPE(3));
    bb_program *p = compiled(BB_NODES(y));
    expect_refused(p, BB_NO_FEEDS, "run: input x f64 [3] was not fed");
    expect_refused(p, BB_FEEDS({x, xs}), "run: input t i32 [2] was not fed");
    expect_refused(p, (bb_feeds){2, NULL}, "run: input x f64 [3] was not fed");
    expect_refused(p, BB_FEEDS({x, wide}, {t, ts}),
                   "run: input x is f64 [3], but was fed f64 [3 1]");
    expect_refused(p, BB_FEEDS({x, f}, {t, ts}), "run: input x is f64 [3], but was fed f32 [3]");
    expect_refused(p, BB_FEEDS({x, xs}, {t, ts}, {x, xs}), "run: input x is fed twice");
    expect_refused(p, BB_FEEDS({x, xs}, {t, NULL}), "run: input t was fed NULL");
    expect_refused(p, BB_FEEDS({NULL, xs}), "run: feed 1 is for NULL");
    expect_refused(p, BB_FEEDS({x, xs}, {y, xs}), "run: feed 2 is for gather#2, which is no input");
    expect_refused(p, BB_FEEDS({x, xs}, {t, ts}, {z, xs}),
                   "run: feed 3 is for x, an input of another graph");
    cr_assert_eq(bb_run(p, BB_FEEDS({x, xs}, {t, ts})), BB_OK);
    cr_assert_null(bb_program_error(p), "a good run clears the error");
    expect_numbers(bb_program_value(p, y), 2, (const double[]){1, 3});
    bb_program_free(p);
    bb_tensor_release(wide);
    bb_tensor_release(f);
    bb_graph_free(far);
}

/* What is wrong with a feed is said with the line that made its input, if that is known. */
Test(program, bad_feeds_are_told_with_the_line_of_their_input)
{
    char text[512];
    bb_node *known = bb_input(g, "a", BB_F64, BB_SHAPE(3));
    const int line = __LINE__ - 1;
    bb_node *far = bb_neg(known);
    bb_node *unknown = (bb_input)(g, "b", BB_F64, BB_SHAPE(3)), *y = bb_add(known, unknown);
    bb_program *p = compiled(BB_NODES(y));
    static const char *const texts[] = {
        "was fed NULL", "is fed twice", "is f64 [3], but was fed i32 [2]",
        "was fed memory that this run writes; feed a copy", "f64 [3] was not fed"};
    const bb_feeds feeds[] = {BB_FEEDS({known, NULL}), BB_FEEDS({known, xs}, {known, xs}),
                              BB_FEEDS({known, ts}), BB_FEEDS({known, bb_program_value(p, y)}),
                              BB_FEEDS({unknown, xs})};
    for (int i = 0; i < 5; i++) {
        snprintf(text, sizeof text, "%s:%d: run: input a %s", __FILE__, line, texts[i]);
        cr_assert_eq(bb_run(p, feeds[i]), BB_BAD_FEED);
        cr_assert_str_eq(bb_program_error(p), text);
    }
    cr_assert_eq(bb_run(p, BB_FEEDS({known, xs})), BB_BAD_FEED);
    cr_assert_str_eq(bb_program_error(p), "run: input b f64 [3] was not fed");
    snprintf(text, sizeof text, "%s:%d: run: feed 1 is for neg#%d, which is no input", __FILE__,
             line + 2, bb_node_id(far));
    cr_assert_eq(bb_run(p, BB_FEEDS({far, xs})), BB_BAD_FEED);
    cr_assert_str_eq(bb_program_error(p), text);
    bb_program_free(p);
}

/* However long the names of files and inputs are, the line and the reason are said. */
Test(program, bad_feeds_with_long_names)
{
    enum { LONG = 600 };
    char path[LONG], name[LONG];
    memset(path, 'p', LONG);
    memset(name, 'n', LONG);
    path[LONG - 1] = name[LONG - 1] = '\0';
    bb__site_push(path, 777);
    bb_node *v = bb__site_pop_node((bb_input)(g, name, BB_F64, BB_SHAPE(3)));
    bb_program *p = compiled(BB_NODES(bb_neg(v)));
    cr_assert_eq(bb_run(p, BB_NO_FEEDS), BB_BAD_FEED);
    cr_assert(strstr(bb_program_error(p), "p:777: run: input nnn"), "%s", bb_program_error(p));
    cr_assert(strstr(bb_program_error(p), "n f64 [3] was not fed"), "%s", bb_program_error(p));
    bb_program_free(p);
}

/* One feed for all programs of a graph. */
Test(program, feeds_that_are_not_needed)
{
    bb_node *y = bb_neg(x);
    bb_program *p = compiled(BB_NODES(y));
    cr_assert_eq(bb_run(p, BB_FEEDS({x, xs}, {t, NULL}, {t, xs})), BB_OK);
    expect_numbers(bb_program_value(p, y), 3, (const double[]){-1, -2, -3});
    bb_program_free(p);
}

/* A program keeps its graph: errors of its runs name nodes and lines of it. */
Test(program, outlives_its_graph)
{
    bb_graph *brief = bb_graph_new();
    bb_node *v = (bb_input)(brief, "v", BB_F64, BB_SHAPE(3)), *y = bb_neg(v);
    bb_program *p = bb_compile(brief, BB_NODES(y));
    bb_graph_free(brief);
    expect_refused(p, BB_NO_FEEDS, "run: input v f64 [3] was not fed");
    cr_assert_eq(bb_run(p, BB_FEEDS({v, xs})), BB_OK);
    expect_numbers(bb_program_value(p, y), 3, (const double[]){-1, -2, -3});
    bb_program_free(p);
}

Test(program, no_program)
{
    cr_assert_eq(bb_run(NULL, BB_NO_FEEDS), BB_BAD_ARGUMENT);
    cr_assert_str_eq(bb_program_error(NULL), "there is no program");
    cr_assert_null(bb_program_value(NULL, x));
    cr_assert(isnan(bb_program_number(NULL, x)));
    bb_program_set_threads(NULL, 2);
    bb_program_set_seed(NULL, 2);
    bb_program_set_step(NULL, 2);
    cr_assert_eq(bb_program_step(NULL), 0);
    cr_assert_eq(bb_program_stats_of(NULL).steps, 0);
    cr_assert_eq(bb_program_print(NULL, stderr), BB_BAD_ARGUMENT);
    bb_program_free(NULL);
}

/* What a run writes cannot be its feed: not its own outputs, nor a parameter that it stores to. */
Test(program, feeds_that_the_run_writes)
{
    bb_node *w = bb_param(g, params, "w", BB_F64, BB_SHAPE(3), (bb_init){0}), *y = bb_neg(x);
    bb_program *p = compiled(BB_NODES(y, bb_assign(w, y))), *other = compiled(BB_NODES(y));
    cr_assert_eq(bb_run(p, BB_FEEDS({x, xs})), BB_OK);
    static const char text[] = "run: input x was fed memory that this run writes; feed a copy";
    expect_refused(p, BB_FEEDS({x, bb_program_value(p, y)}), text);
    expect_refused(p, BB_FEEDS({x, bb_node_tensor(w)}), text);
    cr_assert_eq(bb_run(other, BB_FEEDS({x, bb_program_value(p, y)})), BB_OK);
    expect_numbers(bb_program_value(other, y), 3, (const double[]){1, 2, 3});
    cr_assert_eq(bb_run(other, BB_FEEDS({x, bb_node_tensor(w)})), BB_OK);
    expect_numbers(bb_program_value(other, y), 3, (const double[]){1, 2, 3});
    bb_program_free(p);
    bb_program_free(other);
}

/* Slices of a feed start past its address, also where memory is the caller's and odd. */
Test(program, views_of_feeds)
{
    double numbers[] = {9, 1, 2, 3};
    bb_tensor *odd = bb_tensor_wrap(BB_F64, BB_SHAPE(3), numbers + 1, NULL);
    bb_node *tail = bb_slice(x, 0, 1, 3, 1), *ends = bb_slice(x, 0, 0, 3, 2);
    bb_node *y = bb_sub(tail, ends), *rows = bb_softmax(bb_reshape(ends, BB_SHAPE(2, 1)), 1);
    bb_program *p = compiled(BB_NODES(y, rows, tail));
    cr_assert_eq(bb_run(p, BB_FEEDS({x, odd})), BB_OK);
    expect_numbers(bb_program_value(p, y), 2, (const double[]){1, 0});
    expect_numbers(bb_program_value(p, rows), 2, (const double[]){1, 1});
    expect_numbers(bb_program_value(p, tail), 2, (const double[]){2, 3});
    bb_program_free(p);
    bb_tensor_release(odd);
}

/* Outputs. */

Test(program, outputs_of_every_kind)
{
    bb_node *c = bb_scalar(g, BB_F64, 4),
            *w = bb_param(g, params, "w", BB_F64, BB_SHAPE(2), bb_init_uniform(1));
    bb_node *m = bb_broadcast(bb_reshape(x, BB_SHAPE(3, 1)), BB_SHAPE(3, 2)), *y = bb_exp(x);
    bb_node *view = bb_transpose(m), *folded = bb_square(c), *stop = bb_stop_gradient(y);
    bb_program *p = compiled(BB_NODES(x, c, w, view, folded, y, y, stop, bb_exp(x)));
    cr_assert_eq(bb_run(p, BB_FEEDS({x, xs})), BB_OK);
    expect_numbers(bb_program_value(p, x), 3, (const double[]){1, 2, 3});
    expect_numbers(bb_program_value(p, c), 1, (const double[]){4});
    expect_numbers(bb_program_value(p, view), 6, (const double[]){1, 2, 3, 1, 2, 3});
    cr_assert(bb_shape_equal(bb_tensor_shape(bb_program_value(p, view)), BB_SHAPE(2, 3)));
    cr_assert_eq(bb_program_number(p, folded), 16);
    cr_assert_float_eq(bb_program_number(p, y), exp(1), 1e-15);
    cr_assert_float_eq(bb_program_number(p, stop), exp(1), 1e-15);
    const double *kept = bb_tensor_read(bb_node_tensor(w));
    expect_numbers(bb_program_value(p, w), 2, kept);
    cr_assert_neq(bb_tensor_read(bb_program_value(p, w)), kept, "outputs are the program's own");
    cr_assert_neq(bb_tensor_read(bb_program_value(p, x)), bb_tensor_read(xs));
    cr_assert_null(bb_program_value(p, m), "not asked for");
    cr_assert_null(bb_program_value(p, NULL));
    cr_assert(isnan(bb_program_number(p, m)));
    bb_program_free(p);
}

/* An output that other steps read as well, before and after it is complete. */
Test(program, outputs_within)
{
    bb_node *a = bb_neg(x), *b = bb_neg(a), *c = bb_neg(b);
    bb_program *p = compiled(BB_NODES(c, a, b));
    for (int run = 0; run < 2; run++) {
        cr_assert_eq(bb_run(p, BB_FEEDS({x, xs})), BB_OK);
        expect_numbers(bb_program_value(p, a), 3, (const double[]){-1, -2, -3});
        expect_numbers(bb_program_value(p, b), 3, (const double[]){1, 2, 3});
        expect_numbers(bb_program_value(p, c), 3, (const double[]){-1, -2, -3});
    }
    const bb_tensor *same = bb_program_value(p, a);
    cr_assert_eq(bb_run(p, BB_FEEDS({x, xs})), BB_OK);
    cr_assert_eq(bb_program_value(p, a), same, "values stay the same objects");
    bb_program_free(p);
}

Test(program, empty_tensors)
{
    bb_node *e = bb_input(g, "e", BB_F64, BB_SHAPE(0, 3)), *s = bb_sum(e, BB_AXES(0));
    bb_node *product = bb_matmul(bb_transpose(e), bb_exp(e)), *all = bb_max(e, BB_ALL);
    bb_node *none = bb_neg(e), *both = bb_concat(BB_NODES(none, bb_reshape(x, BB_SHAPE(1, 3))), 0);
    bb_node *d = bb_grad(bb_sum(bb_square(none), BB_ALL), e);
    bb_program *p = compiled(BB_NODES(s, product, all, none, both, d));
    bb_tensor *es = bb_tensor_new(BB_F64, BB_SHAPE(0, 3));
    cr_assert_eq(bb_run(p, BB_FEEDS({e, es}, {x, xs})), BB_OK);
    expect_numbers(bb_program_value(p, s), 3, (const double[]){0, 0, 0});
    expect_numbers(bb_program_value(p, product), 9, (const double[9]){0});
    cr_assert_eq(bb_program_number(p, all), -INFINITY);
    expect_numbers(bb_program_value(p, none), 0, NULL);
    expect_numbers(bb_program_value(p, both), 3, (const double[]){1, 2, 3});
    cr_assert_eq(bb_tensor_count(bb_program_value(p, d)), 0);
    cr_assert(isnan(bb_program_number(p, none)));
    bb_program_free(p);
    bb_tensor_release(es);
}

Test(program, long_chain)
{
    bb_node *y = x;
    for (int i = 0; i < 10000; i++)
        y = i % 2 ? bb_neg(y) : bb_add_scalar(y, 1);
    bb_program *p = compiled(BB_NODES(y, bb_grad(bb_sum(y, BB_ALL), x)));
    cr_assert_eq(bb_run(p, BB_FEEDS({x, xs})), BB_OK);
    expect_numbers(bb_program_value(p, y), 3, (const double[]){1, 2, 3});
    cr_assert_lt(bb_program_stats_of(p).peak_bytes, 1024);
    bb_program_free(p);
}

/* Faults. */

Test(program, faults)
{
    bb_scope_push(g, "embed");
    bb_node *rows = bb_named(bb_gather(x, t, 0), "rows");
    bb_node *sure = bb_neg(x), *y = bb_exp(rows);
    bb_scope_pop(g);
    bb_program *p = compiled(BB_NODES(y, sure));
    bb_tensor *bad = bb_tensor_from(BB_I32, BB_SHAPE(2), (const int32_t[]){0, 7});
    char wanted[256];
    snprintf(wanted, sizeof wanted, "%s:%d: rows: index 7 is not in 0 .. 2, in embed", __FILE__,
             bb_node_line(rows));
    cr_assert_eq(bb_run(p, BB_FEEDS({x, xs}, {t, bad})), BB_BAD_VALUE);
    cr_assert_str_eq(bb_program_error(p), wanted);
    cr_assert_eq(bb_run(p, BB_FEEDS({x, xs}, {t, ts})), BB_OK, "the next run is not harmed");
    cr_assert_null(bb_program_error(p));
    expect_numbers(bb_program_value(p, y), 2, (const double[]){exp(1), exp(3)});
    bb_program_free(p);
    bb_tensor_release(bad);
}

/* A constant that cannot be folded faults in every run, not while compiling. */
Test(program, faults_of_constants)
{
    bb_tensor *bad = bb_tensor_from(BB_I32, BB_SHAPE(1), (const int32_t[]){-1});
    bb_node *y = (bb_one_hot)(bb_constant(g, bad), BB_F64, 3);
    bb_program *p = compiled(BB_NODES(y));
    char wanted[256];
    snprintf(wanted, sizeof wanted, "one_hot#%d: index -1 is not in 0 .. 2", bb_node_id(y));
    for (int run = 0; run < 2; run++) {
        cr_assert_eq(bb_run(p, BB_NO_FEEDS), BB_BAD_VALUE);
        cr_assert_str_eq(bb_program_error(p), wanted);
    }
    bb_program_free(p);
    bb_tensor_release(bad);
}

/* Seeds and steps. */

static double drawn(bb_program *p, const bb_node *noise)
{
    cr_assert_eq(bb_run(p, BB_NO_FEEDS), BB_OK);
    return bb_program_number(p, noise);
}

Test(program, seeds_and_steps)
{
    bb_node *noise = bb_normal(g, BB_F64, BB_SCALAR, 0, 1);
    bb_node *other = bb_normal(g, BB_F64, BB_SCALAR, 0, 1);
    bb_program *p = compiled(BB_NODES(noise, other));
    double first = drawn(p, noise), second = drawn(p, noise);
    cr_assert_neq(first, second, "new numbers each run");
    cr_assert_neq(second, bb_program_number(p, other), "and each node");
    cr_assert_eq(bb_program_step(p), 2);
    bb_program_set_step(p, 0);
    cr_assert_eq(drawn(p, noise), first);
    cr_assert_eq(drawn(p, noise), second);
    bb_program_set_step(p, 0);
    bb_program_set_seed(p, 1);
    cr_assert_neq(drawn(p, noise), first);
    bb_program *again = compiled(BB_NODES(bb_exp(noise), noise));
    bb_program_set_seed(again, 1);
    cr_assert_eq(drawn(again, noise), bb_program_number(p, noise), "in any program");
    bb_program_free(p);
    bb_program_free(again);
}

/* The same seed gives the same numbers in another graph, whatever else is in it. */
Test(program, seeds_in_another_graph)
{
    bb_graph *other = bb_graph_new();
    bb_node *far = bb_uniform(other, BB_F64, BB_SCALAR, 0, 1);
    bb_node *near = bb_uniform(g, BB_F64, BB_SCALAR, 0, 1);
    bb_program *p = compiled(BB_NODES(near)), *q = bb_compile(other, BB_NODES(far));
    cr_assert_eq(drawn(p, near), drawn(q, far));
    cr_assert_neq(bb_node_id(near), bb_node_id(far));
    bb_program_free(p);
    bb_program_free(q);
    bb_graph_free(other);
}

/* The plan as text. */

Test(program, print)
{
    bb_node *h = bb_named(bb_neg(x), "h"), *y = bb_sum(bb_exp(h), BB_ALL);
    bb_program *p = compiled(BB_NODES(y));
    char text[2000] = "", wanted[2000];
    FILE *file = fmemopen(text, sizeof text, "w");
    cr_assert_eq(bb_program_print(p, file), BB_OK);
    fclose(file);
    snprintf(wanted, sizeof wanted,
             "2 steps, 0 views, 64 bytes\n"
             "   0  neg exp                          exp#%d                f64 [3]  at 0\n"
             "   1  sum                              sum#%d                f64 []  kept\n",
             bb_node_id(y) - 1, bb_node_id(y));
    cr_assert_str_eq(text, wanted);
    FILE *full = fopen("/dev/full", "w");
    if (full) {
        cr_assert_eq(bb_program_print(p, full), BB_BAD_FILE);
        fclose(full);
    }
    bb_program_free(p);
}
