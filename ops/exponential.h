/* SPDX-License-Identifier: MIT */
/* Exponentials for the tiles of ops: no branches, so that compilers turn them into vectors, and no
 * vector function of float is called with what it would take one at a time: the -infinity of masks
 * and what comes near. Coefficients come from scripts/fit_normal_cdf.py. */
#ifndef BIBUN_OPS_EXPONENTIAL_H
#define BIBUN_OPS_EXPONENTIAL_H

#include <bibun/vector_math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* A loop that calls a function is not vectorised, and a tile is six loops. */
#ifdef __GNUC__
#define BB__INLINE static inline __attribute__((always_inline))
#else
#define BB__INLINE static inline
#endif

BB__INLINE uint32_t bb__bits_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

BB__INLINE float bb__float_of(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* x where it is kept, else 0; of bits, for a compiler makes two ways of a choice, on one of which a
 * vector function is called with the x that is not kept. */
BB__INLINE float bb__masked(float x, bool is_kept)
{
    return bb__float_of(bb__bits_of(x) & (0u - (uint32_t)is_kept));
}

/* e^x for any x and e^-|x|, by the vector function, which is not called with what gives 0. */
BB__INLINE float bb__exp_f32(float x)
{
    const bool is_some = !(x < -104.0f);
    return bb__masked(expf(bb__masked(x, is_some)), is_some);
}

BB__INLINE float bb__decay_f32(float x)
{
    const float size = fabsf(x);
    const bool is_some = !(size > 104.0f);
    return bb__masked(expf(-bb__masked(size, is_some)), is_some);
}

/* e^t = (1 + bent) 2^n, with |bent| < 1/2. */
typedef struct bb__reduced {
    float bent;
    uint32_t n;
} bb__reduced;

/* Of t = high + low with |low| < 1, -120 < t <= 0 or NaN. What is added to 1.5 2^23 is rounded to a
 * whole number; log 2 is cut where n times its upper part is exact (Cody and Waite 1980). */
BB__INLINE bb__reduced bb__reduce(float high, float low)
{
    const float rounder = 12582912.0f, whole = (high + low) * 1.44269504f + rounder;
    const float n = whole - rounder;
    const float r = (high - n * 0.693359375f) + (low - n * -2.12194440e-4f);
    const float bend =
        0.5f + r * (0.166665778f + r * (0.0416667536f + r * (0.00836311933f + r * 0.00139063515f)));
    return (bb__reduced){r + r * r * bend, bb__bits_of(whole) - bb__bits_of(rounder)};
}

/* e^t times BB__LIFT, which is normal where e^t is not: what is multiplied by e^t is rounded, or
 * lost, once and at the end. */
#define BB__LIFT 18446744073709551616.0f /* 2^64 */

BB__INLINE float bb__lifted_scale(uint32_t n)
{
    return bb__float_of((n + 127 + 64) << 23);
}

BB__INLINE float bb__lifted_exp(float t)
{
    const bb__reduced power = bb__reduce(t, -0.0f);
    return (1.0f + power.bent) * bb__lifted_scale(power.n);
}

/* x / (1 + e^t) for x > 0 and x e^t / (1 + e^t) for x < 0, of e^t lifted. What is below `lowest`
 * gives 0, without the cost of underflow. */
BB__INLINE float bb__gated_f32(float x, float lowest, float lifted)
{
    const float above = x < lowest ? -0.0f : x * lifted;
    const float below = (BB__LIFT + lifted) * (x < 0.0f ? 1.0f : 1.0f / BB__LIFT);
    return (x < 0.0f ? above : x) / below;
}

/* e^x - 1 for x <= 0; of the two that are added one is exact or far the smaller. */
BB__INLINE float bb__expm1_f32(float x)
{
    const bb__reduced t = bb__reduce(x < -20.0f ? -20.0f : x, -0.0f);
    const float scale = bb__float_of((t.n + 127) << 23);
    return copysignf((scale - 1.0f) + scale * t.bent, x);
}

/* log(1 + x) for 0 <= x <= 1. */
BB__INLINE float bb__log1p_f32(float x)
{
    const float low = -0.0568797179f + x * (0.0197892711f + x * -0.00322684762f);
    const float middle = 0.196788713f + x * (-0.153079122f + x * (0.10600581f + x * low));
    return x * (1.0f + x * (-0.499999225f + x * (0.333302051f + x * (-0.249553755f + x * middle))));
}

#endif
