/* SPDX-License-Identifier: MIT */
/* The loops of a walk's kernels: terms of one dtype folded into doubles, in an order that their
 * number alone decides, and in forms that compilers turn into vectors. */
#ifndef BIBUN_FOLD_H
#define BIBUN_FOLD_H

#include "walk.h"

enum { BB__FOLD_LANES = 8, BB__FOLD_BLOCK = 1024 };

/* What is folded: an element as it is. Others may read the output's shift. */
#define BB__PLAIN(x, shift) ((double)(x))

/* step(a, b) is an inline function of doubles: of an expression of expressions compilers make
 * branches. */
#define BB__DEFINE_STEP(name, RESULT)             \
    static inline double name(double a, double b) \
    {                                             \
        return RESULT;                            \
    }

/* NaN if either is. */
static inline double bb__larger(double a, double b)
{
    const double larger = b > a ? b : a;
    return b != b ? b : larger;
}

/* A short row, two terms of a lane at a time so that steps wait less for one another. */
#define BB__DEFINE_LANES(name, T, step, IDENTITY, TERM)                                            \
    static inline double name##_lanes(double shift, const T *x, int64_t n)                         \
    {                                                                                              \
        double lane[BB__FOLD_LANES], acc = IDENTITY;                                               \
        for (int j = 0; j < BB__FOLD_LANES; j++)                                                   \
            lane[j] = IDENTITY;                                                                    \
        int64_t i = 0;                                                                             \
        for (; i + 2 * BB__FOLD_LANES <= n; i += 2 * BB__FOLD_LANES)                               \
            for (int j = 0; j < BB__FOLD_LANES; j++)                                               \
                lane[j] = step(                                                                    \
                    lane[j], step(TERM(x[i + j], shift), TERM(x[i + BB__FOLD_LANES + j], shift))); \
        for (; i + BB__FOLD_LANES <= n; i += BB__FOLD_LANES)                                       \
            for (int j = 0; j < BB__FOLD_LANES; j++)                                               \
                lane[j] = step(lane[j], TERM(x[i + j], shift));                                    \
        for (; i < n; i++)                                                                         \
            acc = step(acc, TERM(x[i], shift));                                                    \
        for (int half = BB__FOLD_LANES / 2; half; half /= 2)                                       \
            for (int j = 0; j < half; j++)                                                         \
                lane[j] = step(lane[j], lane[j + half]);                                           \
        (void)shift;                                                                               \
        return step(acc, lane[0]);                                                                 \
    }

/* Any row: a long one is halved, one that is not contiguous is copied. */
#define BB__DEFINE_ROW(name, T, step)                                                            \
    static double name##_spaced(double shift, const T *x, int64_t n, int64_t stride)             \
    {                                                                                            \
        T near[BB__FOLD_BLOCK];                                                                  \
        for (int64_t i = 0; i < n; i++)                                                          \
            near[i] = x[i * stride];                                                             \
        return name##_lanes(shift, near, n);                                                     \
    }                                                                                            \
    static double name##_halves(double shift, const T *x, int64_t n, int64_t stride)             \
    {                                                                                            \
        if (n <= BB__FOLD_BLOCK)                                                                 \
            return stride == 1 ? name##_lanes(shift, x, n) : name##_spaced(shift, x, n, stride); \
        const int64_t half = (n / 2 + BB__FOLD_BLOCK - 1) / BB__FOLD_BLOCK * BB__FOLD_BLOCK;     \
        const double a = name##_halves(shift, x, half, stride); /* first: memory goes upwards */ \
        const double b = name##_halves(shift, x + half * stride, n - half, stride);              \
        return step(a, b);                                                                       \
    }                                                                                            \
    static double name##_row(double acc, double shift, const void *x, int64_t n, int64_t stride) \
    {                                                                                            \
        return step(acc, name##_halves(shift, x, n, stride));                                    \
    }

/* Some rows in flight. */
#define BB__DEFINE_COLUMNS(name, T, step, TERM)                                                \
    static void name##_columns(double *restrict acc, const double *restrict shift,             \
                               const void *rows, int64_t n, int64_t row_stride, int64_t width) \
    {                                                                                          \
        const T *restrict x = rows;                                                            \
        int64_t i = 0;                                                                         \
        (void)shift;                                                                           \
        for (; i + BB__WALK_ROWS <= n; i += BB__WALK_ROWS, x += BB__WALK_ROWS * row_stride)    \
            for (int64_t j = 0; j < width; j++) {                                              \
                const double x0 = TERM(x[j], shift[j]);                                        \
                const double x1 = TERM(x[j + row_stride], shift[j]);                           \
                const double x2 = TERM(x[j + 2 * row_stride], shift[j]);                       \
                const double x3 = TERM(x[j + 3 * row_stride], shift[j]);                       \
                acc[j] = step(acc[j], step(step(x0, x1), step(x2, x3)));                       \
            }                                                                                  \
        for (; i < n; i++, x += row_stride)                                                    \
            for (int64_t j = 0; j < width; j++)                                                \
                acc[j] = step(acc[j], TERM(x[j], shift[j]));                                   \
    }

#define BB__DEFINE_FOLD(name, T, step, IDENTITY, TERM) \
    BB__DEFINE_LANES(name, T, step, IDENTITY, TERM)    \
    BB__DEFINE_ROW(name, T, step)                      \
    BB__DEFINE_COLUMNS(name, T, step, TERM)

/* Maxima, whose lanes are integers: extreme_T(x, n) of largest.h. */
#define BB__DEFINE_EXTREMES(name, T, step, extreme, TERM)                  \
    static inline double name##_lanes(double shift, const T *x, int64_t n) \
    {                                                                      \
        (void)shift;                                                       \
        return (double)extreme##_##T(x, n);                                \
    }                                                                      \
    BB__DEFINE_ROW(name, T, step)                                          \
    BB__DEFINE_COLUMNS(name, T, step, TERM)

#endif
