/* SPDX-License-Identifier: MIT */
/* What the library was built with, and what it has chosen on this machine. */
#ifndef BIBUN_BUILD_H
#define BIBUN_BUILD_H

#include <bibun/status.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { BB_BUILD_TEXT = 256 };

/* One line, "Bibun 0.1.0, GCC 12.2.0, avx512 of avx512, libmvec, OpenBLAS SkylakeX, oneDNN 2.6.3, 2
 * threads": the compiler; the instruction set in use and the machine's; libmvec, which some vector
 * functions come from, or that there is none; the kernels that OpenBLAS uses; oneDNN where it was
 * found; OpenMP's threads. Returns buffer, which BB_BUILD_TEXT bytes suffice for. */
BB_API char *bb_build_info(char *buffer, size_t size);

#ifdef __cplusplus
}
#endif
#endif
