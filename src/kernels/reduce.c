/* SPDX-License-Identifier: MIT */
/* Sums, products, maxima, minima and tests of masks over any axes; argmax and argmin.
 *
 * Accumulators are doubles for both types, so that a float sum is as good as its rounding; long
 * rows of doubles are summed pairwise (Higham 1993). Work is cut by shape only. */
#include "largest.h"
#include "walk.h"

#include <assert.h>
#include <math.h>

enum { LANES = 16, BLOCK = 1024 };

#define ADD(a, b) ((a) + (b))
#define MULTIPLY(a, b) ((a) * (b))
#define SMALLER(a, b) ((((b) < (a)) | ((b) != (b))) ? (b) : (a))
#define EITHER(a, b) ((((a) != 0) | ((b) != 0)) ? 1.0 : 0.0)
#define BOTH(a, b) ((((a) != 0) & ((b) != 0)) ? 1.0 : 0.0)

/* name_lanes folds a short row in lanes that the compiler turns into vectors; name_row halves a
 * long one; name_columns keeps four rows in flight. */
#define DEFINE_FOLD(name, T, STEP, IDENTITY)                                                     \
    static inline double name##_lanes(const T *x, int64_t n, int64_t stride)                     \
    {                                                                                            \
        double lane[LANES], acc = IDENTITY;                                                      \
        for (int j = 0; j < LANES; j++)                                                          \
            lane[j] = IDENTITY;                                                                  \
        int64_t i = 0;                                                                           \
        for (; i + LANES <= n; i += LANES)                                                       \
            for (int j = 0; j < LANES; j++) {                                                    \
                const double term = (double)x[(i + j) * stride];                                 \
                lane[j] = STEP(lane[j], term);                                                   \
            }                                                                                    \
        for (; i < n; i++) {                                                                     \
            const double term = (double)x[i * stride];                                           \
            acc = STEP(acc, term);                                                               \
        }                                                                                        \
        for (int half = n < LANES ? 0 : LANES / 2; half; half /= 2)                              \
            for (int j = 0; j < half; j++)                                                       \
                lane[j] = STEP(lane[j], lane[j + half]);                                         \
        return STEP(acc, lane[0]);                                                               \
    }                                                                                            \
    static double name##_halves(const T *x, int64_t n, int64_t stride)                           \
    {                                                                                            \
        if (n <= BLOCK)                                                                          \
            return stride == 1 ? name##_lanes(x, n, 1) : name##_lanes(x, n, stride);             \
        const int64_t half = (n / 2 + BLOCK - 1) / BLOCK * BLOCK;                                \
        const double a = name##_halves(x, half, stride);                                         \
        const double b = name##_halves(x + half * stride, n - half, stride);                     \
        return STEP(a, b);                                                                       \
    }                                                                                            \
    static double name##_row(double acc, double shift, const void *x, int64_t n, int64_t stride) \
    {                                                                                            \
        (void)shift;                                                                             \
        const double row = name##_halves(x, n, stride);                                          \
        return STEP(acc, row);                                                                   \
    }                                                                                            \
    static inline void name##_lines(double *restrict acc, const T *restrict x, int64_t n,        \
                                    int64_t row_stride, int64_t width, int64_t stride)           \
    {                                                                                            \
        int64_t i = 0;                                                                           \
        for (; i + 4 <= n; i += 4, x += 4 * row_stride)                                          \
            for (int64_t j = 0; j < width; j++) {                                                \
                const T *column = x + j * stride;                                                \
                const double x0 = (double)column[0], x1 = (double)column[row_stride];            \
                const double x2 = (double)column[2 * row_stride];                                \
                const double x3 = (double)column[3 * row_stride];                                \
                const double a = STEP(x0, x1), b = STEP(x2, x3), c = STEP(a, b);                 \
                acc[j] = STEP(acc[j], c);                                                        \
            }                                                                                    \
        for (; i < n; i++, x += row_stride)                                                      \
            for (int64_t j = 0; j < width; j++) {                                                \
                const double term = (double)x[j * stride];                                       \
                acc[j] = STEP(acc[j], term);                                                     \
            }                                                                                    \
    }                                                                                            \
    static void name##_columns(double *acc, const double *shift, const void *x, int64_t n,       \
                               int64_t row_stride, int64_t width, int64_t stride)                \
    {                                                                                            \
        (void)shift;                                                                             \
        if (stride == 1)                                                                         \
            name##_lines(acc, x, n, row_stride, width, 1);                                       \
        else                                                                                     \
            name##_lines(acc, x, n, row_stride, width, stride);                                  \
    }

#define DEFINE_MERGE(name, STEP)                   \
    static double name##_merge(double a, double b) \
    {                                              \
        return STEP(a, b);                         \
    }
#define DEFINE_FOLDS(name, STEP, IDENTITY)          \
    DEFINE_FOLD(name##_f32, float, STEP, IDENTITY)  \
    DEFINE_FOLD(name##_f64, double, STEP, IDENTITY) \
    DEFINE_MERGE(name, STEP)

DEFINE_FOLDS(sum, ADD, 0.0)
DEFINE_FOLDS(prod, MULTIPLY, 1.0)
DEFINE_FOLDS(max, BB__LARGER, -(double)INFINITY)
DEFINE_FOLDS(min, SMALLER, (double)INFINITY)
DEFINE_FOLD(any_u8, uint8_t, EITHER, 0.0)
DEFINE_MERGE(any, EITHER)
DEFINE_FOLD(all_u8, uint8_t, BOTH, 1.0)
DEFINE_MERGE(all, BOTH)

#define DEFINE_CONTIGUOUS_MAX(name, T)                                                            \
    static double name##_line(double acc, double shift, const void *x, int64_t n, int64_t stride) \
    {                                                                                             \
        if (stride != 1)                                                                          \
            return name##_row(acc, shift, x, n, stride);                                          \
        const double row = (double)largest_##T(x, n);                                             \
        return BB__LARGER(acc, row);                                                              \
    }
DEFINE_CONTIGUOUS_MAX(max_f32, float)
DEFINE_CONTIGUOUS_MAX(max_f64, double)

typedef struct reducer {
    bb__walk_kernel kernel[BB_DTYPE_COUNT];
    double (*merge)(double a, double b);
} reducer;

#define REDUCER(name, identity)                                      \
    {                                                                \
        {[BB_F32] = {identity, name##_f32_row, name##_f32_columns},  \
         [BB_F64] = {identity, name##_f64_row, name##_f64_columns}}, \
            name##_merge                                             \
    }

#define MASK_REDUCER(name, identity)                                           \
    {                                                                          \
        {[BB_U8] = {identity, name##_u8_row, name##_u8_columns}}, name##_merge \
    }

static const reducer reducers[] = {
    [BB__SUM] = REDUCER(sum, 0.0),
    [BB__MAX] = {{[BB_F32] = {-(double)INFINITY, max_f32_line, max_f32_columns},
                  [BB_F64] = {-(double)INFINITY, max_f64_line, max_f64_columns}},
                 max_merge},
    [BB__MIN] = REDUCER(min, (double)INFINITY),
    [BB__PROD] = REDUCER(prod, 1.0),
    [BB__ANY] = MASK_REDUCER(any, 0.0),
    [BB__ALL] = MASK_REDUCER(all, 1.0),
};

const bb__walk_kernel *bb__reduce_kernel(bb__reduction kind, bb_dtype dtype)
{
    assert(reducers[kind].kernel[dtype].row);
    return &reducers[kind].kernel[dtype];
}

/* A large reduction to few outputs is cut along its terms into this many chunks. */
static int64_t chunk_count(int64_t outputs, int64_t terms)
{
    enum { FEW = 512, CHUNK = 65536, MOST = 32 };
    if (outputs >= FEW || terms * outputs < 2 * CHUNK)
        return 1;
    int64_t chunks = terms * outputs / CHUNK;
    return chunks < MOST ? chunks : MOST;
}

typedef struct job {
    bb__walk fold;
    const bb__walk_kernel *kernel;
    const bb_array *out;
    double *partial; /* [chunks, outputs], when there is more than one chunk */
    int64_t chunks;
} job;

static void reduce_range(void *context, int64_t first, int64_t last)
{
    const job *j = context;
    for (int64_t item = first; item < last; item++) {
        double acc[BB__WALK_TILE];
        int64_t chunk = item % j->chunks, terms = j->fold.terms;
        bb__walk_span span = bb__walk_span_at(&j->fold, item / j->chunks);
        for (int64_t i = 0; i < span.width; i++)
            acc[i] = j->kernel->identity;
        int64_t length = (terms + j->chunks - 1) / j->chunks, start = chunk * length;
        int64_t stop = start + length < terms ? start + length : terms;
        bb__walk_terms(&j->fold, j->kernel, &span, start, stop, acc, NULL);
        for (int64_t i = 0; i < span.width; i++) {
            int64_t at = span.first + i * span.stride;
            if (j->chunks > 1)
                j->partial[chunk * j->fold.outputs + at] = acc[i];
            else
                bb__walk_store(j->out, at, acc[i]);
        }
    }
}

static void merge_chunks(const job *j, double (*merge)(double a, double b))
{
    for (int64_t at = 0; at < j->fold.outputs; at++) {
        double acc = j->partial[at];
        for (int64_t chunk = 1; chunk < j->chunks; chunk++)
            acc = merge(acc, j->partial[chunk * j->fold.outputs + at]);
        bb__walk_store(j->out, at, acc);
    }
}

void bb__reduce(bb__reduction kind, const bb_array *in, uint32_t axes, const bb_array *out,
                void *scratch, int threads)
{
    if (!axes && bb_dtype_is_float(in->dtype)) {
        bb__copy(in, out, threads);
        return;
    }
    job j = {.fold = bb__walk_plan(in, axes),
             .kernel = bb__reduce_kernel(kind, in->dtype),
             .out = out,
             .partial = scratch};
    j.chunks = chunk_count(j.fold.outputs, j.fold.terms);
    int64_t grain = j.chunks > 1 ? 1 : bb__walk_grain(&j.fold);
    bb__parallel(j.fold.tiles * j.chunks, grain, threads, reduce_range, &j);
    if (j.chunks > 1)
        merge_chunks(&j, reducers[kind].merge);
}

size_t bb__reduce_scratch(const bb_array *in, uint32_t axes)
{
    int64_t outputs = 1, terms = 1;
    for (int i = 0; i < in->shape.ndim; i++)
        *(axes >> i & 1U ? &terms : &outputs) *= in->shape.dim[i];
    int64_t chunks = axes ? chunk_count(outputs, terms) : 1;
    return chunks > 1 ? (size_t)(chunks * outputs) * sizeof(double) : 0;
}

/* The place of the element that BEATS the others: the first of equals, the first NaN before all. */
#define DEFINE_PLACE(name, T, BEATS)                                             \
    static int32_t name(const void *data, int64_t at, int64_t n, int64_t stride) \
    {                                                                            \
        const T *x = (const T *)data + at;                                       \
        int64_t best = 0;                                                        \
        for (int64_t i = 0; i < n; i++) {                                        \
            const T value = x[i * stride];                                       \
            if (value != value)                                                  \
                return (int32_t)i;                                               \
            best = value BEATS x[best * stride] ? i : best;                      \
        }                                                                        \
        return (int32_t)best;                                                    \
    }
DEFINE_PLACE(argmax_f32, float, >)
DEFINE_PLACE(argmax_f64, double, >)
DEFINE_PLACE(argmin_f32, float, <)
DEFINE_PLACE(argmin_f64, double, <)

typedef int32_t (*place_fn)(const void *data, int64_t at, int64_t n, int64_t stride);

typedef struct place_job {
    bb__walk fold;
    const bb_array *in, *out;
    int axis;
    place_fn place;
} place_job;

static void place_range(void *context, int64_t first, int64_t last)
{
    const place_job *j = context;
    int64_t n = j->in->shape.dim[j->axis], stride = j->in->stride[j->axis];
    int64_t step = j->fold.kept[j->fold.n_kept - 1].in;
    for (int64_t tile = first; tile < last; tile++) {
        bb__walk_span span = bb__walk_span_at(&j->fold, tile);
        for (int64_t i = 0; i < span.width; i++)
            ((int32_t *)j->out->data)[span.first + i * span.stride] =
                j->place(j->in->data, span.in + i * step, n, stride);
    }
}

static void find_places(const place_fn place[BB_DTYPE_COUNT], const bb_array *in, int axis,
                        const bb_array *out, int threads)
{
    assert(place[in->dtype]);
    place_job j = {bb__walk_plan(in, 1U << axis), in, out, axis, place[in->dtype]};
    bb__parallel(j.fold.tiles, bb__walk_grain(&j.fold), threads, place_range, &j);
}

void bb__argmax(const bb_array *in, int axis, const bb_array *out, int threads)
{
    static const place_fn place[BB_DTYPE_COUNT] = {[BB_F32] = argmax_f32, [BB_F64] = argmax_f64};
    find_places(place, in, axis, out, threads);
}

void bb__argmin(const bb_array *in, int axis, const bb_array *out, int threads)
{
    static const place_fn place[BB_DTYPE_COUNT] = {[BB_F32] = argmin_f32, [BB_F64] = argmin_f64};
    find_places(place, in, axis, out, threads);
}
