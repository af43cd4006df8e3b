/* SPDX-License-Identifier: MIT */
/* The larger of two numbers, and the largest of contiguous ones, NaN if any is, in forms that
 * compilers turn into vectors: many as integers, which have the order of the numbers once negative
 * ones are turned around. */
#ifndef BIBUN_LARGEST_H
#define BIBUN_LARGEST_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#define BB__LARGER(a, b) ((((b) > (a)) | ((b) != (b))) ? (b) : (a))

#define BB__DEFINE_LARGEST(T, INT, SHIFT, SIGNLESS, INFINITE)              \
    static inline T largest_##T(const T *x, int64_t n)                     \
    {                                                                      \
        INT top = -SIGNLESS - 1, nan = 0; /* nan < 0 once there was one */ \
        T result;                                                          \
        if (n == 0)                                                        \
            return -(T)INFINITY;                                           \
        for (int64_t i = 0; i < n; i++) {                                  \
            INT bits;                                                      \
            memcpy(&bits, &x[i], sizeof bits);                             \
            nan |= INFINITE - (bits & SIGNLESS);                           \
            bits ^= bits >> SHIFT & SIGNLESS;                              \
            top = bits > top ? bits : top;                                 \
        }                                                                  \
        top ^= top >> SHIFT & SIGNLESS;                                    \
        memcpy(&result, &top, sizeof result);                              \
        return nan < 0 ? (T)NAN : result;                                  \
    }
BB__DEFINE_LARGEST(float, int32_t, 31, INT32_MAX, 0x7F800000)
BB__DEFINE_LARGEST(double, int64_t, 63, INT64_MAX, 0x7FF0000000000000)
#undef BB__DEFINE_LARGEST

#endif
