/* SPDX-License-Identifier: MIT */
/* Planes at other sizes: each element of the result is a mean of at most four. Where they lie and
 * what they weigh is worked out once for both axes. */
#include "kernels.h"

#include <math.h>
#include <string.h>

/* (1 - weight) times element `first` of an axis, and weight times element `second`, which counts
 * only where the weight is not 0: nothing comes of a neighbour that is infinite. */
typedef struct tap {
    int64_t first, second;
    double weight;
} tap;

typedef struct job {
    const bb__upsample_shape *s;
    const tap *rows, *columns;
    const void *from;
    void *to;
} job;

static tap nearest(int64_t i, int64_t size, int64_t places)
{
    int64_t at = i * size / places;
    return (tap){at, at, 0};
}

static tap linear(int64_t i, int64_t size, int64_t places, bool align_corners)
{
    double at = ((double)i + 0.5) * (double)size / (double)places - 0.5;
    if (align_corners)
        at = places > 1 ? (double)i * (double)(size - 1) / (double)(places - 1) : 0;
    at = at < 0 ? 0 : at;
    int64_t first = (int64_t)floor(at);
    first = first > size - 1 ? size - 1 : first;
    double weight = first + 1 < size ? at - (double)first : 0;
    return (tap){first, weight > 0 ? first + 1 : first, weight};
}

static void set_taps(const bb__upsample_shape *s, int64_t size, int64_t places, tap *taps)
{
    for (int64_t i = 0; i < places; i++)
        taps[i] =
            s->is_bilinear ? linear(i, size, places, s->align_corners) : nearest(i, size, places);
}

/* The mean of a and b. */
#define MEAN(a, b, weight) ((weight) > 0 ? (1 - (weight)) * (a) + (weight) * (b) : (a))

#define DEFINE_UPSAMPLE(suffix, T)                                                       \
    static void sample_##suffix(void *context, int64_t begin, int64_t end)               \
    {                                                                                    \
        const job *j = context;                                                          \
        const bb__upsample_shape *s = j->s;                                              \
        const T *x = (const T *)j->from + begin * s->h * s->w;                           \
        T *y = (T *)j->to + begin * s->oh * s->ow;                                       \
        for (int64_t plane = begin; plane < end; plane++, x += s->h * s->w)              \
            for (int64_t i = 0; i < s->oh; i++) {                                        \
                const tap row = j->rows[i];                                              \
                const T *top = x + row.first * s->w, *low = x + row.second * s->w;       \
                const T down = (T)row.weight;                                            \
                for (int64_t k = 0; k < s->ow; k++) {                                    \
                    const tap c = j->columns[k];                                         \
                    const T right = (T)c.weight;                                         \
                    const T upper = MEAN(top[c.first], top[c.second], right);            \
                    const T lower = MEAN(low[c.first], low[c.second], right);            \
                    *y++ = MEAN(upper, lower, down);                                     \
                }                                                                        \
            }                                                                            \
    }                                                                                    \
    static void spread_##suffix(void *context, int64_t begin, int64_t end)               \
    {                                                                                    \
        const job *j = context;                                                          \
        const bb__upsample_shape *s = j->s;                                              \
        const T *dy = (const T *)j->from + begin * s->oh * s->ow;                        \
        T *x = (T *)j->to + begin * s->h * s->w;                                         \
        memset(x, 0, (size_t)((end - begin) * s->h * s->w) * sizeof(T));                 \
        for (int64_t plane = begin; plane < end; plane++, x += s->h * s->w)              \
            for (int64_t i = 0; i < s->oh; i++) {                                        \
                const tap row = j->rows[i];                                              \
                T *top = x + row.first * s->w, *low = x + row.second * s->w;             \
                for (int64_t k = 0; k < s->ow; k++, dy++) {                              \
                    const tap c = j->columns[k];                                         \
                    const T right = (T)c.weight, down = (T)row.weight;                   \
                    const T upper = (1 - down) * *dy, lower = down > 0 ? down * *dy : 0; \
                    top[c.first] += (1 - right) * upper;                                 \
                    top[c.second] += right > 0 ? right * upper : 0;                      \
                    low[c.first] += (1 - right) * lower;                                 \
                    low[c.second] += right > 0 ? right * lower : 0;                      \
                }                                                                        \
            }                                                                            \
    }
DEFINE_UPSAMPLE(f32, float)
DEFINE_UPSAMPLE(f64, double)

static void run(const bb__upsample_shape *s, const void *from, void *to, void *scratch, int threads,
                bb_range_fn planes)
{
    enum { GRAIN = 1 << 14 }; /* elements that pay for a thread */
    if (s->planes == 0)
        return;
    tap *rows = scratch, *columns = rows + s->oh;
    job j = {s, rows, columns, from, to};
    set_taps(s, s->h, s->oh, rows);
    set_taps(s, s->w, s->ow, columns);
    bb_parallel(s->planes, 1 + GRAIN / (s->oh * s->ow + 1), threads, planes, &j);
}

size_t bb__upsample_scratch(const bb__upsample_shape *s)
{
    return s->planes == 0 ? 0 : (size_t)(s->oh + s->ow) * sizeof(tap);
}

void bb__upsample(const bb__upsample_shape *s, const void *x, void *y, void *scratch, int threads)
{
    run(s, x, y, scratch, threads, s->dtype == BB_F32 ? sample_f32 : sample_f64);
}

void bb__upsample_spread(const bb__upsample_shape *s, const void *dy, void *dx, void *scratch,
                         int threads)
{
    run(s, dy, dx, scratch, threads, s->dtype == BB_F32 ? spread_f32 : spread_f64);
}
