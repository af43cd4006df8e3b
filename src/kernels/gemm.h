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

/* Panels of rows of the result, or of columns, as even as they can be of whole units, at least one
 * each; and parts of each sum, which are added up in their order, more than one only where panels
 * are of rows or there is but one. */
typedef struct bb__gemm_cut {
    bool by_rows;
    int64_t panels, parts;
    int64_t size, unit; /* of what is cut: rows or columns; only the last unit may be smaller */
    int64_t width;      /* of the widest panel */
    bool suits_onednn;  /* its primitives, if all is dense */
} bb__gemm_cut;

bb__gemm_cut bb__gemm_cut_of(const bb__gemm_sizes *s);

/* The row or column at which panel i begins, and panel i - 1 ends. */
static inline int64_t bb__gemm_start(const bb__gemm_cut *c, int64_t i)
{
    const int64_t units = bb__divided_up(c->size, c->unit), start = units * i / c->panels * c->unit;
    return start < c->size ? start : c->size;
}

/* How many different widths panels may have: two of whole units, and the last one's. */
enum { BB__GEMM_WIDTHS = 3 };

#endif
