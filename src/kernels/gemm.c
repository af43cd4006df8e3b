/* SPDX-License-Identifier: MIT */
/* Matrix products of any strides and batches.
 *
 * A product is cut into panels of rows or columns of its result by size only, and the panels, never
 * the terms of a sum, are spread over threads. */
#include "gemm.h"
#include "blas.h"

#include <limits.h>
#include <string.h>

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
    bb__gemm_cut cut;
    multiply_fn multiply;
    const bb__tail *tail; /* or NULL */
};

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

/* A product with a vector reads its matrix once. */
static void multiply_matrices(const product *p, const char *x, const char *y, char *out, int64_t m,
                              int64_t n)
{
    bb__gemm(p->out->dtype, p->mx.transposed, p->my.transposed, (int)m, (int)n, (int)p->k, x,
             (int)p->mx.lead, y, (int)p->my.lead, false, out, (int)p->n);
}

static void multiply_column(const product *p, const char *x, const char *y, char *out, int64_t m,
                            int64_t n)
{
    const bool t = p->mx.transposed;
    (void)n;
    bb__gemv(p->out->dtype, t, (int)(t ? p->k : m), (int)(t ? m : p->k), x, (int)p->mx.lead, y,
             (int)(p->my.transposed ? 1 : p->my.lead), out);
}

static void multiply_row(const product *p, const char *x, const char *y, char *out, int64_t m,
                         int64_t n)
{
    const bool t = p->my.transposed;
    (void)m;
    bb__gemv(p->out->dtype, !t, (int)(t ? n : p->k), (int)(t ? p->k : n), y, (int)p->my.lead, x,
             (int)(p->mx.transposed ? p->mx.lead : 1), out);
}

typedef enum way { PLAIN, GEMM, COLUMN, ROW, WAYS } way;
static const multiply_fn ways[BB_DTYPE_COUNT][WAYS] = {
    [BB_F32] = {plain_f32, multiply_matrices, multiply_column, multiply_row},
    [BB_F64] = {plain_f64, multiply_matrices, multiply_column, multiply_row}};

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

/* Part of the result of one product of the batch. */
typedef struct panel {
    int64_t batch, row, rows, column, columns;
} panel;

static panel panel_of(const product *p, int64_t item)
{
    int64_t start = item % p->cut.panels * p->cut.width;
    int64_t rest = (p->cut.by_rows ? p->m : p->n) - start,
            width = rest < p->cut.width ? rest : p->cut.width;
    if (p->cut.by_rows)
        return (panel){item / p->cut.panels, start, width, 0, p->n};
    return (panel){item / p->cut.panels, 0, p->m, start, width};
}

/* Where the first element of a panel is in the result. */
static int64_t place_of(const product *p, panel at)
{
    return (at.batch * p->m + at.row) * p->n + at.column;
}

static void multiply_panel(const product *p, panel at)
{
    const int d = p->x.shape.ndim - 2;
    const int64_t element = (int64_t)bb_dtype_size(p->x.dtype);
    int64_t x = batch_offset(&p->x, at.batch) + at.row * p->x.stride[d];
    int64_t y = batch_offset(&p->y, at.batch) + at.column * p->y.stride[d + 1];
    p->multiply(p, (const char *)p->x.data + x * element, (const char *)p->y.data + y * element,
                (char *)p->out->data + place_of(p, at) * element, at.rows, at.columns);
}

static void run_tail(const product *p, panel at)
{
    const bool is_whole = at.columns == p->n;
    const int64_t stretches = is_whole ? 1 : at.rows, count = at.rows * at.columns / stretches;
    for (int64_t i = 0; i < stretches; i++)
        p->tail->run(p->tail->context, place_of(p, at) + i * p->n, count);
}

/* A tail does not run in a product's floating-point mode. */
static void multiply_range(void *context, int64_t first, int64_t last)
{
    const product *p = context;
    bb__blas_state state = bb__blas_enter();
    for (int64_t item = first; item < last; item++) {
        const panel at = panel_of(p, item);
        multiply_panel(p, at);
        if (p->tail) {
            bb__blas_leave(state);
            run_tail(p, at);
            state = bb__blas_enter();
        }
    }
    bb__blas_leave(state);
}

/* A sum of nothing is zero. */
static void clear_range(void *context, int64_t first, int64_t last)
{
    const product *p = context;
    const size_t element = bb_dtype_size(p->out->dtype);
    memset((char *)p->out->data + (size_t)first * element, 0, (size_t)(last - first) * element);
    if (p->tail)
        p->tail->run(p->tail->context, first, last - first);
}

static void multiply(product *p, int64_t count, int threads)
{
    static const double worth = 200000; /* multiplications that pay for a thread */
    p->mx = matrix_of(&p->x);
    p->my = matrix_of(&p->y);
    p->multiply = ways[p->out->dtype][way_of(p)];
    p->cut = bb__gemm_cut_of(p->out->dtype, p->m, p->n, p->k, p->my.transposed);
    double work = (double)p->m * (double)p->n * (double)p->k / (double)p->cut.panels;
    bb__parallel(count / (p->m * p->n) * p->cut.panels, work < worth ? (int64_t)(worth / work) : 1,
                 threads, multiply_range, p);
}

void bb__matmul(const bb_array *x, const bb_array *y, const bb_array *out, void *scratch,
                const bb__tail *tail, int threads)
{
    enum { GRAIN = 1 << 15 }; /* elements to clear that pay for a thread */
    const int d = x->shape.ndim - 2;
    product p = {.out = out, .m = x->shape.dim[d], .k = x->shape.dim[d + 1], .tail = tail};
    p.n = y->shape.dim[d + 1];
    int64_t count = bb_shape_count(out->shape);
    if (!count)
        return;
    if (!p.k) {
        bb__parallel(count, GRAIN, threads, clear_range, &p);
        return;
    }
    bool tiny = is_tiny(p.m, p.n, p.k);
    p.x = tiny ? *x : pack(x, scratch, threads);
    p.y = tiny ? *y : pack(y, scratch ? (char *)scratch + packed_bytes(x) : NULL, threads);
    multiply(&p, count, threads);
}

/* Products for kernels that cut their work themselves. */

void bb__product(bb_dtype dtype, int64_t m, int64_t n, int64_t k, bb__matrix x, bb__matrix y,
                 bool accumulate, void *out, int64_t lead)
{
    const bb__blas_state state = bb__blas_enter();
    bb__gemm(dtype, x.transposed, y.transposed, (int)m, (int)n, (int)k, x.data, (int)x.lead, y.data,
             (int)y.lead, accumulate, out, (int)lead);
    bb__blas_leave(state);
}
