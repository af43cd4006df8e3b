/* SPDX-License-Identifier: MIT */
/* The only calls of LAPACK, which OpenBLAS carries: Fortran's symbols with prototypes of their own,
 * since its header is not installed everywhere. Characters come with their lengths at the end. */
#include "lapack.h"

#define DEFINE_LAPACK(suffix, T, POTRF, GETRF, TRSM, GEQRF, ORGQR, SYEVD, GESDD)                   \
    void POTRF(const char *, const blasint *, T *, const blasint *, blasint *, size_t);            \
    void GETRF(const blasint *, const blasint *, T *, const blasint *, blasint *, blasint *);      \
    void GEQRF(const blasint *, const blasint *, T *, const blasint *, T *, T *, const blasint *,  \
               blasint *);                                                                         \
    void ORGQR(const blasint *, const blasint *, const blasint *, T *, const blasint *, const T *, \
               T *, const blasint *, blasint *);                                                   \
    void SYEVD(const char *, const char *, const blasint *, T *, const blasint *, T *, T *,        \
               const blasint *, blasint *, const blasint *, blasint *, size_t, size_t);            \
    void GESDD(const char *, const blasint *, const blasint *, T *, const blasint *, T *, T *,     \
               const blasint *, T *, const blasint *, T *, const blasint *, blasint *, blasint *,  \
               size_t);                                                                            \
                                                                                                   \
    static blasint cholesky_##suffix(blasint n, void *a)                                           \
    {                                                                                              \
        blasint info = 0;                                                                          \
        POTRF("U", &n, a, &n, &info, 1);                                                           \
        return info;                                                                               \
    }                                                                                              \
    static void lu_##suffix(blasint n, void *a, blasint *pivots)                                   \
    {                                                                                              \
        blasint info = 0;                                                                          \
        GETRF(&n, &n, a, &n, pivots, &info);                                                       \
    }                                                                                              \
    static void solve_##suffix(bb__triangle how, blasint rows, blasint columns, const void *a,     \
                               void *b)                                                            \
    {                                                                                              \
        TRSM(CblasRowMajor, how.right ? CblasRight : CblasLeft,                                    \
             how.upper ? CblasUpper : CblasLower, how.transposed ? CblasTrans : CblasNoTrans,      \
             how.unit ? CblasUnit : CblasNonUnit, rows, columns, 1, (const T *)a,                  \
             how.right ? columns : rows, (T *)b, columns);                                         \
    }                                                                                              \
    static void qr_##suffix(blasint m, blasint n, void *a, void *tau, void *work, blasint n_work)  \
    {                                                                                              \
        blasint info = 0;                                                                          \
        GEQRF(&m, &n, a, &m, tau, work, &n_work, &info);                                           \
    }                                                                                              \
    static void reflect_##suffix(blasint m, blasint n, void *a, const void *tau, void *work,       \
                                 blasint n_work)                                                   \
    {                                                                                              \
        blasint info = 0;                                                                          \
        ORGQR(&m, &n, &n, a, &m, tau, work, &n_work, &info);                                       \
    }                                                                                              \
    static blasint eigen_##suffix(blasint n, void *a, void *values, void *work, blasint n_work,    \
                                  blasint *integers, blasint n_integers)                           \
    {                                                                                              \
        blasint info = 0;                                                                          \
        SYEVD("V", "U", &n, a, &n, values, work, &n_work, integers, &n_integers, &info, 1, 1);     \
        return info;                                                                               \
    }                                                                                              \
    static blasint singular_##suffix(blasint m, blasint n, void *a, void *values, void *u,         \
                                     void *vt, void *work, blasint n_work, blasint *integers)      \
    {                                                                                              \
        blasint info = 0, k = m < n ? m : n;                                                       \
        GESDD("S", &m, &n, a, &m, values, u, &m, vt, &k, work, &n_work, integers, &info, 1);       \
        return info;                                                                               \
    }
DEFINE_LAPACK(f32, float, spotrf_, sgetrf_, cblas_strsm, sgeqrf_, sorgqr_, ssyevd_, sgesdd_)
DEFINE_LAPACK(f64, double, dpotrf_, dgetrf_, cblas_dtrsm, dgeqrf_, dorgqr_, dsyevd_, dgesdd_)

#define ROUTINES(suffix)                                                               \
    {                                                                                  \
        cholesky_##suffix, lu_##suffix, solve_##suffix, qr_##suffix, reflect_##suffix, \
            eigen_##suffix, singular_##suffix                                          \
    }

const bb__lapack *bb__lapack_of(bb_dtype dtype)
{
    static const bb__lapack f32 = ROUTINES(f32), f64 = ROUTINES(f64);
    return dtype == BB_F32 ? &f32 : &f64;
}
