/* SPDX-License-Identifier: MIT */
/* The processor's floating-point mode of the calling thread, as far as a run changes it. */
#ifndef BIBUN_FLOAT_MODE_H
#define BIBUN_FLOAT_MODE_H

#if defined(__SSE2__)
#include <xmmintrin.h>

static inline unsigned bb__float_mode(void)
{
    return _mm_getcsr();
}

static inline void bb__float_mode_set(unsigned mode)
{
    _mm_setcsr(mode);
}

/* Denormal operands and results become zero. */
static inline unsigned bb__float_mode_flushing(unsigned mode)
{
    return mode | 0x8040U;
}
#elif defined(__aarch64__) && defined(__GNUC__)
#include <stdint.h>

static inline unsigned bb__float_mode(void)
{
    uint64_t mode;
    __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
    return (unsigned)mode;
}

static inline void bb__float_mode_set(unsigned mode)
{
    const uint64_t wide = mode;
    __asm__ volatile("msr fpcr, %0" : : "r"(wide));
}

/* FPCR.FZ, which is for operands and results, too. */
static inline unsigned bb__float_mode_flushing(unsigned mode)
{
    return mode | 1U << 24;
}
#else
static inline unsigned bb__float_mode(void)
{
    return 0;
}

static inline void bb__float_mode_set(unsigned mode)
{
    (void)mode;
}

static inline unsigned bb__float_mode_flushing(unsigned mode)
{
    return mode;
}
#endif

#endif
