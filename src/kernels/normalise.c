/* SPDX-License-Identifier: MIT */
/* The gradient through rows that were given mean 0 and deviation 1. Each row is one thread's work:
 * its two sums, and what follows from them while its cache has the row. */
#include "kernels.h"

#include <bibun/tile.h>

enum { LANES = 16 };

typedef struct job {
    const char *dy, *y, *scale;
    char *out;
    int64_t size; /* of a row */
    int64_t element;
    void (*row)(const void *dy, const void *y, const void *scale, int64_t n, void *out);
    const bb__tail *tail; /* or NULL */
} job;

/* Sums are kept in lanes, which the compiler turns into vectors. `out` may be the memory of dy or
 * y. */
#define DEFINE_ROW(T)                                                                     \
    static void row_##T(const void *gradient, const void *normalised, const void *scales, \
                        int64_t n, void *result)                                          \
    {                                                                                     \
        const T *dy = gradient, *y = normalised, scale = *(const T *)scales;              \
        T *out = result;                                                                  \
        const int64_t whole = n - n % LANES;                                              \
        double sum[LANES] = {0}, along[LANES] = {0};                                      \
        for (int64_t i = 0; i < whole; i += LANES)                                        \
            for (int k = 0; k < LANES; k++) {                                             \
                sum[k] += (double)dy[i + k];                                              \
                along[k] += (double)dy[i + k] * (double)y[i + k];                         \
            }                                                                             \
        for (int64_t i = whole; i < n; i++) {                                             \
            sum[i - whole] += (double)dy[i];                                              \
            along[i - whole] += (double)dy[i] * (double)y[i];                             \
        }                                                                                 \
        for (int half = LANES / 2; half; half /= 2)                                       \
            for (int k = 0; k < half; k++) {                                              \
                sum[k] += sum[k + half];                                                  \
                along[k] += along[k + half];                                              \
            }                                                                             \
        const T mean = (T)(sum[0] / (double)n), share = (T)(along[0] / (double)n);        \
        BB_LANES                                                                          \
        for (int64_t i = 0; i < n; i++)                                                   \
            out[i] = ((dy[i] - mean) - y[i] * share) * scale;                             \
    }
DEFINE_ROW(float)
DEFINE_ROW(double)

/* A tail runs on so many rows at a time. */
static void run_rows(void *context, int64_t first, int64_t last)
{
    enum { STRETCH = 1 << 12 }; /* elements */
    const job *j = context;
    const int64_t at_once = 1 + STRETCH / j->size, bytes = j->size * j->element;
    for (int64_t row = first; row < last;) {
        const int64_t start = row, stop = bb__lower(start + at_once, last);
        for (; row < stop; row++)
            j->row(j->dy + row * bytes, j->y + row * bytes, j->scale + row * j->element, j->size,
                   j->out + row * bytes);
        if (j->tail)
            j->tail->run(j->tail->context, start * j->size, (stop - start) * j->size);
    }
}

void bb__normalised_gradient(const bb_array *dy, const bb_array *y, const bb_array *scale,
                             const bb_array *out, const bb__tail *tail, int threads)
{
    enum { WORTH = 1 << 14 }; /* elements that pay for a thread */
    const int64_t rows = bb_shape_count(scale->shape);
    const int64_t size = rows ? bb_shape_count(y->shape) / rows : 0;
    job j = {.dy = dy->data,
             .y = y->data,
             .scale = scale->data,
             .out = out->data,
             .size = size,
             .element = (int64_t)bb_dtype_size(y->dtype),
             .row = y->dtype == BB_F32 ? row_float : row_double,
             .tail = tail};
    if (size > 0)
        bb_parallel(rows, 1 + WORTH / size, threads, run_rows, &j);
}
