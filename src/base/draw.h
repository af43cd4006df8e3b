/* SPDX-License-Identifier: MIT */
/* Private: how random numbers come of blocks of Philox4x32-10 (Salmon, Moraes, Dror and Shaw 2011),
 * in forms that compilers turn into vectors, with the same bits everywhere. */
#ifndef BIBUN_DRAW_H
#define BIBUN_DRAW_H

#include "base.h"

#include <bibun/vector_f64.h>
#include <math.h>

typedef struct bb__block {
    uint32_t word[4];
} bb__block;

static inline bb__block bb__philox_round(bb__block b, uint32_t k0, uint32_t k1)
{
    const uint64_t p0 = (uint64_t)0xD2511F53u * b.word[0], p1 = (uint64_t)0xCD9E8D57u * b.word[2];
    return (bb__block){{(uint32_t)(p1 >> 32) ^ b.word[1] ^ k0, (uint32_t)p1,
                        (uint32_t)(p0 >> 32) ^ b.word[3] ^ k1, (uint32_t)p0}};
}

/* Rounds are written out, since a loop of them is not made into vectors. */
static inline bb__block bb__philox_block(uint64_t key, uint64_t counter)
{
    const uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    bb__block b = {{(uint32_t)counter, (uint32_t)(counter >> 32), 0, 0}};
#define BB__ROUND(i) b = bb__philox_round(b, k0 + i * 0x9E3779B9u, k1 + i * 0xBB67AE85u)
    BB__ROUND(0u), BB__ROUND(1u), BB__ROUND(2u), BB__ROUND(3u), BB__ROUND(4u);
    BB__ROUND(5u), BB__ROUND(6u), BB__ROUND(7u), BB__ROUND(8u), BB__ROUND(9u);
#undef BB__ROUND
    return b;
}

/* In [0, 1): the upper 53 of 64 bits, as two whole numbers that vectors can convert. */
static inline double bb__unit(uint32_t low, uint32_t high)
{
    const int32_t upper = (int32_t)(high >> 1), lower = (int32_t)((high & 1) << 21 | low >> 11);
    return ((double)upper * 0x1p22 + (double)lower) * 0x1p-53;
}

/* low + (high - low) u, and low where rounding to the dtype would reach high. */
static inline double bb__in_range(double u, double low, double high, bb_dtype dtype)
{
    const double x = low + (high - low) * u, seen = dtype == BB_F32 ? (double)(float)x : x;
    return seen < high || low == high ? x : low;
}

typedef struct bb__pair {
    double number[2];
} bb__pair;

/* Two normal numbers of two uniform ones in [0, 1) (Box and Muller 1958). */
static inline bb__pair bb__normal_of(double u, double v)
{
    const double radius = sqrt(-2.0 * bb__log_f64(1.0 - u)), angle = 6.283185307179586476925 * v;
    return (bb__pair){{radius * bb__cos_f64(angle), radius * bb__sin_f64(angle)}};
}

/* The key of a stream for its normal numbers: uniform and normal numbers drawn by turns from one
 * stream must not depend on each other, as they would if both came from the same block. */
static inline uint64_t bb__normal_key(uint64_t key)
{
    return key ^ 0x6E6F726D616C6973u;
}

#endif
