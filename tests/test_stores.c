/* SPDX-License-Identifier: MIT */
/* Stores: all that a run computes sees the old numbers of a parameter, whether the new ones are
 * computed in place or copied at the end. */
#include <bibun/bibun.h>
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

static bb_graph *g;
static bb_params *params;
static bb_node *a, *b; /* f64 [4]: 1 2 3 4 and 10 20 30 40 */

static bb_node *parameter(const char *name, double scale)
{
    bb_node *p = bb_param(g, params, name, BB_F64, BB_SHAPE(4), (bb_init){0});
    double *numbers = bb_tensor_data(bb_params_find(params, name));
    for (int i = 0; i < 4; i++)
        numbers[i] = scale * (i + 1);
    return p;
}

static void begin(void)
{
    g = bb_graph_new();
    params = bb_params_new(1);
    a = parameter("a", 1);
    b = parameter("b", 10);
}

static void end(void)
{
    bb_graph_free(g);
    bb_params_free(params);
}

TestSuite(stores, .init = begin, .fini = end);

static void restore(void)
{
    for (int i = 0; i < bb_params_count(params); i++)
        for (int k = 0; k < 4; k++)
            ((double *)bb_tensor_data(bb_params_tensor(params, i)))[k] = (i ? 10 : 1) * (k + 1);
}

/* Element 1 of a and of b. */
static void expect_second(double wanted_a, double wanted_b)
{
    cr_assert_eq(bb_tensor_at(bb_node_tensor(a), 1), wanted_a, "a is %g, not %g",
                 bb_tensor_at(bb_node_tensor(a), 1), wanted_a);
    cr_assert_eq(bb_tensor_at(bb_node_tensor(b), 1), wanted_b, "b is %g, not %g",
                 bb_tensor_at(bb_node_tensor(b), 1), wanted_b);
}

static bb_program *compiled(bb_nodes outputs, bb_compile_options options)
{
    bb_program *p = bb_compile_with(g, outputs, &options);
    cr_assert(p, "%s", bb_graph_error(g));
    return p;
}

/* After each of two runs, a[1] and b[1] are these; with every pass, and without each. */
static void expect_runs(bb_nodes outputs, const double (*wanted)[2])
{
    const bb_compile_options all[] = {{0},
                                      {.no_inplace = true},
                                      {.no_reuse = true},
                                      {.poison = true},
                                      {.no_merge = true, .no_fold = true},
                                      {.no_inplace = true, .no_reuse = true, .poison = true}};
    for (size_t k = 0; k < sizeof all / sizeof all[0]; k++) {
        restore();
        bb_program *p = compiled(outputs, all[k]);
        for (int run = 0; run < 2; run++) {
            cr_assert_eq(bb_run(p, BB_NO_FEEDS), BB_OK);
            expect_second(wanted[run][0], wanted[run][1]);
        }
        bb_program_free(p);
    }
}

static int inplace_of(bb_nodes outputs)
{
    bb_program *p = compiled(outputs, (bb_compile_options){0});
    int inplace = bb_program_stats_of(p).inplace;
    bb_program_free(p);
    return inplace;
}

/* What is stored. */

Test(stores, swap)
{
    expect_runs(BB_NODES(bb_assign(a, b), bb_assign(b, a)), (const double[][2]){{20, 2}, {2, 20}});
}

Test(stores, copy_and_sum)
{
    expect_runs(BB_NODES(bb_assign(a, b), bb_assign(b, bb_add(a, b))),
                (const double[][2]){{20, 22}, {22, 42}});
}

Test(stores, in_any_order)
{
    bb_node *sum = bb_assign(b, bb_add(a, b)), *copy = bb_assign(a, b);
    expect_runs(BB_NODES(bb_group(BB_NODES(sum, copy))), (const double[][2]){{20, 22}, {22, 42}});
}

Test(stores, of_itself)
{
    expect_runs(BB_NODES(bb_assign(a, a), bb_assign(b, bb_stop_gradient(b))),
                (const double[][2]){{2, 20}, {2, 20}});
}

Test(stores, constants_and_views)
{
    bb_node *reversed = bb_concat(BB_NODES(bb_slice(b, 0, 2, 4, 1), bb_slice(b, 0, 0, 2, 1)), 0);
    expect_runs(BB_NODES(bb_assign(a, bb_full(g, BB_F64, BB_SHAPE(4), 7)), bb_assign(b, reversed)),
                (const double[][2]){{7, 40}, {7, 20}});
}

/* A view of the other parameter, and one of the parameter itself. */
Test(stores, crossed_views)
{
    bb_node *m = bb_reshape(a, BB_SHAPE(2, 2)), *n = bb_reshape(b, BB_SHAPE(2, 2));
    bb_node *from_b = bb_reshape(bb_transpose(n), BB_SHAPE(4));
    bb_node *from_a = bb_reshape(bb_transpose(m), BB_SHAPE(4));
    expect_runs(BB_NODES(bb_assign(a, from_b), bb_assign(b, from_a)),
                (const double[][2]){{30, 3}, {2, 20}});
    expect_runs(BB_NODES(bb_assign(a, from_a)), (const double[][2]){{3, 20}, {2, 20}});
}

/* v <- v/2 - g, w <- w + v, where w sees the new v and g the old w. */
Test(stores, momentum)
{
    bb_node *faster = bb_sub(bb_mul_scalar(b, 0.5), bb_mul_scalar(a, 2));
    bb_nodes stores = BB_NODES(bb_assign(b, faster), bb_assign(a, bb_add(a, faster)));
    expect_runs(stores, (const double[][2]){{8, 6}, {-5, -13}});
    cr_assert_geq(inplace_of(stores), 1);
}

/* The old numbers are read by rows that come long after the new ones could be had. */
Test(stores, late_readers)
{
    bb_node *next = bb_mul_scalar(a, 3), *late = a;
    for (int i = 0; i < 20; i++)
        late = bb_add(bb_neg(bb_neg(late)), a);
    expect_runs(BB_NODES(bb_assign(a, next), bb_assign(b, late)),
                (const double[][2]){{6, 42}, {18, 126}});
}

Test(stores, transposed_readers)
{
    bb_node *m = bb_reshape(a, BB_SHAPE(2, 2)), *square = bb_matmul(m, bb_transpose(m));
    bb_node *next = bb_sub(m, bb_transpose(m)), *flat = bb_reshape(next, BB_SHAPE(4));
    expect_runs(BB_NODES(bb_assign(a, flat), bb_assign(b, bb_reshape(square, BB_SHAPE(4)))),
                (const double[][2]){{-1, 11}, {-2, 0}});
}

/* A run that finds bad data leaves every parameter as it was, whatever comes first in the graph. */
Test(stores, faults_change_nothing)
{
    bb_node *index = bb_input(g, "index", BB_I32, BB_SHAPE(1));
    bb_node *step = bb_group(BB_NODES(bb_assign(a, bb_neg(a)), bb_assign(b, bb_mul_scalar(b, 2))));
    bb_node *late = bb_gather(bb_exp(bb_full(g, BB_F64, BB_SHAPE(4), 1)), index, 0);
    bb_tensor *bad = bb_tensor_from(BB_I32, BB_SHAPE(1), (const int32_t[]){4});
    for (int k = 0; k < 2; k++) {
        bb_program *p = compiled(k ? BB_NODES(late, step) : BB_NODES(step, late),
                                 (bb_compile_options){.no_inplace = k});
        cr_assert_eq(bb_run(p, BB_FEEDS({index, bad})), BB_BAD_VALUE);
        expect_second(2, 20);
        bb_program_free(p);
    }
    bb_tensor_release(bad);
}

/* Outputs. */

Test(stores, outputs_are_old)
{
    const bb_compile_options options[] = {{0}, {.no_inplace = true}, {.poison = true}};
    bb_node *next = bb_mul_scalar(a, 2), *seen = bb_neg(a), *view = bb_slice(a, 0, 1, 2, 1);
    for (int k = 0; k < 3; k++) {
        restore();
        bb_program *p = compiled(BB_NODES(a, bb_assign(a, next), seen, next, view), options[k]);
        for (int run = 0; run < 3; run++) {
            double old = bb_tensor_at(bb_node_tensor(a), 1);
            cr_assert_eq(bb_run(p, BB_NO_FEEDS), BB_OK);
            cr_assert_eq(bb_tensor_at(bb_program_value(p, a), 1), old);
            cr_assert_eq(bb_tensor_at(bb_program_value(p, seen), 1), -old);
            cr_assert_eq(bb_tensor_at(bb_program_value(p, next), 1), 2 * old);
            cr_assert_eq(bb_program_number(p, view), old);
            expect_second(2 * old, 20);
        }
        bb_program_free(p);
    }
}

Test(stores, effects_have_no_value)
{
    bb_node *store = bb_assign(a, b), *both = bb_group(BB_NODES(store, bb_assign(b, a)));
    bb_program *p = compiled(BB_NODES(both, store), (bb_compile_options){0});
    cr_assert_eq(bb_run(p, BB_NO_FEEDS), BB_OK);
    cr_assert_null(bb_program_value(p, both));
    cr_assert_null(bb_program_value(p, store));
    expect_second(20, 2);
    bb_program_free(p);
    bb_node *nothing = bb_apply_in(g, bb_op_find("group"), (bb_nodes){0, NULL}, NULL);
    p = compiled(BB_NODES(nothing), (bb_compile_options){0});
    cr_assert_eq(bb_run(p, BB_NO_FEEDS), BB_OK);
    bb_program_free(p);
}

/* Plans. */

/* Gradient descent needs no copy of its parameters. */
Test(stores, in_place)
{
    bb_nodes step = BB_NODES(bb_assign(a, bb_sub(a, bb_mul_scalar(b, 0.5))));
    cr_assert_eq(inplace_of(step), 1);
    expect_runs(step, (const double[][2]){{-8, 20}, {-18, 20}});
    bb_program *p = compiled(step, (bb_compile_options){0});
    cr_assert_eq(bb_program_stats_of(p).steps, 1, "the product and the difference in one");
    bb_program_free(p);
    p = compiled(step, (bb_compile_options){.no_inplace = true});
    cr_assert_eq(bb_program_stats_of(p).steps, 2);
    cr_assert_eq(bb_program_stats_of(p).inplace, 0);
    bb_program_free(p);
}

/* What reads its parameter otherwise than element by element is not computed in it. */
Test(stores, not_in_place)
{
    bb_node *m = bb_reshape(a, BB_SHAPE(2, 2));
    bb_node *product = bb_reshape(bb_matmul(m, m), BB_SHAPE(4));
    bb_node *sums = bb_broadcast(bb_sum(a, BB_ALL), BB_SHAPE(4));
    expect_runs(BB_NODES(bb_assign(a, product)), (const double[][2]){{10, 20}, {290, 20}});
    expect_runs(BB_NODES(bb_assign(a, bb_add(a, sums))), (const double[][2]){{12, 20}, {62, 20}});
}

/* Its own transpose: element by element it would read new numbers. */
Test(stores, skew)
{
    const bb_compile_options options[] = {{0}, {.no_inplace = true}};
    bb_node *m = bb_param(g, params, "m", BB_F64, BB_SHAPE(2, 2), (bb_init){0});
    bb_node *store = bb_assign(m, bb_sub(m, bb_transpose(m)));
    const double start[] = {1, 2, 3, 4}, wanted[] = {0, -1, 1, 0};
    for (int k = 0; k < 2; k++) {
        double *numbers = bb_tensor_data(bb_params_find(params, "m"));
        memcpy(numbers, start, sizeof start);
        bb_program *p = compiled(BB_NODES(store), options[k]);
        cr_assert_eq(bb_run(p, BB_NO_FEEDS), BB_OK);
        for (int i = 0; i < 4; i++)
            cr_assert_eq(numbers[i], wanted[i]);
        bb_program_free(p);
    }
}

/* The new numbers wait for those who read the old ones, so that they can be computed in place. */
Test(stores, wait_for_readers)
{
    bb_node *next = bb_mul_scalar(a, 3), *y = bb_sum(bb_neg(a), BB_ALL);
    bb_program *p = compiled(BB_NODES(bb_assign(a, next), y), (bb_compile_options){0});
    cr_assert_eq(bb_program_stats_of(p).steps, 3, "the store needs no step");
    cr_assert_eq(bb_run(p, BB_NO_FEEDS), BB_OK);
    cr_assert_eq(bb_program_number(p, y), -10);
    expect_second(6, 20);
    bb_program_free(p);
}

Test(stores, twice_the_same)
{
    cr_assert_null(bb_compile(g, BB_NODES(bb_assign(a, b), bb_assign(a, b))));
    cr_assert_not_null(strstr(bb_graph_error(g), "a is assigned twice in one program"));
}

Test(stores, twice)
{
    bb_node *first = bb_assign(a, b);
    bb_node *second = bb_assign(a, bb_neg(b));
    char wanted[200];
    snprintf(wanted, sizeof wanted, "%s:%d: assign: a is assigned twice in one program", __FILE__,
             bb_node_line(second));
    bb_program *one = bb_compile(g, BB_NODES(first));
    bb_program *other = bb_compile(g, BB_NODES(second));
    cr_assert(one && other, "each alone is fine");
    cr_assert_null(bb_compile(g, BB_NODES(first, second)));
    cr_assert_str_eq(bb_graph_error(g), wanted);
    cr_assert_eq(bb_graph_status(g), BB_BAD_ARGUMENT);
    cr_assert_eq(bb_run(one, BB_NO_FEEDS), BB_OK, "a program that was compiled before still runs");
    expect_second(20, 20);
    bb_program_free(one);
    bb_program_free(other);
}

/* The same store asked for twice is one. */
Test(stores, one_store_asked_for_twice)
{
    bb_node *store = bb_assign(a, bb_add(a, b));
    expect_runs(BB_NODES(store, store, bb_group(BB_NODES(store))),
                (const double[][2]){{22, 20}, {42, 20}});
}

Test(stores, programs_take_turns)
{
    bb_program *add = compiled(BB_NODES(bb_assign(a, bb_add(a, b))), (bb_compile_options){0});
    bb_program *swap =
        compiled(BB_NODES(bb_assign(a, b), bb_assign(b, a)), (bb_compile_options){0});
    bb_node *sum = bb_sum(a, BB_ALL);
    bb_program *read = compiled(BB_NODES(sum), (bb_compile_options){0});
    cr_assert_eq(bb_run(add, BB_NO_FEEDS), BB_OK);
    expect_second(22, 20);
    cr_assert_eq(bb_run(swap, BB_NO_FEEDS), BB_OK);
    expect_second(20, 22);
    cr_assert_eq(bb_run(add, BB_NO_FEEDS), BB_OK);
    expect_second(42, 22);
    cr_assert_eq(bb_run(read, BB_NO_FEEDS), BB_OK);
    cr_assert_eq(bb_program_number(read, sum), 210);
    bb_program_free(add);
    bb_program_free(swap);
    bb_program_free(read);
}

Test(stores, states_and_integers)
{
    bb_node *count = bb_state(g, params, "count", BB_I32, BB_SCALAR, (bb_init){0});
    bb_node *more = bb_cast(bb_add_scalar(bb_cast(count, BB_F64), 1), BB_I32);
    bb_program *p = compiled(BB_NODES(bb_assign(count, more)), (bb_compile_options){0});
    for (int run = 1; run <= 5; run++) {
        cr_assert_eq(bb_run(p, BB_NO_FEEDS), BB_OK);
        cr_assert_eq(bb_tensor_at(bb_node_tensor(count), 0), run);
    }
    bb_program_free(p);
}
