/* SPDX-License-Identifier: MIT */
/* Powers with real exponents. The rules can themselves be differentiated where a factor vanishes:
 * what would be 0 times infinity is replaced inside and not masked outside. */
#include "support.h"

#include <bibun/vector_math.h>
#include <float.h>

/* Squares and cubes are products, whatever else is in a tile. A tile of squares, of cubes, or of
 * neither has a loop of its own. */
#define POWER(x, y) ((y) == 2 ? (x) * (x) : (y) == 3 ? (x) * (x) * (x) : pow(x, y))
BB_VECTOR2(mixed, POWER(x, y))
BB_VECTOR2(others, pow(x, y))
BB_MAP1(squares, x *x)
BB_MAP1(cubes, x *x *x)

#define DEFINE_TILE(suffix, T, COUNT)                                                        \
    static void tile_##suffix(size_t n, const void *const *in, void *out, const void *attrs) \
    {                                                                                        \
        const T *y = in[1];                                                                  \
        COUNT twos = 0, threes = 0;                                                          \
        for (size_t i = 0; i < n; i++) {                                                     \
            twos += y[i] == 2;                                                               \
            threes += y[i] == 3;                                                             \
        }                                                                                    \
        (twos == (COUNT)n     ? squares_##suffix                                             \
         : threes == (COUNT)n ? cubes_##suffix                                               \
         : twos + threes > 0  ? mixed_##suffix                                               \
                              : others_##suffix)(n, in, out, attrs);                          \
    }
DEFINE_TILE(f32, float, int32_t)
DEFINE_TILE(f64, double, int64_t)

static bb_node *both(bb_node *p, bb_node *q)
{
    return bb_where(p, q, bb_number(q, 0));
}

/* The smallest normal number: 1 over anything smaller may overflow. */
static double smallest(const bb_node *x)
{
    return bb_node_dtype(x) == BB_F32 ? FLT_MIN : DBL_MIN;
}

/* d y x^(y-1). Where y is 0 and 1/x is not finite, 1 stands for the power: 0 times it is 0. */
static bb_node *slope_in_base(bb_node *power, bb_node *d)
{
    bb_node *x = bb_node_input(power, 0), *y = bb_node_input(power, 1);
    bb_node *is_usual = bb_less_equal(bb_number(x, smallest(x)), bb_abs(x));
    bb_node *is_zero = bb_equal(y, bb_number(y, 0));
    bb_node *is_singular = bb_where(is_usual, bb_number(is_zero, 0), is_zero);
    bb_node *exponent = bb_where(is_singular, bb_number(y, 1), y);
    return bb_mul(bb_mul(d, y), bb_pow(x, bb_add_scalar(exponent, -1)));
}

/* d x^y log x. Where x is 0 and y is not negative the logarithm is taken as 0. */
static bb_node *slope_in_exponent(bb_node *power, bb_node *d)
{
    bb_node *x = bb_node_input(power, 0), *y = bb_node_input(power, 1);
    bb_node *is_flat = both(bb_equal(x, bb_number(x, 0)), bb_less_equal(bb_number(y, 0), y));
    bb_node *base = bb_where(is_flat, bb_number(x, 1), x);
    return bb_mul(bb_mul(d, power), bb_log(base));
}

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    return i == 0 ? slope_in_base(y, dy) : slope_in_exponent(y, dy);
}

static const bb_sample samples[] = {
    BB__SAMPLES2(.low = 0.5, .high = 2),
    {
        .n_in = 2,
        .in = {BB_DIMS(15), BB_DIMS(15)},
        .golden_in = {BB_NUMBERS(2.0, 9.0, 0.0, 0.0, 0.0, -2.0, -2.0, -0.0, INFINITY, INFINITY, NAN,
                                 1.0, 0.5, -INFINITY, 1e-10),
                      BB_NUMBERS(10.0, 0.5, 0.0, 2.0, -1.0, 3.0, 0.5, -3.0, 0.0, -1.0, 0.0, NAN,
                                 INFINITY, 3.0, -3.0)},
        .golden_out = BB_NUMBERS(1024.0, 3.0, 1.0, 0.0, INFINITY, -8.0, NAN, -INFINITY, 1.0, 0.0,
                                 1.0, 1.0, 0.0, -INFINITY, 9.9999999999999988e+29),
    },
};

const bb_op bb__op_pow = {
    .name = "pow",
    .doc = "x^y as C has it; dx is y x^(y-1), 0 where y = 0; dy is x^y log x, 0 where x = 0 and y "
           ">= 0",
    .arity = 2,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_pow(bb_node *x, bb_node *y)
{
    return bb__apply2_broadcast(&bb__op_pow, x, y);
}
