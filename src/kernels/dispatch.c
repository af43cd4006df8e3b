/* SPDX-License-Identifier: MIT */
/* Kernels that are compiled once for each instruction set, by the one in use. */
#include "blas.h"
#include "conv_direct.h"
#include "map.h"
#include "walk.h"

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
DISPATCH(void, , bb__average_pool, (const bb__pool_shape *s, const void *x, void *y, int threads),
         (s, x, y, threads))
DISPATCH(void, , bb__average_spread,
         (const bb__pool_shape *s, const void *dy, void *dx, int threads), (s, dy, dx, threads))
DISPATCH(void, , bb__columns_forward,
         (const bb__conv_shape *s, const void *x, const void *w, void *out, void *scratch,
          const bb__tail *tail, int threads),
         (s, x, w, out, scratch, tail, threads))
DISPATCH(size_t, return, bb__columns_forward_scratch, (const bb__conv_shape *s), (s))
DISPATCH(void, , bb__columns_input,
         (const bb__conv_shape *s, const void *dy, const void *w, void *dx, void *scratch,
          const bb__tail *tail, int threads),
         (s, dy, w, dx, scratch, tail, threads))
DISPATCH(size_t, return, bb__columns_input_scratch, (const bb__conv_shape *s), (s))
DISPATCH(void, , bb__columns_weight,
         (const bb__conv_shape *s, const void *x, const void *dy, void *dw, void *scratch,
          int threads),
         (s, x, dy, dw, scratch, threads))
DISPATCH(size_t, return, bb__columns_weight_scratch, (const bb__conv_shape *s), (s))
DISPATCH(void, , bb__concat, (const bb_call *call, int axis), (call, axis))
DISPATCH(void, , bb__copy, (const bb_array *in, const bb_array *out, int threads),
         (in, out, threads))
DISPATCH(void, , bb__direct_forward,
         (const bb__conv_shape *s, const void *x, const void *w, void *out, void *scratch,
          const bb__tail *tail, int threads),
         (s, x, w, out, scratch, tail, threads))
DISPATCH(size_t, return, bb__direct_forward_scratch, (const bb__conv_shape *s), (s))
DISPATCH(void, , bb__direct_input,
         (const bb__conv_shape *s, const void *dy, const void *w, void *dx, void *scratch,
          const bb__tail *tail, int threads),
         (s, dy, w, dx, scratch, tail, threads))
DISPATCH(size_t, return, bb__direct_input_scratch, (const bb__conv_shape *s), (s))
DISPATCH(bool, return, bb__direct_is_possible, (const bb__conv_shape *s, bb__conv_direction d),
         (s, d))
DISPATCH(void, , bb__direct_weight,
         (const bb__conv_shape *s, const void *x, const void *dy, void *dw, void *scratch,
          int threads),
         (s, x, dy, dw, scratch, threads))
DISPATCH(size_t, return, bb__direct_weight_scratch, (const bb__conv_shape *s), (s))
DISPATCH(void, , bb__fill, (const bb_array *out, double value, int threads), (out, value, threads))
DISPATCH(void, , bb__fill_normal,
         (const bb_array *out, double mean, double deviation, uint64_t key, int threads),
         (out, mean, deviation, key, threads))
DISPATCH(void, , bb__fill_uniform,
         (const bb_array *out, double low, double high, uint64_t key, int threads),
         (out, low, high, key, threads))
DISPATCH(void, , bb__gather, (const bb_call *call, int axis), (call, axis))
DISPATCH(void, , bb__label_losses,
         (const bb_array *x, const bb_array *labels, const bb_array *out, int threads),
         (x, labels, out, threads))
DISPATCH(void, , bb__log_softmax, (const bb_array *in, int axis, const bb_array *out, int threads),
         (in, axis, out, threads))
DISPATCH(void, , bb__logsumexp,
         (const bb_array *in, uint32_t axes, const bb_array *out, int threads),
         (in, axes, out, threads))
DISPATCH(void, , bb__map_gather,
         (const bb__map *m, const bb__map_input *in, int64_t start, int64_t n, void *to),
         (m, in, start, n, to))
DISPATCH(void, , bb__map_scatter,
         (const bb__map *m, const bb__map_input *in, int64_t start, int64_t n, void *from),
         (m, in, start, n, from))
DISPATCH(void, , bb__map_stream, (char *to, const char *from, size_t bytes), (to, from, bytes))
DISPATCH(void, , bb__max_pick,
         (const bb__pool_shape *s, const void *x, const void *v, void *y, int threads),
         (s, x, v, y, threads))
DISPATCH(void, , bb__max_pool, (const bb__pool_shape *s, const void *x, void *y, int threads),
         (s, x, y, threads))
DISPATCH(void, , bb__max_spread,
         (const bb__pool_shape *s, const void *x, const void *dy, void *dx, int threads),
         (s, x, dy, dx, threads))
DISPATCH(void, , bb__narrow_gemm,
         (int64_t m, int64_t n, int64_t k, bb__matrix x, bb__matrix y, bool accumulate, float *out,
          int64_t lead),
         (m, n, k, x, y, accumulate, out, lead))
DISPATCH(void, , bb__norm,
         (const bb_array *in, uint32_t axes, double p, const bb_array *out, int threads),
         (in, axes, p, out, threads))
DISPATCH(void, , bb__normalised_gradient,
         (const bb_array *dy, const bb_array *y, const bb_array *scale, const bb_array *out,
          const bb__tail *tail, int threads),
         (dy, y, scale, out, tail, threads))
DISPATCH(void, , bb__pad,
         (const bb_array *in, const bb_array *out, int axis, int64_t before, int64_t gap,
          double value, int threads),
         (in, out, axis, before, gap, value, threads))
DISPATCH(void, , bb__reduce,
         (bb__reduction kind, const bb_array *in, uint32_t axes, const bb_array *out, void *scratch,
          int threads),
         (kind, in, axes, out, scratch, threads))
DISPATCH(const bb__walk_kernel *, return, bb__reduce_kernel, (bb__reduction kind, bb_dtype dtype),
         (kind, dtype))
DISPATCH(size_t, return, bb__reduce_scratch, (const bb_array *in, uint32_t axes), (in, axes))
DISPATCH(void, , bb__scatter_add, (const bb_call *call, int axis), (call, axis))
DISPATCH(void, , bb__softmax, (const bb_array *in, int axis, const bb_array *out, int threads),
         (in, axis, out, threads))
DISPATCH(void, , bb__thin_gemv,
         (int64_t m, int64_t n, const float *a, int64_t lead, const float *x, int64_t step,
          float *out),
         (m, n, a, lead, x, step, out))
DISPATCH(void, , bb__upsample,
         (const bb__upsample_shape *s, const void *x, void *y, void *scratch, int threads),
         (s, x, y, scratch, threads))
DISPATCH(size_t, return, bb__upsample_scratch, (const bb__upsample_shape *s), (s))
DISPATCH(void, , bb__upsample_spread,
         (const bb__upsample_shape *s, const void *dy, void *dx, void *scratch, int threads),
         (s, dy, dx, scratch, threads))
DISPATCH(void, , bb__var,
         (const bb_array *in, uint32_t axes, double divisor, const bb_array *out, int threads),
         (in, axes, divisor, out, threads))
DISPATCH(void, , bb__var_about,
         (const bb_array *in, const bb_array *mean, uint32_t axes, double divisor,
          const bb_array *out, int threads),
         (in, mean, axes, divisor, out, threads))
