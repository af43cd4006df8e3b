/* SPDX-License-Identifier: MIT */
/* Elimination for few unknowns, for which calls of LAPACK take longer than the arithmetic. */
#include "linalg.h"

#include <math.h>

/* As LAPACK's: matrices of factors by columns, pivots from 1 on, the largest of a column. */
#define DEFINE_FEW(suffix, T)                                                                     \
    static void copy_##suffix(const bb_array *in, void *to)                                       \
    {                                                                                             \
        const T *x = in->data;                                                                    \
        T *y = to;                                                                                \
        for (int64_t i = 0; i < in->shape.dim[0]; i++)                                            \
            for (int64_t j = 0; j < in->shape.dim[1]; j++)                                        \
                *y++ = x[i * in->stride[0] + j * in->stride[1]];                                  \
    }                                                                                             \
    static void exchange_##suffix(T *x, int64_t i, int64_t k, int64_t step, int64_t n)            \
    {                                                                                             \
        for (int64_t j = 0; i != k && j < n; j++) {                                               \
            const T kept = x[i + j * step];                                                       \
            x[i + j * step] = x[k + j * step];                                                    \
            x[k + j * step] = kept;                                                               \
        }                                                                                         \
    }                                                                                             \
    static void lu_##suffix(int64_t n, void *matrix, blasint *pivots)                             \
    {                                                                                             \
        T *a = matrix;                                                                            \
        for (int64_t k = 0; k < n; k++) {                                                         \
            T *column = a + k * n;                                                                \
            int64_t top = k;                                                                      \
            for (int64_t i = k + 1; i < n; i++) /* a NaN stays */                                 \
                if (column[top] == column[top] &&                                                 \
                    !(fabs((double)column[i]) <= fabs((double)column[top])))                      \
                    top = i;                                                                      \
            pivots[k] = (blasint)top + 1;                                                         \
            exchange_##suffix(a, k, top, n, n);                                                   \
            if (column[k] == 0)                                                                   \
                continue;                                                                         \
            for (int64_t i = k + 1; i < n; i++)                                                   \
                column[i] /= column[k];                                                           \
            for (int64_t j = k + 1; j < n; j++)                                                   \
                for (int64_t i = k + 1; i < n; i++)                                               \
                    a[i + j * n] -= column[i] * a[k + j * n];                                     \
        }                                                                                         \
    }                                                                                             \
    static inline void substitute_##suffix(int64_t n, int64_t columns, const T *lu, T *x)         \
    {                                                                                             \
        for (int64_t i = 0; i < n; i++) {                                                         \
            for (int64_t k = 0; k < i; k++)                                                       \
                for (int64_t j = 0; j < columns; j++)                                             \
                    x[i * columns + j] -= lu[i * n + k] * x[k * columns + j];                     \
            for (int64_t j = 0; j < columns; j++)                                                 \
                x[i * columns + j] /= lu[i * n + i];                                              \
        }                                                                                         \
        for (int64_t i = n - 1; i >= 0; i--)                                                      \
            for (int64_t k = i + 1; k < n; k++)                                                   \
                for (int64_t j = 0; j < columns; j++)                                             \
                    x[i * columns + j] -= lu[i * n + k] * x[k * columns + j];                     \
    }                                                                                             \
    static void solve_##suffix(int64_t n, int64_t columns, const void *lu, const blasint *pivots, \
                               void *result)                                                      \
    {                                                                                             \
        T *x = result;                                                                            \
        if (columns == 1) /* known, it takes half the time */                                     \
            substitute_##suffix(n, 1, lu, x);                                                     \
        else                                                                                      \
            substitute_##suffix(n, columns, lu, x);                                               \
        for (int64_t i = n - 1; i >= 0; i--)                                                      \
            exchange_##suffix(x, (i * columns), (pivots[i] - 1) * columns, 1, columns);           \
    }
DEFINE_FEW(f32, float)
DEFINE_FEW(f64, double)

const bb__few *bb__few_of(bb_dtype dtype)
{
    static const bb__few f32 = {copy_f32, lu_f32, solve_f32}, f64 = {copy_f64, lu_f64, solve_f64};
    return dtype == BB_F32 ? &f32 : &f64;
}
