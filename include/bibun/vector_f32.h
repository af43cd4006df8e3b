/* SPDX-License-Identifier: MIT */
/* Elementary functions of float, each right to 4 units in the last place, for any argument or as
 * far as its comment says, and with IEEE's special values, written without branches, calls or
 * tables, so that a compiler makes vectors of any width of them and each width gives the same bits.
 * They are public since ops of a user's own and kernels profit alike; <bibun/vector_math.h> gives
 * them C's names. They are C, and nothing to C++.
 *
 * Coefficients come from scripts/fit_polynomials.py; polynomials are sums of pairs, whose terms do
 * not wait for one another (Estrin 1960). What is added to 1.5 2^23 is rounded to a whole number; a
 * constant is cut where whole numbers times its upper part are exact (Cody and Waite 1980). */
#ifndef BIBUN_VECTOR_F32_H
#define BIBUN_VECTOR_F32_H

#ifndef __cplusplus

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* A loop that calls a function is not vectorised, and a tile is six loops. */
#ifdef __GNUC__
#define BB__INLINE static inline __attribute__((always_inline))
#else
#define BB__INLINE static inline
#endif

#define BB__ROUNDER_F32 12582912.0f /* 1.5 2^23 */

BB__INLINE uint32_t bb__bits_f32(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

BB__INLINE float bb__of_bits_f32(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* 2^n for -127 < n < 128; for n = -127 it is 0. */
BB__INLINE float bb__power_of_2_f32(uint32_t n)
{
    return bb__of_bits_f32((n + 127) << 23);
}

/* The result for an odd function of what it gives of |x|. */
BB__INLINE float bb__signed_f32(float size, float x)
{
    return bb__of_bits_f32(bb__bits_f32(size) | (bb__bits_f32(x) & 0x80000000u));
}

/* e^r = (1 + bent) 2^n, with |bent| < 1/2. */
typedef struct bb__power_f32 {
    float bent;
    uint32_t n;
} bb__power_f32;

BB__INLINE float bb__bent_f32(float r)
{
    const float square = r * r;
    const float high = (0.0416667536f + r * 0.00836311933f) + square * 0.00139063515f;
    return r + square * ((0.5f + r * 0.166665778f) + square * high);
}

/* Of t = high + low with |low| < 1, |t| < 200 or NaN. */
BB__INLINE bb__power_f32 bb__power_of_sum_f32(float high, float low)
{
    const float whole = (high + low) * 1.44269504f + BB__ROUNDER_F32, n = whole - BB__ROUNDER_F32;
    const float r = (high - n * 0.693359375f) + (low - n * -2.12194440e-4f);
    return (bb__power_f32){bb__bent_f32(r), bb__bits_f32(whole) - bb__bits_f32(BB__ROUNDER_F32)};
}

BB__INLINE bb__power_f32 bb__power_of_f32(float t)
{
    const float whole = t * 1.44269504f + BB__ROUNDER_F32, n = whole - BB__ROUNDER_F32;
    const float r = (t - n * 0.693359375f) - n * -2.12194440e-4f;
    return (bb__power_f32){bb__bent_f32(r), bb__bits_f32(whole) - bb__bits_f32(BB__ROUNDER_F32)};
}

/* (1 + bent) 2^n for -254 <= n <= 254, by two factors, since 2^n may be no float; it is rounded
 * once where it is subnormal, and for n = -254 it is 0 without underflow, which costs time. */
BB__INLINE float bb__scaled_f32(bb__power_f32 power)
{
    const uint32_t twice = power.n + 254, half = twice >> 1;
    const float first = bb__of_bits_f32(half << 23), second = bb__of_bits_f32((twice - half) << 23);
    return (1.0f + power.bent) * first * second;
}

BB__INLINE float bb__exp_f32(float x)
{
    const float below = x < -104.0f ? -176.0f : x;
    return bb__scaled_f32(bb__power_of_f32(below > 89.0f ? 89.0f : below));
}

/* e^t for t <= 0, but 0 where that is no normal number. */
BB__INLINE float bb__share_f32(float t)
{
    const bb__power_f32 power = bb__power_of_f32(t < -87.0f ? -88.03f : t);
    return (1.0f + power.bent) * bb__power_of_2_f32(power.n);
}

/* e^-|x| */
BB__INLINE float bb__decay_f32(float x)
{
    const float size = fabsf(x);
    return bb__scaled_f32(bb__power_of_f32(size > 104.0f ? -176.0f : -size));
}

BB__INLINE float bb__exp2_f32(float x)
{
    const float below = x < -150.5f ? -254.0f : x, t = below > 129.0f ? 129.0f : below;
    const float whole = t + BB__ROUNDER_F32, r = (t - (whole - BB__ROUNDER_F32)) * 0.693147181f;
    const uint32_t n = bb__bits_f32(whole) - bb__bits_f32(BB__ROUNDER_F32);
    return bb__scaled_f32((bb__power_f32){bb__bent_f32(r), n});
}

/* Of the terms that are added one is exact or far the smaller. Halves, for 2^128 is no float. */
BB__INLINE float bb__expm1_f32(float x)
{
    const float below = x < -20.0f ? -20.0f : x;
    const bb__power_f32 power = bb__power_of_f32(below > 89.0f ? 89.0f : below);
    const float half = bb__power_of_2_f32(power.n - 1);
    const float result = ((half - 0.5f) + half * power.bent) * 2.0f;
    return fabsf(x) < 0x1p-25f ? x : result;
}

/* tanh |x| = (1 - e) / (1 + e) of e = e^-2|x|, whose distance from 1 is known to all its digits. */
BB__INLINE float bb__tanh_f32(float x)
{
    const float size = fabsf(x), near = size > 10.0f ? 10.0f : size;
    const bb__power_f32 power = bb__power_of_f32(-2.0f * near);
    const float scale = bb__power_of_2_f32(power.n);
    const float fall = (1.0f - scale) - scale * power.bent;
    return bb__signed_f32(fall / (2.0f - fall), x);
}

/* A quarter of e^|x| and of e^-|x| without their fractions, and the hyperbolic functions of the
 * fraction: of cosh, what is above 1. */
typedef struct bb__hyperbolic_f32 {
    float up, down, sinh, cosh;
} bb__hyperbolic_f32;

BB__INLINE bb__hyperbolic_f32 bb__hyperbolic_of_f32(float x)
{
    const float size = fabsf(x), t = size > 89.5f ? 89.5f : size;
    const float whole = t * 1.44269504f + BB__ROUNDER_F32, n = whole - BB__ROUNDER_F32;
    const float r = (t - n * 0.693359375f) - n * -2.12194440e-4f, square = r * r;
    const float most = n > 60.0f ? BB__ROUNDER_F32 + 60.0f : whole;
    const float sinh_cubic = 0.166666672f + square * (0.0083331503f + square * 0.000199979375f);
    const float cosh_square = 0.5f + square * (0.0416665077f + square * 0.00139308779f);
    return (bb__hyperbolic_f32){
        bb__power_of_2_f32(bb__bits_f32(whole) - bb__bits_f32(BB__ROUNDER_F32) - 2),
        bb__power_of_2_f32(bb__bits_f32(BB__ROUNDER_F32) - bb__bits_f32(most) - 2),
        r + r * square * sinh_cubic, square * cosh_square};
}

BB__INLINE float bb__sinh_f32(float x)
{
    const bb__hyperbolic_f32 of = bb__hyperbolic_of_f32(x);
    const float less = of.up - of.down, more = of.up + of.down;
    const float result = (less + (less * of.cosh + more * of.sinh)) * 2.0f;
    return fabsf(x) < 0x1p-13f ? x : bb__signed_f32(result, x);
}

BB__INLINE float bb__cosh_f32(float x)
{
    const bb__hyperbolic_f32 of = bb__hyperbolic_of_f32(x);
    const float less = of.up - of.down, more = of.up + of.down;
    return (more + (more * of.cosh + less * of.sinh)) * 2.0f;
}

/* x = 2^k (1 + f) with sqrt(1/2) <= 1 + f < sqrt(2), for x > 0 that is no subnormal number. */
typedef struct bb__parts_f32 {
    float f;
    int32_t k;
} bb__parts_f32;

BB__INLINE bb__parts_f32 bb__parts_of_f32(float x)
{
    const uint32_t root = 0x3f3504f3u, above = bb__bits_f32(x) - root;
    const float mantissa = bb__of_bits_f32((above & 0x007fffffu) + root);
    return (bb__parts_f32){mantissa - 1.0f, (int32_t)above >> 23};
}

BB__INLINE bb__parts_f32 bb__parts_of_any_f32(float x)
{
    const bool is_small = x < 0x1p-126f;
    bb__parts_f32 parts = bb__parts_of_f32(is_small ? x * 0x1p23f : x);
    parts.k -= is_small ? 23 : 0;
    return parts;
}

/* log(1 + f) - f */
BB__INLINE float bb__log_rest_f32(float f)
{
    const float square = f * f, fourth = square * square;
    const float low =
        (0.333333313f + f * -0.250003099f) + square * (0.200008377f + f * -0.166408524f);
    const float high =
        (0.142210439f + f * -0.130112872f) + square * (0.125727162f + f * -0.0779545307f);
    return f * square * (low + fourth * high) - 0.5f * square;
}

BB__INLINE float bb__log_sum_f32(float f, float k)
{
    return (f + (bb__log_rest_f32(f) + k * -2.12194440e-4f)) + k * 0.693359375f;
}

/* A logarithm's value of x where it is not that of a finite positive number. */
BB__INLINE float bb__log_of_any_f32(float x, float usual)
{
    const float above = x < INFINITY ? usual : x, least = x < 0.0f ? NAN : above;
    return x == 0.0f ? -INFINITY : least;
}

BB__INLINE float bb__log_f32(float x)
{
    const bb__parts_f32 parts = bb__parts_of_any_f32(x);
    return bb__log_of_any_f32(x, bb__log_sum_f32(parts.f, (float)parts.k));
}

BB__INLINE float bb__log2_f32(float x)
{
    const bb__parts_f32 parts = bb__parts_of_any_f32(x);
    const float natural = parts.f + bb__log_rest_f32(parts.f);
    return bb__log_of_any_f32(x, natural * 1.44269504f + (float)parts.k);
}

/* The fraction of 1 + x is found from x, which loses nothing but its last rounding; beside 2^24 the
 * 1 is nothing. */
BB__INLINE float bb__log1p_f32(float x)
{
    const float sum = 1.0f + x;
    const bb__parts_f32 parts = bb__parts_of_f32(sum);
    const float scale = bb__power_of_2_f32(0u - (uint32_t)parts.k);
    const float f = sum > 0x1p24f ? parts.f : x * scale + (scale - 1.0f);
    return bb__signed_f32(bb__log_of_any_f32(sum, bb__log_sum_f32(f, (float)parts.k)), x);
}

/* Up to 1 a polynomial, beyond 1 - e^-q, which has all digits since e^-q is small. */
BB__INLINE float bb__erf_f32(float x)
{
    const float size = fabsf(x), far = size > 3.95f ? 3.95f : size, z = size * size, zz = z * z;
    const float even = (0.128379121f + z * -0.37612319f) + zz * (0.112801231f + z * -0.0267097522f);
    const float rest = 0.00491580553f + z * -0.000562455563f;
    const float near = size + size * (even + zz * zz * rest), square = far * far;
    const float low =
        (0.000349194306f + far * 1.1273911f) + square * (0.636926353f + far * 0.105030201f);
    const float high = (-0.0234024264f + far * 0.00364288362f) +
                       square * (-0.000346790912f + far * 0.0000150315336f);
    const bb__power_f32 power = bb__power_of_f32(-(low + square * square * high));
    const float scale = bb__power_of_2_f32(power.n);
    const float most = (1.0f - scale) - scale * power.bent;
    return bb__signed_f32(size < 1.0f ? near : most, x);
}

/* Up to here the sine and the cosine below are right. */
#define BB__NEAR_F32 3200.0f

/* (-1)^n sin r, for r the angle less n pi; n may have a half. */
BB__INLINE float bb__sin_of_rest_f32(float x, float n, uint32_t sign)
{
    const float first = (x - n * 3.14111328f) - n * 0.000479340553f;
    const float r = (first - n * 3.17813829e-8f) - n * 5.12668814e-12f, square = r * r;
    const float low = -0.166666657f + square * 0.00833323132f;
    const float cubic = low + square * square * (-0.000198217793f + square * 0.00000263237939f);
    return bb__of_bits_f32(bb__bits_f32(bb__signed_f32(r + r * square * cubic, r)) ^ sign);
}

BB__INLINE float bb__sin_f32(float x)
{
    const float whole = x * 0.318309886f + BB__ROUNDER_F32, n = whole - BB__ROUNDER_F32;
    return bb__sin_of_rest_f32(x, n, bb__bits_f32(whole) << 31);
}

/* cos x = sin(x + pi/2) */
BB__INLINE float bb__cos_f32(float x)
{
    const float size = fabsf(x), whole = (size * 0.318309886f + 0.5f) + BB__ROUNDER_F32;
    const float n = (whole - BB__ROUNDER_F32) - 0.5f;
    return bb__sin_of_rest_f32(size, n, bb__bits_f32(whole) << 31);
}

#endif
#endif
