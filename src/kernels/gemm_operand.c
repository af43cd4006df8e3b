/* SPDX-License-Identifier: MIT */
/* Operands of products: as they are where BLAS takes their strides, else copies that are dense. */
#include "gemm.h"

/* A stride along a size of 1 is never used, and may be what suits. */
bb__gemm_operand bb__gemm_operand_of(const bb_array *a)
{
    int r = a->shape.ndim - 2, c = r + 1;
    int64_t rows = a->shape.dim[r], columns = a->shape.dim[c];
    int64_t down = a->stride[r], right = a->stride[c];
    if ((columns <= 1 || right == 1) && (rows <= 1 || down >= (columns > 1 ? columns : 1)))
        return (bb__gemm_operand){true, false, rows > 1 ? down : columns > 1 ? columns : 1};
    if ((rows <= 1 || down == 1) && (columns <= 1 || right >= (rows > 1 ? rows : 1)))
        return (bb__gemm_operand){true, true, columns > 1 ? right : rows > 1 ? rows : 1};
    return (bb__gemm_operand){false, false, columns};
}

/* The shape that a packed copy of an operand has: batches that only repeat are kept once. */
static bb_array packed_like(const bb_array *a, void *scratch)
{
    bb_array packed = *a;
    int64_t step = 1;
    packed.data = scratch;
    for (int i = a->shape.ndim - 1; i >= 0; i--) {
        if (i < a->shape.ndim - 2 && a->stride[i] == 0)
            packed.shape.dim[i] = 1;
        packed.stride[i] = step;
        step *= packed.shape.dim[i];
    }
    return packed;
}

size_t bb__gemm_aligned(size_t bytes)
{
    enum { ALIGN = 64 };
    return (bytes + ALIGN - 1) / ALIGN * ALIGN;
}

size_t bb__gemm_packed_bytes(const bb_array *a)
{
    if (bb__gemm_operand_of(a).fits)
        return 0;
    bb_array packed = packed_like(a, NULL);
    return bb__gemm_aligned((size_t)bb_shape_count(packed.shape) * bb_dtype_size(a->dtype));
}

bb_array bb__gemm_packed_view(const bb_array *a, void *scratch)
{
    if (bb__gemm_operand_of(a).fits)
        return *a;
    bb_array packed = packed_like(a, scratch);
    for (int i = 0; i < a->shape.ndim - 2; i++)
        packed.stride[i] = a->stride[i] == 0 ? 0 : packed.stride[i];
    packed.shape = a->shape;
    return packed;
}

void bb__gemm_pack(const bb_array *a, void *scratch, int threads)
{
    if (bb__gemm_operand_of(a).fits)
        return;
    bb_array packed = packed_like(a, scratch), source = *a;
    source.shape = packed.shape;
    bb__copy(&source, &packed, threads);
}
