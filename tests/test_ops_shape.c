/* SPDX-License-Identifier: MIT */
/* Views that overlap or run backwards under every kind of reader, indices that do not fit, and what
 * is masked out. */
#include "values.h"

#include <string.h>

static bb_graph *g;

static void begin(void)
{
    g = bb_graph_new();
}

static void end(void)
{
    bb_graph_free(g);
}

TestSuite(ops_shape, .init = begin, .fini = end);

static bb_node *numbers(bb_shape shape)
{
    bb_tensor *t = bb_tensor_new(BB_F64, shape);
    for (int64_t i = 0; i < bb_tensor_count(t); i++)
        bb_tensor_set(t, i, (double)(i * 37 % 101) - 50);
    bb_node *node = bb_constant(g, t);
    bb_tensor_release(t);
    return node;
}

/* The same numbers in memory of their own. */
static bb_node *copied(bb_node *view)
{
    bb_tensor *t = value_of(view);
    bb_node *node = bb_constant(g, t);
    bb_tensor_release(t);
    return node;
}

static void same(bb_node *a, bb_node *b)
{
    bb_node *off = bb_not_equal(a, b);
    EXPECT(bb_any(off, BB_ALL), 0);
    cr_assert(bb_shape_equal(bb_node_shape(a), bb_node_shape(b)));
}

/* Each kind of reader of the view must see what it sees of a copy; numbers are integers, so that
 * sums do not round. */
static void check_readers(bb_node *view)
{
    bb_node *plain = copied(view);
    int last = bb_node_shape(view).ndim - 1;
    bb_node *square = bb_matmul(view, bb_transpose(view));
    same(bb_square(view), bb_square(plain));
    same(bb_add(view, plain), bb_add(plain, plain));
    same(bb_sum(view, BB_AXES(0)), bb_sum(plain, BB_AXES(0)));
    same(bb_sum(view, BB_AXES(-1)), bb_sum(plain, BB_AXES(-1)));
    same(bb_max(view, BB_ALL), bb_max(plain, BB_ALL));
    same(bb_argmin(view, 0), bb_argmin(plain, 0));
    same(square, bb_matmul(plain, bb_transpose(plain)));
    same(bb_softmax(view, last), bb_softmax(plain, last));
    same(bb_flatten(bb_transpose(view), 0), bb_flatten(bb_transpose(plain), 0));
    same(bb_concat(BB_NODES(view, view), 0), bb_concat(BB_NODES(plain, plain), 0));
    same(bb_cumsum(view, 0, false, true), bb_cumsum(plain, 0, false, true));
    same(bb_argsort(view, 0, true), bb_argsort(plain, 0, true));
    same(bb_tril(view, 1), bb_tril(plain, 1));
    same(bb_flip(bb_flip(view, last), last), plain);
}

Test(ops_shape, views_under_every_reader)
{
    check_readers(bb_flip(numbers(BB_SHAPE(5, 7)), 1));
    check_readers(bb_flip(bb_flip(numbers(BB_SHAPE(40, 600)), 0), 1));
    check_readers(bb_unfold(numbers(BB_SHAPE(9)), 0, 4, 1));
    check_readers(bb_unfold(numbers(BB_SHAPE(900)), 0, 300, 3));
    check_readers(bb_transpose(bb_unfold(numbers(BB_SHAPE(700)), 0, 300, 1)));
    check_readers(bb_unfold(numbers(BB_SHAPE(5, 30)), 1, 7, 5));
    check_readers(bb_flip(bb_unfold(numbers(BB_SHAPE(50)), 0, 20, 2), 0));
    check_readers(bb_unfold(bb_flip(numbers(BB_SHAPE(50)), 0), 0, 20, 2));
    check_readers(bb_diagonal(numbers(BB_SHAPE(6, 5, 7)), -1));
}

/* A result must not be written over a view's root that another element is still to be read from. */
Test(ops_shape, views_are_not_overwritten)
{
    bb_node *x = bb_square(numbers(BB_SHAPE(600))), *plain = copied(x);
    same(bb_neg(bb_flip(x, 0)), bb_neg(bb_flip(plain, 0)));
    bb_node *y = bb_square(numbers(BB_SHAPE(600))), *windows = bb_unfold(y, 0, 3, 1);
    same(bb_sum(bb_neg(windows), BB_AXES(1)),
         bb_neg(bb_sum(bb_unfold(plain, 0, 3, 1), BB_AXES(1))));
}

Test(ops_shape, fold_is_the_adjoint_of_unfold)
{
    bb_node *x = numbers(BB_SHAPE(3, 400, 5)), *windows = bb_unfold(x, 1, 7, 3);
    bb_node *y = bb_reshape(numbers(bb_node_shape(windows)), bb_node_shape(windows));
    bb_node *left = bb_sum(bb_mul(windows, y), BB_ALL);
    same(left, bb_sum(bb_mul(x, bb_fold(y, 1, 400, 3)), BB_ALL));
}

Test(ops_shape, what_is_masked_out_does_not_leak)
{
    bb_node *x = bb_constant_from(g, BB_F64, BB_SHAPE(2, 2), (const double[]){4, 0, 9, 16});
    bb_node *y = bb_tril(bb_log(x), 0);
    EXPECT(bb_triu(bb_log(bb_transpose(x)), 0), log(4), log(9), 0, log(16));
    EXPECT(bb_grad(bb_sum(bb_square(bb_exp(y)), BB_ALL), y), 32, 2, 162, 512);
    bb_node *d = bb_grad(bb_sum(y, BB_ALL), bb_node_input(y, 0));
    EXPECT(d, 1, 0, 1, 1);
}

Test(ops_shape, indices_out_of_range_are_faults)
{
    bb_node *x = numbers(BB_SHAPE(2, 3));
    const int32_t bad[] = {0, 1, 3, 2, 1, 0}, negative[] = {0, -1};
    bb_node *along = bb_constant_from(g, BB_I32, BB_SHAPE(2, 3), bad);
    bb_node *list = bb_constant_from(g, BB_I32, BB_SHAPE(2), negative);
    bb_node *asked[] = {bb_take_along_axis(x, along, 1), bb_scatter_add_along_axis(x, along, x, 1),
                        bb_index_select(x, list, 0)};
    const char *texts[] = {"index 3 is not in 0 .. 2", "index 3 is not in 0 .. 2",
                           "index -1 is not in 0 .. 1"};
    for (int i = 0; i < 3; i++) {
        bb_error error = {0};
        cr_assert_null(bb_eval(asked[i], BB_NO_FEEDS, &error));
        cr_assert_not_null(strstr(error.text, texts[i]), "%s", error.text);
    }
}

Test(ops_shape, numbers_in_equal_steps)
{
    EXPECT(bb_arange(g, BB_F64, 0, 1, 0.25), 0, 0.25, 0.5, 0.75);
    EXPECT(bb_arange(g, BB_I32, 3, 0, -1), 3, 2, 1);
    EXPECT(bb_linspace(g, BB_F64, 0.1, 0.7, 4), 0.1, 0.3, 0.5, 0.7);
    EXPECT(bb_linspace(g, BB_F64, 2, 5, 1), 2);
    EXPECT(bb_linspace(g, BB_U8, -1, 300, 2), 0, 255);
    cr_assert_eq(bb_node_shape(bb_arange(g, BB_F32, 1, 1, 1)).dim[0], 0);
    cr_assert_eq(bb_node_shape(bb_arange(g, BB_F32, 2, 1, 1)).dim[0], 0);
}

Test(ops_shape, parts_and_repetitions)
{
    bb_node *x = VECTOR(g, 1, 2, 3, 4);
    EXPECT(bb_split(x, 0, 2, 1), 3, 4);
    EXPECT(bb_repeat(bb_split(x, 0, 2, 0), 0, 2), 1, 1, 2, 2);
    EXPECT(bb_tile(bb_split(x, 0, 2, 0), 0, 2), 1, 2, 1, 2);
    EXPECT(bb_roll(x, 0, 1), 4, 1, 2, 3);
    EXPECT(bb_roll(x, 0, INT64_MIN), 1, 2, 3, 4);
    cr_assert_eq(bb_node_shape(bb_squeeze(bb_reshape(x, BB_SHAPE(1, 4, 1)), BB_ALL)).ndim, 1);
}
