/* SPDX-License-Identifier: MIT */
/* Windows on single matrices, and small things done to them in any layout. */
#include "kernels.h"
#include "linalg.h"

#include <math.h>

void *bb__element(const bb_array *a, int64_t offset)
{
    return (char *)a->data + offset * (int64_t)bb_dtype_size(a->dtype);
}

bb_array bb__matrix_at(const bb_array *a, int64_t matrix)
{
    int64_t offset = 0;
    const int row = a->shape.ndim - 2;
    for (int i = row - 1; i >= 0; i--) {
        offset += matrix % a->shape.dim[i] * a->stride[i];
        matrix /= a->shape.dim[i];
    }
    return (bb_array){bb__element(a, offset),
                      a->dtype,
                      {2, {a->shape.dim[row], a->shape.dim[row + 1]}},
                      {a->stride[row], a->stride[row + 1]}};
}

bb_array bb__rows_of(bb_array a, int64_t first, int64_t count)
{
    a.data = bb__element(&a, first * a.stride[0]);
    a.shape.dim[0] = count;
    return a;
}

bb_array bb__by_rows(void *data, bb_dtype dtype, int64_t m, int64_t n)
{
    return (bb_array){data, dtype, {2, {m, n}}, {n, 1}};
}

bb_array bb__by_columns(void *data, bb_dtype dtype, int64_t m, int64_t n)
{
    return (bb_array){data, dtype, {2, {m, n}}, {1, m}};
}

bool bb__is_finite(const bb_array *a)
{
    for (int64_t i = 0; i < a->shape.dim[0]; i++)
        for (int64_t j = 0; j < a->shape.dim[1]; j++)
            if (!isfinite(bb__at(a, i, j)))
                return false;
    return true;
}

void bb__negate_column(const bb_array *a, int64_t j)
{
    for (int64_t i = 0; i < a->shape.dim[0]; i++)
        bb__put(a, i, j, -bb__at(a, i, j));
}

bool bb__orient(const bb_array *a, int64_t j)
{
    static const double close = 0.999;
    double largest = 0;
    int64_t i = 0;
    for (int64_t k = 0; k < a->shape.dim[0]; k++) {
        double size = fabs(bb__at(a, k, j)); /* GCC 12 for AArch64 fails on fmax here */
        largest = size > largest ? size : largest;
    }
    while (i + 1 < a->shape.dim[0] && fabs(bb__at(a, i, j)) < close * largest)
        i++;
    bool is_negative = bb__at(a, i, j) < 0;
    if (is_negative)
        bb__negate_column(a, j);
    return is_negative;
}
