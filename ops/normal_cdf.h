/* SPDX-License-Identifier: MIT */
/* The distribution function of the standard normal, for the tiles of ops: to a few units in the
 * last place of float on both sides, also where it is about to vanish. */
#ifndef BIBUN_OPS_NORMAL_CDF_H
#define BIBUN_OPS_NORMAL_CDF_H

#include "exponential.h"

/* (z + 2) Phi(-z) exp(z^2/2) for 0 <= z <= 14.5, of t = (z - 2) / (z + 2): changes little.
 * The coefficients come from scripts/fit_polynomials.py. */
BB__INLINE float bb__scaled_mills(float t)
{
    const float low = 0.000715095317f + t * (0.0000349901529f + t * -0.0000711129178f);
    const float middle = -0.00674855523f + t * (-0.00188455579f + t * (0.000878045394f + t * low));
    const float high = 0.036721047f + t * (-0.000485075609f + t * middle);
    return 0.672407985f + t * (-0.331404537f + t * (0.028798636f + t * high));
}

/* factor Phi(x), with a factor of x or 1, but 0 where x is below -14.5. Of x^2 the square of the
 * upper 12 bits of x is exact, and the rest is small; what z + 2 loses when it is rounded is found
 * again. */
BB__INLINE float bb__times_normal_cdf_f32(float factor, float x)
{
    const float size = fabsf(x), z = size > 14.5f ? 14.5f : size;
    const float upper = bb__of_bits_f32(bb__bits_f32(z) & 0xfffff000u);
    const float square = -0.5f * upper * upper, rest = -0.5f * ((z - upper) * (z + upper));
    const bb__power_f32 power = bb__power_of_sum_f32(square, rest);
    const float sum = z + 2.0f, share = 1.0f / sum, lost = z - (sum - 2.0f);
    const float ratio = bb__scaled_mills((z - 2.0f) * share) * share;
    const float tail = (ratio + ratio * (power.bent - lost * share)) * bb__lifted_scale(power.n);
    const float part = x > 0.0f ? 1.0f - tail * (1.0f / BB__LIFT) : tail;
    return factor * part * (x > 0.0f ? 1.0f : 1.0f / BB__LIFT);
}

/* Digits are lost to rounding of what erfc sees: some 10 of 52 bits where Phi is 1e-300. */
BB__INLINE double bb__normal_cdf_f64(double x)
{
    return 0.5 * erfc(x * -0.70710678118654752440);
}

#endif
