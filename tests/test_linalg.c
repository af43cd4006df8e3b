/* SPDX-License-Identifier: MIT */
/* Linear algebra beyond small samples: faults to the letter, ties, infinities, sizes at which
 * LAPACK works in blocks, batches cut for threads. */
#include <bibun/bibun.h>

#include <criterion/criterion.h>
#include <math.h>
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

TestSuite(linalg, .init = begin, .fini = end);

/* Faults. */

static bb_tensor *value_of(bb_node *y)
{
    bb_error error = {0};
    bb_tensor *value = bb_eval(y, BB_NO_FEEDS, &error);
    cr_assert(value, "%s", error.text);
    return value;
}

static bb_node *matrices(int64_t count, const double *numbers)
{
    return bb_constant_from(g, BB_F64, BB_SHAPE(count, 2, 2), numbers);
}

static void expect_fault(bb_node *y, const char *text)
{
    bb_error error = {0};
    bb_tensor *value = bb_eval(y, BB_NO_FEEDS, &error);
    cr_expect_null(value, "no fault, but wanted: %s", text);
    cr_expect(strstr(error.text, text), "%s, not %s", error.text, text);
    cr_expect_eq(error.status, BB_BAD_VALUE);
}

Test(linalg, faults_name_the_matrix)
{
    const double numbers[] = {4, 0, 1, 3, 2, 9, 2, 1, 1, 1, 2, 2, 0, 0, 0, 0};
    bb_node *x = matrices(4, numbers), *b = bb_ones_like(x);
    expect_fault(bb_cholesky(x), "matrix 1 is not positive definite: pivot 1 is -1");
    expect_fault(bb_inverse(x), "matrix 2 is singular: pivot 1 is 0");
    expect_fault(bb_solve(x, b), "matrix 2 is singular: pivot 1 is 0");
    expect_fault(bb_triangular_solve(x, b, BB_LOWER), "matrix 3 is singular: pivot 0 is 0");
    bb_node *y = bb_det(x), *d = NULL;
    cr_assert_eq(bb_grads(bb_sum(y, BB_ALL), NULL, BB_NODES(x), &d), BB_OK);
    expect_fault(d, "matrix 2 is singular: pivot 1 is 0");
}

Test(linalg, a_fault_is_the_first_of_many)
{
    enum { COUNT = 5000 };
    static double numbers[COUNT * 4];
    for (int i = 0; i < COUNT * 4; i++)
        numbers[i] = i % 4 == 0 || i % 4 == 3;
    numbers[4 * 4999] = numbers[4 * 3000] = numbers[4 * 1234] = -2;
    expect_fault(bb_cholesky(matrices(COUNT, numbers)),
                 "matrix 1234 is not positive definite: pivot 0 is -2");
}

/* LAPACK works in blocks, and finds the pivot all the same. */
Test(linalg, faults_name_the_pivot_of_large_matrices)
{
    enum { N = 300 };
    static double numbers[N * N];
    for (int i = 0; i < N; i++)
        numbers[i * (N + 1)] = i == 211 ? -3 : 1;
    bb_node *x = bb_constant_from(g, BB_F64, BB_SHAPE(N, N), numbers);
    expect_fault(bb_cholesky(x), "matrix 0 is not positive definite: pivot 211 is -3");
    numbers[211 * (N + 1)] = 0;
    x = bb_constant_from(g, BB_F64, BB_SHAPE(N, N), numbers);
    expect_fault(bb_inverse(x), "matrix 0 is singular: pivot 211 is 0");
    numbers[211 * (N + 1)] = NAN;
    bb_tensor *l = value_of(bb_cholesky(bb_constant_from(g, BB_F64, BB_SHAPE(N, N), numbers)));
    cr_expect(isnan(bb_tensor_at(l, 0)) || isnan(bb_tensor_at(l, 211 * (N + 1))));
    bb_tensor_release(l);
}

/* Ties and special values. */

static void expect_numbers(bb_node *y, const double *expected)
{
    bb_tensor *t = value_of(y);
    for (int64_t e = 0; e < bb_tensor_count(t); e++) {
        double got = bb_tensor_at(t, e);
        bool same = isnan(expected[e]) ? isnan(got) : fabs(got - expected[e]) < 1e-12;
        cr_expect(same, "element %lld: got %.17g, expected %.17g", (long long)e, got, expected[e]);
    }
    bb_tensor_release(t);
}

static bb_node *derivative(bb_node *y, bb_node *x)
{
    bb_node *d = NULL;
    cr_assert_eq(bb_grads(bb_sum(y, BB_ALL), NULL, BB_NODES(x), &d), BB_OK);
    return d;
}

Test(linalg, signs_of_vectors_do_not_hang_on_rounding)
{
    static const double a[] = {2, 1, 1, 2}, h = 0.70710678118654752;
    bb_node *x = matrices(1, a);
    expect_numbers(bb_eigh_vectors(x), (const double[]){h, h, -h, h});
    expect_numbers(bb_svd_u(x), (const double[]){h, h, h, -h});
    expect_numbers(bb_qr_r(x),
                   (const double[]){2.23606797749979, 1.7888543819998317, 0, 1.3416407864998738});
}

Test(linalg, ties_give_no_nan)
{
    const double eye[] = {1, 0, 0, 1}, zero[] = {0, 0, 0, 0};
    bb_node *x = matrices(1, eye), *o = matrices(1, zero);
    expect_numbers(derivative(bb_eigh_values(x), x), eye);
    expect_numbers(derivative(bb_eigh_vectors(x), x), zero);
    expect_numbers(derivative(bb_svd_values(x), x), eye);
    expect_numbers(derivative(bb_svd_v(x), x), zero);
    expect_numbers(derivative(bb_svd_u(o), o), zero);
    expect_numbers(derivative(bb_matrix_norm(o, BB_FROBENIUS), o), zero);
}

Test(linalg, what_is_beside_the_triangle_does_not_matter)
{
    const double a[] = {4, NAN, 2, 5}, l[] = {2, 0, 1, 2}, ones[] = {1, 1, 1, 1};
    const double values[] = {2.4384471871911697, 6.5615528128088303};
    bb_node *x = matrices(1, a), *b = matrices(1, ones);
    expect_numbers(bb_cholesky(x), l);
    expect_numbers(bb_eigh_values(x), values);
    expect_numbers(bb_triangular_solve(x, b, BB_LOWER), (const double[]){0.25, 0.25, 0.1, 0.1});
    bb_node *d = derivative(bb_cholesky(x), x);
    expect_numbers(bb_slice(d, 1, 0, 1, 1), (const double[]){0.1875, 0});
}

Test(linalg, nan_stays_in_its_matrix)
{
    const double numbers[] = {NAN, 0, 0, 1, 4, 0, 0, 9}, n = NAN;
    bb_node *x = matrices(2, numbers);
    expect_numbers(bb_cholesky(x), (const double[]){n, 0, n, n, 2, 0, 0, 3});
    expect_numbers(bb_eigh_values(x), (const double[]){n, n, 4, 9});
    expect_numbers(bb_svd_values(x), (const double[]){n, n, 9, 4});
    expect_numbers(bb_det(x), (const double[]){n, 36});
    expect_numbers(bb_slogdet_sign(x), (const double[]){n, 1});
}

/* Large matrices, and batches. */

static bb_node *normal(bb_dtype dtype, bb_shape shape)
{
    bb_tensor *t = bb_tensor_new(BB_F64, shape);
    bb_rng rng = {11, 0};
    for (int64_t e = 0; e < bb_tensor_count(t); e++)
        ((double *)bb_tensor_data(t))[e] = bb_rng_normal(&rng);
    bb_tensor *cast = bb_tensor_cast(t, dtype);
    bb_node *node = bb_constant(g, cast);
    bb_tensor_release(t);
    bb_tensor_release(cast);
    return node;
}

static void expect_equal(const char *what, bb_node *x, bb_node *y, double tolerance)
{
    bb_tensor *worst = value_of(bb_max(bb_abs(bb_sub(x, y)), BB_ALL));
    cr_expect(bb_tensor_at(worst, 0) <= tolerance, "%s is off by %g", what, bb_tensor_at(worst, 0));
    bb_tensor_release(worst);
}

static bb_node *times_transposed(bb_node *x)
{
    return bb_matmul(x, bb_transpose(x));
}

static void check_factors(bb_dtype dtype, int64_t m, int64_t n, double tolerance)
{
    bb_node *x = normal(dtype, BB_SHAPE(3, m, n)), *t = bb_transpose(x);
    bb_node *gram = times_transposed(t), *eye = times_transposed(bb_eigh_vectors(gram));
    bb_node *square = bb_add(gram, eye);
    bb_node *w = bb_reshape(bb_eigh_values(square), BB_SHAPE(3, 1, n)),
            *v = bb_eigh_vectors(square);
    bb_node *s = bb_reshape(bb_svd_values(x), BB_SHAPE(3, 1, -1));
    bb_node *l = bb_cholesky(square);
    expect_equal("L L'", times_transposed(l), square, tolerance * (double)m);
    expect_equal("Q R", bb_matmul(bb_qr_q(x), bb_qr_r(x)), x, tolerance);
    expect_equal("V w V'", bb_matmul(bb_mul(v, w), bb_transpose(v)), square, tolerance * (double)m);
    expect_equal("U s V'", bb_matmul(bb_mul(bb_svd_u(x), s), bb_transpose(bb_svd_v(x))), x,
                 tolerance);
    expect_equal("transposed", bb_svd_values(t), bb_svd_values(x), tolerance);
    expect_equal("a a^-1 x'", bb_matmul(square, bb_solve(square, t)), t, tolerance * (double)m);
    expect_equal("a^-1 x'", bb_matmul(bb_inverse(square), t), bb_solve(square, t), tolerance);
    expect_equal("by Cholesky",
                 bb_triangular_solve(l, bb_triangular_solve(l, t, BB_LOWER), BB_TRANSPOSED),
                 bb_solve(square, t), tolerance);
    expect_equal("log det", bb_slogdet_log(square), bb_sum(bb_log(w), BB_AXES(1, 2)),
                 tolerance * (double)m);
}

Test(linalg, factors_of_large_matrices_multiply_to_them)
{
    check_factors(BB_F64, 150, 120, 1e-12);
    check_factors(BB_F32, 150, 120, 1e-3);
    check_factors(BB_F64, 400, 3, 1e-11);
}

/* Around the side from which on LAPACK does it; rows change places, and operands are transposed. */
Test(linalg, few_unknowns)
{
    for (int64_t n = 1; n <= 18; n++)
        for (bb_dtype dtype = BB_F32; dtype <= BB_F64; dtype++) {
            const double tolerance = (double)(n * n) * (dtype == BB_F32 ? 1e-4 : 1e-12);
            bb_node *line = bb_arange(g, dtype, 0, (double)n, 1);
            bb_node *up = bb_expand_dims(line, 0), *down = bb_expand_dims(line, 1);
            bb_node *large = bb_mul_scalar(bb_eye(g, dtype, n), (double)n + 1);
            bb_node *mixed = bb_sin(bb_add(bb_mul(up, down), bb_mul_scalar(down, 3)));
            bb_node *a = bb_stack(
                BB_NODES(bb_flip(bb_add(large, mixed), 0), bb_transpose(bb_add(large, mixed))), 0);
            for (int64_t columns = 1; columns <= 5; columns += 2) {
                bb_node *b = normal(dtype, BB_SHAPE(2, columns, n));
                bb_node *x = bb_solve(a, bb_transpose(b)), *y = bb_solve(bb_transpose(a), x);
                expect_equal("a x", bb_matmul(a, x), bb_transpose(b), tolerance);
                expect_equal("a' y", bb_matmul(bb_transpose(a), y), x, tolerance);
            }
            bb_node *one = bb_broadcast(bb_eye(g, dtype, n), bb_node_shape(a));
            expect_equal("a a^-1", bb_matmul(a, bb_inverse(a)), one, tolerance);
            expect_equal("det", bb_log(bb_abs(bb_det(a))), bb_slogdet_log(a), tolerance);
            expect_equal("det of a product", bb_mul(bb_det(a), bb_det(bb_inverse(a))),
                         bb_ones_like(bb_det(a)), tolerance);
            const double sign = n / 2 % 2 ? -1 : 1; /* of n rows in the other order */
            bb_node *dets = bb_det(bb_stack(BB_NODES(bb_flip(large, 0), large), 0));
            bb_tensor *signs = value_of(bb_sign(dets));
            cr_expect_eq(bb_tensor_at(signs, 0), sign);
            bb_tensor_release(signs);
        }
}

static double number_of(bb_node *x)
{
    return bb_eval_number(x, BB_NO_FEEDS, NULL);
}

/* The identity, but for one element of its diagonal, and one below it where there is one. */
static bb_node *broken(bb_dtype dtype, int64_t n, int64_t at, double value)
{
    bb_tensor *t = bb_tensor_new(dtype, BB_SHAPE(n, n));
    for (int64_t i = 0; i < n; i++)
        bb_tensor_set(t, i * n + i, i == at ? value : 1);
    if (at + 1 < n)
        bb_tensor_set(t, (at + 1) * n + at, value);
    bb_node *x = bb_constant(g, t);
    bb_tensor_release(t);
    return x;
}

Test(linalg, few_unknowns_with_nan_and_without_rank)
{
    static const int64_t sides[] = {2, 3, 16, 17};
    for (int k = 0; k < 4; k++)
        for (bb_dtype dtype = BB_F32; dtype <= BB_F64; dtype++) {
            const int64_t n = sides[k];
            for (int64_t i = 0; i < n; i++)
                cr_expect(isnan(number_of(bb_det(broken(dtype, n, i, NAN)))), "%d", (int)i);
            bb_node *flat = broken(dtype, n, n / 2, 0);
            cr_expect_eq(number_of(bb_det(flat)), 0);
            cr_expect_eq(number_of(bb_slogdet_log(flat)), -INFINITY);
        }
}

/* The largest of a column by its size: with the least as pivot the other row would be lost. */
Test(linalg, few_unknowns_with_large_negative_pivots)
{
    for (bb_dtype dtype = BB_F32; dtype <= BB_F64; dtype++) {
        static const double numbers[] = {1e-20, 1, -1, 1};
        bb_tensor *t = bb_tensor_new(dtype, BB_SHAPE(2, 2));
        for (int i = 0; i < 4; i++)
            bb_tensor_set(t, i, numbers[i]);
        bb_node *x = bb_solve(bb_constant(g, t), bb_slice(bb_eye(g, dtype, 2), 1, 0, 1, 1));
        cr_expect_float_eq(number_of(bb_sum(x, BB_ALL)), 2, 1e-6);
        bb_tensor_release(t);
    }
}

static bb_node *all_of(bb_node *x)
{
    bb_node *a = times_transposed(x), *d = bb_add(a, bb_eigh_vectors(a));
    bb_node *s = bb_add(bb_solve(a, d), bb_add(bb_inverse(a), bb_cholesky(a)));
    bb_node *u = bb_add(bb_qr_q(x), bb_add(bb_svd_u(x), bb_svd_v(x)));
    bb_node *dets = bb_reshape(bb_add(bb_det(x), bb_slogdet_log(x)), BB_SHAPE(-1, 1, 1));
    return bb_add(bb_add(s, u), dets);
}

Test(linalg, threads_give_the_same_bits)
{
    static const int64_t sides[] = {3, 40};
    for (int k = 0; k < 2; k++) {
        bb_node *y = all_of(normal(BB_F64, BB_SHAPE(k ? 37 : 3000, sides[k], sides[k])));
        bb_program *p = bb_compile_with(g, BB_NODES(y), &(bb_compile_options){.no_fold = true});
        cr_assert(p, "%s", bb_graph_error(g));
        bb_program_set_threads(p, 1);
        cr_assert_eq(bb_run(p, BB_NO_FEEDS), BB_OK, "%s", bb_program_error(p));
        bb_tensor *alone = bb_tensor_cast(bb_program_value(p, y), BB_F64);
        for (int threads = 2; threads < 6; threads += 2) {
            bb_program_set_threads(p, threads);
            cr_assert_eq(bb_run(p, BB_NO_FEEDS), BB_OK);
            cr_expect_eq(memcmp(bb_tensor_read(alone), bb_tensor_read(bb_program_value(p, y)),
                                bb_tensor_bytes(alone)),
                         0, "side %lld, %d threads", (long long)sides[k], threads);
        }
        bb_tensor_release(alone);
        bb_program_free(p);
    }
}

Test(linalg, dot_of_the_highest_rank)
{
    const double a[] = {1, 2, 3, 4}, b[] = {10, 1};
    bb_node *x = bb_constant_from(g, BB_F64, BB_SHAPE(1, 1, 2, 1, 1, 1, 1, 2), a);
    bb_node *y = bb_dot(x, bb_constant_from(g, BB_F64, BB_SHAPE(2), b));
    cr_expect(bb_shape_equal(bb_node_shape(y), BB_SHAPE(1, 1, 2, 1, 1, 1, 1)));
    expect_numbers(y, (const double[]){12, 34});
}

/* The gradients of dots are the other vectors, scaled, and no products of matrices. */
Test(linalg, gradients_of_dots)
{
    static const double a[] = {1, -2, 3, 4, 5, -6}, b[] = {0.5, 2, -1, 3, 0, 7}, c[] = {2, -3};
    bb_node *x = bb_constant_from(g, BB_F64, BB_SHAPE(2, 3), a);
    bb_node *y = bb_constant_from(g, BB_F64, BB_SHAPE(2, 3), b), *d[2];
    bb_node *dz = bb_constant_from(g, BB_F64, BB_SHAPE(2), c);
    cr_assert_eq(bb_grads(bb_dot(x, y), dz, BB_NODES(x, y), d), BB_OK);
    for (int i = 0; i < 2; i++) {
        bb_tensor *value = value_of(d[i]);
        for (int k = 0; k < 6; k++)
            cr_assert_eq(bb_tensor_at(value, k), c[k / 3] * (i == 0 ? b : a)[k]);
        bb_tensor_release(value);
        bb_node *at = d[i];
        for (; bb_node_input_count(at) == 1; at = bb_node_input(at, 0)) /* views */
            ;
        cr_assert_str_eq(bb_node_op(at)->name, "mul");
    }
}

Test(linalg, vectors_and_batches_as_right_sides)
{
    const double a[] = {2, 0, 1, 4}, b[] = {2, 9};
    bb_node *x = bb_constant_from(g, BB_F64, BB_SHAPE(2, 2), a);
    bb_node *v = bb_constant_from(g, BB_F64, BB_SHAPE(2), b);
    expect_numbers(bb_solve(x, v), (const double[]){1, 2});
    expect_numbers(bb_triangular_solve(x, v, BB_RIGHT), (const double[]){-0.125, 2.25});
    expect_numbers(bb_lstsq(x, v), (const double[]){1, 2});
    bb_node *columns = bb_reshape(v, BB_SHAPE(2, 1, 1));
    bb_node *both = bb_mul(columns, bb_ones_like(bb_reshape(v, BB_SHAPE(1, 2, 1))));
    expect_numbers(bb_solve(x, both), (const double[]){1, 0.25, 4.5, 1.125});
    cr_expect(bb_shape_equal(bb_node_shape(bb_solve(bb_reshape(x, BB_SHAPE(1, 2, 2)), v)),
                             BB_SHAPE(1, 2)));
}
