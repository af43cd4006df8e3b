/* SPDX-License-Identifier: MIT */
/* Which instruction set is used: asked of the machine once, and narrowed by the environment. */
#include "base.h"

#include <stdatomic.h>
#include <stdlib.h>

bb_simd_level bb__simd_widest(void)
{
#if defined(__x86_64__) && defined(__GNUC__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        return BB_SIMD_AVX512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return BB_SIMD_AVX2;
#endif
    return BB_SIMD_BASE;
}

static bb_simd_level wanted(void)
{
    const char *text = getenv("BIBUN_SIMD");
    if (text && strcmp(text, "base") == 0)
        return BB_SIMD_BASE;
    return text && strcmp(text, "avx2") == 0 ? BB_SIMD_AVX2 : BB_SIMD_AVX512;
}

bb_simd_level bb_simd(void)
{
    static atomic_int known; /* the level + 1 */
    int level = atomic_load_explicit(&known, memory_order_relaxed);
    if (level == 0) {
        bb_simd_level has = bb__simd_widest(), wants = wanted();
        level = (int)(wants < has ? wants : has) + 1;
        atomic_store_explicit(&known, level, memory_order_relaxed);
    }
    return (bb_simd_level)(level - 1);
}
