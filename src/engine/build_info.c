/* SPDX-License-Identifier: MIT */
/* The line about the build: collected from those who know. */
#include <bibun/build.h>
#include <bibun/vector_math.h>
#include <stdio.h>

#include "base.h"
#include "kernels.h"

#if defined(__clang__)
#define COMPILER "Clang " __clang_version__
#elif defined(__GNUC__)
#define COMPILER "GCC " __VERSION__
#else
#define COMPILER "C"
#endif

#ifdef BB_HAS_VECTOR_MATH
static const char vector_math[] = "libmvec";
#else
static const char vector_math[] = "no libmvec";
#endif

char *bb_build_info(char *buffer, size_t size)
{
    static const char *const levels[] = {"base", "avx2", "avx512"};
    char blas[96];
    snprintf(buffer, size, "Bibun %s, %s, %s of %s, %s, %s, %d threads", BB_VERSION, COMPILER,
             levels[bb_simd()], levels[bb__simd_widest()], vector_math,
             bb__blas_text(blas, sizeof blas), bb_thread_count());
    return buffer;
}
