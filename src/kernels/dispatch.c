/* SPDX-License-Identifier: MIT */
/* Kernels that are compiled once for each instruction set, by the one in use. */
#include "kernels.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define DISPATCH(TYPE, RETURN, name, PARAMETERS, ARGUMENTS)                                    \
    TYPE name##_base PARAMETERS;                                                               \
    TYPE name##_avx2 PARAMETERS;                                                               \
    TYPE name##_avx512 PARAMETERS;                                                             \
    TYPE name PARAMETERS                                                                       \
    {                                                                                          \
        static TYPE(*const versions[]) PARAMETERS = {name##_base, name##_avx2, name##_avx512}; \
        RETURN versions[bb_simd()] ARGUMENTS;                                                  \
    }
#else
#define DISPATCH(TYPE, RETURN, name, PARAMETERS, ARGUMENTS) \
    TYPE name##_base PARAMETERS;                            \
    TYPE name PARAMETERS                                    \
    {                                                       \
        RETURN name##_base ARGUMENTS;                       \
    }
#endif

DISPATCH(void, , bb__accumulate, (const bb_array *in, const bb_array *out, int threads),
         (in, out, threads))
DISPATCH(void, , bb__argmax, (const bb_array *in, int axis, const bb_array *out, int threads),
         (in, axis, out, threads))
DISPATCH(void, , bb__argmin, (const bb_array *in, int axis, const bb_array *out, int threads),
         (in, axis, out, threads))
DISPATCH(void, , bb__copy, (const bb_array *in, const bb_array *out, int threads),
         (in, out, threads))
DISPATCH(void, , bb__fill, (const bb_array *out, double value), (out, value))
DISPATCH(void, , bb__fill_normal,
         (const bb_array *out, double mean, double deviation, uint64_t key, int threads),
         (out, mean, deviation, key, threads))
DISPATCH(void, , bb__fill_uniform,
         (const bb_array *out, double low, double high, uint64_t key, int threads),
         (out, low, high, key, threads))
DISPATCH(void, , bb__gather, (const bb_call *call, int axis), (call, axis))
DISPATCH(void, , bb__log_softmax, (const bb_array *in, int axis, const bb_array *out, int threads),
         (in, axis, out, threads))
DISPATCH(void, , bb__logsumexp,
         (const bb_array *in, uint32_t axes, const bb_array *out, int threads),
         (in, axes, out, threads))
DISPATCH(void, , bb__norm,
         (const bb_array *in, uint32_t axes, double p, const bb_array *out, int threads),
         (in, axes, p, out, threads))
DISPATCH(void, , bb__reduce,
         (bb__reduction kind, const bb_array *in, uint32_t axes, const bb_array *out, void *scratch,
          int threads),
         (kind, in, axes, out, scratch, threads))
DISPATCH(size_t, return, bb__reduce_scratch, (const bb_array *in, uint32_t axes), (in, axes))
DISPATCH(void, , bb__scatter_add, (const bb_call *call, int axis), (call, axis))
DISPATCH(void, , bb__softmax, (const bb_array *in, int axis, const bb_array *out, int threads),
         (in, axis, out, threads))
DISPATCH(void, , bb__var,
         (const bb_array *in, uint32_t axes, double divisor, const bb_array *out, int threads),
         (in, axes, divisor, out, threads))
