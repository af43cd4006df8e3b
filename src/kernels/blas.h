/* SPDX-License-Identifier: MIT */
/* Dense products of row-major matrices on one thread: the seam behind which BLAS is, and oneDNN
 * where it was found. */
#ifndef BIBUN_BLAS_H
#define BIBUN_BLAS_H

#include "kernels.h"

/* Around products: in the calling thread, libraries that ask OpenMP are told that there is one
 * thread, and denormals count as zero. `leave` takes what `enter` gave. */
typedef struct bb__blas_state {
    int threads;
    unsigned mode;
} bb__blas_state;
bb__blas_state bb__blas_enter(void);
void bb__blas_leave(bb__blas_state state);

/* Whether oneDNN is there and wanted: the environment's BIBUN_ONEDNN=0 leaves it unused. */
bool bb__onednn_is_used(void);

/* out [m, n] = op(x) op(y), or that added to it, where op transposes what is marked; x is stored
 * [m, k] or [k, m], y [k, n] or [n, k], with rows that far apart; f32 or f64. */
void bb__gemm(bb_dtype dtype, bool x_transposed, bool y_transposed, int m, int n, int k,
              const void *x, int x_lead, const void *y, int y_lead, bool accumulate, void *out,
              int out_lead);

/* Whether oneDNN is used, with its kernels for AVX2 or for AVX-512. */
bool bb__onednn_is_avx2(void);
bool bb__onednn_is_avx512(void);

/* Whether k rows that far apart, in elements, are too many for the cache lines that they share: of
 * a distance that is an odd multiple of 2^i these are the fewer, the larger i is, down to those
 * that are a page apart. Where 2^i is below `least` there are enough. */
static inline bool bb__rows_crowd(int64_t lead, int64_t k, int64_t least)
{
    enum { PAGE = 1024, MANY = 1 << 16 };
    int64_t power = lead & -lead;
    power = power < PAGE ? power : PAGE;
    return power >= least && power * k >= MANY;
}

/* Whether oneDNN is slow for float operands that lie like that, so that OpenBLAS, which packs them,
 * takes them: its kernels for AVX2 read x transposed, and y that is not, in place along k. */
bool bb__onednn_is_crowded(bool x_transposed, bool y_transposed, int64_t k, int64_t x_lead,
                           int64_t y_lead);
/* Whether it would be so much faster if k rows of y, stored [k, n], lay a little further apart that
 * products of so many rows of x pay for a copy. */
bool bb__onednn_wants_space(int64_t rows, int64_t k, int64_t y_lead);

/* out = op(a) x for a stored [m, n]; x's elements are `step` apart. */
void bb__gemv(bb_dtype dtype, bool transposed, int m, int n, const void *a, int lead, const void *x,
              int step, void *out);

/* The same for a transposed, stored [m, n] with n up to BB__THIN, by our own loops (gemv.c). */
enum { BB__THIN = 128 };
void bb__thin_gemv(int64_t m, int64_t n, const float *a, int64_t lead, const float *x, int64_t step,
                   float *out);

/* out [m, n] = op(x) op(y), or that added to it, for floats with n from 1 up to BB__NARROW, by our
 * own loops (gemm_narrow.c). */
enum { BB__NARROW = 4 };
void bb__narrow_gemm(int64_t m, int64_t n, int64_t k, bb__matrix x, bb__matrix y, bool accumulate,
                     float *out, int64_t lead);

/* Whether OpenBLAS has kernels that multiply float matrices in place, without packing them first,
 * up to BB__SMALL_WORK multiplications; and whether they are the fastest for a product. */
bool bb__blas_has_small_kernels(void);
bool bb__blas_suits_small(bool y_transposed, int64_t m, int64_t n, int64_t k);
#define BB__SMALL_WORK 1e6

#endif
