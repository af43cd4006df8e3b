/* SPDX-License-Identifier: MIT */
/* C's remainder, of the sign of x. The whole quotient in its rule is taken from x less the
 * remainder, which is divisible, so that rounding is harmless. */
#include "support.h"

#include <math.h>

/* Let q be |x| / |y| rounded, n its true value's whole part and t the whole number nearest to q,
 * which is found by adding 2^52. While q < 2^52, n and n + 1 are doubles, so n <= q <= n + 1, and
 * t is n or n + 1. |x| - t |y| is exact: for t = 1 since neither is more than twice the other, for
 * t > 1 since it is a multiple of the last place of y, as x is, and not larger than y. Where it is
 * negative, t was n + 1, and |y| is added, which is exact as every remainder is. */

/* |x| - t |y| of floats: t |y| has no more bits than a double while t <= 2^29. */
#define REST_F32(x, t, y) ((x) - (t) * (y))

/* Of doubles: from |x| first the rounded product is taken, within twice which |x| lies, and then
 * the product's error, of halves of the factors (Dekker 1971), none of which is a denormal, which a
 * run may take for 0. */
#define UPPER(a) (134217729 * (a) - (134217729 * (a) - (a)))
#define LOWER(a) ((a)-UPPER(a))
#define ERROR(t, y)                                                                    \
    (((UPPER(t) * UPPER(y) - (t) * (y)) + UPPER(t) * LOWER(y) + LOWER(t) * UPPER(y)) + \
     LOWER(t) * LOWER(y))
#define REST_F64(x, t, y) (((x) - (t) * (y)) - ERROR(t, y))

/* What is too far from y, infinite or NaN is left to libm; halves of the largest overflow, and
 * those of the smallest, unless t is 0, would be denormals. */
#define IS_NEAR_F32(x, q) ((q) < 0x1p29)
#define IS_NEAR_F64(x, q) (((q) < 0x1p52) & ((x) < 0x1p990) & (((x) > 0x1p-800) | ((q) < 0.5)))

#define DEFINE_TILE(name, TARGET, T, REST, IS_NEAR, libm)                                  \
    TARGET static void name(size_t n, const void *const *in, void *out, const void *attrs) \
    {                                                                                      \
        enum { BLOCK = 64 }; /* out may be an operand */                                   \
        (void)attrs;                                                                       \
        for (size_t start = 0; start < n; start += BLOCK) {                                \
            const T *x = (const T *)in[0] + start, *y = (const T *)in[1] + start;          \
            const size_t count = n - start < BLOCK ? n - start : BLOCK;                    \
            T result[BLOCK];                                                               \
            int64_t near = 0;                                                              \
            BB_LANES                                                                       \
            for (size_t i = 0; i < count; i++) {                                           \
                const double top = fabs((double)x[i]), unit = fabs((double)y[i]);          \
                const double quotient = top / unit;                                        \
                const double whole = (quotient + 0x1p52) - 0x1p52;                         \
                const double rest = REST(top, whole, unit);                                \
                const double remainder = rest < 0 ? rest + unit : rest;                    \
                result[i] = (T)copysign(whole > 0 ? remainder : top, (double)x[i]);        \
                near += IS_NEAR(top, quotient);                                            \
            }                                                                              \
            for (size_t i = 0; near < (int64_t)count && i < count; i++) {                  \
                const double top = fabs((double)x[i]);                                     \
                if (!IS_NEAR(top, top / fabs((double)y[i])))                               \
                    result[i] = libm(x[i], y[i]);                                          \
            }                                                                              \
            memcpy((T *)out + start, result, count * sizeof(T));                           \
        }                                                                                  \
    }
BB__TILE_TARGETS(DEFINE_TILE, tile_f32, float, REST_F32, IS_NEAR_F32, fmodf)
BB__TILE_TARGETS(DEFINE_TILE, tile_f64, double, REST_F64, IS_NEAR_F64, fmod)

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *x = bb_node_input(y, 0), *divisor = bb_node_input(y, 1);
    bb_node *whole = bb_round(bb_div(bb_sub(x, y), divisor));
    return i == 0 ? dy : bb_neg(bb_mul(dy, whole));
}

static const bb_sample samples[] = {
    BB__SAMPLES2(.low = 0.5, .high = 2),
    BB__SAMPLES2(.low = -2, .high = -0.5),
    {
        .n_in = 2,
        .in = {BB_DIMS(13), BB_DIMS(13)},
        .golden_in = {BB_NUMBERS(5.5, -5.5, 5.5, -5.5, 1.0000000000000001e+300, 0.29999999999999999,
                                 6.0, 1.0, -0.0, 1.0, INFINITY, NAN, 2.0),
                      BB_NUMBERS(2.0, 2.0, -2.0, -2.0, 3.0, 0.10000000000000001, 2.0, INFINITY, 2.0,
                                 0.0, 2.0, 2.0, NAN)},
        .golden_out = BB_NUMBERS(1.5, -1.5, 1.5, -1.5, 0.0, 0.099999999999999978, 0.0, 1.0, -0.0,
                                 NAN, NAN, NAN, NAN),
    },
};

const bb_op bb__op_fmod = {
    .name = "fmod",
    .doc = "x - n y with n = x / y rounded to 0, as C has it; d is 1 and -n, at the jumps too",
    .arity = 2,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_fmod(bb_node *x, bb_node *y)
{
    return bb__apply2_broadcast(&bb__op_fmod, x, y);
}
