/* SPDX-License-Identifier: MIT */
/* What activations need of exponentials beside C's functions, for the tiles of ops: no branches, so
 * that compilers turn them into vectors. Coefficients come from scripts/fit_polynomials.py. */
#ifndef BIBUN_OPS_EXPONENTIAL_H
#define BIBUN_OPS_EXPONENTIAL_H

#include <bibun/vector_math.h>

/* e^t times BB__LIFT for -120 < t <= 0, which is normal where e^t is not: what is multiplied by e^t
 * is rounded, or lost, once and at the end. */
#define BB__LIFT 18446744073709551616.0f /* 2^64 */

BB__INLINE float bb__lifted_scale(uint32_t n)
{
    return bb__power_of_2_f32(n + 64);
}

BB__INLINE float bb__lifted_exp(float t)
{
    const bb__power_f32 power = bb__power_of_f32(t);
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

/* log(1 + x) for 0 <= x <= 1. */
BB__INLINE float bb__log1p_of_share_f32(float x)
{
    const float square = x * x, fourth = square * square;
    const float low = (1.0f + x * -0.499999225f) + square * (0.333302051f + x * -0.249553755f);
    const float middle =
        (0.196788713f + x * -0.153079122f) + square * (0.10600581f + x * -0.0568797179f);
    const float high = 0.0197892711f + x * -0.00322684762f;
    return x * (low + fourth * (middle + fourth * high));
}

/* 1 + x is 2^k (1 + f) with a k of 0 or 1. */
BB__INLINE double bb__log1p_of_share_f64(double x)
{
    const bool is_upper = x > 0.41421356237309505;
    return bb__log_sum_f64(is_upper ? (x - 1.0) * 0.5 : x, is_upper ? 1.0 : 0.0);
}

#endif
