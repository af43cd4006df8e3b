/* SPDX-License-Identifier: MIT */
/* Tensors: a type, a shape, and a window on reference-counted storage. */
#include "base.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

typedef struct storage {
    atomic_size_t references;
    void *data;
    void (*release)(void *data);
} storage;

struct bb_tensor {
    atomic_size_t references;
    bb_dtype dtype;
    bb_shape shape;
    int64_t count;
    void *data; /* within the storage */
    storage *storage;
};

static const struct {
    size_t size;
    const char *text;
} dtypes[] = {
#define BB_DTYPE_ROW(name, type, text) [name] = {sizeof(type), text},
    BB_DTYPE_LIST(BB_DTYPE_ROW)
#undef BB_DTYPE_ROW
};

static bool is_dtype(bb_dtype dtype)
{
    return (unsigned)dtype < BB_DTYPE_COUNT;
}

size_t bb_dtype_size(bb_dtype dtype)
{
    return is_dtype(dtype) ? dtypes[dtype].size : 0;
}

const char *bb_dtype_text(bb_dtype dtype)
{
    return is_dtype(dtype) ? dtypes[dtype].text : "unknown dtype";
}

bool bb_dtype_is_float(bb_dtype dtype)
{
    return dtype == BB_F32 || dtype == BB_F64;
}

static storage *storage_new(void *data, void (*release)(void *))
{
    storage *s = bb_memory_zeroed(1, sizeof *s);
    if (s) {
        atomic_init(&s->references, 1);
        s->data = data;
        s->release = release;
    }
    return s;
}

static void storage_release(storage *s)
{
    if (atomic_fetch_sub(&s->references, 1) != 1)
        return;
    if (s->release)
        s->release(s->data);
    bb_memory_release(s);
}

/* A tensor that takes over one reference to the storage, or gives it back when it cannot be
 * made. */
static bb_tensor *over(storage *s, void *data, bb_dtype dtype, bb_shape shape)
{
    bb_tensor *t = s ? bb_memory_zeroed(1, sizeof *t) : NULL;
    if (!t) {
        if (s)
            storage_release(s);
        return NULL;
    }
    atomic_init(&t->references, 1);
    t->dtype = dtype;
    t->shape = shape;
    t->count = bb_shape_count(shape);
    t->data = data;
    t->storage = s;
    return t;
}

bb_tensor *bb_tensor_new(bb_dtype dtype, bb_shape shape)
{
    int64_t count = bb_shape_count(shape);
    if (count < 0 || !is_dtype(dtype))
        return NULL;
    size_t bytes = (size_t)count * bb_dtype_size(dtype);
    void *data = bb__new_aligned(bytes);
    if (!data)
        return NULL;
    storage *s = storage_new(data, bb__release_aligned);
    if (!s) {
        bb__release_aligned(data);
        return NULL;
    }
    memset(data, 0, bytes);
    return over(s, data, dtype, shape);
}

bb_tensor *bb_tensor_wrap(bb_dtype dtype, bb_shape shape, void *data, void (*release)(void *))
{
    if (!data || bb_shape_count(shape) < 0 || !is_dtype(dtype) ||
        (uintptr_t)data % bb_dtype_size(dtype) != 0)
        return NULL;
    storage *s = storage_new(data, NULL);
    bb_tensor *t = over(s, data, dtype, shape);
    if (t) /* only now, so that a failure leaves the memory with the caller */
        s->release = release;
    return t;
}

bb_tensor *bb_tensor_from(bb_dtype dtype, bb_shape shape, const void *data)
{
    bb_tensor *t = data ? bb_tensor_new(dtype, shape) : NULL;
    if (t)
        memcpy(t->data, data, bb_tensor_bytes(t));
    return t;
}

/* Saturates and turns NaN into 0, as bb_cast does. */
static int32_t to_i32(double x)
{
    return isnan(x) ? 0 : x <= INT32_MIN ? INT32_MIN : x >= INT32_MAX ? INT32_MAX : (int32_t)x;
}

static uint8_t to_u8(double x)
{
    return isnan(x) || x <= 0 ? 0 : x >= UINT8_MAX ? UINT8_MAX : (uint8_t)x;
}

static void store(bb_tensor *t, int64_t i, double x)
{
    if (t->dtype == BB_F32)
        ((float *)t->data)[i] = (float)x;
    else if (t->dtype == BB_F64)
        ((double *)t->data)[i] = x;
    else if (t->dtype == BB_I32)
        ((int32_t *)t->data)[i] = to_i32(x);
    else
        ((uint8_t *)t->data)[i] = to_u8(x);
}

bb_tensor *bb_tensor_cast(const bb_tensor *t, bb_dtype dtype)
{
    bb_tensor *result = t ? bb_tensor_new(dtype, t->shape) : NULL;
    for (int64_t i = 0; result && i < t->count; i++)
        store(result, i, bb_tensor_at(t, i));
    return result;
}

bb_tensor *bb_tensor_reshape(bb_tensor *t, bb_shape shape)
{
    if (!t || bb_shape_count(shape) != t->count)
        return NULL;
    atomic_fetch_add(&t->storage->references, 1);
    return over(t->storage, t->data, t->dtype, shape);
}

bb_tensor *bb_tensor_rows(bb_tensor *t, int64_t first, int64_t count)
{
    if (!t || t->shape.ndim == 0 || first < 0 || count < 0 || first > t->shape.dim[0] - count)
        return NULL;
    int64_t row = t->shape.dim[0] ? t->count / t->shape.dim[0] : 0;
    bb_shape shape = t->shape;
    shape.dim[0] = count;
    atomic_fetch_add(&t->storage->references, 1);
    char *data = (char *)t->data + (size_t)(first * row) * bb_dtype_size(t->dtype);
    return over(t->storage, data, t->dtype, shape);
}

bb_tensor *bb_tensor_retain(bb_tensor *t)
{
    if (t)
        atomic_fetch_add(&t->references, 1);
    return t;
}

void bb_tensor_release(bb_tensor *t)
{
    if (!t || atomic_fetch_sub(&t->references, 1) != 1)
        return;
    storage_release(t->storage);
    bb_memory_release(t);
}

bb_dtype bb_tensor_dtype(const bb_tensor *t)
{
    return t ? t->dtype : BB_F32;
}

bb_shape bb_tensor_shape(const bb_tensor *t)
{
    return t ? t->shape : BB_SCALAR;
}

int64_t bb_tensor_count(const bb_tensor *t)
{
    return t ? t->count : 0;
}

size_t bb_tensor_bytes(const bb_tensor *t)
{
    return t ? (size_t)t->count * bb_dtype_size(t->dtype) : 0;
}

void *bb_tensor_data(bb_tensor *t)
{
    return t ? t->data : NULL;
}

const void *bb_tensor_read(const bb_tensor *t)
{
    return t ? t->data : NULL;
}

double bb_tensor_at(const bb_tensor *t, int64_t position)
{
    if (!t || position < 0 || position >= t->count)
        return NAN;
    const void *data = t->data;
    if (t->dtype == BB_F32)
        return (double)((const float *)data)[position];
    if (t->dtype == BB_F64)
        return ((const double *)data)[position];
    if (t->dtype == BB_I32)
        return ((const int32_t *)data)[position];
    return ((const uint8_t *)data)[position];
}

bb_status bb_tensor_set(bb_tensor *t, int64_t position, double value)
{
    if (!t || position < 0 || position >= t->count)
        return BB_BAD_ARGUMENT;
    store(t, position, value);
    return BB_OK;
}
