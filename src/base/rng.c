/* SPDX-License-Identifier: MIT */
/* Philox4x32-10: number i of a stream is a function of the stream's key and i. */
#include "base.h"
#include "draw.h"

#include <math.h>

static uint64_t word(const bb__block *b, int i)
{
    return (uint64_t)b->word[2 * i + 1] << 32 | b->word[2 * i];
}

/* Two 64-bit numbers a block. */
static uint64_t bits_at(uint64_t key, uint64_t i)
{
    const bb__block b = bb__philox_block(key, i / 2);
    return word(&b, (int)(i % 2));
}

double bb__uniform_at(uint64_t key, uint64_t i)
{
    const bb__block b = bb__philox_block(key, i / 2);
    return bb__unit(b.word[i % 2 * 2], b.word[i % 2 * 2 + 1]);
}

double bb__normal_at(uint64_t key, uint64_t i)
{
    const bb__block b = bb__philox_block(bb__normal_key(key), i / 2);
    return bb__normal_of(bb__unit(b.word[0], b.word[1]), bb__unit(b.word[2], b.word[3]))
        .number[i % 2];
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
    const bb__block b = bb__philox_block(key ^ 0x6269626E6B657973u, number);
    return word(&b, 0) ^ word(&b, 1);
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
    if (!isfinite(bb_tensor_dtype(t) == BB_F32 ? (float)high - (float)low : high - low))
        return BB_BAD_ARGUMENT;
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
