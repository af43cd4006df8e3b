/* SPDX-License-Identifier: MIT */
/* Orthogonal factors: QR, symmetric eigenvalues, singular values. Signs, which LAPACK leaves open,
 * are made unique; a matrix with a NaN or an infinity gives NaN throughout. */
#include "kernels.h"
#include "linalg.h"

#include <math.h>

bb__sizes bb__qr_sizes(int64_t m, int64_t n)
{
    enum { BLOCK = 64 };
    return (bb__sizes){.a = m * n, .values = n, .work = BLOCK * n};
}

/* q over r, with a diagonal of r that is not negative. */
void bb__run_qr(const bb__task *t, bb__trouble *trouble_out)
{
    const int64_t m = t->m, n = t->n;
    bb_array a = bb__by_columns(t->b.a, t->out.dtype, m, n);
    bb_array q = bb__rows_of(t->out, 0, m), r = bb__rows_of(t->out, m, n);
    (void)trouble_out;
    bb__copy(&t->in[0], &a, 1);
    t->lapack->qr(t->m, t->n, a.data, t->b.values, t->b.work, (blasint)t->b.size.work);
    bb_array top = bb__rows_of(a, 0, n);
    bb__copy(&top, &r, 1);
    t->lapack->reflect(t->m, t->n, a.data, t->b.values, t->b.work, (blasint)t->b.size.work);
    bb__copy(&a, &q, 1);
    for (int64_t i = 0; i < n; i++) {
        bool is_negative = bb__at(&r, i, i) < 0;
        for (int64_t j = 0; j < n; j++)
            if (j < i || is_negative)
                bb__put(&r, i, j, j < i ? 0 : -bb__at(&r, i, j));
        if (is_negative)
            bb__negate_column(&q, i);
    }
}

bb__sizes bb__eigen_sizes(int64_t m, int64_t n)
{
    (void)m;
    return (bb__sizes){
        .a = n * n, .values = n, .work = 1 + 6 * n + 2 * n * n, .integers = 3 + 5 * n};
}

/* The lower triangle by rows is LAPACK's upper one by columns. */
void bb__run_eigh(const bb__task *t, bb__trouble *trouble_out)
{
    const int64_t n = t->n;
    bb_array a = bb__by_rows(t->b.a, t->out.dtype, n, n);
    bb__copy(&t->in[0], &a, 1);
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = i + 1; j < n; j++)
            bb__put(&a, i, j, bb__at(&a, j, i));
    if (!bb__is_finite(&a)) {
        bb__fill(&t->out, NAN, 1);
        return;
    }
    trouble_out->is =
        t->lapack->eigen(t->n, a.data, t->b.values, t->b.work, (blasint)t->b.size.work,
                         t->b.integers, (blasint)t->b.size.integers) > 0;
    bb_array found = bb__by_columns(t->b.a, t->out.dtype, n, n);
    bb_array values = bb__by_rows(t->b.values, t->out.dtype, 1, n);
    bb_array top = bb__rows_of(t->out, 0, 1), vectors = bb__rows_of(t->out, 1, n);
    bb__copy(&values, &top, 1);
    bb__copy(&found, &vectors, 1);
    for (int64_t j = 0; j < n; j++)
        bb__orient(&vectors, j);
}

void bb__report_eigen(const bb_call *call, int64_t matrix, const bb__trouble *t)
{
    (void)t;
    bb_call_fault(call, "the eigenvalues of matrix %lld do not converge", (long long)matrix);
}

bb__sizes bb__svd_sizes(int64_t m, int64_t n)
{
    enum { BLOCK = 64 };
    int64_t k = m < n ? m : n, longer = m < n ? n : m, least = 5 * k * k + 4 * k;
    return (bb__sizes){.a = m * n,
                       .values = k,
                       .u = m * k,
                       .v = n * k,
                       .work = (BLOCK + 10) * (k + longer) + (least > longer ? least : longer),
                       .integers = 8 * k};
}

/* u over the values over v. Stored by columns the operand is a' = v s u'. */
void bb__run_svd(const bb__task *t, bb__trouble *trouble_out)
{
    const int64_t m = t->m, n = t->n, k = m < n ? m : n;
    const bb_dtype dtype = t->out.dtype;
    bb_array a = bb__by_rows(t->b.a, dtype, m, n);
    bb__copy(&t->in[0], &a, 1);
    if (!bb__is_finite(&a)) {
        bb__fill(&t->out, NAN, 1);
        return;
    }
    trouble_out->is = t->lapack->singular(t->n, t->m, a.data, t->b.values, t->b.v, t->b.u,
                                          t->b.work, (blasint)t->b.size.work, t->b.integers) > 0;
    const bb_array found[] = {bb__by_rows(t->b.u, dtype, m, k),
                              bb__by_rows(t->b.values, dtype, 1, k),
                              bb__by_columns(t->b.v, dtype, n, k)};
    const bb_array wanted[] = {bb__rows_of(t->out, 0, m), bb__rows_of(t->out, m, 1),
                               bb__rows_of(t->out, m + 1, n)};
    for (int i = 0; i < 3; i++)
        bb__copy(&found[i], &wanted[i], 1);
    for (int64_t j = 0; j < k; j++)
        if (bb__orient(&wanted[0], j))
            bb__negate_column(&wanted[2], j);
}

void bb__report_svd(const bb_call *call, int64_t matrix, const bb__trouble *t)
{
    (void)t;
    bb_call_fault(call, "the singular values of matrix %lld do not converge", (long long)matrix);
}
