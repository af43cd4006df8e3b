/* SPDX-License-Identifier: MIT */
/* Elementary functions of double, as those of float in <bibun/vector_f32.h>: right to 4 units in
 * the last place, for any argument or as far as its comment says, with IEEE's special values,
 * without branches, calls or tables.
 *
 */
#ifndef BIBUN_VECTOR_F64_H
#define BIBUN_VECTOR_F64_H

#ifndef __cplusplus

#include <bibun/vector_f32.h>

#define BB__ROUNDER_F64 6755399441055744.0 /* 1.5 2^52 */

BB__INLINE uint64_t bb__bits_f64(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

BB__INLINE double bb__of_bits_f64(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* 2^n for -1023 < n < 1024; for n = -1023 it is 0. */
BB__INLINE double bb__power_of_2_f64(uint64_t n)
{
    return bb__of_bits_f64((n + 1023) << 52);
}

BB__INLINE double bb__signed_f64(double size, double x)
{
    return bb__of_bits_f64(bb__bits_f64(size) | (bb__bits_f64(x) & 0x8000000000000000u));
}

/* e^t = (1 + bent) 2^n, with |bent| < 1/2. */
typedef struct bb__power_f64 {
    double bent;
    uint64_t n;
} bb__power_f64;

BB__INLINE double bb__bent_f64(double r)
{
    const double square = r * r, fourth = square * square;
    const double low = (0.50000000000000011 + r * 0.16666666666666641) +
                       square * (0.041666666666623074 + r * 0.0083333333333596559);
    const double middle = (0.0013888888917564786 + r * 0.00019841269774498088) +
                          square * (0.000024801520859085156 + r * 0.0000027557366578396638);
    const double high = 0.00000027620269384404851 + r * 2.5064153471455625e-8;
    return r + square * (low + fourth * (middle + fourth * high));
}

/* Of |t| < 1500 or NaN. */
BB__INLINE bb__power_f64 bb__power_of_f64(double t)
{
    const double whole = t * 1.4426950408889634074 + BB__ROUNDER_F64, n = whole - BB__ROUNDER_F64;
    const double r = (t - n * 0.69314718055920821) - n * 7.3710025651677989e-13;
    return (bb__power_f64){bb__bent_f64(r), bb__bits_f64(whole) - bb__bits_f64(BB__ROUNDER_F64)};
}

/* (1 + bent) 2^n for -2046 <= n <= 2046, rounded once; for n = -2046 it is 0 without underflow. */
BB__INLINE double bb__scaled_f64(bb__power_f64 power)
{
    const uint64_t twice = power.n + 2046, half = twice >> 1;
    const double first = bb__of_bits_f64(half << 52);
    return (1.0 + power.bent) * first * bb__of_bits_f64((twice - half) << 52);
}

BB__INLINE double bb__exp_f64(double x)
{
    const double below = x < -746.0 ? -1418.2 : x;
    return bb__scaled_f64(bb__power_of_f64(below > 710.0 ? 710.0 : below));
}

/* e^t for t <= 0, but 0 where that is no normal number. */
BB__INLINE double bb__share_f64(double t)
{
    const bb__power_f64 power = bb__power_of_f64(t < -708.0 ? -709.09 : t);
    return (1.0 + power.bent) * bb__power_of_2_f64(power.n);
}

/* e^-|x| */
BB__INLINE double bb__decay_f64(double x)
{
    const double size = fabs(x);
    return bb__scaled_f64(bb__power_of_f64(size > 746.0 ? -1418.2 : -size));
}

BB__INLINE double bb__exp2_f64(double x)
{
    const double below = x < -1075.5 ? -2046.0 : x, t = below > 1025.0 ? 1025.0 : below;
    const double whole = t + BB__ROUNDER_F64;
    const double r = (t - (whole - BB__ROUNDER_F64)) * 0.69314718055994530942;
    const uint64_t n = bb__bits_f64(whole) - bb__bits_f64(BB__ROUNDER_F64);
    return bb__scaled_f64((bb__power_f64){bb__bent_f64(r), n});
}

BB__INLINE double bb__expm1_f64(double x)
{
    const double below = x < -40.0 ? -40.0 : x;
    const bb__power_f64 power = bb__power_of_f64(below > 710.0 ? 710.0 : below);
    const double half = bb__power_of_2_f64(power.n - 1);
    const double result = ((half - 0.5) + half * power.bent) * 2.0;
    return fabs(x) < 0x1p-54 ? x : result;
}

BB__INLINE double bb__tanh_f64(double x)
{
    const double size = fabs(x), near = size > 20.0 ? 20.0 : size;
    const bb__power_f64 power = bb__power_of_f64(-2.0 * near);
    const double scale = bb__power_of_2_f64(power.n);
    const double fall = (1.0 - scale) - scale * power.bent;
    return bb__signed_f64(fall / (2.0 - fall), x);
}

/* A quarter of e^|x| and of e^-|x| without their fractions, and the hyperbolic functions of the
 * fraction: of cosh, what is above 1. */
typedef struct bb__hyperbolic_f64 {
    double up, down, sinh, cosh;
} bb__hyperbolic_f64;

BB__INLINE bb__hyperbolic_f64 bb__hyperbolic_of_f64(double x)
{
    const double size = fabs(x), t = size > 710.6 ? 710.6 : size;
    const double whole = t * 1.4426950408889634074 + BB__ROUNDER_F64, n = whole - BB__ROUNDER_F64;
    const double r = (t - n * 0.69314718055920821) - n * 7.3710025651677989e-13, square = r * r;
    const double most = n > 100.0 ? BB__ROUNDER_F64 + 100.0 : whole;
    const double fourth = square * square;
    const double sinh_cubic =
        (0.16666666666666669 + square * 0.0083333333333288698) +
        fourth * ((0.00019841269866661214 + square * 0.0000027557264415024657) +
                  fourth * 2.5101897498997018e-8);
    const double cosh_square =
        (0.5 + square * 0.041666666666666671) +
        fourth * ((0.0013888888888882148 + square * 0.000024801587330071339) +
                  fourth * (0.00000027557268840264789 + square * 2.0916405304372445e-9));
    return (bb__hyperbolic_f64){
        bb__power_of_2_f64(bb__bits_f64(whole) - bb__bits_f64(BB__ROUNDER_F64) - 2),
        bb__power_of_2_f64(bb__bits_f64(BB__ROUNDER_F64) - bb__bits_f64(most) - 2),
        r + r * square * sinh_cubic, square * cosh_square};
}

BB__INLINE double bb__sinh_f64(double x)
{
    const bb__hyperbolic_f64 of = bb__hyperbolic_of_f64(x);
    const double less = of.up - of.down, more = of.up + of.down;
    const double result = (less + (less * of.cosh + more * of.sinh)) * 2.0;
    return fabs(x) < 0x1p-27 ? x : bb__signed_f64(result, x);
}

BB__INLINE double bb__cosh_f64(double x)
{
    const bb__hyperbolic_f64 of = bb__hyperbolic_of_f64(x);
    const double less = of.up - of.down, more = of.up + of.down;
    return (more + (more * of.cosh + less * of.sinh)) * 2.0;
}

/* x = 2^k (1 + f) with sqrt(1/2) <= 1 + f < sqrt(2), for x > 0 that is no subnormal number. */
typedef struct bb__parts_f64 {
    double f, k;
} bb__parts_f64;

/* Bits 2^52 + e of a double are those of the number 2^52 + e, which spares a conversion that not
 * every instruction set has. */
BB__INLINE bb__parts_f64 bb__parts_of_f64(double x)
{
    const uint64_t root = 0x3fe6a09e667f3bcdu, base = bb__bits_f64(0x1p52);
    const uint64_t above = bb__bits_f64(x) - root + ((uint64_t)1023 << 52);
    const double mantissa = bb__of_bits_f64((above & 0x000fffffffffffffu) + root);
    return (bb__parts_f64){mantissa - 1.0,
                           bb__of_bits_f64((above >> 52) | base) - (0x1p52 + 1023.0)};
}

BB__INLINE bb__parts_f64 bb__parts_of_any_f64(double x)
{
    const bool is_small = x < 0x1p-1022;
    bb__parts_f64 parts = bb__parts_of_f64(is_small ? x * 0x1p52 : x);
    parts.k -= is_small ? 52.0 : 0.0;
    return parts;
}

/* log(1 + f) - f: with s = f / (2 + f) the logarithm is that of (1 + s) / (1 - s), and 2 s is
 * f - s f. */
BB__INLINE double bb__log_rest_f64(double f)
{
    const double s = f / (2.0 + f), z = s * s, half = 0.5 * f * f;
    const double square = z * z;
    const double low = (0.66666666666666696 + z * 0.3999999999989976) +
                       square * (0.28571428625996148 + z * 0.22222211121320315);
    const double high =
        (0.18182890537170349 + z * 0.15331665154951499) + square * 0.14617231994569355;
    return s * (half + z * (low + square * square * high)) - half;
}

BB__INLINE double bb__log_sum_f64(double f, double k)
{
    return (f + (bb__log_rest_f64(f) + k * 7.3710025651677989e-13)) + k * 0.69314718055920821;
}

/* A logarithm's value of x where it is not that of a finite positive number. */
BB__INLINE double bb__log_of_any_f64(double x, double usual)
{
    const double above = x < (double)INFINITY ? usual : x, least = x < 0.0 ? (double)NAN : above;
    return x == 0.0 ? -(double)INFINITY : least;
}

BB__INLINE double bb__log_f64(double x)
{
    const bb__parts_f64 parts = bb__parts_of_any_f64(x);
    return bb__log_of_any_f64(x, bb__log_sum_f64(parts.f, parts.k));
}

BB__INLINE double bb__log2_f64(double x)
{
    const bb__parts_f64 parts = bb__parts_of_any_f64(x);
    const double natural = parts.f + bb__log_rest_f64(parts.f);
    return bb__log_of_any_f64(x, natural * 1.4426950408889634074 + parts.k);
}

BB__INLINE double bb__log1p_f64(double x)
{
    const double sum = 1.0 + x;
    const bb__parts_f64 parts = bb__parts_of_f64(sum);
    const double scale =
        bb__power_of_2_f64(bb__bits_f64(BB__ROUNDER_F64) - bb__bits_f64(parts.k + BB__ROUNDER_F64));
    const double f = sum > 0x1p53 ? parts.f : x * scale + (scale - 1.0);
    return bb__signed_f64(bb__log_of_any_f64(sum, bb__log_sum_f64(f, parts.k)), x);
}

/* Up to here the sine and the cosine below are right. */
#define BB__NEAR_F64 1e6

/* (-1)^n sin r, for r the angle less n pi; n may have a half. */
BB__INLINE double bb__sin_of_rest_f64(double x, double n, uint64_t sign)
{
    const double first = (x - n * 3.1415926534682512) - n * 1.2154201012607932e-10;
    const double r = (first - n * 4.0445324974223329e-21) - n * 1.6956855320696459e-31;
    const double square = r * r, fourth = square * square;
    const double low = (-0.16666666666666666 + square * 0.0083333333333331823) +
                       fourth * (-0.00019841269841196969 + square * 0.0000027557319208041306);
    const double high = (-2.505210652114055e-8 + square * 1.6058919441622113e-10) +
                        fourth * (-7.6424130040460353e-13 + square * 2.7146741380798546e-15);
    const double sine = r + r * square * (low + fourth * fourth * high);
    return bb__of_bits_f64(bb__bits_f64(bb__signed_f64(sine, r)) ^ sign);
}

BB__INLINE double bb__sin_f64(double x)
{
    const double whole = x * 0.31830988618379067154 + BB__ROUNDER_F64, n = whole - BB__ROUNDER_F64;
    return bb__sin_of_rest_f64(x, n, bb__bits_f64(whole) << 63);
}

BB__INLINE double bb__cos_f64(double x)
{
    const double size = fabs(x), share = size * 0.31830988618379067154 + 0.5;
    const double whole = share + BB__ROUNDER_F64, n = (whole - BB__ROUNDER_F64) - 0.5;
    return bb__sin_of_rest_f64(size, n, bb__bits_f64(whole) << 63);
}

#endif
#endif
