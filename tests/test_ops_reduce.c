/* SPDX-License-Identifier: MIT */
/* What the header says of reductions, scans and sorting at zeros, kinks and ties, and their
 * kernels at sizes that are cut into parts. */
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

TestSuite(ops_reduce, .init = begin, .fini = end);

static bb_node *slope(bb_node *y, bb_node *x)
{
    return bb_grad(bb_sum(y, BB_ALL), x);
}

Test(ops_reduce, products_have_slopes_at_zeros)
{
    bb_node *x = VECTOR(g, 0, 3, 4), *d = slope(bb_prod(x, BB_ALL), x);
    EXPECT(d, 12, 0, 0);
    EXPECT(slope(bb_slice(d, 0, 0, 1, 1), x), 0, 4, 3);
    bb_node *zeros = VECTOR(g, 0, 0, 5),
            *second = slope(slope(bb_prod(zeros, BB_ALL), zeros), zeros);
    EXPECT(slope(bb_prod(zeros, BB_ALL), zeros), 0, 0, 0);
    EXPECT(second, 5, 5, 0);
    EXPECT(slope(second, zeros), 2, 2, 2);
    EXPECT(slope(bb_cumprod(x, 0, false, false), x), 1 + 3 + 12, 0, 0);
    EXPECT(slope(bb_cumprod(x, 0, true, false), x), 1 + 3, 0, 0);
    EXPECT(slope(bb_cumprod(x, 0, false, true), x), 12, 4 * (1 + 0), 1 + 3 + 0);
}

Test(ops_reduce, a_spread_of_zero_has_slope_zero)
{
    bb_node *x = VECTOR(g, 7, 7, 7), *y = bb_std(x, BB_ALL, 1), *d = slope(y, x);
    EXPECT(y, 0);
    EXPECT(d, 0, 0, 0);
    EXPECT(slope(bb_mul(d, VECTOR(g, 1, 2, 3)), x), 0, 0, 0);
    EXPECT(bb_var(VECTOR(g, 3), BB_ALL, 1), NAN);
    EXPECT(bb_var(VECTOR(g, 3, 5), BB_ALL, 4), INFINITY);
}

Test(ops_reduce, norms_have_slope_zero_at_the_origin)
{
    const double ps[] = {1, 1.5, 2, 3, INFINITY};
    for (int i = 0; i < 5; i++) {
        bb_node *x = VECTOR(g, 0, 0, 0), *y = bb_norm(x, ps[i], BB_ALL), *d = slope(y, x);
        EXPECT(y, 0);
        EXPECT(d, 0, 0, 0);
        EXPECT(slope(bb_mul(d, VECTOR(g, 1, 2, 3)), x), 0, 0, 0);
    }
}

Test(ops_reduce, norms_at_kinks)
{
    bb_node *x = VECTOR(g, 2, -2, 1);
    EXPECT(slope(bb_norm(x, INFINITY, BB_ALL), x), 0.5, -0.5, 0);
    bb_node *flat = VECTOR(g, 4, 0, -4), *d = slope(bb_norm(flat, 1.5, BB_ALL), flat);
    EXPECT(slope(bb_norm(flat, 1, BB_ALL), flat), 1, 0, -1);
    EXPECT(bb_slice(d, 0, 1, 2, 1), 0);
    bb_tensor *second = value_of(slope(bb_mul(d, VECTOR(g, 1, 2, 3)), flat));
    for (int e = 0; e < 3; e++)
        cr_assert(isfinite(bb_tensor_at(second, e)));
    bb_tensor_release(second);
    bb_shape empty = BB_SHAPE(2, 0);
    EXPECT(bb_norm(bb_full(g, BB_F64, empty, 1), 3, BB_AXES(1)), 0, 0);
    EXPECT(bb_norm(bb_full(g, BB_F64, empty, 1), INFINITY, BB_AXES(1)), 0, 0);
}

Test(ops_reduce, norms_do_not_overflow)
{
    const float large[] = {3e30f, 4e30f};
    bb_node *x = bb_constant_from(g, BB_F32, BB_SHAPE(2), large);
    EXPECT(bb_norm(x, 2, BB_ALL), 5e30f);
    EXPECT(bb_norm(VECTOR(g, 3e-300, 4e-300), 2, BB_ALL), 5e-300);
    EXPECT(bb_norm(VECTOR(g, 1e300, -1e300), 4, BB_ALL), 1e300 * 1.189207115002721);
}

Test(ops_reduce, ties_and_nan_in_order)
{
    bb_node *x = VECTOR(g, 2, 5, 5, 1), *w = VECTOR(g, 1, 10, 100, 1000);
    EXPECT(slope(bb_mul(bb_cummax(x, 0), w), x), 1, 1110, 0, 0);
    EXPECT(slope(bb_mul(bb_sort(x, 0, true), w), x), 100, 1, 10, 1000);
    EXPECT(slope(bb_topk(x, 2, 0), x), 0, 1, 1, 0);
    bb_node *odd = VECTOR(g, NAN, 1, -INFINITY, INFINITY);
    EXPECT(bb_sort(odd, 0, false), -INFINITY, 1, INFINITY, NAN);
    EXPECT(bb_sort(odd, 0, true), INFINITY, 1, -INFINITY, NAN);
    EXPECT(bb_topk_index(odd, 2, 0), 3, 1);
    EXPECT(slope(slope(bb_square(bb_sort(x, 0, false)), x), x), 2, 2, 2, 2);
}

/* Numbers that repeat, in no order. */
static bb_node *scattered(bb_shape shape)
{
    int64_t count = bb_shape_count(shape);
    bb_tensor *t = bb_tensor_new(BB_F64, shape);
    for (int64_t i = 0; i < count; i++)
        bb_tensor_set(t, i, (double)(i * 7919 % 1009));
    bb_node *node = bb_constant(g, t);
    bb_tensor_release(t);
    return node;
}

Test(ops_reduce, long_lines_are_sorted_stably)
{
    enum { LINES = 3, N = 5000 };
    bb_node *x = scattered(BB_SHAPE(LINES, N));
    bb_tensor *place = value_of(bb_argsort(x, 1, false)), *sorted = value_of(bb_sort(x, 1, false));
    bb_tensor *falling = value_of(bb_sort(bb_transpose(x), 0, true));
    for (int64_t i = 0; i < LINES * N; i++) {
        double value = bb_tensor_at(sorted, i);
        if (i % N + 1 == N)
            continue;
        double next = bb_tensor_at(sorted, i + 1);
        cr_assert(value <= next);
        cr_assert(value < next || bb_tensor_at(place, i) < bb_tensor_at(place, i + 1));
    }
    for (int64_t i = 0; i < LINES * N; i++)
        cr_assert_eq(bb_tensor_at(falling, i),
                     bb_tensor_at(sorted, i % LINES * N + N - 1 - i / LINES));
    bb_tensor_release(place);
    bb_tensor_release(sorted);
    bb_tensor_release(falling);
}

/* Sums of integers are exact, so that scans and reductions must agree to the bit. */
Test(ops_reduce, scans_of_many_lines)
{
    bb_node *x = scattered(BB_SHAPE(3, 50, 300));
    bb_node *sums = bb_slice(bb_cumsum(x, 1, false, false), 1, 49, 50, 1);
    bb_node *back = bb_slice(bb_cumsum(x, 1, false, true), 1, 0, 1, 1);
    bb_node *tops = bb_slice(bb_cummax(x, 1), 1, 49, 50, 1);
    bb_node *ones = bb_ones_like(x), *chain = bb_linear_recurrence(ones, x, 1, false);
    bb_node *least = bb_neg(bb_max(bb_neg(x), BB_AXES(1)));
    bb_node *smallest = bb_take_along_axis(x, bb_expand_dims(bb_argmin(x, 1), 1), 1);
    bb_node *differ[] = {bb_sub(sums, bb_sum_keep(x, BB_AXES(1))), bb_sub(back, sums),
                         bb_sub(tops, bb_max_keep(x, BB_AXES(1))),
                         bb_sub(bb_slice(chain, 1, 49, 50, 1), sums),
                         bb_sub(least, bb_squeeze(smallest, BB_AXES(1)))};
    for (int i = 0; i < 5; i++) {
        bb_node *off = bb_not_equal(differ[i], bb_number(differ[i], 0));
        EXPECT(bb_any(off, BB_ALL), 0);
    }
}

Test(ops_reduce, masks)
{
    bb_node *many = bb_less(scattered(BB_SHAPE(70000)), bb_scalar(g, BB_F64, 1008));
    EXPECT(bb_any(many, BB_ALL), 1);
    EXPECT(bb_all(many, BB_ALL), 0);
    bb_node *none = bb_full(g, BB_U8, BB_SHAPE(0, 2), 1);
    EXPECT(bb_any(none, BB_AXES(0)), 0, 0);
    EXPECT(bb_all(none, BB_AXES(0)), 1, 1);
}

/* Work is cut by size, so that one thread and many give the same bits. */
Test(ops_reduce, threads_do_not_matter)
{
    bb_node *x = bb_mul_scalar(scattered(BB_SHAPE(7, 90, 130)), 1.0 / 3), *y = bb_sin(x);
    bb_node *order = bb_argsort(x, 1, false), *windows = bb_unfold(y, 2, 9, 2);
    bb_node *asked[] = {bb_cumsum(y, 1, false, false),
                        bb_cumprod(y, 2, true, true),
                        bb_linear_recurrence(y, x, 0, true),
                        bb_cummax_index(y, 2),
                        order,
                        bb_take_along_axis(y, order, 1),
                        bb_scatter_add_along_axis(x, order, y, 1),
                        bb_fold(windows, 2, 130, 2),
                        bb_triu(y, 3),
                        bb_var(y, BB_AXES(0, 2), 1),
                        bb_norm(y, 2, BB_AXES(1)),
                        bb_prod(bb_exp(y), BB_AXES(2))};
    bb_nodes outputs = {(int)(sizeof asked / sizeof *asked), asked};
    bb_program *one = bb_compile(g, outputs), *many = bb_compile(g, outputs);
    cr_assert(one && many, "%s", bb_graph_error(g));
    bb_program_set_threads(one, 1);
    bb_program_set_threads(many, 5);
    cr_assert_eq(bb_run(one, BB_NO_FEEDS), BB_OK);
    cr_assert_eq(bb_run(many, BB_NO_FEEDS), BB_OK);
    for (int i = 0; i < outputs.count; i++) {
        const bb_tensor *a = bb_program_value(one, asked[i]), *b = bb_program_value(many, asked[i]);
        cr_assert_eq(memcmp(bb_tensor_read(a), bb_tensor_read(b), bb_tensor_bytes(a)), 0, "%d", i);
    }
    bb_program_free(one);
    bb_program_free(many);
}
