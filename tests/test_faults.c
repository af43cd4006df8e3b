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

/* Whether a run in which a scatter_add to so many places finds one of them out of range, 4, has
 * stored nothing. The gather before it, of six, finds none; the store comes before it in the graph.
 */
static void expect_faults_of_scatter(int64_t places)
{
    const bool fits = places > 4;
    bb_node *w = zeros("w"), *b = zeros("b"), *index = bb_input(g, "index", BB_I32, BB_SHAPE(64));
    bb_node *picked = bb_gather(bb_concat(BB_NODES(b, b), 0), index, 0);
    bb_node *into = bb_full(g, BB_F64, BB_SHAPE(places), 0);
    bb_node *store = bb_assign(w, bb_add_scalar(w, 1));
    bb_node *sums = bb_scatter_add(into, index, bb_exp(picked), 0);
    bb_program *p = bb_compile(g, BB_NODES(store, sums));
    int32_t numbers[64] = {0, 4};
    bb_tensor *indices = bb_tensor_from(BB_I32, BB_SHAPE(64), numbers);
    numbers[63] = -1;
    bb_tensor *bad = bb_tensor_from(BB_I32, BB_SHAPE(64), numbers);
    cr_assert_eq(bb_run(p, BB_FEEDS({index, indices})), fits ? BB_OK : BB_BAD_VALUE);
    cr_expect_eq(bb_tensor_at(bb_params_find(params, "w"), 0), fits);
    cr_assert_eq(bb_run(p, BB_FEEDS({index, bad})), BB_BAD_VALUE);
    cr_expect_eq(bb_tensor_at(bb_params_find(params, "w"), 0), fits);
    bb_tensor_release(indices);
    bb_tensor_release(bad);
    bb_program_free(p);
}

Test(faults, an_index_that_was_checked_for_wider_bounds)
{
    expect_faults_of_scatter(4);
}

Test(faults, an_index_that_was_checked_for_the_same_bounds)
{
    expect_faults_of_scatter(6);
}

Test(faults, an_index_that_was_checked_for_narrower_bounds)
{
    expect_faults_of_scatter(7);
}

/* A user's op, which faults at any 7, and says of its index what it likes. */
static void no_sevens(const bb_call *call)
{
    const int32_t *index = call->in[0].data;
    for (int64_t i = 0; i < bb_shape_count(call->in[0].shape); i++)
        if (index[i] == 7)
            bb_call_fault(call, "a seven");
    *(double *)call->out->data = 0;
}

static bool infer_number(bb_infer *c)
{
    c->out = (bb_type){BB_F64, BB_SCALAR};
    return true;
}

static int minus_one(const void *attrs, const bb_type *in, int64_t *bound_out)
{
    (void)attrs, (void)in, (void)bound_out;
    return -1;
}

static int ninety_nine(const void *attrs, const bb_type *in, int64_t *bound_out)
{
    (void)attrs, (void)in;
    *bound_out = 9;
    return 99;
}

static int no_bound(const void *attrs, const bb_type *in, int64_t *bound_out)
{
    (void)attrs, (void)in, (void)bound_out;
    return 0;
}

Test(faults, an_index_that_is_none)
{
    int (*const wrong[])(const void *, const bb_type *, int64_t *) = {minus_one, ninety_nine,
                                                                      no_bound};
    bb_op ops[3];
    for (int k = 0; k < 3; k++) {
        ops[k] = (bb_op){.name = "no_sevens",
                         .arity = 1,
                         .infer = infer_number,
                         .forward = no_sevens,
                         .may_fault = true,
                         .index = wrong[k]};
        char name[24];
        snprintf(name, sizeof name, "index%d", k);
        bb_node *w = zeros("w"), *index = bb_input(g, name, BB_I32, BB_SHAPE(2));
        bb_node *checked = bb_one_hot(index, BB_F64, 8);
        bb_node *store = bb_assign(w, bb_add_scalar(w, 1));
        bb_node *y = bb_apply(&ops[k], BB_NODES(index), NULL);
        bb_program *p = bb_compile(g, BB_NODES(checked, store, y));
        bb_tensor *sevens = bb_tensor_from(BB_I32, BB_SHAPE(2), (int32_t[]){1, 7});
        cr_assert_eq(bb_run(p, BB_FEEDS({index, sevens})), BB_BAD_VALUE);
        cr_expect_eq(bb_tensor_at(bb_params_find(params, "w"), 0), 0, "%d", k);
        bb_tensor_release(sevens);
        bb_program_free(p);
    }
}

Test(faults, a_feed_of_what_the_run_writes_is_refused)
{
    bb_node *x = (bb_input)(g, "x", BB_F64, BB_SHAPE(3));
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
                                        "the target is not a parameter", "is not an effect",
                                        "has an index, but may not fault"};
    bb_op both = *bb_op_find("tanh"), store = *bb_op_find("assign"), hot = *bb_op_find("tanh");
    both.forward = nothing;
    hot.index = no_bound;
    for (int k = 0; k < 4; k++) {
        bb_graph *own = bb_graph_new();
        bb_node *x = bb_input(own, "x", BB_F64, BB_SCALAR);
        if (k == 0)
            bb_apply(&both, BB_NODES(x), NULL);
        else if (k == 1)
            bb_apply(&store, BB_NODES(x, x), NULL);
        else if (k == 3)
            bb_apply(&hot, BB_NODES(x), NULL);
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
