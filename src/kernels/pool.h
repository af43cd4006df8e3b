/* SPDX-License-Identifier: MIT */
/* Private to pooling: what a window covers (any windows: pool.c), and windows of one size, a row of
 * results at a time (pool_rows.c). */
#ifndef BIBUN_POOL_H
#define BIBUN_POOL_H

#include "kernels.h"

/* Rows of images are short: 32 bytes at a time are twice as fast as 64. */
#if defined(__AVX512F__) && !defined(__clang__)
#pragma GCC target("prefer-vector-width=256")
#endif

/* Elements [first, end) of an axis. */
typedef struct bb__range {
    int64_t first, end;
} bb__range;

/* What window i covers of axis 0, the rows, or 1. */
static inline bb__range bb__window_of(const bb__pool_shape *s, int axis, int64_t i)
{
    const int64_t size = axis ? s->w : s->h, cells = axis ? s->ow : s->oh;
    if (s->is_adaptive)
        return (bb__range){i * size / cells, bb__divided_up((i + 1) * size, cells)};
    const int64_t first = i * s->stride[axis] - s->padding[axis];
    return (bb__range){first < 0 ? 0 : first, bb__lower(first + s->window[axis], size)};
}

/* Whether windows of one size have few rows, their rows of results are long enough, and rows of the
 * plane not too long. */
bool bb__pool_has_rows(const bb__pool_shape *s);

/* Of a plane; for the largest it must have no NaN. They take up to 48 kB of the stack. */
void bb__max_rows_f32(const bb__pool_shape *s, const float *x, float *y);
void bb__max_rows_f64(const bb__pool_shape *s, const double *x, double *y);
void bb__spread_rows_f32(const bb__pool_shape *s, const float *x, const float *dy, float *dx);
void bb__spread_rows_f64(const bb__pool_shape *s, const double *x, const double *dy, double *dx);
void bb__average_rows_f32(const bb__pool_shape *s, const float *x, float *y);
void bb__average_rows_f64(const bb__pool_shape *s, const double *x, double *y);
void bb__share_rows_f32(const bb__pool_shape *s, const float *dy, float *dx);
void bb__share_rows_f64(const bb__pool_shape *s, const double *dy, double *dx);

#endif
