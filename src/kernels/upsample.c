/* SPDX-License-Identifier: MIT */
/* Planes at other sizes: each element of the result is a mean of at most four. Where they lie and
 * what they weigh is worked out once for both axes. */
#include "base.h"
#include "kernels.h"

#include <math.h>
#include <string.h>

/* Of each place of an axis: (1 - weight) times element `first`, and weight times element `second`,
 * which counts only where the weight is not 0: nothing comes of a neighbour that is infinite. */
typedef struct taps {
    int64_t *first, *second;
    double *weight;
} taps;

typedef struct job {
    const bb__upsample_shape *s;
    taps rows, columns;
    const void *from;
    void *to;
    char *lines; /* two for each thread that works */
} job;

static void nearest(int64_t size, int64_t places, taps to)
{
    for (int64_t i = 0; i < places; i++) {
        to.first[i] = to.second[i] = i * size / places;
        to.weight[i] = 0;
    }
}

static void linear(int64_t size, int64_t places, bool align_corners, taps to)
{
    for (int64_t i = 0; i < places; i++) {
        double at = ((double)i + 0.5) * (double)size / (double)places - 0.5;
        if (align_corners)
            at = places > 1 ? (double)i * (double)(size - 1) / (double)(places - 1) : 0;
        at = at < 0 ? 0 : at;
        int64_t first = (int64_t)floor(at);
        first = first > size - 1 ? size - 1 : first;
        to.weight[i] = first + 1 < size ? at - (double)first : 0;
        to.first[i] = first;
        to.second[i] = to.weight[i] > 0 ? first + 1 : first;
    }
}

static void set_taps(const bb__upsample_shape *s, int64_t size, int64_t places, taps to)
{
    if (s->is_bilinear)
        linear(size, places, s->align_corners, to);
    else
        nearest(size, places, to);
}

/* Bytes of a line, which holds a row of the plane or of the result. */
static size_t line_bytes(const bb__upsample_shape *s)
{
    return bb__aligned((size_t)(s->w > s->ow ? s->w : s->ow) * bb_dtype_size(s->dtype));
}

static char *own_lines(const job *j)
{
    return j->lines + (size_t)bb__thread_slot() * 2 * line_bytes(j->s);
}

#define MEAN(a, b, weight) ((weight) > 0 ? (1 - (weight)) * (a) + (weight) * (b) : (a))

/* Rows first, which are vectors, then columns; rows that come of one row are computed once. */
#define DEFINE_SAMPLE(suffix, T)                                                                  \
    static void mean_##suffix(const T *restrict a, const T *restrict b, T weight, int64_t n,      \
                              T *restrict to)                                                     \
    {                                                                                             \
        for (int64_t i = 0; i < n; i++)                                                           \
            to[i] = MEAN(a[i], b[i], weight);                                                     \
    }                                                                                             \
    static void stretch_##suffix(const bb__upsample_shape *s, const taps *c, const T *line, T *y) \
    {                                                                                             \
        if (s->is_bilinear)                                                                       \
            for (int64_t k = 0; k < s->ow; k++) {                                                 \
                const T right = (T)c->weight[k];                                                  \
                y[k] = MEAN(line[c->first[k]], line[c->second[k]], right);                        \
            }                                                                                     \
        else if (s->ow == 2 * s->w)                                                               \
            for (int64_t k = 0; k < s->w; k++)                                                    \
                y[2 * k] = y[2 * k + 1] = line[k];                                                \
        else                                                                                      \
            for (int64_t k = 0; k < s->ow; k++)                                                   \
                y[k] = line[c->first[k]];                                                         \
    }                                                                                             \
    static void sample_##suffix(void *context, int64_t begin, int64_t end)                        \
    {                                                                                             \
        const job *j = context;                                                                   \
        const bb__upsample_shape *s = j->s;                                                       \
        const T *x = (const T *)j->from + begin * s->h * s->w;                                    \
        T *y = (T *)j->to + begin * s->oh * s->ow;                                                \
        T *mean = (T *)(void *)own_lines(j);                                                      \
        for (int64_t plane = begin; plane < end; plane++, x += s->h * s->w)                       \
            for (int64_t i = 0; i < s->oh; i++, y += s->ow) {                                     \
                const T *top = x + j->rows.first[i] * s->w, *low = x + j->rows.second[i] * s->w;  \
                const T down = (T)j->rows.weight[i];                                              \
                if (down > 0)                                                                     \
                    mean_##suffix(top, low, down, s->w, mean);                                    \
                if (!s->is_bilinear && i > 0 && j->rows.first[i] == j->rows.first[i - 1])         \
                    memcpy(y, y - s->ow, (size_t)s->ow * sizeof *y);                              \
                else                                                                              \
                    stretch_##suffix(s, &j->columns, down > 0 ? mean : top, y);                   \
            }                                                                                     \
    }
DEFINE_SAMPLE(f32, float)
DEFINE_SAMPLE(f64, double)

/* How many rows from row i on come of the same row alone. */
static int64_t rows_of_one(const job *j, int64_t i)
{
    int64_t n = 1;
    while (!j->s->is_bilinear && i + n < j->s->oh && j->rows.first[i + n] == j->rows.first[i])
        n++;
    return n;
}

/* The adjoint: columns first, of the sum of the rows that come of one row. */
#define DEFINE_SPREAD(suffix, T)                                                                  \
    static void add_##suffix(const T *restrict from, T weight, int64_t n, T *restrict to)         \
    {                                                                                             \
        for (int64_t i = 0; i < n; i++)                                                           \
            to[i] += weight * from[i];                                                            \
    }                                                                                             \
    static void shrink_##suffix(const bb__upsample_shape *s, const taps *c, const T *dy, T *line) \
    {                                                                                             \
        memset(line, 0, (size_t)s->w * sizeof *line);                                             \
        if (s->is_bilinear)                                                                       \
            for (int64_t k = 0; k < s->ow; k++) {                                                 \
                const T right = (T)c->weight[k];                                                  \
                line[c->first[k]] += (1 - right) * dy[k];                                         \
                line[c->second[k]] += right > 0 ? right * dy[k] : 0;                              \
            }                                                                                     \
        else if (s->ow == 2 * s->w)                                                               \
            for (int64_t k = 0; k < s->w; k++)                                                    \
                line[k] = dy[2 * k] + dy[2 * k + 1];                                              \
        else                                                                                      \
            for (int64_t k = 0; k < s->ow; k++)                                                   \
                line[c->first[k]] += dy[k];                                                       \
    }                                                                                             \
    static void spread_##suffix(void *context, int64_t begin, int64_t end)                        \
    {                                                                                             \
        const job *j = context;                                                                   \
        const bb__upsample_shape *s = j->s;                                                       \
        const T *dy = (const T *)j->from + begin * s->oh * s->ow;                                 \
        T *x = (T *)j->to + begin * s->h * s->w;                                                  \
        T *line = (T *)(void *)own_lines(j);                                                      \
        T *sum = (T *)(void *)(own_lines(j) + line_bytes(s));                                     \
        memset(x, 0, (size_t)((end - begin) * s->h * s->w) * sizeof(T));                          \
        for (int64_t plane = begin; plane < end; plane++, x += s->h * s->w)                       \
            for (int64_t i = 0, n; i < s->oh; i += n, dy += n * s->ow) {                          \
                const int64_t first = j->rows.first[i], second = j->rows.second[i];               \
                const T down = (T)j->rows.weight[i];                                              \
                n = rows_of_one(j, i);                                                            \
                if (n > 1)                                                                        \
                    memcpy(sum, dy, (size_t)s->ow * sizeof *sum);                                 \
                for (int64_t k = 1; k < n; k++)                                                   \
                    add_##suffix(dy + k * s->ow, 1, s->ow, sum);                                  \
                shrink_##suffix(s, &j->columns, n > 1 ? sum : dy, line);                          \
                add_##suffix(line, 1 - down, s->w, x + first * s->w);                             \
                if (down > 0)                                                                     \
                    add_##suffix(line, down, s->w, x + second * s->w);                            \
            }                                                                                     \
    }
DEFINE_SPREAD(f32, float)
DEFINE_SPREAD(f64, double)

/* Scratch memory: both axes' taps, and the lines. */

static char *take_taps(char *scratch, int64_t places, taps *out)
{
    out->first = (int64_t *)(void *)scratch;
    out->second = out->first + places;
    out->weight = (double *)(void *)(out->second + places);
    return (char *)(out->weight + places);
}

static int64_t planes_of_part(const bb__upsample_shape *s)
{
    enum { GRAIN = 1 << 14 }; /* elements that pay for a thread */
    return 1 + GRAIN / (s->oh * s->ow + 1);
}

static void run(const bb__upsample_shape *s, const void *from, void *to, void *scratch, int threads,
                bb_range_fn planes)
{
    job j = {.s = s, .from = from, .to = to};
    if (s->planes == 0)
        return;
    char *end = take_taps(take_taps(scratch, s->oh, &j.rows), s->ow, &j.columns);
    j.lines = (char *)scratch + bb__aligned((size_t)(end - (char *)scratch));
    set_taps(s, s->h, s->oh, j.rows);
    set_taps(s, s->w, s->ow, j.columns);
    bb_parallel(s->planes, planes_of_part(s), (int)bb__lower(threads, BB__SLOTS), planes, &j);
}

size_t bb__upsample_scratch(const bb__upsample_shape *s)
{
    const size_t tap = 2 * sizeof(int64_t) + sizeof(double);
    if (s->planes == 0)
        return 0;
    const int64_t parts = bb__divided_up(s->planes, planes_of_part(s));
    return bb__aligned((size_t)(s->oh + s->ow) * tap) +
           (size_t)bb__lower(parts, BB__SLOTS) * 2 * line_bytes(s);
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
