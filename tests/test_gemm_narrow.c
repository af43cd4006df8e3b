/* SPDX-License-Identifier: MIT */
/* Products with a few columns by our own loops, against plain sums in double; called by themselves,
 * since blas.c takes them with AVX2 alone. */
#include "arrays.h"
#include "blas.h"

#include <sys/mman.h>
#include <unistd.h>

/* A matrix that begins where a page does, or ends so, with nothing before and behind its pages. */
typedef struct matrix {
    char *pages; /* the one before them, too */
    size_t bytes;
    float *at;
    int64_t lead;
} matrix;

static void protect(const matrix *a, int how)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    cr_assert_eq(mprotect(a->pages, page, how), 0);
    cr_assert_eq(mprotect(a->pages + page + a->bytes, page, how), 0);
}

static matrix matrix_new(int64_t rows, int64_t width, int64_t lead, bool at_end)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t needed = (size_t)((rows - 1) * lead + width) * sizeof(float);
    matrix a = {.bytes = (needed + page - 1) / page * page, .lead = lead};
    void *pages = NULL;
    cr_assert_eq(posix_memalign(&pages, page, a.bytes + 2 * page), 0);
    a.pages = pages;
    a.at = (float *)(void *)(a.pages + page + (at_end ? a.bytes - needed : 0));
    protect(&a, PROT_NONE);
    return a;
}

static void matrix_free(matrix *a)
{
    protect(a, PROT_READ | PROT_WRITE);
    free(a->pages);
}

/* Numbers, and NaN between rows; `rare` infinities and NaN among the numbers, if it is not 0. */
static matrix matrix_random(bb_rng *rng, int64_t rows, int64_t width, int64_t rare)
{
    static const float special[] = {NAN, INFINITY, -INFINITY, 0};
    matrix a = matrix_new(rows, width, width + (int64_t)bb_rng_below(rng, 4), bb_rng_below(rng, 2));
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < a.lead && i * a.lead + j < (rows - 1) * a.lead + width; j++) {
            float value = (float)bb_rng_uniform(rng) - 0.5F;
            if (rare && bb_rng_below(rng, (uint64_t)rare) == 0)
                value = special[bb_rng_below(rng, 4)];
            a.at[i * a.lead + j] = j < width ? value : NAN;
        }
    return a;
}

typedef struct product {
    int64_t m, n, k;
    bool xt, yt, is_added;
    int64_t rare; /* see matrix_random */
} product;

static double element(const matrix *a, bool transposed, int64_t i, int64_t j)
{
    return (double)a->at[transposed ? j * a->lead + i : i * a->lead + j];
}

static void check_element(const product *p, const matrix *x, const matrix *y, int64_t i, int64_t j,
                          double old, double got)
{
    double sum = p->is_added ? old : 0, scale = fabs(sum);
    for (int64_t l = 0; l < p->k; l++) {
        const double term = element(x, p->xt, i, l) * element(y, p->yt, l, j);
        sum += term, scale += fabs(term);
    }
    const bool is_right = isnan(sum)   ? isnan(got)
                          : isinf(sum) ? got == sum
                                       : fabs(got - sum) <= (double)(p->k + 3) * 6e-8 * scale;
    cr_assert(is_right, "[%d, %d] of %d x %d x %d, %d%d%d: %.9g, not %.9g", (int)i, (int)j,
              (int)p->m, (int)p->k, (int)p->n, p->xt, p->yt, p->is_added, got, sum);
}

static void run(const product *p, const matrix *x, const matrix *y, const matrix *out)
{
    bb__narrow_gemm(p->m, p->n, p->k, (bb__matrix){x->at, x->lead, p->xt},
                    (bb__matrix){y->at, y->lead, p->yt}, p->is_added, out->at, out->lead);
}

static void check(bb_rng *rng, product p)
{
    matrix x = matrix_random(rng, p.xt ? p.k : p.m, p.xt ? p.m : p.k, p.rare);
    matrix y = matrix_random(rng, p.yt ? p.n : p.k, p.yt ? p.k : p.n, p.rare);
    matrix out = matrix_random(rng, p.m, p.n, 0), old = matrix_new(p.m, p.n, out.lead, true);
    for (int64_t i = 0; i < p.m && !p.is_added; i++)
        out.at[i * out.lead] = NAN;
    const size_t bytes = (size_t)((p.m - 1) * out.lead + p.n) * sizeof(float);
    memcpy(old.at, out.at, bytes);
    run(&p, &x, &y, &out);
    for (int64_t i = 0; i < p.m; i++)
        for (int64_t j = 0; j < p.n; j++) {
            const int64_t at = i * out.lead + j;
            check_element(&p, &x, &y, i, j, (double)old.at[at], (double)out.at[at]);
            out.at[at] = old.at[at];
        }
    cr_assert_eq(memcmp(out.at, old.at, bytes), 0, "written between rows");
    matrix_free(&x), matrix_free(&y), matrix_free(&out), matrix_free(&old);
}

static product product_random(bb_rng *rng, uint64_t most)
{
    return (product){.m = 1 + (int64_t)bb_rng_below(rng, most),
                     .n = 1 + (int64_t)bb_rng_below(rng, BB__NARROW),
                     .k = 1 + (int64_t)bb_rng_below(rng, most),
                     .xt = bb_rng_below(rng, 2),
                     .yt = bb_rng_below(rng, 2),
                     .is_added = bb_rng_below(rng, 2)};
}

Test(gemm_narrow, any_sizes)
{
    bb_rng rng = {1, 0};
    for (int round = 0; round < 3000; round++)
        check(&rng, product_random(&rng, round % 3 ? 40 : 150));
}

/* Beyond the terms, and the rows, that are taken at a time. */
Test(gemm_narrow, long_sums_and_many_rows)
{
    static const int64_t sizes[] = {1023, 1024, 1025, 1031, 1040, 2048, 2053, 3000};
    bb_rng rng = {2, 0};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int round = 0; round < 32; round++) {
            product p = product_random(&rng, 40);
            *(round % 2 ? &p.m : &p.k) = sizes[i];
            check(&rng, p);
        }
}

/* Terms that the last vector of a sum has in common with the one before it count once. */
Test(gemm_narrow, nan_and_infinity_spread)
{
    bb_rng rng = {3, 0};
    for (int round = 0; round < 3000; round++) {
        product p = product_random(&rng, 40);
        p.rare = 2 * p.k;
        check(&rng, p);
    }
}

/* Rows, and those of a transposed x that are vectors, have the same sums as in another product. */
Test(gemm_narrow, rows_do_not_depend_on_others)
{
    enum { LEAST = 16 };
    bb_rng rng = {4, 0};
    for (int round = 0; round < 1000; round++) {
        product p = product_random(&rng, 60);
        p.m += LEAST, p.is_added = false;
        matrix x = matrix_random(&rng, p.xt ? p.k : p.m, p.xt ? p.m : p.k, 0);
        matrix y = matrix_random(&rng, p.yt ? p.n : p.k, p.yt ? p.k : p.n, 0);
        matrix out = matrix_new(p.m, p.n, p.n, true), part = matrix_new(p.m, p.n, p.n, true);
        product some = p;
        const int64_t first = (int64_t)bb_rng_below(&rng, (uint64_t)(p.m - LEAST));
        some.m = LEAST + (int64_t)bb_rng_below(&rng, (uint64_t)(p.m - LEAST - first + 1));
        run(&p, &x, &y, &out);
        matrix from = x;
        from.at += first * (p.xt ? 1 : x.lead);
        run(&some, &from, &y, &part);
        cr_assert_eq(memcmp(part.at, out.at + first * p.n, (size_t)(some.m * p.n) * sizeof(float)),
                     0);
        matrix_free(&x), matrix_free(&y), matrix_free(&out), matrix_free(&part);
    }
}
