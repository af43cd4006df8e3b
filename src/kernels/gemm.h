/* SPDX-License-Identifier: MIT */
/* How products are cut: by sizes, type and the libraries at hand only, never by threads. */
#ifndef BIBUN_GEMM_H
#define BIBUN_GEMM_H

#include "kernels.h"

/* Panels of `width` rows of the result, or columns, the last of which may be narrower. */
typedef struct bb__gemm_cut {
    bool by_rows;
    int64_t panels, width;
} bb__gemm_cut;

/* None of the sizes is 0. */
bb__gemm_cut bb__gemm_cut_of(bb_dtype dtype, int64_t m, int64_t n, int64_t k, bool y_transposed);

#endif
