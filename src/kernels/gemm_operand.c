/* SPDX-License-Identifier: MIT */
/* Operands of products: as they are where BLAS takes their strides, else copies that are dense; and
 * which copies, made once a run, pay. */
#include "gemm.h"

#include "base.h"
#include "blas.h"

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

size_t bb__gemm_packed_bytes(const bb_array *a)
{
    if (bb__gemm_operand_of(a).fits)
        return 0;
    bb_array packed = packed_like(a, NULL);
    return bb__aligned((size_t)bb_shape_count(packed.shape) * bb_dtype_size(a->dtype));
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

/* What is transposed, as a weight in steps of a recurrent layer, is turned for many readers; with
 * AVX-512 also for products of so many rows that they pay for it: oneDNN turns it for each panel,
 * which takes a tenth to a third of the product on a Zen 5. Rows that drive one another out of the
 * caches are moved apart by a cache line when the products that read them have rows enough to pay
 * for the copy. */
int64_t bb__matmul_row_step(const bb_type *in, int i, const int64_t *stride, int readers)
{
    enum { MANY = 8, ROWS = 512, LINE = 16, ENOUGH = 1 << 20 };
    const bb_shape shape = in[i].shape;
    if (shape.ndim != 2)
        return 0;
    const int64_t columns = shape.dim[1];
    const bool is_turned = stride[1] != 1 && columns > 1, is_y = i == 1 && in[i].dtype == BB_F32;
    const int64_t rows = is_y ? bb__lower(in[0].shape.dim[0], ENOUGH) * readers : 0;
    if (is_turned && readers < MANY && !(rows >= ROWS && bb__onednn_is_avx512()))
        return 0;
    if (bb__onednn_wants_space(rows, shape.dim[0], is_turned ? columns : stride[0]))
        return columns + LINE;
    return is_turned ? columns : 0;
}
