/* SPDX-License-Identifier: MIT */
/* Vectors of floats as wide as the registers of the instruction set that is compiled for. */
#ifndef BIBUN_LANES_H
#define BIBUN_LANES_H

#if defined(__AVX512F__)
enum { BB__LANES = 16, BB__REGISTERS = 32 };
#elif defined(__AVX2__)
enum { BB__LANES = 8, BB__REGISTERS = 16 };
#else
enum { BB__LANES = 4, BB__REGISTERS = 16 };
#endif
/* A vector, as variables have it, and wherever floats may lie: aligned like floats, variables would
 * be less aligned than GCC takes them to be under the address sanitizer. */
typedef float bb__lanes __attribute__((vector_size(BB__LANES * sizeof(float))));
typedef float bb__lanes_anywhere
    __attribute__((vector_size(BB__LANES * sizeof(float)), aligned(sizeof(float)), may_alias));

/* Two halves of a vector from different places, where the compiler has the builtin for it. */
#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define BB__HAS_HALVES
#endif
#endif
#if defined(BB__HAS_HALVES)
enum { BB__HALF = BB__LANES / 2 };
typedef float bb__half __attribute__((vector_size(BB__HALF * sizeof(float))));
typedef float bb__half_anywhere
    __attribute__((vector_size(BB__HALF * sizeof(float)), aligned(sizeof(float)), may_alias));

#if defined(__AVX512F__)
#define BB__FIRST 0, 1, 2, 3, 4, 5, 6, 7
#define BB__SECOND 8, 9, 10, 11, 12, 13, 14, 15
#elif defined(__AVX2__)
#define BB__FIRST 0, 1, 2, 3
#define BB__SECOND 4, 5, 6, 7
#else
#define BB__FIRST 0, 1
#define BB__SECOND 2, 3
#endif

static inline bb__lanes bb__joined(const float *first, const float *second)
{
    const bb__half a = *(const bb__half_anywhere *)first, b = *(const bb__half_anywhere *)second;
    return __builtin_shufflevector(a, b, BB__FIRST, BB__SECOND);
}

static inline void bb__part(bb__lanes v, float *first, float *second)
{
    *(bb__half_anywhere *)first = __builtin_shufflevector(v, v, BB__FIRST);
    *(bb__half_anywhere *)second = __builtin_shufflevector(v, v, BB__SECOND);
}
#else
enum { BB__HALF = 0 };

static inline bb__lanes bb__joined(const float *first, const float *second)
{
    (void)second;
    return *(const bb__lanes_anywhere *)first;
}

static inline void bb__part(bb__lanes v, float *first, float *second)
{
    (void)second;
    *(bb__lanes_anywhere *)first = v;
}
#endif

#endif
