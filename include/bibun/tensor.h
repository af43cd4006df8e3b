/* SPDX-License-Identifier: MIT */
/* Tensors: dense row-major arrays of numbers with up to eight dimensions and reference-counted
 * storage.
 *
 * New and retain own, release gives back; everything else borrows. */
#ifndef BIBUN_TENSOR_H
#define BIBUN_TENSOR_H

#include <bibun/status.h>

#ifdef __cplusplus
#include <initializer_list>

extern "C" {
#endif

/* Every element type: BB_DTYPE(name, C type, text). */
#define BB_DTYPE_LIST(BB_DTYPE)      \
    BB_DTYPE(BB_F32, float, "f32")   \
    BB_DTYPE(BB_F64, double, "f64")  \
    BB_DTYPE(BB_I32, int32_t, "i32") \
    BB_DTYPE(BB_U8, uint8_t, "u8")

typedef enum bb_dtype {
#define BB_DTYPE_ENUM(name, type, text) name,
    BB_DTYPE_LIST(BB_DTYPE_ENUM)
#undef BB_DTYPE_ENUM
        BB_DTYPE_COUNT
} bb_dtype;

/* bytes an element; 0 for a number that is no dtype */
BB_API size_t bb_dtype_size(bb_dtype dtype);
BB_API const char *bb_dtype_text(bb_dtype dtype); /* "f32", ... */
BB_API bool bb_dtype_is_float(bb_dtype dtype);

enum { BB_MAX_DIMS = 8 };

/* A shape; a scalar has ndim 0. ndim may exceed BB_MAX_DIMS only to carry the mistake to where it
 * is reported. */
typedef struct bb_shape {
    int ndim;
    int64_t dim[BB_MAX_DIMS];
} bb_shape;

/* BB_SHAPE(100, 784); a scalar is BB_SCALAR. */
#ifdef __cplusplus
#define BB_SHAPE(...) bb__shape_of({__VA_ARGS__})
#else
#define BB_SHAPE(...)                                                        \
    bb_shape_make((int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), \
                  (int64_t[]){__VA_ARGS__})
#endif
#define BB_SCALAR bb_shape_make(0, NULL)

BB_API bb_shape bb_shape_make(int ndim, const int64_t *dim); /* sizes of -1 for NULL */
BB_API bool bb_shape_equal(bb_shape a, bb_shape b);

/* Number of elements; -1 if the shape is not valid: rank over 8, a negative size, or more than 2^48
 * elements. */
BB_API int64_t bb_shape_count(bb_shape shape);

/* "[100 784]" into a buffer of BB_SHAPE_TEXT bytes; returns the buffer. */
enum { BB_SHAPE_TEXT = 192 };
BB_API const char *bb_shape_text(bb_shape shape, char buffer[BB_SHAPE_TEXT]);

typedef struct bb_tensor bb_tensor;

/* A zero-filled tensor, aligned to 64 bytes; NULL when memory runs out or the shape is not
 * valid. */
BB_API bb_tensor *bb_tensor_new(bb_dtype dtype, bb_shape shape);

/* A tensor over the caller's memory, row-major; `release` (may be NULL) is called with `data` when
 * the last reference goes. NULL when memory runs out, the shape is not valid, or data is NULL or
 * not aligned as the element type needs. */
BB_API bb_tensor *bb_tensor_wrap(bb_dtype dtype, bb_shape shape, void *data,
                                 void (*release)(void *data));

/* A tensor with a copy of `data`, which holds bb_shape_count(shape) elements. */
BB_API bb_tensor *bb_tensor_from(bb_dtype dtype, bb_shape shape, const void *data);

/* The elements of `t` converted to `dtype`, in a new tensor. Conversion is C's; a float outside an
 * integer's range gives the nearest integer of that type, and NaN gives 0. */
BB_API bb_tensor *bb_tensor_cast(const bb_tensor *t, bb_dtype dtype);

/* The same storage under another shape of as many elements, or rows [first, first+count) of the
 * first dimension, as a new tensor that shares the storage. NULL when they do not fit or memory
 * runs out. */
BB_API bb_tensor *bb_tensor_reshape(bb_tensor *t, bb_shape shape);
BB_API bb_tensor *bb_tensor_rows(bb_tensor *t, int64_t first, int64_t count);

BB_API bb_tensor *bb_tensor_retain(bb_tensor *t); /* returns t; NULL is accepted */
BB_API void bb_tensor_release(bb_tensor *t);      /* NULL is accepted */

/* Of NULL: f32, a scalar's shape, no elements, no bytes, no data. */
BB_API bb_dtype bb_tensor_dtype(const bb_tensor *t);
BB_API bb_shape bb_tensor_shape(const bb_tensor *t);
BB_API int64_t bb_tensor_count(const bb_tensor *t); /* elements */
BB_API size_t bb_tensor_bytes(const bb_tensor *t);
BB_API void *bb_tensor_data(bb_tensor *t);
BB_API const void *bb_tensor_read(const bb_tensor *t);

/* The element at a row-major position as a double; NaN for a position out of range. */
BB_API double bb_tensor_at(const bb_tensor *t, int64_t position);

/* Sets it, converted as by bb_tensor_cast; BB_BAD_ARGUMENT for NULL and a position out of range. */
BB_API bb_status bb_tensor_set(bb_tensor *t, int64_t position, double value);

#ifdef __cplusplus
}

inline bb_shape bb__shape_of(std::initializer_list<int64_t> dim)
{
    return bb_shape_make((int)dim.size(), dim.begin());
}
#endif
#endif
