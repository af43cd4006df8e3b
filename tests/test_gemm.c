/* SPDX-License-Identifier: MIT */
/* Products against plain loops, for any sizes, batches and strides. */
#include "arrays.h"
#include "blas.h"
#include "gemm.h"
#include "product_onednn.h"
#include "tails.h"

#include <omp.h>

static block multiplied(const bb_array *x, const bb_array *y, int threads)
{
    bb_shape shape = x->shape;
    shape.dim[shape.ndim - 1] = y->shape.dim[y->shape.ndim - 1];
    block out = block_new(x->dtype, shape);
    void *scratch = scratch_new(bb__matmul_scratch(x, y, &out.array));
    bb__matmul(x, y, &out.array, scratch, NULL, threads);
    free(scratch);
    return out;
}

/* Compares one element with its sum in double, by the bound of a sum's rounding. */
static void check_element(const bb_array *x, const bb_array *y, const int64_t *index, double got)
{
    const int d = x->shape.ndim - 2;
    const double unit = x->dtype == BB_F32 ? 6e-8 : 1.2e-16;
    int64_t xi[BB_MAX_DIMS], yi[BB_MAX_DIMS], k = x->shape.dim[d + 1];
    memcpy(xi, index, sizeof xi);
    memcpy(yi, index, sizeof yi);
    double sum = 0, scale = 0;
    for (int64_t l = 0; l < k; l++) {
        xi[d + 1] = yi[d] = l;
        double term = get(x, at_index(x, xi)) * get(y, at_index(y, yi));
        sum += term;
        scale += fabs(term);
    }
    char text[2][BB_SHAPE_TEXT];
    cr_assert(is_close(got, sum, (double)(k + 2) * unit, scale), "%s x %s: %.17g, not %.17g",
              bb_shape_text(x->shape, text[0]), bb_shape_text(y->shape, text[1]), got, sum);
}

/* A result whose rows are apart, those of all products of a batch side by side, has the same
 * bits, and between them nothing is written. */
static void check_strided(const bb_array *x, const bb_array *y, const block *wanted, int threads)
{
    enum { GAP = 3 };
    const bb_shape shape = wanted->array.shape;
    const int d = shape.ndim - 2;
    bb_shape padded = shape;
    padded.dim[d + 1] += GAP;
    block out = block_new(x->dtype, padded);
    const int64_t all = bb_shape_count(padded), row = padded.dim[d + 1];
    for (int64_t i = 0; i < all; i++)
        put(&out.array, i, 7);
    bb_array strided = out.array;
    strided.shape = shape;
    int64_t step = row;
    for (int i = d - 1; i >= 0; step *= shape.dim[i--])
        strided.stride[i] = step;
    strided.stride[d] = step;
    void *scratch = scratch_new(bb__matmul_scratch(x, y, &strided));
    bb__matmul(x, y, &strided, scratch, NULL, threads);
    free(scratch);
    int64_t index[BB_MAX_DIMS] = {0};
    do {
        const double a = get(&strided, at_index(&strided, index));
        const double b = get(&wanted->array, at_index(&wanted->array, index));
        cr_assert(memcmp(&a, &b, sizeof a) == 0, "strided: %.17g, not %.17g", a, b);
    } while (next_index(shape, index));
    for (int64_t i = 0; i < all; i++)
        cr_assert(i % row < shape.dim[d + 1] || get(&out.array, i) == 7, "a gap was written");
    free(out.memory);
}

static void check(const bb_array *x, const bb_array *y)
{
    block out = multiplied(x, y, 1);
    int64_t index[BB_MAX_DIMS] = {0};
    if (bb_shape_count(out.array.shape) > 0)
        do
            check_element(x, y, index, get(&out.array, at_index(&out.array, index)));
        while (next_index(out.array.shape, index));
    static const int thread_counts[] = {2, 5};
    for (size_t t = 0; t < 2; t++) {
        block again = multiplied(x, y, thread_counts[t]);
        cr_assert(same_bits(&again, &out), "%d threads differ", thread_counts[t]);
        free(again.memory);
        if (out.array.shape.dim[out.array.shape.ndim - 1] > 1 &&
            bb_shape_count(out.array.shape) > 0)
            check_strided(x, y, &out, thread_counts[t]);
    }
    free(out.memory);
}

static void check_random(bb_rng *rng, bb_shape batch, int64_t m, int64_t k, int64_t n,
                         bb_dtype dtype)
{
    bb_shape sx = batch, sy = batch;
    sx.dim[sx.ndim++] = m;
    sx.dim[sx.ndim++] = k;
    sy.dim[sy.ndim++] = k;
    sy.dim[sy.ndim++] = n;
    block x = block_random(rng, dtype, sx, (layout)bb_rng_below(rng, LAYOUTS), 0);
    block y = block_random(rng, dtype, sy, (layout)bb_rng_below(rng, LAYOUTS), 0);
    check(&x.array, &y.array);
    free(x.memory);
    free(y.memory);
}

Test(gemm, any_sizes_batches_and_strides)
{
    bb_rng rng = {1, 0};
    for (int round = 0; round < 4000; round++) {
        uint64_t most = round % 4 ? 8 : 40;
        int64_t m = (int64_t)bb_rng_below(&rng, most), k = (int64_t)bb_rng_below(&rng, most);
        int64_t n = (int64_t)bb_rng_below(&rng, most);
        bb_shape batch = shape_random(&rng, round % 3 ? 0 : (int)bb_rng_below(&rng, 4), 3);
        check_random(&rng, batch, m, k, n, round % 2 ? BB_F32 : BB_F64);
    }
}

Test(gemm, products_with_vectors)
{
    bb_rng rng = {2, 0};
    for (int round = 0; round < 600; round++) {
        int64_t k = (int64_t)bb_rng_below(&rng, 200), n = (int64_t)bb_rng_below(&rng, 200);
        bool left = round % 2;
        check_random(&rng, BB_SCALAR, left ? 1 : n, k, left ? n : 1, round % 3 ? BB_F32 : BB_F64);
    }
    check_random(&rng, BB_SCALAR, 1, 2000, 900, BB_F32);
    check_random(&rng, BB_SCALAR, 2500, 800, 1, BB_F32);
}

/* One matrix in the layouts that BLAS takes, and sizes that are cut into panels. */
static void check_panels(int64_t m, int64_t k, int64_t n, layout how_x, layout how_y,
                         bb_dtype dtype)
{
    bb_rng rng = {3, 0};
    block x = block_random(&rng, dtype, BB_SHAPE(m, k), how_x, 0);
    block y = block_random(&rng, dtype, BB_SHAPE(k, n), how_y, 0);
    check(&x.array, &y.array);
    free(x.memory);
    free(y.memory);
}

Test(gemm, panels)
{
    check_panels(100, 784, 50, ROW_MAJOR, ROW_MAJOR, BB_F32);
    check_panels(784, 100, 50, TRANSPOSED, ROW_MAJOR, BB_F32);
    check_panels(100, 50, 784, ROW_MAJOR, TRANSPOSED, BB_F32);
    check_panels(301, 130, 257, TRANSPOSED, TRANSPOSED, BB_F32);
    check_panels(129, 200, 515, ROW_MAJOR, ROW_MAJOR, BB_F64);
    check_panels(515, 97, 129, SPACED, REPEATED, BB_F64);
    check_panels(600, 150, 70, ROW_MAJOR, TRANSPOSED, BB_F32);
    check_panels(60, 150, 700, TRANSPOSED, TRANSPOSED, BB_F32);
    check_panels(100, 3000, 90, ROW_MAJOR, ROW_MAJOR, BB_F32);
    check_panels(20, 30011, 30, TRANSPOSED, ROW_MAJOR, BB_F32);
    check_panels(70, 3000, 40, SPACED, TRANSPOSED, BB_F64);
}

/* Columns beyond whole vectors may be another library's: where y is turned, rows are apart, and
 * what is there is added to. */
Test(gemm, last_columns)
{
    enum { M = 60, K = 300, MOST = 70, LEAD = MOST + 3 };
    static const int64_t columns[] = {2, 3, 4, 9, 10, 12, 16, 17, 20, 21, 33, 50, 52, 66};
    bb_rng rng = {9, 0};
    block to = block_new(BB_F32, BB_SHAPE(M, LEAD));
    float *out = to.memory;
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        for (int way = 0; way < 8; way++) {
            const int64_t n = columns[i];
            const bool xt = way & 1, yt = way & 2, is_added = way & 4;
            block x = block_random(&rng, BB_F32, BB_SHAPE(M, K), xt ? TRANSPOSED : ROW_MAJOR, 0);
            block y = block_random(&rng, BB_F32, BB_SHAPE(K, n), yt ? TRANSPOSED : ROW_MAJOR, 0);
            for (int64_t k = 0; k < M * LEAD; k++)
                out[k] = 100;
            bb__product(BB_F32, M, n, K, (bb__matrix){x.array.data, xt ? M : K, xt},
                        (bb__matrix){y.array.data, yt ? K : n, yt}, is_added, out, LEAD);
            for (int64_t row = 0; row < M; row++)
                for (int64_t k = 0; k < LEAD; k++) {
                    double sum = k < n && !is_added ? 0 : 100;
                    for (int64_t l = 0; l < K && k < n; l++)
                        sum += get(&x.array, at_index(&x.array, (int64_t[]){row, l})) *
                               get(&y.array, at_index(&y.array, (int64_t[]){l, k}));
                    cr_assert_float_eq(out[row * LEAD + k], sum, 2e-3, "[%d, %d] of %d, way %d",
                                       (int)row, (int)k, (int)n, way);
                }
            free(x.memory);
            free(y.memory);
        }
    free(to.memory);
}

Test(gemm, batches_are_spread_over_threads)
{
    bb_rng rng = {4, 0};
    check_random(&rng, BB_SHAPE(7), 64, 32, 48, BB_F32);
    check_random(&rng, BB_SHAPE(3, 2), 100, 90, 80, BB_F64);
}

/* A zero does not hide what it is multiplied with. */
Test(gemm, nan_and_infinity_spread)
{
    static const int64_t sizes[][3] = {{1, 1, 1},    {4, 5, 6},     {1, 70, 50},    {50, 70, 1},
                                       {30, 40, 50}, {90, 300, 70}, {200, 300, 250}};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (bb_dtype dtype = BB_F32; dtype <= BB_F64; dtype++) {
            int64_t m = sizes[s][0], k = sizes[s][1], n = sizes[s][2];
            block x = block_new(dtype, BB_SHAPE(m, k)), y = block_new(dtype, BB_SHAPE(k, n));
            for (int64_t i = 0; i < m * k; i++)
                put(&x.array, i, 0);
            for (int64_t i = 0; i < k * n; i++)
                put(&y.array, i, i / n == k / 2 ? (double)INFINITY : 1);
            block out = multiplied(&x.array, &y.array, 2);
            for (int64_t i = 0; i < m * n; i++)
                cr_assert(isnan(get(&out.array, i)), "%lld x %lld x %lld: %g", (long long)m,
                          (long long)k, (long long)n, get(&out.array, i));
            free(out.memory);
            for (int64_t i = 0; i < k * n; i++)
                put(&y.array, i, 1);
            put(&x.array, (m - 1) * k, NAN);
            out = multiplied(&x.array, &y.array, 2);
            for (int64_t i = 0; i < m * n; i++)
                cr_assert_eq(isnan(get(&out.array, i)) != 0, i / n == m - 1);
            free(out.memory);
            free(x.memory);
            free(y.memory);
        }
}

Test(gemm, an_empty_sum_is_zero)
{
    block x = block_new(BB_F32, BB_SHAPE(2, 3, 0)), y = block_new(BB_F32, BB_SHAPE(2, 0, 4));
    block out = multiplied(&x.array, &y.array, 1);
    for (int64_t i = 0; i < 24; i++)
        cr_assert_eq(get(&out.array, i), 0.0);
    free(x.memory);
    free(y.memory);
    free(out.memory);
}

/* The caller's number of threads is left as it was, and a caller's own region is no trouble. */
Test(gemm, openmp_is_left_alone)
{
    bb_rng rng = {5, 0};
    block x = block_random(&rng, BB_F32, BB_SHAPE(300, 300), ROW_MAJOR, 0);
    block wanted = multiplied(&x.array, &x.array, 1), inside[4];
    omp_set_num_threads(3);
    block out = multiplied(&x.array, &x.array, 2);
    cr_assert_eq(omp_get_max_threads(), 3);
    cr_assert(same_bits(&out, &wanted));
    free(out.memory);
#pragma omp parallel for num_threads(4)
    for (int i = 0; i < 4; i++)
        inside[i] = multiplied(&x.array, &x.array, 4);
    for (int i = 0; i < 4; i++) {
        cr_assert(same_bits(&inside[i], &wanted));
        free(inside[i].memory);
    }
    free(wanted.memory);
    free(x.memory);
}

/* Tails. */

static void check_tail(const bb_array *x, const bb_array *y, int threads)
{
    block wanted = multiplied(x, y, threads), out = block_new(x->dtype, wanted.array.shape);
    const notes n = notes_new(&out.array);
    const bb__tail tail = {note, &n, 100};
    void *scratch = scratch_new(bb__matmul_scratch(x, y, &out.array));
    bb__matmul(x, y, &out.array, scratch, &tail, threads);
    cr_assert(same_bits(&out, &wanted));
    notes_check(&n);
    free(scratch);
    free(wanted.memory);
    free(out.memory);
}

Test(gemm, a_tail_sees_each_finished_element_once)
{
    static const int64_t sizes[][4] = {{1, 2, 3, 4},       {1, 700, 300, 40}, {1, 300, 700, 40},
                                       {1, 2000, 600, 30}, {9, 64, 64, 32},   {70, 3, 2, 2},
                                       {3001, 2, 3, 4},    {33, 17, 19, 60},  {1, 1, 300, 200},
                                       {1, 300, 1, 200},   {1, 300, 400, 0},  {1, 100, 90, 4000},
                                       {3, 5, 4, 0},       {2, 0, 4, 3},      {1, 1024, 1024, 16}};
    bb_rng rng = {6, 0};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (bb_dtype dtype = BB_F32; dtype <= BB_F64; dtype++) {
            const int64_t *z = sizes[s];
            block x = block_random(&rng, dtype, BB_SHAPE(z[0], z[1], z[3]), ROW_MAJOR, 0);
            block y = block_random(&rng, dtype, BB_SHAPE(z[0], z[3], z[2]), TRANSPOSED, 0);
            for (int threads = 1; threads <= 4; threads += 3)
                check_tail(&x.array, &y.array, threads);
            free(x.memory);
            free(y.memory);
        }
}

/* Cuts. */

Test(gemm, panels_cover_a_result_once)
{
    bb_rng rng = {7, 0};
    for (int round = 0; round < 2000; round++) {
        const bb__gemm_sizes s = {round % 3 ? BB_F32 : BB_F64,
                                  1 + (int64_t)bb_rng_below(&rng, 20),
                                  1 + (int64_t)bb_rng_below(&rng, 3000),
                                  1 + (int64_t)bb_rng_below(&rng, 3000),
                                  1 + (int64_t)bb_rng_below(&rng, 500),
                                  bb_rng_below(&rng, 2),
                                  bb_rng_below(&rng, 2),
                                  512 << bb_rng_below(&rng, 3),
                                  500 + (int64_t)bb_rng_below(&rng, 13)};
        const bb__gemm_cut c = bb__gemm_cut_of(&s);
        cr_assert(c.panels >= 1 && c.size == (c.by_rows ? s.m : s.n));
        cr_assert(bb__gemm_start(&c, 0) == 0 && bb__gemm_start(&c, c.panels) == c.size);
        int64_t widest = 0, narrowest = c.size, widths = 0;
        for (int64_t i = 0, seen[BB__GEMM_WIDTHS + 1] = {0}; i < c.panels; i++) {
            const int64_t width = bb__gemm_start(&c, i + 1) - bb__gemm_start(&c, i);
            widest = width > widest ? width : widest;
            narrowest = i < c.panels - 1 && width < narrowest ? width : narrowest;
            int64_t at = 0;
            while (at < widths && seen[at] != width)
                at++;
            seen[at] = width;
            widths += at == widths;
            cr_assert(width > 0 && widths <= BB__GEMM_WIDTHS);
        }
        cr_assert(c.width >= widest && c.width - widest < c.unit &&
                  (c.panels == 1 || widest - narrowest <= c.unit));
        cr_assert(c.parts == 1 || ((c.by_rows || c.panels == 1) && c.parts <= s.k));
    }
}

/* A product that one thread would do leaves the others nothing. */
Test(gemm, large_products_are_cut)
{
    static const int64_t sizes[][3] = {{100, 784, 50},  {784, 50, 100},   {128, 512, 784},
                                       {32, 1024, 256}, {100, 100, 4320}, {1024, 1024, 64}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int t = 0; t < 3; t++) {
            const int64_t *z = sizes[i];
            const bool xt = t == 1, yt = t == 2;
            const int64_t x_lead = xt ? z[0] : z[2], y_lead = yt ? z[2] : z[1];
            const bb__gemm_sizes s = {BB_F32, 1, z[0], z[1], z[2], xt, yt, x_lead, y_lead};
            const bb__gemm_cut c = bb__gemm_cut_of(&s);
            cr_assert_geq(c.panels * c.parts, 2);
        }
}

/* A small result of long sums is cut into parts of these. */
Test(gemm, long_sums_are_cut_into_parts)
{
    static const int64_t cases[][4] = {{100, 50, 784, 2},   {100, 50, 767, 1},  {50, 100, 784, 2},
                                       {100, 100, 4320, 8}, {129, 50, 3000, 1}, {100, 10, 784, 1},
                                       {128, 1, 24000, 1},  {1, 128, 24000, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int dtype = BB_F32; dtype <= BB_F64; dtype++) {
            const int64_t m = cases[i][0], n = cases[i][1], k = cases[i][2];
            const bb__gemm_sizes s = {(bb_dtype)dtype, 1, m, n, k, false, false, k, n};
            cr_expect_eq(bb__gemm_cut_of(&s).parts, cases[i][3], "case %d", (int)i);
        }
}

/* Rows that are a multiple of a page apart share the lines of one. */
Test(gemm, rows_that_crowd)
{
    static const struct {
        int64_t lead, k, least;
        bool crowd;
    } cases[] = {{1024, 64, 512, true},    {1024, 63, 512, false},  {2048, 64, 512, true},
                 {1040, 4096, 16, true},   {1040, 4096, 32, false}, {512, 128, 512, true},
                 {256, 4096, 512, false},  {256, 256, 256, true},   {3072, 64, 512, true},
                 {1000, 9999, 128, false}, {1, 1 << 20, 2, false},  {0, 100, 128, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_expect_eq(bb__rows_crowd(cases[i].lead, cases[i].k, cases[i].least), cases[i].crowd,
                     "case %d", (int)i);
}

/* What is asked of y is a line more where oneDNN reads it, else nothing. */
Test(gemm, rows_of_operands_read_often)
{
    const bool spaces = bb__onednn_is_used(), is_avx512 = bb__onednn_is_avx512();
    const int enough = is_avx512 ? 8 : 16;
    const int64_t plain[] = {1024, 1}, turned[] = {1, 256}, half[] = {512, 1}, apart[] = {1040, 1},
                  thousand[] = {1000, 1};
    const bb_type few[] = {{BB_F32, BB_SHAPE(32, 256)}, {BB_F32, BB_SHAPE(256, 1024)}};
    const bb_type wide[] = {{BB_F64, BB_SHAPE(32, 256)}, {BB_F64, BB_SHAPE(256, 1024)}};
    const bb_type odd[] = {{BB_F32, BB_SHAPE(32, 256)}, {BB_F32, BB_SHAPE(256, 1000)}};
    const bb_type less[] = {{BB_F32, BB_SHAPE(512, 256)}, {BB_F32, BB_SHAPE(256, 512)}};
    cr_expect_eq(bb__matmul_row_step(few, 1, plain, enough), spaces ? 1040 : 0);
    cr_expect_eq(bb__matmul_row_step(few, 1, plain, enough - 1), 0, "too few rows");
    cr_expect_eq(bb__matmul_row_step(few, 1, apart, enough), 0, "apart already");
    cr_expect_eq(bb__matmul_row_step(wide, 1, plain, 16), 0, "no floats");
    cr_expect_eq(bb__matmul_row_step(odd, 1, thousand, 16), 0, "rows out of each other's way");
    cr_expect_eq(bb__matmul_row_step(less, 1, half, 1), spaces && !is_avx512 ? 528 : 0);
    cr_expect_eq(bb__matmul_row_step(less, 1, half, 2), spaces ? 528 : 0);
    cr_expect_eq(bb__matmul_row_step(few, 1, turned, 16), spaces ? 1040 : 1024);
    cr_expect_eq(bb__matmul_row_step(few, 1, turned, 7), 0, "too few readers");
    cr_expect_eq(bb__matmul_row_step(few, 0, turned, 8), 256);
    const bb_type many[] = {{BB_F32, BB_SHAPE(512, 256)}, {BB_F32, BB_SHAPE(256, 1024)}};
    cr_expect_eq(bb__matmul_row_step(many, 1, turned, 1), is_avx512 ? 1040 : 0, "many rows");
    cr_expect_eq(bb__matmul_row_step(few, 1, turned, 1), 0, "few rows");
}

/* Products by oneDNN. */

static void check_made(const bb__onednn_product *p, bb__onednn_sizes s)
{
    bb_rng rng = {8, 0};
    layout how = s.x_transposed ? TRANSPOSED : ROW_MAJOR;
    block x = block_random(&rng, BB_F32, BB_SHAPE(s.m, s.k), how, 0);
    block y = block_random(&rng, BB_F32, BB_SHAPE(s.k, s.n), TRANSPOSED, 0);
    block out = block_new(BB_F32, BB_SHAPE(s.m, s.n));
    void *scratch = scratch_new(bb__onednn_product_scratch(p));
    int64_t index[BB_MAX_DIMS] = {0};
    cr_assert(bb__onednn_product_run(p, x.array.data, y.array.data, out.array.data, scratch));
    do
        check_element(&x.array, &y.array, index, get(&out.array, at_index(&out.array, index)));
    while (next_index(out.array.shape, index));
    free(scratch);
    free(x.memory);
    free(y.memory);
    free(out.memory);
}

Test(gemm, products_are_made_once)
{
    static const bb__onednn_sizes sizes[] = {
        {37, 70, 100, false}, {37, 70, 100, true}, {128, 64, 129, false}, {16, 9, 1000, true}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        cr_assert_null(bb__onednn_product_find(sizes[i]));
        const bb__onednn_product *p = bb__onednn_product_make(sizes[i]);
        cr_assert_eq(bb__onednn_product_find(sizes[i]), p);
        cr_assert_eq(bb__onednn_product_make(sizes[i]), p);
        if (p) /* not on a processor for which oneDNN has no kernel */
            check_made(p, sizes[i]);
    }
}
