/* SPDX-License-Identifier: MIT */
/* Scans along an axis: running sums, products, recurrences and maxima. A line is scanned by one
 * thread in its order; sums and products of floats are kept as doubles. */
#include "lines.h"

#include <assert.h>

typedef struct job {
    bb__lines lines;
    bb__scan_order order;
    const void *a, *b;
    void *out;
} job;

/* Where step i of a scan is in a piece of lines. */
static inline int64_t place_of(const job *j, const bb__line_piece *p, int64_t i)
{
    int64_t size = j->lines.size, row = j->order.reverse ? size - 1 - i : i;
    return (p->outer * size + row) * j->lines.inner + p->column;
}

/* A width that is known leaves a line's accumulator in a register. */
#define DEFINE_RANGE(name)                                               \
    static void name(void *context, int64_t first, int64_t last)         \
    {                                                                    \
        const job *j = context;                                          \
        for (int64_t item = first; item < last; item++) {                \
            const bb__line_piece p = bb__line_piece_at(&j->lines, item); \
            if (p.width == 1)                                            \
                name##_piece(j, &p, 1);                                  \
            else                                                         \
                name##_piece(j, &p, p.width);                            \
        }                                                                \
    }

#define DEFINE_SCAN(name, T, STEP, IDENTITY)                                              \
    static inline void name##_piece(const job *j, const bb__line_piece *p, int64_t width) \
    {                                                                                     \
        double acc[BB__LINE_WIDTH];                                                       \
        for (int64_t k = 0; k < width; k++)                                               \
            acc[k] = IDENTITY;                                                            \
        for (int64_t i = 0; i < j->lines.size; i++) {                                     \
            const int64_t at = place_of(j, p, i);                                         \
            const T *x = (const T *)j->a + at;                                            \
            T *y = (T *)j->out + at;                                                      \
            for (int64_t k = 0; k < width; k++) {                                         \
                const double before = acc[k];                                             \
                acc[k] = before STEP(double) x[k];                                        \
                y[k] = (T)(j->order.exclusive ? before : acc[k]);                         \
            }                                                                             \
        }                                                                                 \
    }                                                                                     \
    DEFINE_RANGE(name)
DEFINE_SCAN(sum_f32, float, +, 0)
DEFINE_SCAN(sum_f64, double, +, 0)
DEFINE_SCAN(prod_f32, float, *, 1)
DEFINE_SCAN(prod_f64, double, *, 1)

/* The first step does not multiply, so that infinity and NaN in the first of `a` count for
 * nothing. */
#define DEFINE_RECURRENCE(name, T)                                                        \
    static inline void name##_piece(const job *j, const bb__line_piece *p, int64_t width) \
    {                                                                                     \
        double acc[BB__LINE_WIDTH];                                                       \
        for (int64_t i = 0; i < j->lines.size; i++) {                                     \
            const int64_t at = place_of(j, p, i);                                         \
            const T *a = (const T *)j->a + at, *b = (const T *)j->b + at;                 \
            T *y = (T *)j->out + at;                                                      \
            for (int64_t k = 0; k < width; k++) {                                         \
                const double term = (double)b[k];                                         \
                acc[k] = i ? (double)a[k] * acc[k] + term : term;                         \
                y[k] = (T)acc[k];                                                         \
            }                                                                             \
        }                                                                                 \
    }                                                                                     \
    DEFINE_RANGE(name)
DEFINE_RECURRENCE(recurrence_f32, float)
DEFINE_RECURRENCE(recurrence_f64, double)

#define DEFINE_LARGEST(name, T)                                                           \
    static inline void name##_piece(const job *j, const bb__line_piece *p, int64_t width) \
    {                                                                                     \
        int32_t best[BB__LINE_WIDTH] = {0};                                               \
        T top[BB__LINE_WIDTH];                                                            \
        for (int64_t i = 0; i < j->lines.size; i++) {                                     \
            const int64_t at = place_of(j, p, i);                                         \
            const T *x = (const T *)j->a + at;                                            \
            int32_t *y = (int32_t *)j->out + at;                                          \
            for (int64_t k = 0; k < width; k++) {                                         \
                bool is_nan = i && top[k] != top[k];                                      \
                bool wins = !i || (!is_nan && !(x[k] <= top[k]));                         \
                top[k] = wins ? x[k] : top[k];                                            \
                y[k] = best[k] = wins ? (int32_t)i : best[k];                             \
            }                                                                             \
        }                                                                                 \
    }                                                                                     \
    DEFINE_RANGE(name)
DEFINE_LARGEST(largest_f32, float)
DEFINE_LARGEST(largest_f64, double)

typedef bb_range_fn scans[BB_DTYPE_COUNT];

static void scan(const scans scan_of, const bb_array *a, const bb_array *b, bb__scan_order order,
                 const bb_array *out, int threads)
{
    assert(scan_of[a->dtype]);
    job j = {bb__lines_of(a->shape, order.axis), order, a->data, b->data, out->data};
    bb_parallel(j.lines.outer * j.lines.pieces, bb__line_grain(&j.lines), threads,
                scan_of[a->dtype], &j);
}

void bb__cumsum(const bb_array *in, bb__scan_order order, const bb_array *out, int threads)
{
    static const scans sums = {[BB_F32] = sum_f32, [BB_F64] = sum_f64};
    scan(sums, in, in, order, out, threads);
}

void bb__cumprod(const bb_array *in, bb__scan_order order, const bb_array *out, int threads)
{
    static const scans products = {[BB_F32] = prod_f32, [BB_F64] = prod_f64};
    scan(products, in, in, order, out, threads);
}

void bb__recurrence(const bb_array *a, const bb_array *b, bb__scan_order order, const bb_array *out,
                    int threads)
{
    static const scans recurrences = {[BB_F32] = recurrence_f32, [BB_F64] = recurrence_f64};
    scan(recurrences, a, b, order, out, threads);
}

void bb__cummax_index(const bb_array *in, int axis, const bb_array *out, int threads)
{
    static const scans largest = {[BB_F32] = largest_f32, [BB_F64] = largest_f64};
    scan(largest, in, in, (bb__scan_order){.axis = axis}, out, threads);
}
