/* SPDX-License-Identifier: MIT */
/* <tgmath.h> whose functions a compiler may call for whole vectors, in loops such as BB_VECTOR1's.
 *
 * With glibc 2.35 and GCC on x86 these are libmvec's, which are right to 4 units in the last place
 * and keep IEEE's special values; elsewhere the functions are called one element at a time. Only
 * include it where that difference does not matter. */
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
BB__VECTOR_FUNCTION1(cosh)
BB__VECTOR_FUNCTION1(erf)
BB__VECTOR_FUNCTION1(erfc)
BB__VECTOR_FUNCTION1(exp)
BB__VECTOR_FUNCTION1(exp2)
BB__VECTOR_FUNCTION1(expm1)
BB__VECTOR_FUNCTION1(log)
BB__VECTOR_FUNCTION1(log10)
BB__VECTOR_FUNCTION1(log1p)
BB__VECTOR_FUNCTION1(log2)
BB__VECTOR_FUNCTION1(sin)
BB__VECTOR_FUNCTION1(sinh)
BB__VECTOR_FUNCTION1(tan)
BB__VECTOR_FUNCTION1(tanh)
BB__VECTOR_FUNCTION2(atan2)
BB__VECTOR_FUNCTION2(hypot)
BB__VECTOR_FUNCTION2(pow)
#undef BB__VECTOR_FUNCTION1
#undef BB__VECTOR_FUNCTION2
#define BB_HAS_VECTOR_MATH 1
#endif
#endif

#include <tgmath.h>

#endif
