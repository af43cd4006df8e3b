/* SPDX-License-Identifier: MIT */
/* Tiles of sine and cosine: our own functions, which are vectors, and libm's for the elements that
 * are too large for these. Which of them an element gets depends on itself alone. */
#ifndef BIBUN_OPS_ANGLES_H
#define BIBUN_OPS_ANGLES_H

#include <bibun/tile.h>
#include <bibun/vector_f64.h>

#define BB__IS_FAR_F32(x) (!(fabsf(x) <= BB__NEAR_F32))
#define BB__IS_FAR_F64(x) (!(fabs(x) <= BB__NEAR_F64))

/* Whether any element is too large, infinite or NaN. */
#define BB__DEFINE_HAS_FAR(name, TARGET, T, INT, IS_FAR)             \
    TARGET static void name(size_t n, const T *x, bool *has_far_out) \
    {                                                                \
        INT is_far = 0;                                              \
        for (size_t i = 0; i < n; i++)                               \
            is_far |= IS_FAR(x[i]);                                  \
        *has_far_out = is_far;                                       \
    }

/* Defines the tile `name` of what `near` and `far` give; by blocks, for out may be the memory of
 * in. */
#define BB__ANGLE_TILE(name, T, INT, IS_FAR, near, far)                                        \
    BB_TARGETS(BB__DEFINE_HAS_FAR, void, name##_has_far,                                       \
               (size_t n, const T *x, bool *has_far_out), (n, x, has_far_out), T, INT, IS_FAR) \
    BB_VECTOR_TILE1(name##_near, T, near(x))                                                   \
    static void name(size_t n, const void *const *in, void *out, const void *attrs)            \
    {                                                                                          \
        enum { BLOCK = 64 };                                                                   \
        const T *x = (const T *)in[0];                                                         \
        T *y = (T *)out;                                                                       \
        bool has_far;                                                                          \
        name##_has_far(n, x, &has_far);                                                        \
        if (!has_far) {                                                                        \
            name##_near(n, in, out, attrs);                                                    \
            return;                                                                            \
        }                                                                                      \
        for (size_t i = 0; i < n; i += BLOCK) {                                                \
            const size_t length = n - i < BLOCK ? n - i : BLOCK;                               \
            T kept[BLOCK];                                                                     \
            memcpy(kept, x + i, length * sizeof *kept);                                        \
            name##_near(length, (const void *[]){kept}, y + i, attrs);                         \
            for (size_t k = 0; k < length; k++)                                                \
                if (IS_FAR(kept[k]))                                                           \
                    y[i + k] = far(kept[k]);                                                   \
        }                                                                                      \
    }

/* float and double */
#define BB__ANGLE_TILES(name, function)                                                           \
    BB__ANGLE_TILE(name##_f32, float, int32_t, BB__IS_FAR_F32, bb__##function##_f32, function##f) \
    BB__ANGLE_TILE(name##_f64, double, int64_t, BB__IS_FAR_F64, bb__##function##_f64, function)

#endif
