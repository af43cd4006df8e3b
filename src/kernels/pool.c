/* SPDX-License-Identifier: MIT */
/* Windows on planes: the largest, its place, and means. A plane is the work of one thread, and goes
 * through its windows in row-major order. */
#include "pool.h"

#include <string.h>

typedef struct job job;
typedef void (*plane_fn)(const job *j, int64_t plane);

struct job {
    const bb__pool_shape *s;
    plane_fn run;
    const void *x, *v; /* planes [h w], and a second operand */
    void *out;
};

static void run_planes(void *context, int64_t first, int64_t last)
{
    const job *j = context;
    for (int64_t plane = first; plane < last; plane++)
        j->run(j, plane);
}

static void run(const job *j, int threads)
{
    enum { GRAIN = 1 << 15 }; /* elements that pay for a thread */
    bb_parallel(j->s->planes, 1 + GRAIN / (j->s->h * j->s->w + 1), threads, run_planes,
                (void *)(uintptr_t)j);
}

static double size_of(const bb__pool_shape *s, bb__range rows, bb__range columns)
{
    return s->is_adaptive ? (double)((rows.end - rows.first) * (columns.end - columns.first))
                          : (double)s->window[0] * (double)s->window[1];
}

static bool is_two_by_two(const bb__pool_shape *s)
{
    return !s->is_adaptive && s->window[0] == 2 && s->window[1] == 2 && s->stride[0] == 2 &&
           s->stride[1] == 2 && s->padding[0] == 0 && s->padding[1] == 0;
}

/* Whether b takes the place of a, which comes before it. */
#define BEATS(b, a) ((((b) > (a)) | ((b) != (b))) & ((a) == (a)))

/* Without branches, as which of a window's elements is the largest cannot be foreseen. */
#define DEFINE_MAX(suffix, T, MASK)                                                          \
    static bool has_nan_##suffix(const T *x, int64_t n)                                      \
    {                                                                                        \
        MASK nan = 0;                                                                        \
        for (int64_t i = 0; i < n; i++)                                                      \
            nan |= x[i] != x[i];                                                             \
        return nan;                                                                          \
    }                                                                                        \
    static inline int64_t place_##suffix(const bb__pool_shape *s, const T *x, bool has_nan,  \
                                         bb__range rows, bb__range columns)                  \
    {                                                                                        \
        int64_t best = rows.first * s->w + columns.first;                                    \
        T top = x[best];                                                                     \
        for (int64_t i = rows.first; i < rows.end; i++)                                      \
            for (int64_t at = i * s->w + columns.first; at < i * s->w + columns.end; at++) { \
                const T value = x[at];                                                       \
                const bool beats = has_nan ? BEATS(value, top) : value > top;                \
                best ^= (best ^ at) & -(int64_t)beats;                                       \
                top = beats ? value : top;                                                   \
            }                                                                                \
        return best;                                                                         \
    }                                                                                        \
    static void pick_##suffix(const job *j, int64_t plane)                                   \
    {                                                                                        \
        const bb__pool_shape *s = j->s;                                                      \
        const T *x = (const T *)j->x + plane * s->h * s->w;                                  \
        const T *v = (const T *)j->v + plane * s->h * s->w;                                  \
        const bool nan = has_nan_##suffix(x, s->h * s->w);                                   \
        T *y = (T *)j->out + plane * s->oh * s->ow;                                          \
        for (int64_t i = 0; i < s->oh; i++) {                                                \
            const bb__range rows = bb__window_of(s, 0, i);                                   \
            for (int64_t k = 0; k < s->ow; k++)                                              \
                *y++ = v[place_##suffix(s, x, nan, rows, bb__window_of(s, 1, k))];           \
        }                                                                                    \
    }                                                                                        \
    static void spread_##suffix(const job *j, int64_t plane)                                 \
    {                                                                                        \
        const bb__pool_shape *s = j->s;                                                      \
        const T *x = (const T *)j->x + plane * s->h * s->w;                                  \
        const T *dy = (const T *)j->v + plane * s->oh * s->ow;                               \
        const bool nan = has_nan_##suffix(x, s->h * s->w);                                   \
        T *dx = (T *)j->out + plane * s->h * s->w;                                           \
        memset(dx, 0, (size_t)(s->h * s->w) * sizeof(T));                                    \
        for (int64_t i = 0; i < s->oh; i++) {                                                \
            const bb__range rows = bb__window_of(s, 0, i);                                   \
            for (int64_t k = 0; k < s->ow; k++)                                              \
                dx[place_##suffix(s, x, nan, rows, bb__window_of(s, 1, k))] += *dy++;        \
        }                                                                                    \
    }

typedef int32_t __attribute__((may_alias)) mask32;
typedef int64_t __attribute__((may_alias)) mask64;
DEFINE_MAX(f32, float, mask32)
DEFINE_MAX(f64, double, mask64)

/* Windows of 2 x 2 side by side, in steps that a compiler turns into vectors; planes with a NaN go
 * the general way. */
#define DEFINE_MAX_BY_FOUR(suffix, T, MASK)                                                   \
    static void max_row_##suffix(const T *restrict top, const T *restrict low, int64_t n,     \
                                 T *restrict y)                                               \
    {                                                                                         \
        for (int64_t k = 0; k < n; k++) {                                                     \
            const T a = top[2 * k], b = top[2 * k + 1], c = low[2 * k], d = low[2 * k + 1];   \
            const T e = b > a ? b : a, f = d > c ? d : c;                                     \
            y[k] = f > e ? f : e;                                                             \
        }                                                                                     \
    }                                                                                         \
    static void max_by_four_##suffix(const job *j, int64_t plane)                             \
    {                                                                                         \
        const bb__pool_shape *s = j->s;                                                       \
        const T *x = (const T *)j->x + plane * s->h * s->w;                                   \
        T *y = (T *)j->out + plane * s->oh * s->ow;                                           \
        if (has_nan_##suffix(x, s->h * s->w)) {                                               \
            pick_##suffix(j, plane);                                                          \
            return;                                                                           \
        }                                                                                     \
        for (int64_t i = 0; i < s->oh; i++)                                                   \
            max_row_##suffix(x + 2 * i * s->w, x + (2 * i + 1) * s->w, s->ow, y + i * s->ow); \
    }                                                                                         \
    /* Bits of dy where a mask is all ones: a choice between numbers would make branches. */  \
    static void spread_row_##suffix(const T *restrict top, const T *restrict low,             \
                                    const MASK *restrict dy, int64_t n, MASK *restrict to,    \
                                    MASK *restrict below)                                     \
    {                                                                                         \
        for (int64_t k = 0; k < n; k++) {                                                     \
            const T a = top[2 * k], b = top[2 * k + 1], c = low[2 * k], d = low[2 * k + 1];   \
            const T e = b > a ? b : a, f = d > c ? d : c;                                     \
            const MASK in_low = -(MASK)(f > e), in_b = -(MASK)(b > a), in_d = -(MASK)(d > c); \
            to[2 * k] = dy[k] & ~in_low & ~in_b;                                              \
            to[2 * k + 1] = dy[k] & ~in_low & in_b;                                           \
            below[2 * k] = dy[k] & in_low & ~in_d;                                            \
            below[2 * k + 1] = dy[k] & in_low & in_d;                                         \
        }                                                                                     \
    }                                                                                         \
    static void spread_by_four_##suffix(const job *j, int64_t plane)                          \
    {                                                                                         \
        const bb__pool_shape *s = j->s;                                                       \
        const T *x = (const T *)j->x + plane * s->h * s->w;                                   \
        const T *dy = (const T *)j->v + plane * s->oh * s->ow;                                \
        T *dx = (T *)j->out + plane * s->h * s->w;                                            \
        if (has_nan_##suffix(x, s->h * s->w)) {                                               \
            spread_##suffix(j, plane);                                                        \
            return;                                                                           \
        }                                                                                     \
        for (int64_t i = 0; i < s->oh; i++, dy += s->ow) {                                    \
            const T *top = x + 2 * i * s->w;                                                  \
            T *to = dx + 2 * i * s->w;                                                        \
            spread_row_##suffix(top, top + s->w, (const MASK *)(const void *)dy, s->ow,       \
                                (MASK *)(void *)to, (MASK *)(void *)(to + s->w));             \
            if (s->w % 2)                                                                     \
                to[s->w - 1] = to[2 * s->w - 1] = 0;                                          \
        }                                                                                     \
        if (s->h % 2)                                                                         \
            memset(dx + (s->h - 1) * s->w, 0, (size_t)s->w * sizeof(T));                      \
    }
DEFINE_MAX_BY_FOUR(f32, float, mask32)
DEFINE_MAX_BY_FOUR(f64, double, mask64)

#define DEFINE_AVERAGE(suffix, T)                                                                \
    static void average_##suffix(const job *j, int64_t plane)                                    \
    {                                                                                            \
        const bb__pool_shape *s = j->s;                                                          \
        const T *x = (const T *)j->x + plane * s->h * s->w;                                      \
        T *y = (T *)j->out + plane * s->oh * s->ow;                                              \
        for (int64_t i = 0; i < s->oh; i++)                                                      \
            for (int64_t k = 0; k < s->ow; k++) {                                                \
                const bb__range rows = bb__window_of(s, 0, i), columns = bb__window_of(s, 1, k); \
                double sum = 0;                                                                  \
                for (int64_t r = rows.first; r < rows.end; r++)                                  \
                    for (int64_t c = columns.first; c < columns.end; c++)                        \
                        sum += (double)x[r * s->w + c];                                          \
                *y++ = (T)(sum / size_of(s, rows, columns));                                     \
            }                                                                                    \
    }                                                                                            \
    static void share_##suffix(const job *j, int64_t plane)                                      \
    {                                                                                            \
        const bb__pool_shape *s = j->s;                                                          \
        const T *dy = (const T *)j->v + plane * s->oh * s->ow;                                   \
        T *dx = (T *)j->out + plane * s->h * s->w;                                               \
        memset(dx, 0, (size_t)(s->h * s->w) * sizeof(T));                                        \
        for (int64_t i = 0; i < s->oh; i++)                                                      \
            for (int64_t k = 0; k < s->ow; k++) {                                                \
                const bb__range rows = bb__window_of(s, 0, i), columns = bb__window_of(s, 1, k); \
                const T share = (T)((double)*dy++ / size_of(s, rows, columns));                  \
                for (int64_t r = rows.first; r < rows.end; r++)                                  \
                    for (int64_t c = columns.first; c < columns.end; c++)                        \
                        dx[r * s->w + c] += share;                                               \
            }                                                                                    \
    }
DEFINE_AVERAGE(f32, float)
DEFINE_AVERAGE(f64, double)

#define DEFINE_AVERAGE_BY_FOUR(suffix, T)                                                         \
    static void average_row_##suffix(const T *restrict top, const T *restrict low, int64_t n,     \
                                     T *restrict y)                                               \
    {                                                                                             \
        for (int64_t k = 0; k < n; k++)                                                           \
            y[k] = (T)(((double)top[2 * k] + (double)top[2 * k + 1] + (double)low[2 * k] +        \
                        (double)low[2 * k + 1]) /                                                 \
                       4);                                                                        \
    }                                                                                             \
    static void average_by_four_##suffix(const job *j, int64_t plane)                             \
    {                                                                                             \
        const bb__pool_shape *s = j->s;                                                           \
        const T *x = (const T *)j->x + plane * s->h * s->w;                                       \
        T *y = (T *)j->out + plane * s->oh * s->ow;                                               \
        for (int64_t i = 0; i < s->oh; i++)                                                       \
            average_row_##suffix(x + 2 * i * s->w, x + (2 * i + 1) * s->w, s->ow, y + i * s->ow); \
    }                                                                                             \
    static void share_row_##suffix(const T *restrict dy, int64_t n, T *restrict to,               \
                                   T *restrict below)                                             \
    {                                                                                             \
        for (int64_t k = 0; k < n; k++)                                                           \
            to[2 * k] = to[2 * k + 1] = below[2 * k] = below[2 * k + 1] = 0 + dy[k] / 4;          \
    }                                                                                             \
    static void share_by_four_##suffix(const job *j, int64_t plane)                               \
    {                                                                                             \
        const bb__pool_shape *s = j->s;                                                           \
        const T *dy = (const T *)j->v + plane * s->oh * s->ow;                                    \
        T *dx = (T *)j->out + plane * s->h * s->w;                                                \
        for (int64_t i = 0; i < s->oh; i++) {                                                     \
            T *to = dx + 2 * i * s->w;                                                            \
            share_row_##suffix(dy + i * s->ow, s->ow, to, to + s->w);                             \
            if (s->w % 2)                                                                         \
                to[s->w - 1] = to[2 * s->w - 1] = 0;                                              \
        }                                                                                         \
        if (s->h % 2)                                                                             \
            memset(dx + (s->h - 1) * s->w, 0, (size_t)s->w * sizeof(T));                          \
    }
DEFINE_AVERAGE_BY_FOUR(f32, float)
DEFINE_AVERAGE_BY_FOUR(f64, double)

/* Rows of windows side by side; planes with a NaN go the general way. */
#define DEFINE_BY_ROWS(suffix, T)                                                   \
    static void max_by_rows_##suffix(const job *j, int64_t plane)                   \
    {                                                                               \
        const bb__pool_shape *s = j->s;                                             \
        const T *x = (const T *)j->x + plane * s->h * s->w;                         \
        if (has_nan_##suffix(x, s->h * s->w))                                       \
            pick_##suffix(j, plane);                                                \
        else                                                                        \
            bb__max_rows_##suffix(s, x, (T *)j->out + plane * s->oh * s->ow);       \
    }                                                                               \
    static void spread_by_rows_##suffix(const job *j, int64_t plane)                \
    {                                                                               \
        const bb__pool_shape *s = j->s;                                             \
        const int64_t large = plane * s->h * s->w;                                  \
        const T *x = (const T *)j->x + large;                                       \
        if (has_nan_##suffix(x, s->h * s->w))                                       \
            spread_##suffix(j, plane);                                              \
        else                                                                        \
            bb__spread_rows_##suffix(s, x, (const T *)j->v + plane * s->oh * s->ow, \
                                     (T *)j->out + large);                          \
    }                                                                               \
    static void average_by_rows_##suffix(const job *j, int64_t plane)               \
    {                                                                               \
        const bb__pool_shape *s = j->s;                                             \
        bb__average_rows_##suffix(s, (const T *)j->x + plane * s->h * s->w,         \
                                  (T *)j->out + plane * s->oh * s->ow);             \
    }                                                                               \
    static void share_by_rows_##suffix(const job *j, int64_t plane)                 \
    {                                                                               \
        const bb__pool_shape *s = j->s;                                             \
        bb__share_rows_##suffix(s, (const T *)j->v + plane * s->oh * s->ow,         \
                                (T *)j->out + plane * s->h * s->w);                 \
    }
DEFINE_BY_ROWS(f32, float)
DEFINE_BY_ROWS(f64, double)

/* For any windows, for rows of them, and for the usual ones. */
enum { ANY, ROWS, BY_FOUR, WAYS };

#define WAYS_OF(any, rows, by_four)                                     \
    {                                                                   \
        [BB_F32] = {any##_f32, rows##_f32, by_four##_f32}, [BB_F64] = { \
            any##_f64,                                                  \
            rows##_f64,                                                 \
            by_four##_f64                                               \
        }                                                               \
    }
static const plane_fn maxima[][WAYS] = WAYS_OF(pick, max_by_rows, max_by_four);
static const plane_fn picks[][WAYS] = WAYS_OF(pick, pick, pick);
static const plane_fn spreads[][WAYS] = WAYS_OF(spread, spread_by_rows, spread_by_four);
static const plane_fn averages[][WAYS] = WAYS_OF(average, average_by_rows, average_by_four);
static const plane_fn shares[][WAYS] = WAYS_OF(share, share_by_rows, share_by_four);

/* Windows that divide a plane evenly are all alike. */
static bb__pool_shape plain_of(const bb__pool_shape *s)
{
    bb__pool_shape plain = *s;
    if (s->is_adaptive && s->h % s->oh == 0 && s->w % s->ow == 0) {
        plain.is_adaptive = false;
        plain.window[0] = plain.stride[0] = s->h / s->oh;
        plain.window[1] = plain.stride[1] = s->w / s->ow;
        plain.padding[0] = plain.padding[1] = 0;
    }
    return plain;
}

static plane_fn way_of(const bb__pool_shape *s, const plane_fn ways[][WAYS])
{
    return ways[s->dtype][is_two_by_two(s) ? BY_FOUR : bb__pool_has_rows(s) ? ROWS : ANY];
}

void bb__max_pool(const bb__pool_shape *s, const void *x, void *y, int threads)
{
    const bb__pool_shape plain = plain_of(s);
    run(&(job){&plain, way_of(&plain, maxima), x, x, y}, threads);
}

void bb__max_pick(const bb__pool_shape *s, const void *x, const void *v, void *y, int threads)
{
    const bb__pool_shape plain = plain_of(s);
    run(&(job){&plain, way_of(&plain, picks), x, v, y}, threads);
}

void bb__max_spread(const bb__pool_shape *s, const void *x, const void *dy, void *dx, int threads)
{
    const bb__pool_shape plain = plain_of(s);
    run(&(job){&plain, way_of(&plain, spreads), x, dy, dx}, threads);
}

void bb__average_pool(const bb__pool_shape *s, const void *x, void *y, int threads)
{
    const bb__pool_shape plain = plain_of(s);
    run(&(job){&plain, way_of(&plain, averages), x, NULL, y}, threads);
}

void bb__average_spread(const bb__pool_shape *s, const void *dy, void *dx, int threads)
{
    const bb__pool_shape plain = plain_of(s);
    run(&(job){&plain, way_of(&plain, shares), NULL, dy, dx}, threads);
}
