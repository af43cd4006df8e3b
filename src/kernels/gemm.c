/* SPDX-License-Identifier: MIT */
/* Matrix products: the only file that calls BLAS.
 *
 * OpenBLAS always runs on one thread. A product is cut into panels of rows or columns of its
 * result by size only, and the panels, never the terms of a sum, are spread over threads. */
#include "kernels.h"

#include <cblas.h>
#include <limits.h>
#include <omp.h>
#include <stdatomic.h>
#include <string.h>

/* OpenBLAS on one thread. */

/* The serial build is so anyway. The pthread build has one number for the whole process, so setting
 * it once is enough. The OpenMP build asks omp_get_max_threads in the calling thread, also in a
 * parallel region of another OpenMP runtime than its own; this number is set to 1 around calls. */
static void make_blas_serial(void)
{
    if (openblas_get_parallel() == OPENBLAS_THREAD && openblas_get_num_threads() != 1)
        openblas_set_num_threads(1);
}

static int enter_blas(void)
{
    int threads = openblas_get_parallel() == OPENBLAS_OPENMP ? omp_get_max_threads() : 1;
    if (threads != 1)
        omp_set_num_threads(1);
    return threads;
}

static void leave_blas(int threads)
{
    if (threads != 1)
        omp_set_num_threads(threads);
}

/* Whether OpenBLAS multiplies small float matrices in place, without packing them first. */
static bool has_small_kernels(void)
{
    static const char *const cores[] = {"SkylakeX", "Cooperlake", "SapphireRapids"};
    static atomic_int known; /* 0: not yet, 1: no, 2: yes */
    int answer = atomic_load_explicit(&known, memory_order_relaxed);
    if (!answer) {
        answer = 1;
        for (size_t i = 0; i < sizeof cores / sizeof *cores; i++)
            answer = strcmp(openblas_get_corename(), cores[i]) == 0 ? 2 : answer;
        atomic_store_explicit(&known, answer, memory_order_relaxed);
    }
    return answer == 2;
}

/* Operands. */

/* A matrix as BLAS takes it: one stride is 1, the other the leading one. */
typedef struct matrix {
    bool fits, transposed;
    int64_t lead;
} matrix;

/* A stride along a size of 1 is never used, and may be what suits. */
static matrix matrix_of(const bb_array *a)
{
    int r = a->shape.ndim - 2, c = r + 1;
    int64_t rows = a->shape.dim[r], columns = a->shape.dim[c];
    int64_t down = a->stride[r], right = a->stride[c];
    if ((columns <= 1 || right == 1) && (rows <= 1 || down >= (columns > 1 ? columns : 1)))
        return (matrix){true, false, rows > 1 ? down : columns > 1 ? columns : 1};
    if ((rows <= 1 || down == 1) && (columns <= 1 || right >= (rows > 1 ? rows : 1)))
        return (matrix){true, true, columns > 1 ? right : rows > 1 ? rows : 1};
    return (matrix){false, false, columns};
}

/* The shape that a packed copy of an operand has: batches that only repeat are kept once. */
static bb_array packed_like(const bb_array *a, void *scratch)
{
    bb_array packed = *a;
    int64_t step = 1;
    packed.data = scratch;
    for (int i = a->shape.ndim - 1; i >= 0; i--) {
        if (i < a->shape.ndim - 2 && a->stride[i] == 0)
            packed.shape.dim[i] = 1;
        packed.stride[i] = step;
        step *= packed.shape.dim[i];
    }
    return packed;
}

static size_t packed_bytes(const bb_array *a)
{
    enum { ALIGN = 64 };
    if (matrix_of(a).fits)
        return 0;
    bb_array packed = packed_like(a, NULL);
    size_t bytes = (size_t)bb_shape_count(packed.shape) * bb_dtype_size(a->dtype);
    return (bytes + ALIGN - 1) / ALIGN * ALIGN;
}

/* The operand itself, or a copy in scratch memory with strides that BLAS takes. */
static bb_array pack(const bb_array *a, void *scratch, int threads)
{
    if (matrix_of(a).fits)
        return *a;
    bb_array packed = packed_like(a, scratch), source = *a;
    source.shape = packed.shape;
    bb__copy(&source, &packed, threads);
    for (int i = 0; i < a->shape.ndim - 2; i++)
        packed.stride[i] = a->stride[i] == 0 ? 0 : packed.stride[i];
    packed.shape = a->shape;
    return packed;
}

size_t bb__matmul_scratch(const bb_array *x, const bb_array *y)
{
    return packed_bytes(x) + packed_bytes(y);
}

/* Panels. */

typedef struct product product;
typedef void (*multiply_fn)(const product *p, const char *x, const char *y, char *out, int64_t m,
                            int64_t n);

struct product {
    bb_array x, y;
    const bb_array *out;
    matrix mx, my;
    int64_t m, n, k;
    bool by_rows; /* panels are rows of the result, else columns */
    int64_t panels, width;
    multiply_fn multiply;
};

/* How many panels one product is cut into. A panel packs again the operand that all panels share,
 * so it must be wide and heavy enough; except where small kernels spare the packing. */
static int64_t panel_count(int64_t m, int64_t n, int64_t k, bool small_kernels)
{
    enum { MOST = 16, WIDE = 128, THIN = 16 };
    static const double small = 1e6, heavy = 0.75e6; /* multiplications */
    int64_t longer = m > n ? m : n, other = m > n ? n : m;
    double work = (double)m * (double)n * (double)k;
    int64_t thin = 1, wide = 1, least = other < WIDE ? other : WIDE;
    while (work / (double)thin > small && longer / (2 * thin) >= THIN && thin < MOST)
        thin *= 2;
    if (small_kernels && work / (double)thin <= small)
        return thin;
    while (work / (double)(2 * wide) >= heavy && longer / (2 * wide) >= least && wide < MOST)
        wide *= 2;
    return wide;
}

/* Products too small for a call of BLAS, or with sizes beyond its integers. */
#define DEFINE_PLAIN(name, T)                                                              \
    static void name(const product *p, const char *x, const char *y, char *out, int64_t m, \
                     int64_t n)                                                            \
    {                                                                                      \
        const int d = p->x.shape.ndim - 2;                                                 \
        const int64_t xi = p->x.stride[d], xl = p->x.stride[d + 1];                        \
        const int64_t yl = p->y.stride[d], yj = p->y.stride[d + 1];                        \
        for (int64_t i = 0; i < m; i++)                                                    \
            for (int64_t j = 0; j < n; j++) {                                              \
                const T *a = (const T *)x + i * xi, *b = (const T *)y + j * yj;            \
                T sum = 0;                                                                 \
                for (int64_t l = 0; l < p->k; l++)                                         \
                    sum += a[l * xl] * b[l * yl];                                          \
                ((T *)out)[i * p->n + j] = sum;                                            \
            }                                                                              \
    }
DEFINE_PLAIN(plain_f32, float)
DEFINE_PLAIN(plain_f64, double)

/* A product with a vector reads its matrix once. The result is cleared first, since not every
 * OpenBLAS lets beta = 0 hide a NaN that was there. */
#define DEFINE_BLAS(suffix, T, GEMM, GEMV)                                                         \
    static void gemm_##suffix(const product *p, const char *x, const char *y, char *out,           \
                              int64_t m, int64_t n)                                                \
    {                                                                                              \
        GEMM(CblasRowMajor, p->mx.transposed ? CblasTrans : CblasNoTrans,                          \
             p->my.transposed ? CblasTrans : CblasNoTrans, (blasint)m, (blasint)n, (blasint)p->k,  \
             1, (const T *)x, (blasint)p->mx.lead, (const T *)y, (blasint)p->my.lead, 0, (T *)out, \
             (blasint)p->n);                                                                       \
    }                                                                                              \
    static void column_##suffix(const product *p, const char *x, const char *y, char *out,         \
                                int64_t m, int64_t n)                                              \
    {                                                                                              \
        const bool t = p->mx.transposed;                                                           \
        memset(out, 0, (size_t)(m * n) * sizeof(T));                                               \
        GEMV(CblasRowMajor, t ? CblasTrans : CblasNoTrans, (blasint)(t ? p->k : m),                \
             (blasint)(t ? m : p->k), 1, (const T *)x, (blasint)p->mx.lead, (const T *)y,          \
             (blasint)(p->my.transposed ? 1 : p->my.lead), 0, (T *)out, 1);                        \
    }                                                                                              \
    static void row_##suffix(const product *p, const char *x, const char *y, char *out, int64_t m, \
                             int64_t n)                                                            \
    {                                                                                              \
        const bool t = p->my.transposed;                                                           \
        memset(out, 0, (size_t)(m * n) * sizeof(T));                                               \
        GEMV(CblasRowMajor, t ? CblasNoTrans : CblasTrans, (blasint)(t ? n : p->k),                \
             (blasint)(t ? p->k : n), 1, (const T *)y, (blasint)p->my.lead, (const T *)x,          \
             (blasint)(p->mx.transposed ? p->mx.lead : 1), 0, (T *)out, 1);                        \
    }
DEFINE_BLAS(f32, float, cblas_sgemm, cblas_sgemv)
DEFINE_BLAS(f64, double, cblas_dgemm, cblas_dgemv)

typedef enum way { PLAIN, GEMM, COLUMN, ROW, WAYS } way;
static const multiply_fn ways[BB_DTYPE_COUNT][WAYS] = {
    [BB_F32] = {plain_f32, gemm_f32, column_f32, row_f32},
    [BB_F64] = {plain_f64, gemm_f64, column_f64, row_f64}};

static bool is_tiny(int64_t m, int64_t n, int64_t k)
{
    enum { TINY = 64 };
    return (double)m * (double)n * (double)k <= TINY;
}

static way way_of(const product *p)
{
    const int64_t sizes[] = {p->m, p->n, p->k, p->mx.lead, p->my.lead};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (sizes[i] > INT_MAX)
            return PLAIN;
    return is_tiny(p->m, p->n, p->k) ? PLAIN : p->n == 1 ? COLUMN : p->m == 1 ? ROW : GEMM;
}

/* Where matrix number `batch` of an array begins, in elements. */
static int64_t batch_offset(const bb_array *a, int64_t batch)
{
    int64_t offset = 0;
    for (int i = a->shape.ndim - 3; i >= 0; i--) {
        offset += batch % a->shape.dim[i] * a->stride[i];
        batch /= a->shape.dim[i];
    }
    return offset;
}

static void multiply_range(void *context, int64_t first, int64_t last)
{
    const product *p = context;
    const int d = p->x.shape.ndim - 2;
    const int64_t element = (int64_t)bb_dtype_size(p->x.dtype);
    const int threads = enter_blas();
    for (int64_t item = first; item < last; item++) {
        int64_t batch = item / p->panels, start = item % p->panels * p->width;
        int64_t rest = (p->by_rows ? p->m : p->n) - start,
                width = rest < p->width ? rest : p->width;
        int64_t x = batch_offset(&p->x, batch), y = batch_offset(&p->y, batch);
        int64_t out = batch * p->m * p->n;
        if (p->by_rows) {
            x += start * p->x.stride[d];
            out += start * p->n;
        } else {
            y += start * p->y.stride[d + 1];
            out += start;
        }
        p->multiply(p, (const char *)p->x.data + x * element, (const char *)p->y.data + y * element,
                    (char *)p->out->data + out * element, p->by_rows ? width : p->m,
                    p->by_rows ? p->n : width);
    }
    leave_blas(threads);
}

/* Cuts each product of the batch into panels along the longer side of its result. */
static void cut(product *p)
{
    bool small_kernels = p->out->dtype == BB_F32 && has_small_kernels();
    int64_t longer = p->m > p->n ? p->m : p->n;
    p->by_rows = p->m > p->n;
    p->panels = panel_count(p->m, p->n, p->k, small_kernels);
    p->width = (longer + p->panels - 1) / p->panels;
    p->panels = (longer + p->width - 1) / p->width;
}

void bb__matmul(const bb_array *x, const bb_array *y, const bb_array *out, void *scratch,
                int threads)
{
    static const double worth = 200000; /* multiplications that pay for a thread */
    const int d = x->shape.ndim - 2;
    product p = {.out = out, .m = x->shape.dim[d], .k = x->shape.dim[d + 1]};
    p.n = y->shape.dim[d + 1];
    int64_t count = bb_shape_count(out->shape);
    if (count && !p.k)
        memset(out->data, 0, (size_t)count * bb_dtype_size(out->dtype));
    if (!count || !p.k)
        return;
    make_blas_serial();
    bool tiny = is_tiny(p.m, p.n, p.k);
    p.x = tiny ? *x : pack(x, scratch, threads);
    p.y = tiny ? *y : pack(y, scratch ? (char *)scratch + packed_bytes(x) : NULL, threads);
    p.mx = matrix_of(&p.x);
    p.my = matrix_of(&p.y);
    p.multiply = ways[out->dtype][way_of(&p)];
    cut(&p);
    double panel = (double)p.m * (double)p.n * (double)p.k / (double)p.panels;
    bb__parallel(count / (p.m * p.n) * p.panels, panel < worth ? (int64_t)(worth / panel) : 1,
                 threads, multiply_range, &p);
}

/* Products for kernels that cut their work themselves. */

void bb__gemm(bb_dtype dtype, int64_t m, int64_t n, int64_t k, bb__matrix x, bb__matrix y,
              bool accumulate, void *out, int64_t lead)
{
    const CBLAS_TRANSPOSE tx = x.transposed ? CblasTrans : CblasNoTrans;
    const CBLAS_TRANSPOSE ty = y.transposed ? CblasTrans : CblasNoTrans;
    const blasint rows = (blasint)m, columns = (blasint)n, inner = (blasint)k;
    const blasint lx = (blasint)x.lead, ly = (blasint)y.lead, lo = (blasint)lead;
    make_blas_serial();
    const int threads = enter_blas();
    if (dtype == BB_F32)
        cblas_sgemm(CblasRowMajor, tx, ty, rows, columns, inner, 1, x.data, lx, y.data, ly,
                    accumulate ? 1 : 0, out, lo);
    else
        cblas_dgemm(CblasRowMajor, tx, ty, rows, columns, inner, 1, x.data, lx, y.data, ly,
                    accumulate ? 1 : 0, out, lo);
    leave_blas(threads);
}
