/* SPDX-License-Identifier: MIT */
/* Conversion between any two element types: C's, but saturating where C leaves the result open. */
#include "support.h"

#include <math.h>
#include <stdio.h>

typedef struct cast_attrs {
    int32_t dtype; /* a bb_dtype */
} cast_attrs;

static bool infer(bb_infer *c)
{
    const cast_attrs *a = c->attrs;
    if (a->dtype < 0 || a->dtype >= BB_DTYPE_COUNT)
        return bb_infer_fail(c, BB_BAD_TYPE, "%d is no element type", (int)a->dtype);
    c->out = (bb_type){(bb_dtype)a->dtype, c->in[0].shape};
    return true;
}

#define TO_I32 \
    (x >= (T)2147483648.0 ? INT32_MAX : x < (T)-2147483648.0 ? INT32_MIN : x == x ? (int32_t)x : 0)
#define TO_U8 (x >= 255 ? UINT8_MAX : x > 0 ? (uint8_t)x : 0)

/* The tiles from type X to each type, and the one that picks among them. */
#define CAST_FROM(name, X, to_i32)                                                  \
    BB_TILE1(name##_to_f32, float, X, x)                                            \
    BB_TILE1(name##_to_f64, double, X, x)                                           \
    BB_TILE1(name##_to_i32, int32_t, X, to_i32)                                     \
    BB_TILE1(name##_to_u8, uint8_t, X, TO_U8)                                       \
    static void name(size_t n, const void *const *in, void *out, const void *attrs) \
    {                                                                               \
        static const bb_map_fn to[] = {[BB_F32] = name##_to_f32,                    \
                                       [BB_F64] = name##_to_f64,                    \
                                       [BB_I32] = name##_to_i32,                    \
                                       [BB_U8] = name##_to_u8};                     \
        to[((const cast_attrs *)attrs)->dtype](n, in, out, attrs);                  \
    }

CAST_FROM(cast_f32, float, TO_I32)
CAST_FROM(cast_f64, double, TO_I32)
CAST_FROM(cast_i32, int32_t, x)
CAST_FROM(cast_u8, uint8_t, x)

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    return bb_cast(dy, bb_node_dtype(bb_node_input(y, i)));
}

static void print_attrs(const void *attrs, char *buffer, size_t size)
{
    const cast_attrs *a = attrs;
    (void)snprintf(buffer, size, "to %s", bb_dtype_text((bb_dtype)a->dtype));
}

static const cast_attrs f64 = {BB_F64}, i32 = {BB_I32}, u8 = {BB_U8};

static const bb_sample samples[] = {
    BB__SAMPLES1(.attrs = &f64),
    {
        .n_in = 1,
        .in = {BB_DIMS(7)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, -1.5,
                                 1.0000000000000001e+300)},
        .golden_out =
            BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, -1.5, 1.0000000000000001e+300),
        .attrs = &f64,
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(11)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 1.8999999999999999,
                                 -1.8999999999999999, 2147483646.5, 3000000000.0, -3000000000.0,
                                 1.0000000000000001e+300)},
        .golden_out = BB_NUMBERS(0.0, 0.0, 2147483647.0, -2147483648.0, 0.0, 1.0, -1.0,
                                 2147483646.0, 2147483647.0, -2147483648.0, 2147483647.0),
        .attrs = &i32,
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(12)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 1.8999999999999999, -0.5,
                                 -1.8999999999999999, 254.99000000000001, 255.0, 256.0,
                                 1.0000000000000001e+300)},
        .golden_out =
            BB_NUMBERS(0.0, 0.0, 255.0, 0.0, 0.0, 1.0, 0.0, 0.0, 254.0, 255.0, 255.0, 255.0),
        .attrs = &u8,
    },
    {.n_in = 1,
     .in = {BB_DIMS(5)},
     .is_integer = {true},
     .golden_in = {BB_NUMBERS(-300, -1, 7, 255, 300)},
     .golden_out = BB_NUMBERS(0, 0, 7, 255, 255),
     .attrs = &u8},
};

const bb_op bb__op_cast = {
    .name = "cast",
    .doc = "x in another type: C's conversion, saturating, NaN to 0; d passes between float types",
    .arity = 1,
    .attrs_size = sizeof(cast_attrs),
    .infer = infer,
    .map = BB_MAP_ALL(cast),
    .backward = backward,
    .print_attrs = print_attrs,
    BB_SAMPLES(samples),
};

bb_node *bb_cast(bb_node *x, bb_dtype dtype)
{
    if (x && bb_node_dtype(x) == dtype)
        return x;
    return bb__apply1(&bb__op_cast, x, &(cast_attrs){(int32_t)dtype});
}
