/* SPDX-License-Identifier: MIT */
/* Philox4x32-10: number i of a stream is a function of the stream's key and i. */
#include "base.h"

#include <math.h>

void bb__philox(uint64_t key, uint64_t counter, uint32_t out[4])
{
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    uint32_t c0 = (uint32_t)counter, c1 = (uint32_t)(counter >> 32), c2 = 0, c3 = 0;
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)p1;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    out[0] = c0, out[1] = c1, out[2] = c2, out[3] = c3;
}

static uint64_t word(const uint32_t block[4], int i)
{
    return (uint64_t)block[2 * i + 1] << 32 | block[2 * i];
}

static double unit(uint64_t bits)
{
    return (double)(bits >> 11) * 0x1p-53;
}

/* Two 64-bit numbers a block. */
static uint64_t bits_at(uint64_t key, uint64_t i)
{
    uint32_t block[4];
    bb__philox(key, i / 2, block);
    return word(block, (int)(i % 2));
}

bb__pair bb__uniform_pair(uint64_t key, uint64_t j)
{
    uint32_t block[4];
    bb__philox(key, j, block);
    return (bb__pair){{unit(word(block, 0)), unit(word(block, 1))}};
}

/* Uniform and normal numbers drawn by turns from one stream must not depend on each other, as they
 * would if both came from the same block. */
bb__pair bb__normal_pair(uint64_t key, uint64_t j)
{
    static const uint64_t normal = 0x6E6F726D616C6973u;
    bb__pair u = bb__uniform_pair(key ^ normal, j);
    double radius = sqrt(-2.0 * log(1.0 - u.number[0]));
    double angle = 6.283185307179586476925 * u.number[1];
    return (bb__pair){{radius * cos(angle), radius * sin(angle)}};
}

double bb__in_range(double u, double low, double high, bb_dtype dtype)
{
    double x = low + (high - low) * u;
    double seen = dtype == BB_F32 ? (double)(float)x : x;
    return seen < high || low == high ? x : low;
}

double bb__uniform_at(uint64_t key, uint64_t i)
{
    return unit(bits_at(key, i));
}

double bb__normal_at(uint64_t key, uint64_t i)
{
    return bb__normal_pair(key, i / 2).number[i % 2];
}

uint64_t bb_rng_bits(bb_rng *rng)
{
    return bits_at(rng->key, rng->next++);
}

/* Rejects the few bit patterns that would favour small numbers. */
uint64_t bb_rng_below(bb_rng *rng, uint64_t bound)
{
    if (bound == 0)
        return 0;
    uint64_t surplus = (UINT64_MAX % bound + 1) % bound, bits;
    do
        bits = bb_rng_bits(rng);
    while (bits > UINT64_MAX - surplus);
    return bits % bound;
}

double bb_rng_uniform(bb_rng *rng)
{
    return bb__uniform_at(rng->key, rng->next++);
}

double bb_rng_normal(bb_rng *rng)
{
    return bb__normal_at(rng->key, rng->next++);
}

uint64_t bb_rng_key(uint64_t key, uint64_t number)
{
    uint32_t block[4];
    bb__philox(key ^ 0x6269626E6B657973u, number, block);
    return word(block, 0) ^ word(block, 1);
}

uint64_t bb_rng_key_text(uint64_t key, const char *text)
{
    for (; *text; text++)
        key = bb_rng_key(key, (unsigned char)*text);
    return bb_rng_key(key, 256);
}

static void store(bb_tensor *t, int64_t i, double x)
{
    if (bb_tensor_dtype(t) == BB_F32)
        ((float *)bb_tensor_data(t))[i] = (float)x;
    else
        ((double *)bb_tensor_data(t))[i] = x;
}

bb_status bb_tensor_fill_uniform(bb_tensor *t, double low, double high, uint64_t key)
{
    if (!t || !(low <= high))
        return BB_BAD_ARGUMENT;
    if (!bb_dtype_is_float(bb_tensor_dtype(t)))
        return BB_BAD_TYPE;
    for (int64_t i = 0; i < bb_tensor_count(t); i++)
        store(t, i, bb__in_range(bb__uniform_at(key, (uint64_t)i), low, high, bb_tensor_dtype(t)));
    return BB_OK;
}

bb_status bb_tensor_fill_normal(bb_tensor *t, double mean, double deviation, uint64_t key)
{
    if (!t || !(deviation >= 0))
        return BB_BAD_ARGUMENT;
    if (!bb_dtype_is_float(bb_tensor_dtype(t)))
        return BB_BAD_TYPE;
    for (int64_t i = 0; i < bb_tensor_count(t); i++)
        store(t, i, mean + deviation * bb__normal_at(key, (uint64_t)i));
    return BB_OK;
}
