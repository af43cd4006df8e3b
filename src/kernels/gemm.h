/* SPDX-License-Identifier: MIT */
/* What products by BLAS are made of: operands, and how they are cut, by sizes, type and the
 * libraries at hand only, never by threads. */
#ifndef BIBUN_GEMM_H
#define BIBUN_GEMM_H

#include "kernels.h"

/* A matrix as BLAS takes it: one stride is 1, the other the leading one. */
typedef struct bb__gemm_operand {
    bool fits, transposed;
    int64_t lead;
} bb__gemm_operand;

bb__gemm_operand bb__gemm_operand_of(const bb_array *a);

size_t bb__gemm_aligned(size_t bytes);

/* Bytes of a copy with strides that BLAS takes; 0 when the operand has such itself. */
size_t bb__gemm_packed_bytes(const bb_array *a);
/* The operand itself, or as a copy in scratch memory has it; and the copying, if it is needed. */
bb_array bb__gemm_packed_view(const bb_array *a, void *scratch);
void bb__gemm_pack(const bb_array *a, void *scratch, int threads);

/* Cuts (gemm_cut.c). */

/* None of the sizes is 0. */
typedef struct bb__gemm_sizes {
    bb_dtype dtype;
    int64_t batch, m, n, k;
    bool x_transposed, y_transposed;
    int64_t x_lead, y_lead; /* from a row, as it is stored, to the next */
} bb__gemm_sizes;

/* Panels of `width` rows of the result, or columns, the last of which may be narrower; or parts of
 * each sum, each for a whole result, which are added up in their order. */
typedef struct bb__gemm_cut {
    bool by_rows;
    int64_t panels, width, parts; /* panels or parts are 1 */
    bool suits_onednn;            /* its primitives, if all is dense */
} bb__gemm_cut;

bb__gemm_cut bb__gemm_cut_of(const bb__gemm_sizes *s);

#endif
