/* SPDX-License-Identifier: MIT */
/* Arrays of any dtype and strides, for tests of what moves their elements. */
#ifndef BIBUN_TESTS_STRIDED_H
#define BIBUN_TESTS_STRIDED_H

#include "base.h"
#include "kernels.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static const int thread_counts[] = {1, 2, 5};
enum { n_thread_counts = 3 };

static inline int64_t offset_of(const bb_array *a, int64_t position)
{
    int64_t offset = 0;
    for (int i = a->shape.ndim - 1; i >= 0; i--) {
        offset += position % a->shape.dim[i] * a->stride[i];
        position /= a->shape.dim[i];
    }
    return offset;
}

static inline double get(const bb_array *a, int64_t position)
{
    int64_t i = offset_of(a, position);
    switch (a->dtype) {
    case BB_F32:
        return (double)((const float *)a->data)[i];
    case BB_F64:
        return ((const double *)a->data)[i];
    case BB_I32:
        return ((const int32_t *)a->data)[i];
    default:
        return ((const uint8_t *)a->data)[i];
    }
}

static inline void put(const bb_array *a, int64_t position, double x)
{
    int64_t i = offset_of(a, position);
    switch (a->dtype) {
    case BB_F32:
        ((float *)a->data)[i] = (float)x;
        break;
    case BB_F64:
        ((double *)a->data)[i] = x;
        break;
    case BB_I32:
        ((int32_t *)a->data)[i] = (int32_t)x;
        break;
    default:
        ((uint8_t *)a->data)[i] = (uint8_t)(int)x;
    }
}

/* Bytes from the first element to some way beyond the last. */
static inline size_t extent(const bb_array *a)
{
    int64_t count = bb_shape_count(a->shape);
    return (size_t)(count ? offset_of(a, count - 1) + 8 : 8) * bb_dtype_size(a->dtype);
}

static inline bb_array contiguous(bb_dtype dtype, bb_shape shape)
{
    bb_array a = {NULL, dtype, shape, {0}};
    bb__strides(shape, a.stride);
    a.data = bb_memory_zeroed(extent(&a), 1);
    return a;
}

/* Dimensions laid out in a random order with a gap after one of them; some repeat. */
static inline bb_array scattered(bb_dtype dtype, bb_shape shape, bool may_repeat, bb_rng *rng)
{
    bb_array a = {NULL, dtype, shape, {0}};
    bool taken[BB_MAX_DIMS] = {false};
    int64_t step = 1 + (int64_t)bb_rng_below(rng, 2);
    int gap = (int)bb_rng_below(rng, BB_MAX_DIMS);
    for (int n = 0; n < shape.ndim; n++) {
        int i = (int)bb_rng_below(rng, (uint64_t)shape.ndim);
        while (taken[i])
            i = (i + 1) % shape.ndim;
        taken[i] = true;
        a.stride[i] = may_repeat && bb_rng_below(rng, 5) == 0 ? 0 : step;
        step *= shape.dim[i] + (n == gap);
    }
    a.data = bb_memory_zeroed(extent(&a), 1);
    return a;
}

static inline void draw(const bb_array *a, double low, double high, bb_rng *rng)
{
    for (int64_t i = 0; i < bb_shape_count(a->shape); i++)
        put(a, i, floor(low + (high - low) * bb_rng_uniform(rng)));
}

static inline bb_shape draw_shape(int64_t limit, bb_rng *rng)
{
    bb_shape shape = {.ndim = (int)bb_rng_below(rng, 6)};
    int64_t count = 1;
    for (int i = 0; i < shape.ndim; i++) {
        int64_t most = limit / count < 40 ? limit / count : 40;
        shape.dim[i] = 1 + (int64_t)bb_rng_below(rng, (uint64_t)most);
        count *= shape.dim[i];
    }
    if (shape.ndim > 0 && bb_rng_below(rng, 20) == 0)
        shape.dim[0] = 0;
    return shape;
}

#endif
