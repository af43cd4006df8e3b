/* SPDX-License-Identifier: MIT */
/* Products of a row with a thin matrix, whose sums stay in the first-level cache: OpenBLAS reads
 * such matrices at half the speed when their width is no whole number of vectors. The order of the
 * sums depends on the sizes only. */
#include "blas.h"

#include <string.h>

enum { ROWS = 8, VECTOR = 16 };
_Static_assert(BB__THIN % VECTOR == 0, "sums are whole vectors");

/* sum += x y for ROWS rows of y. */
static inline void add_rows(const float *x, int64_t step, const float *y, int64_t lead,
                            int64_t width, float *restrict sum)
{
    for (int64_t j = 0; j < width; j++) {
        float t[ROWS];
        for (int l = 0; l < ROWS; l++)
            t[l] = x[l * step] * y[l * lead + j];
        sum[j] += ((t[0] + t[1]) + (t[2] + t[3])) + ((t[4] + t[5]) + (t[6] + t[7]));
    }
}

/* Rows are read on to whole vectors, into the next ones, but for the last. */
void bb__thin_gemv(int64_t m, int64_t n, const float *a, int64_t lead, const float *x, int64_t step,
                   float *out)
{
    float sum[BB__THIN] = {0};
    const int64_t width = (n + VECTOR - 1) / VECTOR * VECTOR, end = (m - 1) * lead + n;
    int64_t l = 0;
    for (; (l + ROWS - 1) * lead + width <= end; l += ROWS)
        add_rows(x + l * step, step, a + l * lead, lead, width, sum);
    for (; l < m; l++)
        for (int64_t j = 0; j < n; j++)
            sum[j] += x[l * step] * a[l * lead + j];
    memcpy(out, sum, (size_t)n * sizeof *out);
}
