/* SPDX-License-Identifier: MIT */
/* The distribution function of the standard normal and its density, for the tiles of ops: to a few
 * units in the last place of float on both sides, also where they are about to vanish. */
#ifndef BIBUN_OPS_NORMAL_CDF_H
#define BIBUN_OPS_NORMAL_CDF_H

#include "exponential.h"

/* (z + 2) Phi(-z) exp(z^2/2) for 0 <= z <= 14.5, of t = (z - 2) / (z + 2): changes little.
 * The coefficients come from scripts/fit_polynomials.py. */
BB__INLINE float bb__scaled_mills(float t)
{
    const float square = t * t, fourth = square * square;
    const float low = (-0.331404537f + t * 0.028798636f) +
                      square * ((0.036721047f + t * -0.000485075609f) +
                                square * (-0.00674855523f + t * -0.00188455579f));
    const float high = (0.000878045394f + t * 0.000715095317f) +
                       square * (0.0000349901529f + t * -0.0000711129178f);
    return 0.672407985f + t * (low + square * fourth * high);
}

/* e^(-z^2/2) for 0 <= z <= 14.5: of z^2 the square of the upper 12 bits of z is exact, and the rest
 * is small. */
BB__INLINE bb__power_f32 bb__bell_f32(float z)
{
    const float upper = bb__of_bits_f32(bb__bits_f32(z) & 0xfffff000u);
    return bb__power_of_sum_f32(-0.5f * upper * upper, -0.5f * ((z - upper) * (z + upper)));
}

/* BB__LIFT e^(-x^2/2), but 0 beyond 14.5, where half of it is no float without the lift. */
BB__INLINE float bb__lifted_bell_f32(float x)
{
    const float size = fabsf(x);
    const bb__power_f32 power = bb__bell_f32(size > 14.5f ? 14.5f : size);
    const float lifted = (1.0f + power.bent) * bb__lifted_scale(power.n);
    return size > 14.5f ? 0.0f : lifted;
}

/* BB__LIFT Phi(x) of x and its lifted bell. What z + 2 loses when it is rounded is found again. */
BB__INLINE float bb__lifted_normal_cdf_f32(float x, float bell)
{
    const float size = fabsf(x), z = size > 14.5f ? 14.5f : size;
    const float sum = z + 2.0f, share = 1.0f / sum, lost = z - (sum - 2.0f);
    const float ratio = bb__scaled_mills((z - 2.0f) * share) * share;
    const float tail = (ratio - ratio * (lost * share)) * bell;
    return x > 0.0f ? BB__LIFT - tail : tail;
}

#define BB__BELL_SHARE 0.39894228040143267794 /* 1 / sqrt(2 pi) */

BB__INLINE float bb__normal_pdf_f32(float x)
{
    return bb__lifted_bell_f32(x) * (float)BB__BELL_SHARE * (1.0f / BB__LIFT);
}

/* Digits are lost to rounding of what erfc sees: some 10 of 52 bits where Phi is 1e-300. */
BB__INLINE double bb__normal_cdf_f64(double x)
{
    return 0.5 * erfc(x * -0.70710678118654752440);
}

/* e^(-x^2/2) = e^(-u^2/2) e^rest of the upper 26 bits u of x, whose square is exact; beyond 40 it
 * is 0. */
BB__INLINE double bb__bell_f64(double x)
{
    const double size = fabs(x), z = size > 40.0 ? 40.0 : size;
    const double upper = bb__of_bits_f64(bb__bits_f64(z) & 0xfffffffff8000000u);
    const double rest = -0.5 * ((z - upper) * (z + upper));
    const double bell = bb__exp_f64(-0.5 * upper * upper);
    const double grow = rest + rest * rest * (0.5 + rest * (1.0 / 6)); /* rest is below 2^-14 */
    return bell + bell * grow;
}

BB__INLINE double bb__normal_pdf_f64(double x)
{
    return BB__BELL_SHARE * bb__bell_f64(x);
}

#endif
