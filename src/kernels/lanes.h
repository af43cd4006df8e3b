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

#endif
