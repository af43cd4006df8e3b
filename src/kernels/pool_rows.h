/* SPDX-License-Identifier: MIT */
/* Private to pooling: windows of one size, a row of results at a time. Each function takes a plane;
 * those of the largest want one without NaN. */
#ifndef BIBUN_POOL_ROWS_H
#define BIBUN_POOL_ROWS_H

#include "kernels.h"

/* Whether these windows have rows of results that are long enough, and rows of the plane that are
 * not too long. */
bool bb__pool_has_rows(const bb__pool_shape *s);

void bb__max_rows_f32(const bb__pool_shape *s, const float *x, float *y);
void bb__max_rows_f64(const bb__pool_shape *s, const double *x, double *y);
void bb__spread_rows_f32(const bb__pool_shape *s, const float *x, const float *dy, float *dx);
void bb__spread_rows_f64(const bb__pool_shape *s, const double *x, const double *dy, double *dx);
void bb__average_rows_f32(const bb__pool_shape *s, const float *x, float *y);
void bb__average_rows_f64(const bb__pool_shape *s, const double *x, double *y);
void bb__share_rows_f32(const bb__pool_shape *s, const float *dy, float *dx);
void bb__share_rows_f64(const bb__pool_shape *s, const double *dy, double *dx);

#endif
