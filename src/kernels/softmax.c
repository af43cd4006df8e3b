/* SPDX-License-Identifier: MIT */
/* Softmax, its logarithm, and logsumexp: the largest term is taken out first, so that nothing
 * overflows (Blanchard, Higham and Higham 2021). Each row is one thread's work. */
#include "largest.h"
#include "lines.h"
#include "walk.h"

#include <assert.h>
#include <bibun/tile.h>
#include <bibun/vector_f64.h>
#include <math.h>
#include <string.h>

enum { LINE = BB__LINE_WIDTH };

/* A share of a sum that is no normal number counts as zero. */
#define SHARE(t) _Generic((t), float : bb__share_f32, double : bb__share_f64)(t)

/* A row of n elements; several rows side by side, with the elements of one `step` apart. In both
 * the output may be the input's memory. */
typedef struct row_kernel {
    void (*row)(const void *x, void *y, int64_t n);
    void (*lines)(const void *x, void *y, int64_t n, int64_t step, int64_t width);
} row_kernel;

/* Sums of a row are kept in lanes, which the compiler turns into vectors; what is left over at the
 * end is filled up to a vector. */
enum { LANES = 16 };

#define DEFINE_ROWS(T)                                                                          \
    /* LANES powers e^(x - top), and their part of the sum; to may be x. */                     \
    static inline void add_lanes_##T(double *lane, const T *x, T top, T *to)                    \
    {                                                                                           \
        BB_LANES                                                                                \
        for (int k = 0; k < LANES; k++) {                                                       \
            const T share = SHARE(x[k] - top);                                                  \
            to[k] = share;                                                                      \
            lane[k] += (double)share;                                                           \
        }                                                                                       \
    }                                                                                           \
    /* The sum of e^(x - top); the powers go to y unless it is NULL. */                         \
    static double sum_of_powers_##T(const T *x, int64_t n, T top, T *y)                         \
    {                                                                                           \
        const int64_t rest = n % LANES, whole = n - rest;                                       \
        double lane[LANES] = {0};                                                               \
        T power[LANES];                                                                         \
        for (int64_t i = 0; i < whole; i += LANES)                                              \
            add_lanes_##T(lane, x + i, top, y ? y + i : power);                                 \
        if (rest) {                                                                             \
            for (int k = 0; k < LANES; k++)                                                     \
                power[k] = -(T)INFINITY;                                                        \
            memcpy(power, x + whole, (size_t)rest * sizeof(T));                                 \
            add_lanes_##T(lane, power, top, power);                                             \
            if (y)                                                                              \
                memcpy(y + whole, power, (size_t)rest * sizeof(T));                             \
        }                                                                                       \
        for (int half = LANES / 2; half; half /= 2)                                             \
            for (int j = 0; j < half; j++)                                                      \
                lane[j] += lane[j + half];                                                      \
        return lane[0];                                                                         \
    }                                                                                           \
    static void largest_lines_##T(T *top, const T *x, int64_t n, int64_t step, int64_t width)   \
    {                                                                                           \
        for (int64_t j = 0; j < LINE; j++)                                                      \
            top[j] = -(T)INFINITY;                                                              \
        for (int64_t i = 0; i < n; i++, x += step)                                              \
            for (int64_t j = 0; j < width; j++)                                                 \
                top[j] = BB__LARGER(top[j], x[j]);                                              \
    }                                                                                           \
    /* Sums of e^(x - top) for rows side by side. */                                            \
    static void add_powers_##T(double *sum, const T *x, int64_t n, int64_t step, int64_t width, \
                               const T *top, T *y)                                              \
    {                                                                                           \
        for (int64_t i = 0; i < n; i++) {                                                       \
            T power[LINE];                                                                      \
            for (int64_t j = 0; j < LINE; j++)                                                  \
                power[j] = j < width ? x[i * step + j] - top[j] : 0;                            \
            for (int64_t j = 0; j < LINE; j++)                                                  \
                power[j] = SHARE(power[j]);                                                     \
            for (int64_t j = 0; j < width; j++)                                                 \
                sum[j] += (double)power[j];                                                     \
            if (y)                                                                              \
                memcpy(y + i * step, power, (size_t)width * sizeof(T));                         \
        }                                                                                       \
    }
DEFINE_ROWS(float)
DEFINE_ROWS(double)

#define DEFINE_SOFTMAX(T)                                                             \
    static void softmax_##T(const void *in, void *out, int64_t n)                     \
    {                                                                                 \
        const T *x = in;                                                              \
        T *y = out;                                                                   \
        const T sum = (T)sum_of_powers_##T(x, n, largest_##T(x, n), y);               \
        for (int64_t i = 0; i < n; i++)                                               \
            y[i] /= sum;                                                              \
    }                                                                                 \
    static void softmax_lines_##T(const void *in, void *out, int64_t n, int64_t step, \
                                  int64_t width)                                      \
    {                                                                                 \
        T *y = out, top[LINE];                                                        \
        double sum[LINE] = {0};                                                       \
        largest_lines_##T(top, in, n, step, width);                                   \
        add_powers_##T(sum, in, n, step, width, top, y);                              \
        for (int64_t i = 0; i < n; i++)                                               \
            for (int64_t j = 0; j < width; j++)                                       \
                y[i * step + j] /= (T)sum[j];                                         \
    }
DEFINE_SOFTMAX(float)
DEFINE_SOFTMAX(double)

#define DEFINE_LOG_SOFTMAX(T)                                                             \
    static void log_softmax_##T(const void *in, void *out, int64_t n)                     \
    {                                                                                     \
        const T *x = in;                                                                  \
        T *y = out;                                                                       \
        const T top = largest_##T(x, n);                                                  \
        const T rest = (T)log(sum_of_powers_##T(x, n, top, NULL));                        \
        for (int64_t i = 0; i < n; i++)                                                   \
            y[i] = x[i] - top - rest;                                                     \
    }                                                                                     \
    static void log_softmax_lines_##T(const void *in, void *out, int64_t n, int64_t step, \
                                      int64_t width)                                      \
    {                                                                                     \
        const T *x = in;                                                                  \
        T *y = out, top[LINE], rest[LINE];                                                \
        double sum[LINE] = {0};                                                           \
        largest_lines_##T(top, x, n, step, width);                                        \
        add_powers_##T(sum, x, n, step, width, top, NULL);                                \
        for (int64_t j = 0; j < width; j++)                                               \
            rest[j] = (T)log(sum[j]);                                                     \
        for (int64_t i = 0; i < n; i++)                                                   \
            for (int64_t j = 0; j < width; j++)                                           \
                y[i * step + j] = x[i * step + j] - top[j] - rest[j];                     \
    }
DEFINE_LOG_SOFTMAX(float)
DEFINE_LOG_SOFTMAX(double)

static const row_kernel softmaxes[BB_DTYPE_COUNT] = {
    [BB_F32] = {softmax_float, softmax_lines_float},
    [BB_F64] = {softmax_double, softmax_lines_double}};
static const row_kernel log_softmaxes[BB_DTYPE_COUNT] = {
    [BB_F32] = {log_softmax_float, log_softmax_lines_float},
    [BB_F64] = {log_softmax_double, log_softmax_lines_double}};

/* Short rows are turned, LINE of them at a time, and then folded side by side. */

enum { SHORT = 32 };

#define DEFINE_TURN(T)                                                                            \
    static void turn_##T(const T *x, int64_t rows, int64_t n, T *turned)                          \
    {                                                                                             \
        for (int64_t row = 0; row < rows; row++)                                                  \
            for (int64_t i = 0; i < n; i++)                                                       \
                turned[i * LINE + row] = x[row * n + i];                                          \
    }                                                                                             \
    static void turn_back_##T(const T *turned, int64_t rows, int64_t n, T *y)                     \
    {                                                                                             \
        for (int64_t row = 0; row < rows; row++)                                                  \
            for (int64_t i = 0; i < n; i++)                                                       \
                y[row * n + i] = turned[i * LINE + row];                                          \
    }                                                                                             \
    static void short_rows_##T(const row_kernel *kernel, const void *in, void *out, int64_t rows, \
                               int64_t n)                                                         \
    {                                                                                             \
        T turned[SHORT * LINE] = {0};                                                             \
        turn_##T(in, rows, n, turned);                                                            \
        kernel->lines(turned, turned, n, LINE, rows);                                             \
        turn_back_##T(turned, rows, n, out);                                                      \
    }
DEFINE_TURN(float)
DEFINE_TURN(double)

/* A piece is a row, LINE short rows, or LINE rows side by side. */
typedef struct rows_job {
    row_kernel kernel;
    const char *in;
    char *out;
    bb_dtype dtype;
    bb__lines lines;
    int64_t element;
} rows_job;

static void short_range(void *context, int64_t first, int64_t last)
{
    const rows_job *j = context;
    const int64_t size = j->lines.size;
    for (int64_t piece = first; piece < last; piece++) {
        int64_t row = piece * LINE, rest = j->lines.outer - row, at = row * size * j->element;
        int64_t rows = rest < LINE ? rest : LINE;
        if (j->dtype == BB_F32)
            short_rows_float(&j->kernel, j->in + at, j->out + at, rows, size);
        else
            short_rows_double(&j->kernel, j->in + at, j->out + at, rows, size);
    }
}

static void rows_range(void *context, int64_t first, int64_t last)
{
    const rows_job *j = context;
    const int64_t size = j->lines.size, inner = j->lines.inner;
    for (int64_t item = first; item < last; item++) {
        bb__line_piece p = bb__line_piece_at(&j->lines, item);
        int64_t at = (p.outer * size * inner + p.column) * j->element;
        if (inner == 1)
            j->kernel.row(j->in + at, j->out + at, size);
        else
            j->kernel.lines(j->in + at, j->out + at, size, inner, p.width);
    }
}

static int64_t grain_of(int64_t work)
{
    enum { WORTH = 4096 }; /* exponentials that pay for a thread */
    return work < 1 ? WORTH : work < WORTH ? WORTH / work : 1;
}

static void each_row(const row_kernel *kernels, const bb_array *in, int axis, const bb_array *out,
                     int threads)
{
    assert(kernels[in->dtype].row);
    rows_job j = {kernels[in->dtype],
                  in->data,
                  out->data,
                  in->dtype,
                  bb__lines_of(in->shape, axis),
                  (int64_t)bb_dtype_size(in->dtype)};
    const int64_t size = j.lines.size, inner = j.lines.inner;
    if (inner == 1 && size <= SHORT)
        bb_parallel(bb__divided_up(j.lines.outer, LINE), grain_of(size * LINE), threads,
                    short_range, &j);
    else
        bb_parallel(j.lines.outer * j.lines.pieces, grain_of(size * (inner < LINE ? inner : LINE)),
                    threads, rows_range, &j);
}

void bb__softmax(const bb_array *in, int axis, const bb_array *out, int threads)
{
    each_row(softmaxes, in, axis, out, threads);
}

void bb__log_softmax(const bb_array *in, int axis, const bb_array *out, int threads)
{
    each_row(log_softmaxes, in, axis, out, threads);
}

/* Losses of labels: for each row bb__log_f64(sum of e^x) - x[label], LINE rows at a time. */

typedef struct label_job {
    const bb_array *x, *out;
    const int32_t *labels;
} label_job;

#define DEFINE_LABEL_LOSSES(T)                                                                  \
    static void sum_rows_##T(const T *x, int64_t rows, int64_t n, T *top, double *sum)          \
    {                                                                                           \
        T turned[SHORT * LINE] = {0};                                                           \
        if (n <= SHORT) {                                                                       \
            turn_##T(x, rows, n, turned);                                                       \
            largest_lines_##T(top, turned, n, LINE, rows);                                      \
            add_powers_##T(sum, turned, n, LINE, rows, top, NULL);                              \
            return;                                                                             \
        }                                                                                       \
        for (int64_t row = 0; row < rows; row++) {                                              \
            top[row] = largest_##T(x + row * n, n);                                             \
            sum[row] = sum_of_powers_##T(x + row * n, n, top[row], NULL);                       \
        }                                                                                       \
    }                                                                                           \
    static void label_losses_##T(void *context, int64_t first, int64_t last)                    \
    {                                                                                           \
        const label_job *j = context;                                                           \
        const int64_t n = j->x->shape.dim[1], all = j->x->shape.dim[0];                         \
        for (int64_t start = first * LINE; start < all && start < last * LINE; start += LINE) { \
            T top[LINE];                                                                        \
            double sum[LINE] = {0};                                                             \
            const T *x = (const T *)j->x->data + start * n;                                     \
            const int64_t rows = all - start < LINE ? all - start : LINE;                       \
            sum_rows_##T(x, rows, n, top, sum);                                                 \
            for (int64_t row = 0; row < rows; row++) {                                          \
                const double at = (double)x[row * n + j->labels[start + row]];                  \
                ((T *)j->out->data)[start + row] =                                              \
                    (T)(bb__log_f64(sum[row]) + ((double)top[row] - at));                       \
            }                                                                                   \
        }                                                                                       \
    }
DEFINE_LABEL_LOSSES(float)
DEFINE_LABEL_LOSSES(double)

void bb__label_losses(const bb_array *x, const bb_array *labels, const bb_array *out, int threads)
{
    static const bb_range_fn kernels[BB_DTYPE_COUNT] = {
        [BB_F32] = label_losses_float, [BB_F64] = label_losses_double};
    label_job j = {x, out, labels->data};
    int64_t pieces = bb__divided_up(x->shape.dim[0], LINE);
    bb_parallel(pieces, grain_of(x->shape.dim[1] * LINE), threads, kernels[x->dtype], &j);
}

/* Sums of e^(x - shift), LINE terms at a time. */
#define DEFINE_POWERS(T)                                                                       \
    static double powers_row_##T(double acc, double shift, const void *x, int64_t n,           \
                                 int64_t stride)                                               \
    {                                                                                          \
        const T *terms = x;                                                                    \
        T line[LINE];                                                                          \
        for (int64_t i = 0; i < n; i += LINE) {                                                \
            const int64_t rest = n - i < LINE ? n - i : LINE;                                  \
            for (int64_t j = 0; j < rest; j++)                                                 \
                line[j] = terms[(i + j) * stride];                                             \
            acc += sum_of_powers_##T(line, rest, (T)shift, NULL);                              \
        }                                                                                      \
        return acc;                                                                            \
    }                                                                                          \
    static void powers_columns_##T(double *acc, const double *shift, const void *x, int64_t n, \
                                   int64_t row_stride, int64_t width)                          \
    {                                                                                          \
        const T *terms = x;                                                                    \
        for (int64_t i = 0; i < n; i++)                                                        \
            for (int64_t j = 0; j < width; j += LINE) {                                        \
                const int64_t rest = width - j < LINE ? width - j : LINE;                      \
                T line[LINE] = {0};                                                            \
                for (int64_t k = 0; k < rest; k++)                                             \
                    line[k] = terms[i * row_stride + j + k] - (T)shift[j + k];                 \
                for (int64_t k = 0; k < LINE; k++)                                             \
                    line[k] = SHARE(line[k]);                                                  \
                for (int64_t k = 0; k < rest; k++)                                             \
                    acc[j + k] += (double)line[k];                                             \
            }                                                                                  \
    }
DEFINE_POWERS(float)
DEFINE_POWERS(double)

static const bb__walk_kernel powers[BB_DTYPE_COUNT] = {
    [BB_F32] = {0, powers_row_float, powers_columns_float},
    [BB_F64] = {0, powers_row_double, powers_columns_double}};

typedef struct logsumexp_job {
    bb__walk fold;
    const bb__walk_kernel *largest, *powers;
    const bb_array *out;
} logsumexp_job;

static void logsumexp_range(void *context, int64_t first, int64_t last)
{
    const logsumexp_job *j = context;
    for (int64_t tile = first; tile < last; tile++) {
        double top[BB__WALK_TILE], sum[BB__WALK_TILE];
        bb__walk_span span = bb__walk_span_at(&j->fold, tile);
        for (int64_t i = 0; i < span.width; i++) {
            top[i] = j->largest->identity;
            sum[i] = 0;
        }
        bb__walk_terms(&j->fold, j->largest, &span, 0, j->fold.terms, top, NULL);
        bb__walk_terms(&j->fold, j->powers, &span, 0, j->fold.terms, sum, top);
        for (int64_t i = 0; i < span.width; i++)
            sum[i] = bb__log_f64(sum[i]);
        for (int64_t i = 0; i < span.width; i++)
            sum[i] = isfinite(top[i]) ? top[i] + sum[i] : top[i];
        bb__walk_store(j->out, span.first, span.stride, sum, span.width);
    }
}

void bb__logsumexp(const bb_array *in, uint32_t axes, const bb_array *out, int threads)
{
    logsumexp_job j = {bb__walk_plan(in, axes), bb__reduce_kernel(BB__MAX, in->dtype),
                       &powers[in->dtype], out};
    bb_parallel(j.fold.tiles, bb__walk_grain(&j.fold), threads, logsumexp_range, &j);
}
