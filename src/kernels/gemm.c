/* SPDX-License-Identifier: MIT */
/* Matrix products of any strides and batches.
 *
 * A product is cut by sizes only: into panels of rows or columns of its result, and long sums into
 * parts, which are added up in their order. Threads take whole panels, each of all sums or of one
 * part of them. */
#include "gemm.h"
#include "base.h"
#include "blas.h"
#include "product_onednn.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

/* Panels. */

typedef struct product product;
typedef void (*multiply_fn)(const product *p, const char *x, const char *y, char *out, int64_t m,
                            int64_t n);

struct product {
    bb_array x, y;
    const bb_array *out;
    bb__gemm_operand mx, my;
    int64_t batch, m, n, k;
    int64_t lead; /* from a row of the result to the next: n if it is row-major */
    bb__gemm_cut cut;
    multiply_fn multiply;
    const bb__tail *tail; /* or NULL */

    /* by oneDNN's primitives, if it suits them: for panels of each width */
    struct {
        int64_t width;
        const bb__onednn_product *made;
    } onednn[BB__GEMM_WIDTHS];
    size_t tile, slot; /* bytes of a panel of columns, and of it with what oneDNN needs */
    char *slots;       /* or the parts of sums */
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
                ((T *)out)[i * p->lead + j] = sum;                                         \
            }                                                                              \
    }
DEFINE_PLAIN(plain_f32, float)
DEFINE_PLAIN(plain_f64, double)

/* A product with a vector reads its matrix once. */
static void multiply_matrices(const product *p, const char *x, const char *y, char *out, int64_t m,
                              int64_t n)
{
    bb__gemm(p->out->dtype, p->mx.transposed, p->my.transposed, (int)m, (int)n, (int)p->k, x,
             (int)p->mx.lead, y, (int)p->my.lead, false, out, (int)p->lead);
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

/* oneDNN wants a dense result. */
static void multiply_by_onednn(const product *p, const char *x, const char *y, char *out, int64_t m,
                               int64_t n)
{
    const int64_t width = p->cut.by_rows ? m : n;
    int of = 0;
    while (p->onednn[of].width != width)
        of++;
    char *slot = p->slots + (size_t)bb__thread_slot() * p->slot, *dense = p->tile ? slot : out;
    const size_t row = (size_t)n * sizeof(float), lead = (size_t)p->lead * sizeof(float);
    if (!bb__onednn_product_run(p->onednn[of].made, x, y, dense, slot + p->tile))
        multiply_matrices(p, x, y, out, m, n);
    else if (p->tile)
        for (int64_t i = 0; i < m; i++)
            memcpy(out + (size_t)i * lead, dense + (size_t)i * row, row);
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
    const int64_t sizes[] = {p->m, p->n, p->k, p->mx.lead, p->my.lead, p->lead};
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
    const int64_t start = bb__gemm_start(&p->cut, item % p->cut.panels);
    const int64_t width = bb__gemm_start(&p->cut, item % p->cut.panels + 1) - start;
    if (p->cut.by_rows)
        return (panel){item / p->cut.panels, start, width, 0, p->n};
    return (panel){item / p->cut.panels, 0, p->m, start, width};
}

/* The number of a panel's first element, in row-major order of the result. */
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
                (char *)p->out->data +
                    (batch_offset(p->out, at.batch) + at.row * p->lead + at.column) * element,
                at.rows, at.columns);
}

/* Whether panels that follow one another lie together in the result. */
static bool is_together(const product *p)
{
    return p->cut.by_rows || p->cut.panels == 1;
}

/* Whether a tail has stretches in a panel that are long enough to begin anew for each. */
static bool has_long_stretches(const product *p)
{
    enum { LONG = 256 }; /* elements */
    return is_together(p) || p->cut.width >= LONG;
}

/* Where a tail is to run, after panels that are many if they are small. */
static int64_t stop_of(const product *p, int64_t first, int64_t last)
{
    enum { STRETCH = 1 << 13 }; /* elements */
    const int64_t size = p->cut.width * (p->cut.by_rows ? p->n : p->m);
    const int64_t stop = first + (is_together(p) && size < STRETCH ? STRETCH / size : 1);
    return p->tail && has_long_stretches(p) && stop < last ? stop : last;
}

static void run_tail(const product *p, int64_t first, int64_t last)
{
    const panel begin = panel_of(p, first), end = panel_of(p, last - 1);
    const int64_t start = place_of(p, begin);
    if (is_together(p)) {
        p->tail->run(p->tail->context, start, place_of(p, end) + end.rows * end.columns - start);
        return;
    }
    for (int64_t i = 0; i < begin.rows; i++)
        p->tail->run(p->tail->context, start + i * p->n, begin.columns);
}

/* A tail does not run in a product's floating-point mode. */
static void multiply_range(void *context, int64_t first, int64_t last)
{
    const product *p = context;
    for (int64_t item = first; item < last;) {
        const int64_t start = item, stop = stop_of(p, item, last);
        const bb__blas_state state = bb__blas_enter();
        for (; item < stop; item++)
            multiply_panel(p, panel_of(p, item));
        bb__blas_leave(state);
        if (p->tail && has_long_stretches(p))
            run_tail(p, start, stop);
    }
}

static void run_tail_alone(void *context, int64_t first, int64_t last)
{
    const product *p = context;
    p->tail->run(p->tail->context, first, last - first);
}

static void run_tail_after(product *p, int threads)
{
    if (p->tail)
        bb_parallel(p->batch * p->m * p->n, p->tail->grain, threads, run_tail_alone, p);
}

/* Parts of sums. */

static char *part_at(const product *p, int64_t part)
{
    return p->slots + (size_t)(part * p->m * p->n) * bb_dtype_size(p->x.dtype);
}

/* All panels of the first part, then those of the second, and so on: a thread, which begins with
 * neighbours, reads some rows of y and not the others. */
static void multiply_parts(void *context, int64_t first, int64_t last)
{
    const product *p = context;
    const int d = p->x.shape.ndim - 2;
    const int64_t element = (int64_t)bb_dtype_size(p->x.dtype);
    const bb__blas_state state = bb__blas_enter();
    for (int64_t item = first; item < last; item++) {
        const int64_t part = item / p->cut.panels, start = bb__deal(p->k, p->cut.parts, part);
        const int64_t k = bb__deal(p->k, p->cut.parts, part + 1) - start;
        const panel at = panel_of(p, item % p->cut.panels);
        const int64_t x = at.row * p->x.stride[d] + start * p->x.stride[d + 1];
        bb__gemm(p->x.dtype, p->mx.transposed, p->my.transposed, (int)at.rows, (int)p->n, (int)k,
                 (const char *)p->x.data + x * element, (int)p->mx.lead,
                 (const char *)p->y.data + start * p->y.stride[d] * element, (int)p->my.lead, false,
                 part_at(p, part) + place_of(p, at) * element, (int)p->n);
    }
    bb__blas_leave(state);
}

/* Rows first .. last-1 of the result. */
static void add_parts(void *context, int64_t first, int64_t last)
{
    const product *p = context;
    const int64_t start = first * p->n, element = (int64_t)bb_dtype_size(p->x.dtype);
    bb_array part = {NULL, p->x.dtype, BB_SHAPE(last - first, p->n), {p->n, 1}}, sum = part;
    sum.data = (char *)p->out->data + first * p->lead * element;
    sum.stride[0] = p->lead;
    for (int64_t i = 0; i < p->cut.parts; i++) {
        part.data = part_at(p, i) + start * element;
        (i ? bb__accumulate : bb__copy)(&part, &sum, 1);
    }
    if (p->tail)
        p->tail->run(p->tail->context, start, (last - first) * p->n);
}

/* Calls. */

static bool is_dense(const product *p)
{
    return p->mx.lead == (p->mx.transposed ? p->m : p->k) &&
           p->my.lead == (p->my.transposed ? p->k : p->n);
}

static const bb__onednn_product *made_for(const product *p, int64_t width, bool is_new)
{
    const bool by_rows = p->cut.by_rows;
    const bb__onednn_sizes s = {by_rows ? width : p->m, by_rows ? p->n : width, p->k,
                                p->mx.transposed};
    return is_new ? bb__onednn_product_make(s) : bb__onednn_product_find(s);
}

/* Whether oneDNN has primitives for all panels; when a product is bound, they are made. */
static bool find_onednn(product *p, bool is_new)
{
    const bb__gemm_cut *c = &p->cut;
    size_t most = 0;
    if (!c->suits_onednn || !is_dense(p) || !bb__onednn_is_used())
        return false;
    for (int64_t i = 0; i < c->panels; i++) {
        const int64_t width = bb__gemm_start(c, i + 1) - bb__gemm_start(c, i);
        int of = 0;
        while (p->onednn[of].width && p->onednn[of].width != width)
            of++;
        if (p->onednn[of].width)
            continue;
        p->onednn[of].width = width;
        p->onednn[of].made = made_for(p, width, is_new);
        if (!p->onednn[of].made)
            return false;
        const size_t bytes = bb__onednn_product_scratch(p->onednn[of].made);
        most = bytes > most ? bytes : most;
    }
    const bool is_in_place = p->lead == p->n && (c->by_rows || c->panels == 1);
    const int64_t tile = c->by_rows ? c->width * p->n : p->m * c->width;
    p->tile = is_in_place ? 0 : bb__aligned((size_t)tile * sizeof(float));
    p->slot = p->tile + bb__aligned(most);
    return true;
}

/* How a product is computed, of which nothing is empty; looks at no data. */
static void plan(product *p, const bb_array *x, const bb_array *y, void *scratch, bool is_new)
{
    const bool tiny = is_tiny(p->m, p->n, p->k);
    char *after_x = scratch ? (char *)scratch + bb__gemm_packed_bytes(x) : NULL;
    p->x = tiny ? *x : bb__gemm_packed_view(x, scratch);
    p->y = tiny ? *y : bb__gemm_packed_view(y, after_x);
    p->mx = bb__gemm_operand_of(&p->x);
    p->my = bb__gemm_operand_of(&p->y);
    p->slots = after_x ? after_x + bb__gemm_packed_bytes(y) : NULL;
    const way w = way_of(p);
    const bb__gemm_sizes s = {x->dtype,         p->batch,         p->m,       p->n,      p->k,
                              p->mx.transposed, p->my.transposed, p->mx.lead, p->my.lead};
    p->cut = bb__gemm_cut_of(&s);
    p->cut.parts = w == GEMM ? p->cut.parts : 1;
    p->multiply = w == GEMM && find_onednn(p, is_new) ? multiply_by_onednn : ways[x->dtype][w];
}

static product product_of(const bb_array *x, const bb_array *y, const bb_array *out)
{
    const int d = x->shape.ndim - 2;
    product p = {.out = out, .batch = 1, .m = x->shape.dim[d], .k = x->shape.dim[d + 1]};
    p.n = y->shape.dim[d + 1];
    p.lead = p.m > 1 ? out->stride[d] : p.n;
    assert(p.n != 1 || p.lead == 1); /* columns are row-major */
    for (int i = 0; i < d; i++)
        p.batch *= x->shape.dim[i];
    return p;
}

static int64_t slots_of(const product *p)
{
    const int64_t items = p->batch * p->cut.panels;
    return items < BB__SLOTS ? items : BB__SLOTS;
}

size_t bb__matmul_scratch(const bb_array *x, const bb_array *y, const bb_array *out)
{
    product p = product_of(x, y, out);
    if (p.batch == 0 || p.m == 0 || p.n == 0 || p.k == 0)
        return 0;
    plan(&p, x, y, NULL, true);
    const size_t parts = (size_t)(p.cut.parts * p.m * p.n) * bb_dtype_size(x->dtype);
    return bb__gemm_packed_bytes(x) + bb__gemm_packed_bytes(y) + (size_t)slots_of(&p) * p.slot +
           (p.cut.parts > 1 ? parts : 0);
}

/* Panels, and parts of sums, of which none is empty. */
static void multiply(product *p, int threads)
{
    enum { ADD_GRAIN = 4096 };          /* elements to add that pay for a thread */
    static const double worth = 200000; /* multiplications that do */
    const int64_t items = p->batch * p->cut.panels;
    const double work = (double)p->m * (double)p->n * (double)p->k / (double)p->cut.panels;
    const int used = p->slot && threads > slots_of(p) ? (int)slots_of(p) : threads;
    if (p->cut.parts > 1) {
        bb_parallel(p->cut.parts * p->cut.panels, 1, threads, multiply_parts, p);
        const int64_t pieces = p->m * p->n * p->cut.parts / ADD_GRAIN;
        bb_parallel(p->m, bb__divided_up(p->m, pieces > 1 ? pieces : 1), threads, add_parts, p);
        return;
    }
    bb_parallel(items, work < worth ? (int64_t)(worth / work) : 1, used, multiply_range, p);
    if (!has_long_stretches(p))
        run_tail_after(p, threads);
}

void bb__matmul(const bb_array *x, const bb_array *y, const bb_array *out, void *scratch,
                const bb__tail *tail, int threads)
{
    product p = product_of(x, y, out);
    assert(!tail || p.n == 0 || p.lead == p.n);
    p.tail = tail;
    if (p.batch == 0 || p.m == 0 || p.n == 0)
        return;
    if (p.k == 0) { /* sums of nothing */
        bb__fill(out, 0, threads);
        run_tail_after(&p, threads);
        return;
    }
    plan(&p, x, y, scratch, false);
    if (!is_tiny(p.m, p.n, p.k)) {
        bb__gemm_pack(x, p.x.data, threads);
        bb__gemm_pack(y, p.y.data, threads);
    }
    multiply(&p, threads);
}
