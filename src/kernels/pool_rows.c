/* SPDX-License-Identifier: MIT */
/* Windows of one size, a row of results at a time: of a row of the plane every stride-th element,
 * from each of the first ones on, is a phase, where what neighbouring windows have at one place is
 * side by side: it is compared, or added to, for all of them at once. */
#include "pool.h"

#include <math.h>
#include <string.h>

enum {
    WIDEST = 512,  /* elements of a row, and of its phases together */
    SHORTEST = 4,  /* of a row of results */
    MOST_ROWS = 8, /* of a window */
};

static int64_t phase_length(const bb__pool_shape *s)
{
    return s->ow + (s->window[1] - 1) / s->stride[1];
}

static int64_t phases_length(const bb__pool_shape *s)
{
    return s->stride[1] * phase_length(s);
}

bool bb__pool_has_rows(const bb__pool_shape *s)
{
    return !s->is_adaptive && s->ow >= SHORTEST && s->w <= WIDEST && s->window[0] <= MOST_ROWS &&
           phase_length(s) <= WIDEST / s->stride[1];
}

/* Elements of a phase that are in the row, where the first is column `column`. */
typedef struct part {
    int64_t first, end, column;
} part;

static inline part part_of(const bb__pool_shape *s, int64_t stride, int64_t phase)
{
    const int64_t padding = s->padding[1], length = phase_length(s);
    const int64_t first = phase < padding ? bb__divided_up(padding - phase, stride) : 0;
    const int64_t column = first * stride + phase - padding, left = s->w - column;
    const int64_t end = left > 0 ? first + bb__divided_up(left, stride) : first;
    return (part){first, end < length ? end : length, column};
}

/* Where what a window has at this column of it begins, in the phases. */
static inline int64_t place_of(const bb__pool_shape *s, int64_t column)
{
    return column % s->stride[1] * phase_length(s) + column / s->stride[1];
}

/* For the usual strides compilers make better loops. */
#define BY_STRIDE(name, s, ...)                        \
    ((s)->stride[1] == 1   ? name((s), 1, __VA_ARGS__) \
     : (s)->stride[1] == 2 ? name((s), 2, __VA_ARGS__) \
                           : name((s), (s)->stride[1], __VA_ARGS__))

/* What of the phases lies outside of the row is left alone. */
#define DEFINE_PHASES(suffix, T)                                                    \
    static inline void split_by_##suffix(const bb__pool_shape *s, int64_t stride,   \
                                         const T *restrict row, T *restrict phases) \
    {                                                                               \
        const int64_t length = phase_length(s);                                     \
        for (int64_t phase = 0; phase < stride; phase++, phases += length) {        \
            const part at = part_of(s, stride, phase);                              \
            for (int64_t m = at.first; m < at.end; m++)                             \
                phases[m] = row[at.column + (m - at.first) * stride];               \
        }                                                                           \
    }                                                                               \
    static void split_##suffix(const bb__pool_shape *s, const T *row, T *phases)    \
    {                                                                               \
        BY_STRIDE(split_by_##suffix, s, row, phases);                               \
    }                                                                               \
    static inline void join_by_##suffix(const bb__pool_shape *s, int64_t stride,    \
                                        const T *restrict phases, T *restrict row)  \
    {                                                                               \
        const int64_t length = phase_length(s);                                     \
        for (int64_t phase = 0; phase < stride; phase++, phases += length) {        \
            const part at = part_of(s, stride, phase);                              \
            for (int64_t m = at.first; m < at.end; m++)                             \
                row[at.column + (m - at.first) * stride] = phases[m];               \
        }                                                                           \
    }                                                                               \
    static void join_##suffix(const bb__pool_shape *s, const T *phases, T *row)     \
    {                                                                               \
        BY_STRIDE(join_by_##suffix, s, phases, row);                                \
    }
DEFINE_PHASES(f32, float)
DEFINE_PHASES(f64, double)

/* Gradients. */

/* Rows of the plane's gradient in phases, as many as a window has; those below `done` are done. */
#define DEFINE_RING(suffix, T)                                                          \
    typedef struct ring_##suffix {                                                      \
        const bb__pool_shape *s;                                                        \
        T *dx;                                                                          \
        int64_t done;                                                                   \
        T rows[MOST_ROWS][WIDEST];                                                      \
    } ring_##suffix;                                                                    \
    static void begin_##suffix(ring_##suffix *r, const bb__pool_shape *s, T *dx)        \
    {                                                                                   \
        r->s = s;                                                                       \
        r->dx = dx;                                                                     \
        r->done = 0;                                                                    \
        for (int64_t row = 0; row < s->window[0]; row++)                                \
            memset(r->rows[row], 0, (size_t)phases_length(s) * sizeof(T));              \
    }                                                                                   \
    /* Rows that no window has any more; what no window has at all is 0. */             \
    static void finish_##suffix(ring_##suffix *r, int64_t end)                          \
    {                                                                                   \
        const bb__pool_shape *s = r->s;                                                 \
        for (; r->done < end; r->done++) {                                              \
            T *phases = r->rows[r->done % s->window[0]], *row = r->dx + r->done * s->w; \
            memset(row, 0, (size_t)s->w * sizeof *row);                                 \
            join_##suffix(s, phases, row);                                              \
            memset(phases, 0, (size_t)phases_length(s) * sizeof *phases);               \
        }                                                                               \
    }
DEFINE_RING(f32, float)
DEFINE_RING(f64, double)

/* The largest. */

/* Outside of the row are NaN, which are larger than nothing and equal to nothing. */
#define DEFINE_MAX_ROWS(suffix, T, MASK)                                                           \
    static void fill_##suffix(T *to, int64_t n, T value)                                           \
    {                                                                                              \
        for (int64_t i = 0; i < n; i++)                                                            \
            to[i] = value;                                                                         \
    }                                                                                              \
    static void raise_##suffix(const T *restrict x, int64_t n, T *restrict top)                    \
    {                                                                                              \
        for (int64_t k = 0; k < n; k++)                                                            \
            top[k] = x[k] > top[k] ? x[k] : top[k];                                                \
    }                                                                                              \
    /* The largest of each window of a row of results. */                                          \
    static void top_##suffix(const bb__pool_shape *s, const T *x, bb__range at, T *phases, T *top) \
    {                                                                                              \
        fill_##suffix(top, s->ow, -(T)INFINITY);                                                   \
        for (int64_t row = at.first; row < at.end; row++) {                                        \
            split_##suffix(s, x + row * s->w, phases);                                             \
            for (int64_t column = 0; column < s->window[1]; column++)                              \
                raise_##suffix(phases + place_of(s, column), s->ow, top);                          \
        }                                                                                          \
    }                                                                                              \
    void bb__max_rows_##suffix(const bb__pool_shape *s, const T *x, T *y)                          \
    {                                                                                              \
        T phases[WIDEST];                                                                          \
        fill_##suffix(phases, phases_length(s), (T)NAN);                                           \
        for (int64_t i = 0; i < s->oh; i++)                                                        \
            top_##suffix(s, x, bb__window_of(s, 0, i), phases, y + i * s->ow);                     \
    }                                                                                              \
    /* dy where x is the first that is as large as the largest. */                                 \
    static void give_##suffix(const T *restrict x, const T *restrict top, const T *restrict dy,    \
                              int64_t n, MASK *restrict given, T *restrict dx)                     \
    {                                                                                              \
        for (int64_t k = 0; k < n; k++) {                                                          \
            const MASK takes = -(MASK)(x[k] == top[k]) & ~given[k];                                \
            MASK bits;                                                                             \
            T share;                                                                               \
            memcpy(&bits, &dy[k], sizeof bits);                                                    \
            bits &= takes;                                                                         \
            memcpy(&share, &bits, sizeof share);                                                   \
            given[k] |= takes;                                                                     \
            dx[k] += share;                                                                        \
        }                                                                                          \
    }                                                                                              \
    void bb__spread_rows_##suffix(const bb__pool_shape *s, const T *x, const T *dy, T *dx)         \
    {                                                                                              \
        T phases[WIDEST], top[WIDEST];                                                             \
        MASK given[WIDEST];                                                                        \
        ring_##suffix ring;                                                                        \
        begin_##suffix(&ring, s, dx);                                                              \
        fill_##suffix(phases, phases_length(s), (T)NAN);                                           \
        for (int64_t i = 0; i < s->oh; i++, dy += s->ow) {                                         \
            const bb__range at = bb__window_of(s, 0, i);                                           \
            top_##suffix(s, x, at, phases, top);                                                   \
            finish_##suffix(&ring, at.first);                                                      \
            memset(given, 0, (size_t)s->ow * sizeof *given);                                       \
            for (int64_t row = at.first; row < at.end; row++) {                                    \
                T *to = ring.rows[row % s->window[0]];                                             \
                split_##suffix(s, x + row * s->w, phases);                                         \
                for (int64_t column = 0; column < s->window[1]; column++) {                        \
                    const int64_t place = place_of(s, column);                                     \
                    give_##suffix(phases + place, top, dy, s->ow, given, to + place);              \
                }                                                                                  \
            }                                                                                      \
        }                                                                                          \
        finish_##suffix(&ring, s->h);                                                              \
    }
DEFINE_MAX_ROWS(f32, float, int32_t)
DEFINE_MAX_ROWS(f64, double, int64_t)

/* Means. */

#define DEFINE_AVERAGE_ROWS(suffix, T)                                                            \
    static void sum_rows_##suffix(const bb__pool_shape *s, const T *x, bb__range at, double *sum) \
    {                                                                                             \
        memset(sum, 0, (size_t)s->w * sizeof *sum);                                               \
        for (int64_t row = at.first; row < at.end; row++)                                         \
            for (int64_t c = 0; c < s->w; c++)                                                    \
                sum[c] += (double)x[row * s->w + c];                                              \
    }                                                                                             \
    void bb__average_rows_##suffix(const bb__pool_shape *s, const T *x, T *y)                     \
    {                                                                                             \
        const double size = (double)s->window[0] * (double)s->window[1];                          \
        double phases[WIDEST], sum[WIDEST];                                                       \
        memset(phases, 0, (size_t)phases_length(s) * sizeof *phases);                             \
        for (int64_t i = 0; i < s->oh; i++, y += s->ow) {                                         \
            sum_rows_##suffix(s, x, bb__window_of(s, 0, i), sum);                                 \
            split_f64(s, sum, phases);                                                            \
            memset(sum, 0, (size_t)s->ow * sizeof *sum);                                          \
            for (int64_t column = 0; column < s->window[1]; column++)                             \
                for (int64_t k = 0, place = place_of(s, column); k < s->ow; k++)                  \
                    sum[k] += phases[place + k];                                                  \
            for (int64_t k = 0; k < s->ow; k++)                                                   \
                y[k] = (T)(sum[k] / size);                                                        \
        }                                                                                         \
    }                                                                                             \
    static void add_##suffix(const T *restrict share, int64_t n, T *restrict dx)                  \
    {                                                                                             \
        for (int64_t k = 0; k < n; k++)                                                           \
            dx[k] += share[k];                                                                    \
    }                                                                                             \
    /* What a row of results gives to each row of its windows. */                                 \
    void bb__share_rows_##suffix(const bb__pool_shape *s, const T *dy, T *dx)                     \
    {                                                                                             \
        const double size = (double)s->window[0] * (double)s->window[1];                          \
        const int64_t length = phases_length(s);                                                  \
        T share[WIDEST], shares[WIDEST];                                                          \
        ring_##suffix ring;                                                                       \
        begin_##suffix(&ring, s, dx);                                                             \
        for (int64_t i = 0; i < s->oh; i++, dy += s->ow) {                                        \
            const bb__range at = bb__window_of(s, 0, i);                                          \
            for (int64_t k = 0; k < s->ow; k++)                                                   \
                share[k] = (T)((double)dy[k] / size);                                             \
            memset(shares, 0, (size_t)length * sizeof *shares);                                   \
            for (int64_t column = 0; column < s->window[1]; column++)                             \
                add_##suffix(share, s->ow, shares + place_of(s, column));                         \
            finish_##suffix(&ring, at.first);                                                     \
            for (int64_t row = at.first; row < at.end; row++)                                     \
                add_##suffix(shares, length, ring.rows[row % s->window[0]]);                      \
        }                                                                                         \
        finish_##suffix(&ring, s->h);                                                             \
    }
DEFINE_AVERAGE_ROWS(f32, float)
DEFINE_AVERAGE_ROWS(f64, double)
