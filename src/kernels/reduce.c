/* SPDX-License-Identifier: MIT */
/* Sums, products, maxima, minima and tests of masks over any axes; argmax and argmin.
 *
 * Accumulators are doubles for both types, so that a float sum is as good as its rounding; long
 * rows of doubles are summed pairwise (Higham 1993). Work is cut by shape only. */
#include "fold.h"
#include "largest.h"

#include <assert.h>
#include <math.h>

BB__DEFINE_STEP(add, a + b)
BB__DEFINE_STEP(multiply, a *b)
BB__DEFINE_STEP(either, ((a != 0) | (b != 0)) ? 1 : 0)
BB__DEFINE_STEP(both, ((a != 0) & (b != 0)) ? 1 : 0)

static inline double smaller(double a, double b)
{
    const double lower = b < a ? b : a;
    return b != b ? b : lower;
}

#define DEFINE_FOLDS(name, step, IDENTITY)                        \
    BB__DEFINE_FOLD(name##_f32, float, step, IDENTITY, BB__PLAIN) \
    BB__DEFINE_FOLD(name##_f64, double, step, IDENTITY, BB__PLAIN)
DEFINE_FOLDS(sum, add, 0.0)
DEFINE_FOLDS(prod, multiply, 1.0)
BB__DEFINE_EXTREMES(max_f32, float, bb__larger, largest, BB__PLAIN)
BB__DEFINE_EXTREMES(max_f64, double, bb__larger, largest, BB__PLAIN)
BB__DEFINE_EXTREMES(min_f32, float, smaller, smallest, BB__PLAIN)
BB__DEFINE_EXTREMES(min_f64, double, smaller, smallest, BB__PLAIN)

/* Masks, and doubles that stand for them. */
#define DEFINE_MASK(name, step, IDENTITY, FOUND)                                       \
    static double name##_u8_row(double acc, double shift, const void *data, int64_t n, \
                                int64_t stride)                                        \
    {                                                                                  \
        const uint8_t *x = data;                                                       \
        uint8_t found = 0;                                                             \
        (void)shift;                                                                   \
        for (int64_t i = 0; i < n; i++)                                                \
            found |= x[i * stride] FOUND 0;                                            \
        return step(acc, found FOUND 0);                                               \
    }                                                                                  \
    BB__DEFINE_COLUMNS(name##_u8, uint8_t, step, BB__PLAIN)                            \
    BB__DEFINE_FOLD(name##_f64, double, step, IDENTITY, BB__PLAIN)
DEFINE_MASK(any, either, 0, !=)
DEFINE_MASK(all, both, 1, ==)

#define KERNEL(name, identity)               \
    {                                        \
        identity, name##_row, name##_columns \
    }
#define FLOATS(name, identity)                                                           \
    {                                                                                    \
        [BB_F32] = KERNEL(name##_f32, identity), [BB_F64] = KERNEL(name##_f64, identity) \
    }
#define MASKS(name, identity)                                                          \
    {                                                                                  \
        [BB_U8] = KERNEL(name##_u8, identity), [BB_F64] = KERNEL(name##_f64, identity) \
    }
static const bb__walk_kernel reducers[][BB_DTYPE_COUNT] = {
    [BB__SUM] = FLOATS(sum, 0),
    [BB__MAX] = FLOATS(max, -(double)INFINITY),
    [BB__MIN] = FLOATS(min, (double)INFINITY),
    [BB__PROD] = FLOATS(prod, 1),
    [BB__ANY] = MASKS(any, 0),
    [BB__ALL] = MASKS(all, 1),
};

const bb__walk_kernel *bb__reduce_kernel(bb__reduction kind, bb_dtype dtype)
{
    assert(reducers[kind][dtype].row);
    return &reducers[kind][dtype];
}

enum { WIDE = 1024 }; /* outputs side by side of a tile that sees a part of their terms only */

/* Whether outputs lie side by side in a few wide tiles. */
static bool has_wide_tiles(const bb__walk *fold)
{
    enum { FEW = 16 };
    bb__walk wide = *fold;
    bb__walk_cut(&wide, WIDE);
    return fold->by_columns && wide.tiles < FEW;
}

/* A large reduction to few outputs, or to few wide tiles, is cut along its terms into this many
 * chunks. */
static int64_t chunk_count(int64_t outputs, int64_t terms, bool is_wide)
{
    enum { FEW = 512, CHUNK = 65536, PARTIAL = 16384, MOST = 32 };
    int64_t chunks = terms * outputs / CHUNK, most = PARTIAL / (outputs + 1);
    if (outputs >= FEW && !is_wide)
        return 1;
    most = most < MOST ? most : MOST;
    chunks = chunks < most ? chunks : most;
    return chunks > 1 ? chunks : 1;
}

typedef struct job {
    bb__walk fold;
    const bb__walk_kernel *kernel, *merge;
    const bb_array *out;
    double *partial; /* [chunks, outputs], when there is more than one chunk */
    int64_t chunks;
} job;

static void begin(double *acc, int64_t n, double identity)
{
    for (int64_t i = 0; i < n; i++)
        acc[i] = identity;
}

static void reduce_range(void *context, int64_t first, int64_t last)
{
    const job *j = context;
    for (int64_t item = first; item < last; item++) {
        double acc[WIDE];
        int64_t chunk = item / j->fold.tiles, terms = j->fold.terms;
        bb__walk_span span = bb__walk_span_at(&j->fold, item % j->fold.tiles);
        begin(acc, span.width, j->kernel->identity);
        int64_t length = bb__divided_up(terms, j->chunks), start = chunk * length;
        int64_t stop = start + length < terms ? start + length : terms;
        bb__walk_terms(&j->fold, j->kernel, &span, start, stop, acc, NULL);
        if (j->chunks > 1)
            for (int64_t i = 0; i < span.width; i++)
                j->partial[chunk * j->fold.outputs + span.first + i * span.stride] = acc[i];
        else
            bb__walk_store(j->out, span.first, span.stride, acc, span.width);
    }
}

static void merge_chunks(const job *j)
{
    const int64_t outputs = j->fold.outputs;
    for (int64_t at = 0; at < outputs; at += WIDE) {
        double acc[WIDE];
        int64_t width = outputs - at < WIDE ? outputs - at : WIDE;
        begin(acc, width, j->merge->identity);
        j->merge->columns(acc, NULL, j->partial + at, j->chunks, outputs, width);
        bb__walk_store(j->out, at, 1, acc, width);
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
             .merge = bb__reduce_kernel(kind, BB_F64),
             .out = out,
             .partial = scratch};
    j.chunks = chunk_count(j.fold.outputs, j.fold.terms, has_wide_tiles(&j.fold));
    if (j.fold.by_columns && j.chunks > 1)
        bb__walk_cut(&j.fold, WIDE);
    int64_t grain = j.chunks > 1 ? 1 : bb__walk_grain(&j.fold);
    bb_parallel(j.fold.tiles * j.chunks, grain, threads, reduce_range, &j);
    if (j.chunks > 1)
        merge_chunks(&j);
}

size_t bb__reduce_scratch(const bb_array *in, uint32_t axes)
{
    int64_t outputs = 1, terms = 1;
    for (int i = 0; i < in->shape.ndim; i++)
        *(axes >> i & 1U ? &terms : &outputs) *= in->shape.dim[i];
    int64_t chunks = axes ? chunk_count(outputs, terms, true) : 1; /* at most */
    return chunks > 1 ? (size_t)(chunks * outputs) * sizeof(double) : 0;
}

/* The place of the element that BEATS the others: the first of equals, the first NaN before all.
 * INT is as wide as T. */
#define DEFINE_PLACE(name, T, INT, BEATS, extreme)                                                 \
    static int64_t name##_first(const T *x, T top)                                                 \
    {                                                                                              \
        int64_t i = 0;                                                                             \
        if (top != top)                                                                            \
            while (x[i] == x[i])                                                                   \
                i++;                                                                               \
        else                                                                                       \
            while (x[i] != top)                                                                    \
                i++;                                                                               \
        return i;                                                                                  \
    }                                                                                              \
    static int32_t name##_line(const T *x, int64_t n, int64_t stride)                              \
    {                                                                                              \
        int64_t best = 0;                                                                          \
        if (stride == 1)                                                                           \
            return (int32_t)name##_first(x, extreme##_##T(x, n));                                  \
        for (int64_t i = 0; i < n; i++) {                                                          \
            const T value = x[i * stride];                                                         \
            if (value != value)                                                                    \
                return (int32_t)i;                                                                 \
            best = value BEATS x[best * stride] ? i : best;                                        \
        }                                                                                          \
        return (int32_t)best;                                                                      \
    }                                                                                              \
    static inline void name##_lines(const T *restrict x, int64_t n, int64_t stride, int64_t width, \
                                    INT *restrict best)                                            \
    {                                                                                              \
        T top[BB__WALK_TILE];                                                                      \
        for (int64_t j = 0; j < width; j++) {                                                      \
            top[j] = x[j];                                                                         \
            best[j] = 0;                                                                           \
        }                                                                                          \
        for (int64_t i = 1; i < n; i++)                                                            \
            for (int64_t j = 0; j < width; j++) {                                                  \
                const T value = x[i * stride + j];                                                 \
                const bool wins = ((value BEATS top[j]) | (value != value)) & (top[j] == top[j]);  \
                best[j] = wins ? (INT)i : best[j];                                                 \
                top[j] = wins ? value : top[j];                                                    \
            }                                                                                      \
    }                                                                                              \
    static void name(const void *data, const place_job *j, const bb__walk_span *span)              \
    {                                                                                              \
        const int64_t n = j->in->shape.dim[j->axis], stride = j->in->stride[j->axis];              \
        const int64_t step = j->fold.kept[j->fold.n_kept - 1].in;                                  \
        const T *x = (const T *)data + span->in;                                                   \
        int32_t *out = (int32_t *)j->out->data + span->first;                                      \
        INT best[BB__WALK_TILE];                                                                   \
        if (j->fold.by_columns && step == 1)                                                       \
            name##_lines(x, n, stride, span->width, best);                                         \
        else                                                                                       \
            for (int64_t i = 0; i < span->width; i++)                                              \
                best[i] = name##_line(x + i * step, n, stride);                                    \
        for (int64_t i = 0; i < span->width; i++)                                                  \
            out[i * span->stride] = (int32_t)best[i];                                              \
    }

typedef struct place_job place_job;
typedef void (*place_fn)(const void *data, const place_job *j, const bb__walk_span *span);

struct place_job {
    bb__walk fold;
    const bb_array *in, *out;
    int axis;
    place_fn place;
};

DEFINE_PLACE(argmax_f32, float, int32_t, >, largest)
DEFINE_PLACE(argmax_f64, double, int64_t, >, largest)
DEFINE_PLACE(argmin_f32, float, int32_t, <, smallest)
DEFINE_PLACE(argmin_f64, double, int64_t, <, smallest)

static void place_range(void *context, int64_t first, int64_t last)
{
    const place_job *j = context;
    for (int64_t tile = first; tile < last; tile++) {
        bb__walk_span span = bb__walk_span_at(&j->fold, tile);
        j->place(j->in->data, j, &span);
    }
}

static void find_places(const place_fn place[BB_DTYPE_COUNT], const bb_array *in, int axis,
                        const bb_array *out, int threads)
{
    assert(place[in->dtype]);
    place_job j = {bb__walk_plan(in, 1U << axis), in, out, axis, place[in->dtype]};
    bb_parallel(j.fold.tiles, bb__walk_grain(&j.fold), threads, place_range, &j);
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
