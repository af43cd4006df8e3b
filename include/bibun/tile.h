/* SPDX-License-Identifier: MIT */
/* Elementwise kernels from one expression, for every instruction set that the machine may have.
 *
 * BB_MAP1(tile, x * x) defines tile_f32 and tile_f64, and `.map = BB_MAP(tile)` puts them into a
 * descriptor. On x86 each is compiled three times; which one runs is decided by bb_simd. The
 * expression is evaluated without contraction, so each gives the same bits, but for calls of those
 * functions that <bibun/vector_math.h> has from libmvec or libm. */
#ifndef BIBUN_TILE_H
#define BIBUN_TILE_H

#include <bibun/status.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Instruction sets: SSE2 and what other machines have, AVX2 with FMA, AVX-512 (F, BW, DQ
 * and VL). */
typedef enum bb_simd_level { BB_SIMD_BASE, BB_SIMD_AVX2, BB_SIMD_AVX512 } bb_simd_level;

/* The level in use: the widest of the machine, or that of the environment's BIBUN_SIMD ("base",
 * "avx2", "avx512") where that is narrower. It is read once. */
BB_API bb_simd_level bb_simd(void);

/* One tile of an elementwise op: n elements, all operands contiguous; out may be the same memory as
 * an input. */
typedef void (*bb_map_fn)(size_t n, const void *const *in, void *out, const void *attrs);

#if defined(__clang__)
#define BB_LANES _Pragma("clang loop vectorize(assume_safety)")
#elif defined(__GNUC__)
#define BB_LANES _Pragma("GCC ivdep")
#else
#define BB_LANES
#endif

#if defined(__x86_64__) && defined(__clang__)
#define BB__AVX2 __attribute__((target("avx2")))
#define BB__AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
#elif defined(__x86_64__) && defined(__GNUC__)
#define BB__AVX2 __attribute__((target("avx2")))
#define BB__AVX512 \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,prefer-vector-width=512")))
#endif

/* BB_TARGETS(DEFINE, RESULT, name, PARAMETERS, ARGUMENTS, ...) defines the function `name` from
 * DEFINE(name_of_version, ATTRIBUTE, ...), which defines one version of it, static and with that
 * attribute. */
#ifdef BB__AVX2
#define BB_TARGETS(DEFINE, RESULT, name, PARAMETERS, ARGUMENTS, ...)                             \
    DEFINE(name##_base, , __VA_ARGS__)                                                           \
    DEFINE(name##_avx2, BB__AVX2, __VA_ARGS__)                                                   \
    DEFINE(name##_avx512, BB__AVX512, __VA_ARGS__)                                               \
    static RESULT name PARAMETERS                                                                \
    {                                                                                            \
        static RESULT(*const versions[]) PARAMETERS = {name##_base, name##_avx2, name##_avx512}; \
        static RESULT(*chosen) PARAMETERS;                                                       \
        RESULT(*version) PARAMETERS = __atomic_load_n(&chosen, __ATOMIC_RELAXED);                \
        if (!version) {                                                                          \
            version = versions[bb_simd()];                                                       \
            __atomic_store_n(&chosen, version, __ATOMIC_RELAXED);                                \
        }                                                                                        \
        version ARGUMENTS;                                                                       \
    }
#else
#define BB_TARGETS(DEFINE, RESULT, name, PARAMETERS, ARGUMENTS, ...) DEFINE(name, , __VA_ARGS__)
#endif
#define BB__TILE_TARGETS(DEFINE, name, ...)                                     \
    BB_TARGETS(DEFINE, void, name,                                              \
               (size_t n, const void *const *in, void *out, const void *attrs), \
               (n, in, out, attrs), __VA_ARGS__)

/* Defines the tile `name` over operands x, y, z of types X, Y, Z with results of type R. In the
 * expression T is the type of the last operand and `attrs` the attributes. With <tgmath.h>
 * included, exp(x) is expf for float. */
#define BB__DEFINE_TILE1(name, TARGET, R, X, ...)                                          \
    TARGET static void name(size_t n, const void *const *in, void *out, const void *attrs) \
    {                                                                                      \
        typedef X T;                                                                       \
        const X *xs = (const X *)in[0];                                                    \
        R *rs = (R *)out;                                                                  \
        (void)attrs;                                                                       \
        BB_LANES                                                                           \
        for (size_t i = 0; i < n; i++) {                                                   \
            const T x = xs[i];                                                             \
            rs[i] = (R)(__VA_ARGS__);                                                      \
        }                                                                                  \
    }
#define BB__DEFINE_TILE2(name, TARGET, R, X, Y, ...)                                       \
    TARGET static void name(size_t n, const void *const *in, void *out, const void *attrs) \
    {                                                                                      \
        typedef Y T;                                                                       \
        const X *xs = (const X *)in[0];                                                    \
        const Y *ys = (const Y *)in[1];                                                    \
        R *rs = (R *)out;                                                                  \
        (void)attrs;                                                                       \
        BB_LANES                                                                           \
        for (size_t i = 0; i < n; i++) {                                                   \
            const X x = xs[i];                                                             \
            const T y = ys[i];                                                             \
            rs[i] = (R)(__VA_ARGS__);                                                      \
        }                                                                                  \
    }
#define BB__DEFINE_TILE3(name, TARGET, R, X, Y, Z, ...)                                    \
    TARGET static void name(size_t n, const void *const *in, void *out, const void *attrs) \
    {                                                                                      \
        typedef Z T;                                                                       \
        const X *xs = (const X *)in[0];                                                    \
        const Y *ys = (const Y *)in[1];                                                    \
        const Z *zs = (const Z *)in[2];                                                    \
        R *rs = (R *)out;                                                                  \
        (void)attrs;                                                                       \
        BB_LANES                                                                           \
        for (size_t i = 0; i < n; i++) {                                                   \
            const X x = xs[i];                                                             \
            const Y y = ys[i];                                                             \
            const T z = zs[i];                                                             \
            rs[i] = (R)(__VA_ARGS__);                                                      \
        }                                                                                  \
    }
#define BB_TILE1(name, ...) BB__TILE_TARGETS(BB__DEFINE_TILE1, name, __VA_ARGS__)
#define BB_TILE2(name, ...) BB__TILE_TARGETS(BB__DEFINE_TILE2, name, __VA_ARGS__)
#define BB_TILE3(name, ...) BB__TILE_TARGETS(BB__DEFINE_TILE3, name, __VA_ARGS__)

/* The usual case: one expression, float and double. */
#define BB_MAP1(name, ...)                          \
    BB_TILE1(name##_f32, float, float, __VA_ARGS__) \
    BB_TILE1(name##_f64, double, double, __VA_ARGS__)
#define BB_MAP2(name, ...)                                 \
    BB_TILE2(name##_f32, float, float, float, __VA_ARGS__) \
    BB_TILE2(name##_f64, double, double, double, __VA_ARGS__)
#define BB_MAP(name)                                 \
    {                                                \
        [BB_F32] = name##_f32, [BB_F64] = name##_f64 \
    }

/* The same for expressions of vector functions: only whole vectors are computed, the last one in a
 * copy, so that it takes no longer, and an element's result does not depend on where in a tile it
 * lies. */
#define BB__DEFINE_VECTOR1(name, TARGET, REAL, ...)                                        \
    TARGET static void name(size_t n, const void *const *in, void *out, const void *attrs) \
    {                                                                                      \
        typedef REAL T;                                                                    \
        enum { WIDTH = 64 / sizeof(T) };                                                   \
        const T *xs = (const T *)in[0];                                                    \
        T *rs = (T *)out;                                                                  \
        const size_t rest = n % WIDTH, whole = n - rest;                                   \
        (void)attrs;                                                                       \
        BB_LANES                                                                           \
        for (size_t i = 0; i < whole; i++) {                                               \
            const T x = xs[i];                                                             \
            rs[i] = (T)(__VA_ARGS__);                                                      \
        }                                                                                  \
        if (rest) {                                                                        \
            T last[WIDTH];                                                                 \
            for (size_t i = 0; i < WIDTH; i++)                                             \
                last[i] = xs[whole];                                                       \
            for (size_t i = 1; i < rest; i++)                                              \
                last[i] = xs[whole + i];                                                   \
            BB_LANES                                                                       \
            for (size_t i = 0; i < WIDTH; i++) {                                           \
                const T x = last[i];                                                       \
                last[i] = (T)(__VA_ARGS__);                                                \
            }                                                                              \
            memcpy(rs + whole, last, rest * sizeof(T));                                    \
        }                                                                                  \
    }
#define BB__DEFINE_VECTOR2(name, TARGET, REAL, ...)                                        \
    TARGET static void name(size_t n, const void *const *in, void *out, const void *attrs) \
    {                                                                                      \
        typedef REAL T;                                                                    \
        enum { WIDTH = 64 / sizeof(T) };                                                   \
        const T *xs = (const T *)in[0], *ys = (const T *)in[1];                            \
        T *rs = (T *)out;                                                                  \
        const size_t rest = n % WIDTH, whole = n - rest;                                   \
        (void)attrs;                                                                       \
        BB_LANES                                                                           \
        for (size_t i = 0; i < whole; i++) {                                               \
            const T x = xs[i], y = ys[i];                                                  \
            rs[i] = (T)(__VA_ARGS__);                                                      \
        }                                                                                  \
        if (rest) {                                                                        \
            T last[WIDTH], other[WIDTH];                                                   \
            for (size_t i = 0; i < WIDTH; i++)                                             \
                last[i] = xs[whole];                                                       \
            for (size_t i = 0; i < WIDTH; i++)                                             \
                other[i] = ys[whole];                                                      \
            for (size_t i = 1; i < rest; i++) {                                            \
                last[i] = xs[whole + i];                                                   \
                other[i] = ys[whole + i];                                                  \
            }                                                                              \
            BB_LANES                                                                       \
            for (size_t i = 0; i < WIDTH; i++) {                                           \
                const T x = last[i], y = other[i];                                         \
                last[i] = (T)(__VA_ARGS__);                                                \
            }                                                                              \
            memcpy(rs + whole, last, rest * sizeof(T));                                    \
        }                                                                                  \
    }
/* of one type */
#define BB_VECTOR_TILE1(name, REAL, ...) \
    BB__TILE_TARGETS(BB__DEFINE_VECTOR1, name, REAL, __VA_ARGS__)
#define BB_VECTOR_TILE2(name, REAL, ...) \
    BB__TILE_TARGETS(BB__DEFINE_VECTOR2, name, REAL, __VA_ARGS__)
/* float and double */
#define BB_VECTOR1(name, ...)                       \
    BB_VECTOR_TILE1(name##_f32, float, __VA_ARGS__) \
    BB_VECTOR_TILE1(name##_f64, double, __VA_ARGS__)
#define BB_VECTOR2(name, ...)                       \
    BB_VECTOR_TILE2(name##_f32, float, __VA_ARGS__) \
    BB_VECTOR_TILE2(name##_f64, double, __VA_ARGS__)

/* Comparisons: operands of any one dtype, results 0 or 1 as u8. */
#define BB_COMPARE2(name, ...)                                   \
    BB_TILE2(name##_f32, uint8_t, float, float, __VA_ARGS__)     \
    BB_TILE2(name##_f64, uint8_t, double, double, __VA_ARGS__)   \
    BB_TILE2(name##_i32, uint8_t, int32_t, int32_t, __VA_ARGS__) \
    BB_TILE2(name##_u8, uint8_t, uint8_t, uint8_t, __VA_ARGS__)
#define BB_MAP_ALL(name)                                                                         \
    {                                                                                            \
        [BB_F32] = name##_f32, [BB_F64] = name##_f64, [BB_I32] = name##_i32, [BB_U8] = name##_u8 \
    }

#ifdef __cplusplus
}
#endif
#endif
