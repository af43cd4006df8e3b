/* SPDX-License-Identifier: MIT */
/* How products are cut: by sizes, type and the libraries at hand only, never by threads. */
#ifndef BIBUN_GEMM_H
#define BIBUN_GEMM_H

#include "kernels.h"

/* None of the sizes is 0. */
typedef struct bb__gemm_sizes {
    bb_dtype dtype;
    int64_t batch, m, n, k;
    bool x_transposed, y_transposed;
} bb__gemm_sizes;

/* Panels of `width` rows of the result, or columns, the last of which may be narrower. */
typedef struct bb__gemm_cut {
    bool by_rows;
    int64_t panels, width;
    bool suits_onednn; /* its primitives, if all is dense */
} bb__gemm_cut;

bb__gemm_cut bb__gemm_cut_of(const bb__gemm_sizes *s);

#endif
