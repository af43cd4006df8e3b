/* SPDX-License-Identifier: MIT */
/* Arrays of random numbers with any strides, for tests of kernels. */
#ifndef BIBUN_TESTS_ARRAYS_H
#define BIBUN_TESTS_ARRAYS_H

#include "base.h"
#include "kernels.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef enum layout { ROW_MAJOR, TRANSPOSED, SPACED, REPEATED, REVERSED, LAYOUTS } layout;

typedef struct block {
    bb_array array;
    void *memory;
} block;

static inline int64_t at_index(const bb_array *a, const int64_t *index)
{
    int64_t offset = 0;
    for (int i = 0; i < a->shape.ndim; i++)
        offset += index[i] * a->stride[i];
    return offset;
}

/* The next index in row-major order; false after the last. */
static inline bool next_index(bb_shape shape, int64_t *index)
{
    for (int i = shape.ndim - 1; i >= 0; i--) {
        if (++index[i] < shape.dim[i])
            return true;
        index[i] = 0;
    }
    return false;
}

static inline double get(const bb_array *a, int64_t at)
{
    return a->dtype == BB_F32   ? (double)((const float *)a->data)[at]
           : a->dtype == BB_F64 ? ((const double *)a->data)[at]
           : a->dtype == BB_I32 ? (double)((const int32_t *)a->data)[at]
                                : (double)((const uint8_t *)a->data)[at];
}

static inline void put(const bb_array *a, int64_t at, double value)
{
    if (a->dtype == BB_F32)
        ((float *)a->data)[at] = (float)value;
    else if (a->dtype == BB_F64)
        ((double *)a->data)[at] = value;
    else if (a->dtype == BB_I32)
        ((int32_t *)a->data)[at] = (int32_t)value;
    else
        ((uint8_t *)a->data)[at] = (uint8_t)value;
}

/* An array filled with NaN; the caller frees .memory. */
static inline block block_new(bb_dtype dtype, bb_shape shape)
{
    int64_t count = bb_shape_count(shape);
    size_t bytes = (size_t)(count ? count : 1) * bb_dtype_size(dtype);
    block b = {.array = {.dtype = dtype, .shape = shape}, .memory = malloc(bytes)};
    cr_assert_not_null(b.memory);
    b.array.data = b.memory;
    bb__strides(shape, b.array.stride);
    memset(b.memory, 0xff, bytes);
    return b;
}

/* Numbers of mean `middle` and deviation 1 under strides of the layout; gaps are NaN. */
static inline block block_random(bb_rng *rng, bb_dtype dtype, bb_shape shape, layout how,
                                 double middle)
{
    int64_t step = how == SPACED ? 2 : 1, strides[BB_MAX_DIMS] = {0}, first = 0;
    for (int k = 0; k < shape.ndim; k++) {
        int i = how == TRANSPOSED ? k : shape.ndim - 1 - k;
        bool repeats = how == REPEATED && bb_rng_below(rng, 2) == 0;
        strides[i] = repeats ? 0 : step;
        step *= repeats ? 1 : shape.dim[i] + (how == SPACED);
        if (how == REVERSED && shape.dim[i] && bb_rng_below(rng, 2) == 0) {
            first += (shape.dim[i] - 1) * strides[i];
            strides[i] = -strides[i];
        }
    }
    block b = block_new(dtype, BB_SHAPE(step));
    b.array.shape = shape;
    b.array.data = (char *)b.memory + (size_t)first * bb_dtype_size(dtype);
    memcpy(b.array.stride, strides, sizeof strides);
    int64_t index[BB_MAX_DIMS] = {0};
    if (bb_shape_count(shape) > 0)
        do
            put(&b.array, at_index(&b.array, index), middle + bb_rng_normal(rng));
        while (next_index(shape, index));
    return b;
}

static inline bb_shape shape_random(bb_rng *rng, int ndim, int64_t largest)
{
    bb_shape shape = {.ndim = ndim};
    for (int i = 0; i < ndim; i++)
        shape.dim[i] = (int64_t)bb_rng_below(rng, (uint64_t)largest + 1);
    return shape;
}

/* Scratch memory of exactly `bytes`, so that a sanitizer sees what lies beyond. */
static inline void *scratch_new(size_t bytes)
{
    void *scratch = bytes ? aligned_alloc(64, (bytes + 63) / 64 * 64) : NULL;
    if (scratch)
        memset(scratch, 0xff, bytes);
    return scratch;
}

static inline bool same_bits(const block *a, const block *b)
{
    size_t bytes = (size_t)bb_shape_count(a->array.shape) * bb_dtype_size(a->array.dtype);
    return memcmp(a->memory, b->memory, bytes) == 0;
}

/* Equal within `tolerance` of `scale`; infinities exactly, NaN with NaN. */
static inline bool is_close(double got, double wanted, double tolerance, double scale)
{
    if (isnan(wanted) || isinf(wanted))
        return isnan(wanted) ? isnan(got) != 0 : got == wanted;
    return fabs(got - wanted) <= tolerance * scale;
}

#endif
