/* SPDX-License-Identifier: MIT */
/* The larger of two numbers, and the largest and the smallest of contiguous ones, NaN if any is, in
 * forms that compilers turn into vectors: many as integers, which have the order of the numbers
 * once negative ones are turned around. */
#ifndef BIBUN_LARGEST_H
#define BIBUN_LARGEST_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#define BB__LARGER(a, b) ((((b) > (a)) | ((b) != (b))) ? (b) : (a))

/* SIGN is 0, or what turns the sign of every number around. */
#define BB__DEFINE_EXTREME(name, T, INT, SHIFT, SIGNLESS, INFINITE, SIGN)  \
    static inline T name##_##T(const T *x, int64_t n)                      \
    {                                                                      \
        INT top = -SIGNLESS - 1, nan = 0; /* nan < 0 once there was one */ \
        T result;                                                          \
        if (n == 0)                                                        \
            return SIGN ? (T)INFINITY : -(T)INFINITY;                      \
        for (int64_t i = 0; i < n; i++) {                                  \
            INT bits;                                                      \
            memcpy(&bits, &x[i], sizeof bits);                             \
            nan |= INFINITE - (bits & SIGNLESS);                           \
            bits ^= SIGN;                                                  \
            bits ^= bits >> SHIFT & SIGNLESS;                              \
            top = bits > top ? bits : top;                                 \
        }                                                                  \
        top ^= top >> SHIFT & SIGNLESS;                                    \
        top ^= SIGN;                                                       \
        memcpy(&result, &top, sizeof result);                              \
        return nan < 0 ? (T)NAN : result;                                  \
    }
#define BB__DEFINE_BOTH(T, INT, SHIFT, SIGNLESS, INFINITE)            \
    BB__DEFINE_EXTREME(largest, T, INT, SHIFT, SIGNLESS, INFINITE, 0) \
    BB__DEFINE_EXTREME(smallest, T, INT, SHIFT, SIGNLESS, INFINITE, -SIGNLESS - 1)
BB__DEFINE_BOTH(float, int32_t, 31, INT32_MAX, 0x7F800000)
BB__DEFINE_BOTH(double, int64_t, 63, INT64_MAX, 0x7FF0000000000000)

/* The largest magnitude; NaN, which has the bits above infinity's, before all. */
#define BB__DEFINE_FARTHEST(T, INT, SIGNLESS)           \
    static inline T farthest_##T(const T *x, int64_t n) \
    {                                                   \
        INT top = 0;                                    \
        T result;                                       \
        for (int64_t i = 0; i < n; i++) {               \
            INT bits;                                   \
            memcpy(&bits, &x[i], sizeof bits);          \
            bits &= SIGNLESS;                           \
            top = bits > top ? bits : top;              \
        }                                               \
        memcpy(&result, &top, sizeof result);           \
        return result;                                  \
    }
BB__DEFINE_FARTHEST(float, int32_t, INT32_MAX)
BB__DEFINE_FARTHEST(double, int64_t, INT64_MAX)
#undef BB__DEFINE_FARTHEST
#undef BB__DEFINE_BOTH
#undef BB__DEFINE_EXTREME

#endif
