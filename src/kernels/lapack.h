/* SPDX-License-Identifier: MIT */
/* LAPACK's routines for one matrix, for both float types; implemented in lapack.c, which alone
 * calls LAPACK. Matrices are contiguous and stored by columns, as LAPACK has them, but for those of
 * solve. */
#ifndef BIBUN_KERNELS_LAPACK_H
#define BIBUN_KERNELS_LAPACK_H

#include <bibun/op.h>
#include <cblas.h>

/* Which solve: that of a row-major triangular matrix a[n, n] and b[rows, columns], in place. */
typedef struct bb__triangle {
    bool right, upper, transposed, unit;
} bb__triangle;

/* Results above 0 say that there is none: 1 + the place of the bad pivot, or no convergence. */
typedef struct bb__lapack {
    /* the upper triangle u with u'u = a, over that of a[n, n] */
    blasint (*cholesky)(blasint n, void *a);
    /* a[n, n] = P l u, over a; for i from 0 on, row i was exchanged with pivots[i] - 1 */
    void (*lu)(blasint n, void *a, blasint *pivots);
    void (*solve)(bb__triangle how, blasint rows, blasint columns, const void *a, void *b);
    /* r in the upper triangle of a[m, n], m >= n; reflections below it and in tau[n] */
    void (*qr)(blasint m, blasint n, void *a, void *tau, void *work, blasint n_work);
    /* what qr made of a becomes q[m, n] */
    void (*reflect)(blasint m, blasint n, void *a, const void *tau, void *work, blasint n_work);
    /* ascending values; vectors over a[n, n], of which the upper triangle is read */
    blasint (*eigen)(blasint n, void *a, void *values, void *work, blasint n_work,
                     blasint *integers, blasint n_integers);
    /* descending values of a[m, n], which is lost; u[m, k] and vt[k, n] for k the shorter side */
    blasint (*singular)(blasint m, blasint n, void *a, void *values, void *u, void *vt, void *work,
                        blasint n_work, blasint *integers);
} bb__lapack;

const bb__lapack *bb__lapack_of(bb_dtype dtype); /* f32 or f64 */

#endif
