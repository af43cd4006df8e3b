/* SPDX-License-Identifier: MIT */
/* Counter-based random numbers: Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random
 * numbers: as easy as 1, 2, 3", SC 2011).
 *
 * Number i of a stream depends on the stream's key and on i alone, so any thread may compute any
 * part of it. */
#ifndef BIBUN_RNG_H
#define BIBUN_RNG_H

#include <bibun/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A stream and a place in it. Initialise with {seed, 0}. */
typedef struct bb_rng {
    uint64_t key;
    uint64_t next;
} bb_rng;

BB_API uint64_t bb_rng_bits(bb_rng *rng); /* 64 uniform bits */
/* uniform in 0 .. bound-1, unbiased; 0 for bound 0 */
BB_API uint64_t bb_rng_below(bb_rng *rng, uint64_t bound);
BB_API double bb_rng_uniform(bb_rng *rng); /* uniform in [0, 1) */
BB_API double bb_rng_normal(bb_rng *rng);  /* mean 0, variance 1 */

/* A key from a key and a word, for streams that must not meet (a layer's name, an epoch's
 * number). */
BB_API uint64_t bb_rng_key(uint64_t key, uint64_t word);
BB_API uint64_t bb_rng_key_text(uint64_t key, const char *text);

/* Fill a float tensor from its own stream: uniform in [low, high), or normal. BB_BAD_TYPE for
 * integers; BB_BAD_ARGUMENT for high below low, a range that is not finite in the tensor's type, a
 * deviation that is negative, NaN, and no tensor. */
BB_API bb_status bb_tensor_fill_uniform(bb_tensor *t, double low, double high, uint64_t key);
BB_API bb_status bb_tensor_fill_normal(bb_tensor *t, double mean, double deviation, uint64_t key);

#ifdef __cplusplus
}
#endif
#endif
