/* SPDX-License-Identifier: MIT */
/* Variances and norms against plain loops in long double; with any number of threads the same
 * bits. */
#include "arrays.h"

static const int thread_counts[] = {2, 5};

typedef enum kind { VAR, VAR_ABOUT, NORM_1, NORM_2, NORM_LARGEST, KINDS } kind;

/* A mean that is given for output i. */
static double given_mean(int64_t i)
{
    return 0.25 * (double)(i % 5);
}

static block computed(kind k, const bb_array *in, uint32_t axes, int64_t outputs, int threads)
{
    static const double p[KINDS] = {0, 0, 1, 2, (double)INFINITY};
    block out = block_new(in->dtype, BB_SHAPE(outputs));
    block means = block_new(in->dtype, BB_SHAPE(outputs));
    for (int64_t i = 0; i < outputs; i++)
        put(&means.array, i, given_mean(i));
    if (k == VAR)
        bb__var(in, axes, 3, &out.array, threads);
    else if (k == VAR_ABOUT)
        bb__var_about(in, &means.array, axes, 3, &out.array, threads);
    else
        bb__norm(in, axes, p[k], &out.array, threads);
    free(means.memory);
    return out;
}

/* Output `of`, of `n` elements from `at` on. */
static double plain(kind k, const bb_array *in, int64_t of, int64_t at, int64_t n, int64_t stride)
{
    const bool is_var = k == VAR || k == VAR_ABOUT;
    long double mean = k == VAR_ABOUT ? (long double)given_mean(of) : 0, sum = 0, top = 0;
    for (int64_t i = 0; k == VAR && i < n; i++)
        mean += (long double)get(in, at + i * stride) / (long double)n;
    for (int64_t i = 0; i < n; i++) {
        long double x = (long double)get(in, at + i * stride), size = fabsl(x);
        sum += is_var ? (x - mean) * (x - mean) : k == NORM_1 ? size : x * x;
        top = size > top ? size : top;
    }
    return (double)(is_var ? sum / 3 : k == NORM_1 ? sum : k == NORM_2 ? sqrtl(sum) : top);
}

static void check(const bb_array *in, int axis)
{
    int64_t n = in->shape.dim[axis], outputs = in->shape.dim[!axis];
    for (kind k = VAR; k < KINDS; k++) {
        block out = computed(k, in, 1U << axis, outputs, 1);
        double tolerance = in->dtype == BB_F32 ? 1e-7 : 1e-13;
        for (int64_t i = 0; i < outputs; i++) {
            double wanted = plain(k, in, i, i * in->stride[!axis], n, in->stride[axis]);
            cr_assert(is_close(get(&out.array, i), wanted, tolerance, wanted + 1e-9),
                      "[%lld %lld], axis %d, kind %d: output %lld is %.17g, not %.17g",
                      (long long)in->shape.dim[0], (long long)in->shape.dim[1], axis, (int)k,
                      (long long)i, get(&out.array, i), wanted);
        }
        for (int t = 0; t < 2; t++) {
            block again = computed(k, in, 1U << axis, outputs, thread_counts[t]);
            cr_assert(same_bits(&again, &out));
            free(again.memory);
        }
        free(out.memory);
    }
}

Test(moments, odd_sizes)
{
    static const int64_t sizes[] = {1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 33, 129, 1023, 1025, 2050};
    enum { N = sizeof sizes / sizeof *sizes };
    bb_rng rng = {1, 0};
    for (int i = 0; i < N; i++)
        for (int k = 0; k < N; k++) {
            if (sizes[i] * sizes[k] > 100000)
                continue;
            layout how = (layout)((i + k) % (int)LAYOUTS);
            block in = block_random(&rng, (i + k) % 3 ? BB_F32 : BB_F64,
                                    BB_SHAPE(sizes[i], sizes[k]), how, 0.5);
            check(&in.array, 0);
            check(&in.array, 1);
            free(in.memory);
        }
}

/* Squares of these are out of range, or 0. */
Test(moments, far_numbers)
{
    double x[40];
    bb_array in = {x, BB_F64, BB_SHAPE(40), {1}};
    static const double sizes[] = {1e200, 1e-200};
    for (int k = 0; k < 2; k++) {
        for (int i = 0; i < 40; i++)
            x[i] = i % 2 ? -sizes[k] : sizes[k];
        block out = computed(NORM_2, &in, 1, 1, 1);
        cr_assert(is_close(get(&out.array, 0), sqrt(40) * sizes[k], 1e-15, sizes[k] * 7));
        free(out.memory);
    }
}

/* One number's norm is its magnitude, of every size that there is. */
Test(moments, norms_of_any_exponent)
{
    enum { LOW = -1074, HIGH = 1024, N = HIGH - LOW + 1 };
    static double x[N], norm[N];
    bb_array in = {x, BB_F64, BB_SHAPE(N, 1), {1, 1}}, out = {norm, BB_F64, BB_SHAPE(N), {1}};
    for (int i = 0; i < N; i++) /* the last is infinity */
        x[i] = ldexp(i % 2 ? -1.25 : 1, LOW + i);
    bb__norm(&in, 2, 2, &out, 1);
    for (int i = 0; i < N; i++)
        cr_assert_eq(norm[i], fabs(x[i]), "%g, not %g", norm[i], fabs(x[i]));
    x[0] = 0, x[1] = NAN;
    bb__norm(&in, 2, 2, &out, 1);
    cr_assert(norm[0] == 0 && isnan(norm[1]) && norm[2] == fabs(x[2]));
}

Test(moments, nan_is_seen_anywhere)
{
    for (int hit = 0; hit < 40; hit++)
        for (kind k = VAR; k < KINDS; k++) {
            float x[40] = {0};
            bb_array in = {x, BB_F32, BB_SHAPE(40), {1}};
            x[hit] = NAN;
            block out = computed(k, &in, 1, 1, 1);
            cr_assert(isnan(get(&out.array, 0)), "kind %d, place %d", (int)k, hit);
            free(out.memory);
        }
}

/* A mean may lie like any operand. */
Test(moments, about_means_that_are_spaced)
{
    bb_rng rng = {9, 0};
    block in = block_random(&rng, BB_F32, BB_SHAPE(5, 6, 40), ROW_MAJOR, 0.5);
    block dense = block_new(BB_F32, BB_SHAPE(5, 6)), turned = block_new(BB_F32, BB_SHAPE(6, 5));
    block wanted = block_new(BB_F32, BB_SHAPE(5, 6)), out = block_new(BB_F32, BB_SHAPE(5, 6));
    bb_array spaced = turned.array;
    spaced.shape = dense.array.shape;
    spaced.stride[0] = 1;
    spaced.stride[1] = 5;
    for (int64_t i = 0; i < 30; i++) {
        put(&dense.array, i, given_mean(i));
        put(&turned.array, i % 6 * 5 + i / 6, given_mean(i));
    }
    bb__var_about(&in.array, &dense.array, 4, 3, &wanted.array, 1);
    bb__var_about(&in.array, &spaced, 4, 3, &out.array, 1);
    cr_assert(same_bits(&out, &wanted));
    free(in.memory);
    free(dense.memory);
    free(turned.memory);
    free(wanted.memory);
    free(out.memory);
}
