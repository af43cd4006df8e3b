/* SPDX-License-Identifier: MIT */
/* <tgmath.h> whose functions a compiler turns into vectors, in loops such as BB_VECTOR1's.
 *
 * In C exp, exp2, expm1, log, log1p, log2, sinh, cosh and tanh of float and of double are our own,
 * which are vectors with any compiler and the same bits with any instruction set. The others are
 * libmvec's with glibc 2.35 and GCC on x86, and are called one element at a time elsewhere. All are
 * right to 4 units in the last place and keep IEEE's special values. Only include it where these
 * differences do not matter. */
#ifndef BIBUN_VECTOR_MATH_H
#define BIBUN_VECTOR_MATH_H

#include <math.h>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && defined(__GLIBC__)
#if __GLIBC_PREREQ(2, 35)
#define BB__VECTOR_FUNCTION1(name)                                    \
    extern float name##f(float) __attribute__((simd("notinbranch"))); \
    extern double name(double) __attribute__((simd("notinbranch")));
#define BB__VECTOR_FUNCTION2(name)                                           \
    extern float name##f(float, float) __attribute__((simd("notinbranch"))); \
    extern double name(double, double) __attribute__((simd("notinbranch")));
BB__VECTOR_FUNCTION1(acos)
BB__VECTOR_FUNCTION1(acosh)
BB__VECTOR_FUNCTION1(asin)
BB__VECTOR_FUNCTION1(asinh)
BB__VECTOR_FUNCTION1(atan)
BB__VECTOR_FUNCTION1(atanh)
BB__VECTOR_FUNCTION1(cbrt)
BB__VECTOR_FUNCTION1(cos)
BB__VECTOR_FUNCTION1(erf)
BB__VECTOR_FUNCTION1(erfc)
BB__VECTOR_FUNCTION1(log10)
BB__VECTOR_FUNCTION1(sin)
BB__VECTOR_FUNCTION1(tan)
BB__VECTOR_FUNCTION2(atan2)
BB__VECTOR_FUNCTION2(hypot)
BB__VECTOR_FUNCTION2(pow)
#undef BB__VECTOR_FUNCTION1
#undef BB__VECTOR_FUNCTION2
#define BB_HAS_VECTOR_MATH 1
#endif
#endif

#include <tgmath.h>

#ifndef __cplusplus
#include <bibun/vector_f64.h>

#define BB__OWN(name, x) _Generic((x), float : bb__##name##_f32, default : bb__##name##_f64)(x)
#undef cosh
#define cosh(x) BB__OWN(cosh, x)
#undef exp
#define exp(x) BB__OWN(exp, x)
#undef exp2
#define exp2(x) BB__OWN(exp2, x)
#undef expm1
#define expm1(x) BB__OWN(expm1, x)
#undef log
#define log(x) BB__OWN(log, x)
#undef log1p
#define log1p(x) BB__OWN(log1p, x)
#undef log2
#define log2(x) BB__OWN(log2, x)
#undef sinh
#define sinh(x) BB__OWN(sinh, x)
#undef tanh
#define tanh(x) BB__OWN(tanh, x)
#endif

#endif
