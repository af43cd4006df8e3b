/* SPDX-License-Identifier: MIT */
/* Runs that are refused or fail: nothing that lasts has changed. */
#include <bibun/bibun.h>

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static bb_graph *g;
static bb_params *params;

static void begin(void)
{
    g = bb_graph_new();
    params = bb_params_new(1);
}

static void end(void)
{
    bb_graph_free(g);
    bb_params_free(params);
}

TestSuite(faults, .init = begin, .fini = end);

static bb_node *zeros(const char *name)
{
    return bb_param(g, params, name, BB_F64, BB_SHAPE(3), (bb_init){0});
}

/* The store of w needs nothing from the gather, which finds fault. */
Test(faults, a_failed_run_stores_nothing)
{
    bb_node *w = zeros("w"), *b = zeros("b");
    bb_node *index = bb_input(g, "index", BB_I32, BB_SHAPE(3));
    bb_node *store = bb_assign(w, bb_add_scalar(w, 1));
    bb_node *picked = bb_assign(b, bb_gather(bb_add_scalar(w, 5), index, 0));
    const bb_compile_options plain = {.no_inplace = true};
    for (int k = 0; k < 2; k++) {
        bb_program *p =
            bb_compile_with(g, BB_NODES(bb_group(BB_NODES(store, picked))), k ? &plain : NULL);
        cr_assert_not_null(p);
        bb_tensor *bad = bb_tensor_from(BB_I32, BB_SHAPE(3), (int32_t[]){0, 77, 1});
        bb_tensor *good = bb_tensor_from(BB_I32, BB_SHAPE(3), (int32_t[]){0, 2, 1});
        cr_assert_eq(bb_run(p, BB_FEEDS({index, bad})), BB_BAD_VALUE);
        cr_assert_not_null(strstr(bb_program_error(p), "index 77 is not in 0 .. 2"));
        cr_assert_eq(bb_tensor_at(bb_params_find(params, "w"), 0), k);
        cr_assert_eq(bb_program_step(p), 0);
        cr_assert_eq(bb_run(p, BB_FEEDS({index, good})), BB_OK);
        cr_assert_eq(bb_tensor_at(bb_params_find(params, "w"), 0), k + 1);
        cr_assert_eq(bb_tensor_at(bb_params_find(params, "b"), 0), k + 5);
        bb_tensor_release(bad);
        bb_tensor_release(good);
        bb_program_free(p);
    }
}

/* What finds fault reads what is stored, which is therefore not computed in the parameter; that
 * another node reads the old numbers lets no store go first. */
Test(faults, a_failed_run_stores_nothing_that_it_needs)
{
    bb_node *p = bb_param(g, params, "p", BB_F64, BB_SHAPE(1, 4), bb_init_constant(1));
    bb_node *q = zeros("q");
    bb_node *label = bb_input(g, "label", BB_I32, BB_SHAPE(1)), *twice = bb_mul_scalar(p, 2);
    bb_node *loss = bb_softmax_cross_entropy(twice, label), *old = bb_sum(bb_exp(p), BB_ALL);
    bb_node *stores[] = {bb_assign(p, twice), bb_assign(q, bb_add_scalar(q, 1))};
    bb_node *whole[] = {loss, old, stores[0], stores[1]};
    bb_tensor *bad = bb_tensor_from(BB_I32, BB_SHAPE(1), (int32_t[]){9});
    bb_tensor *good = bb_tensor_from(BB_I32, BB_SHAPE(1), (int32_t[]){3});
    for (int few = 0; few < 2; few++) {
        bb_program *run =
            few ? bb_compile(g, BB_NODES(loss, stores[0])) : bb_compile(g, (bb_nodes){4, whole});
        const double before = bb_tensor_at(bb_params_find(params, "p"), 0);
        cr_assert_eq(bb_run(run, BB_FEEDS({label, bad})), BB_BAD_VALUE);
        cr_expect_eq(bb_tensor_at(bb_params_find(params, "p"), 0), before);
        cr_expect_eq(bb_tensor_at(bb_params_find(params, "q"), 0), few);
        cr_assert_eq(bb_run(run, BB_FEEDS({label, good})), BB_OK);
        cr_expect_eq(bb_tensor_at(bb_params_find(params, "p"), 0), 2 * before);
        cr_expect_eq(bb_tensor_at(bb_params_find(params, "q"), 0), 1);
        bb_program_free(run);
    }
    bb_tensor_release(bad);
    bb_tensor_release(good);
}

/* The index passes the gather, but not the scatter_add, whose bound is narrower unless it is wide.
 */
static void expect_faults_of_scatter(bool is_wide)
{
    bb_node *w = zeros("w"), *b = zeros("b"), *index = bb_input(g, "index", BB_I32, BB_SHAPE(2));
    bb_node *picked = bb_gather(bb_concat(BB_NODES(b, b), 0), index, 0);
    bb_node *into = is_wide ? bb_concat(BB_NODES(b, b, b), 0) : b;
    bb_node *sums = bb_scatter_add(into, index, picked, 0), *store = bb_add_scalar(w, 1);
    bb_program *p = bb_compile(g, BB_NODES(bb_assign(w, store), sums));
    bb_tensor *indices = bb_tensor_from(BB_I32, BB_SHAPE(2), (int32_t[]){0, 4});
    bb_tensor *bad = bb_tensor_from(BB_I32, BB_SHAPE(2), (int32_t[]){0, -1});
    cr_assert_eq(bb_run(p, BB_FEEDS({index, indices})), is_wide ? BB_OK : BB_BAD_VALUE);
    cr_expect_eq(bb_tensor_at(bb_params_find(params, "w"), 0), is_wide);
    cr_assert_eq(bb_run(p, BB_FEEDS({index, bad})), BB_BAD_VALUE);
    cr_expect_eq(bb_tensor_at(bb_params_find(params, "w"), 0), is_wide);
    bb_tensor_release(indices);
    bb_tensor_release(bad);
    bb_program_free(p);
}

Test(faults, an_index_that_was_checked_for_wider_bounds)
{
    expect_faults_of_scatter(false);
}

Test(faults, an_index_that_was_checked)
{
    expect_faults_of_scatter(true);
}

static bb_dtype dtype_of(const bb_sample *s, int i)
{
    return s->is_integer[i] ? BB_I32 : BB_F64;
}

/* An index full of this number, or zeros. */
static bb_tensor *fed(const bb_sample *s, int i, int32_t number)
{
    bb_tensor *t = bb_tensor_new(dtype_of(s, i), s->in[i]);
    int32_t *index = bb_tensor_data(t);
    for (int64_t k = 0; s->is_integer[i] && k < bb_shape_count(s->in[i]); k++)
        index[k] = number;
    return t;
}

static bb_node *of_sample(const bb_op *op, const bb_sample *s, bb_node **in)
{
    for (int i = 0; i < s->n_in; i++) {
        char name[32];
        snprintf(name, sizeof name, "x%d", bb_graph_node_count(g));
        in[i] = bb_input(g, name, dtype_of(s, i), s->in[i]);
    }
    bb_node *node = bb_apply(op, (bb_nodes){s->n_in, in}, s->attrs);
    cr_assert_eq(bb_graph_status(g), BB_OK, "%s", bb_graph_error(g));
    return node;
}

static bb_status run_with_index(const bb_op *op, const bb_sample *s, int32_t number)
{
    bb_node *in[BB_SAMPLE_INPUTS];
    bb_tensor *values[BB_SAMPLE_INPUTS];
    bb_feed feeds[BB_SAMPLE_INPUTS];
    bb_program *p = bb_compile(g, BB_NODES(of_sample(op, s, in)));
    for (int i = 0; i < s->n_in; i++)
        feeds[i] = (bb_feed){in[i], values[i] = fed(s, i, number)};
    const bb_status status = bb_run(p, (bb_feeds){s->n_in, feeds});
    for (int i = 0; i < s->n_in; i++)
        bb_tensor_release(values[i]);
    bb_program_free(p);
    return status;
}

/* The bound that the op says its index has; -1 where the sample has no index to be out of it. */
static int64_t bound_of(const bb_op *op, const bb_sample *s)
{
    bb_node *in[BB_SAMPLE_INPUTS];
    bb_type types[BB_SAMPLE_INPUTS];
    const bb_node *node = of_sample(op, s, in);
    for (int i = 0; i < s->n_in; i++)
        types[i] = (bb_type){dtype_of(s, i), s->in[i]};
    int64_t bound = -1;
    const int operand = op->index(bb_node_attrs(node), types, &bound);
    cr_assert(operand >= 0 && operand < s->n_in && s->is_integer[operand], "%s", op->name);
    return bb_shape_count(s->in[operand]) > 0 ? bound : -1;
}

/* An op faults at the bound that it says its index has, and at nothing below. */
Test(faults, every_index_has_the_bound_that_its_op_says)
{
    int n = 0;
    for (int k = 0; k < bb_op_count(); k++) {
        const bb_op *op = bb_op_at(k);
        for (int i = 0; op->index && i < op->n_samples; i++) {
            const int64_t bound = bound_of(op, &op->samples[i]);
            if (bound <= 0)
                continue;
            const int32_t most = (int32_t)bound - 1;
            cr_expect_eq(run_with_index(op, &op->samples[i], most + 1), BB_BAD_VALUE, "%s",
                         op->name);
            cr_expect_eq(run_with_index(op, &op->samples[i], -1), BB_BAD_VALUE, "%s", op->name);
            cr_expect_eq(run_with_index(op, &op->samples[i], most), BB_OK, "%s", op->name);
            n++;
        }
    }
    cr_expect_geq(n, 20, "%d", n);
}

Test(faults, a_feed_of_what_the_run_writes_is_refused)
{
    bb_node *x = bb_input(g, "x", BB_F64, BB_SHAPE(3));
    bb_node *w = zeros("w"), *y = bb_add_scalar(x, 1);
    bb_program *p = bb_compile(g, BB_NODES(y, bb_assign(w, y)));
    bb_tensor *part = bb_tensor_rows(bb_params_find(params, "w"), 0, 3);
    static const char text[] = "run: input x was fed memory that this run writes; feed a copy";
    cr_assert_eq(bb_run(p, BB_FEEDS({x, bb_program_value(p, y)})), BB_BAD_FEED);
    cr_assert_str_eq(bb_program_error(p), text);
    cr_assert_eq(bb_run(p, BB_FEEDS({x, part})), BB_BAD_FEED);
    cr_assert_str_eq(bb_program_error(p), text);
    bb_tensor *copy = bb_tensor_from(BB_F64, BB_SHAPE(3), bb_tensor_read(part));
    cr_assert_eq(bb_run(p, BB_FEEDS({x, copy})), BB_OK);
    bb_tensor_release(copy);
    bb_tensor_release(part);
    bb_program_free(p);
}

/* The graph goes when its last program does. */
Test(faults, a_program_keeps_its_graph)
{
    bb_graph *own = bb_graph_new();
    bb_node *x = bb_input(own, "x", BB_F64, BB_SCALAR), *y = bb_square(x);
    bb_program *p = bb_compile(own, BB_NODES(y));
    double three = 3;
    bb_tensor *t = bb_tensor_from(BB_F64, BB_SCALAR, &three);
    bb_graph_free(own);
    cr_assert_eq(bb_run(p, BB_FEEDS({x, t})), BB_OK);
    cr_assert_eq(bb_program_number(p, y), 9);
    bb_tensor_release(t);
    bb_program_free(p);
}

static bb_node *from_another_graph(bb_node *y, bb_node *dy, int i)
{
    static bb_graph *other;
    (void)y, (void)i;
    if (!other)
        other = bb_graph_new();
    return bb_full(other, bb_node_dtype(dy), bb_node_shape(dy), 1);
}

static void nothing(const bb_call *call)
{
    (void)call;
}

Test(faults, a_rule_must_stay_in_its_graph)
{
    const bb_op op = {.name = "stray",
                      .arity = 1,
                      .infer = bb_infer_same,
                      .forward = nothing,
                      .backward = from_another_graph};
    bb_node *x = bb_input(g, "x", BB_F64, BB_SCALAR);
    bb_grad(bb_apply(&op, BB_NODES(bb_tanh(x)), NULL), x);
    cr_assert_eq(bb_graph_status(g), BB_BAD_GRADIENT);
    cr_assert_not_null(
        strstr(bb_graph_error(g), "the rule of stray gave no node of this graph for operand 1"));
}

/* What an op's author may get wrong. */
Test(faults, descriptors)
{
    static const char *const texts[] = {"has both a map and a forward",
                                        "the target is not a parameter", "is not an effect"};
    bb_op both = *bb_op_find("tanh"), store = *bb_op_find("assign");
    both.forward = nothing;
    for (int k = 0; k < 3; k++) {
        bb_graph *own = bb_graph_new();
        bb_node *x = bb_input(own, "x", BB_F64, BB_SCALAR);
        if (k == 0)
            bb_apply(&both, BB_NODES(x), NULL);
        else if (k == 1)
            bb_apply(&store, BB_NODES(x, x), NULL);
        else
            bb_group(BB_NODES(bb_input(own, "u", BB_U8, BB_SHAPE(0))));
        cr_assert_not_null(bb_graph_error(own), "%s", texts[k]);
        cr_assert_not_null(strstr(bb_graph_error(own), texts[k]), "%s", bb_graph_error(own));
        bb_graph_free(own);
    }
}

/* A parameter whose first numbers come from another parameter of the same set. */
static bb_graph *made_by_fill;
static bb_status fill_by_another(bb_tensor *t, double scale, uint64_t key)
{
    (void)key;
    for (int i = 0; i < 40; i++) {
        char name[24];
        snprintf(name, sizeof name, "inner%d", i);
        bb_param(made_by_fill, params, name, BB_F64, BB_SCALAR, bb_init_constant(scale));
    }
    return bb_tensor_set(t, 0, bb_tensor_at(bb_params_find(params, "inner7"), 0));
}

Test(faults, a_fill_may_make_parameters)
{
    made_by_fill = g;
    bb_param(g, params, "outer", BB_F64, BB_SCALAR, (bb_init){fill_by_another, 4});
    cr_assert_null(bb_graph_error(g));
    cr_assert_eq(bb_params_count(params), 41);
    cr_assert_eq(bb_tensor_at(bb_params_find(params, "outer"), 0), 4);
}

Test(faults, memory_of_the_caller_is_aligned)
{
    _Alignas(8) char bytes[32] = {0};
    cr_assert_null(bb_tensor_wrap(BB_F64, BB_SHAPE(2), bytes + 1, NULL));
    bb_tensor *t = bb_tensor_wrap(BB_F64, BB_SHAPE(2), bytes + 8, NULL);
    cr_assert_not_null(t);
    bb_tensor_release(t);
}
