/* SPDX-License-Identifier: MIT */
/* OpenBLAS on one thread: what gemm.c and lapack.c, which alone call it, put around their calls. */
#ifndef BIBUN_KERNELS_BLAS_H
#define BIBUN_KERNELS_BLAS_H

#include <cblas.h>
#include <omp.h>

/* The serial build is so anyway. The pthread build has one number for the whole process, so setting
 * it once is enough. The OpenMP build asks omp_get_max_threads in the calling thread, also in a
 * parallel region of another OpenMP runtime than its own; this number is set to 1 around calls. */
static inline void make_blas_serial(void)
{
    if (openblas_get_parallel() == OPENBLAS_THREAD && openblas_get_num_threads() != 1)
        openblas_set_num_threads(1);
}

static inline int enter_blas(void)
{
    int threads = openblas_get_parallel() == OPENBLAS_OPENMP ? omp_get_max_threads() : 1;
    if (threads != 1)
        omp_set_num_threads(1);
    return threads;
}

static inline void leave_blas(int threads)
{
    if (threads != 1)
        omp_set_num_threads(threads);
}

#endif
