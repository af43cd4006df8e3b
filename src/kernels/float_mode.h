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
