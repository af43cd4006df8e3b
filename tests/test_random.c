/* SPDX-License-Identifier: MIT */
/* Random numbers: known answers, every element a function of key and place, and the moments of what
 * is drawn. */
#include "base.h"
#include "draw.h"
#include "kernels.h"

#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <string.h>

enum { many = 1 << 18 };

/* The first is one of Random123's published vectors; the others, with the upper half of the counter
 * 0, come from an implementation in Python that gives all three of those. */
Test(philox, known_answers)
{
    static const struct {
        uint64_t key, counter;
        uint32_t words[4];
    } cases[] = {
        {0, 0, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {0x0, 0x1, {0xf8e4cca4, 0x5cb200db, 0xb1a574eb, 0x097eff67}},
        {0x299f31d0a4093822, 0x85a308d3243f6a88, {0xe69c9c31, 0xb5a3d762, 0xe733bfc1, 0x341a787c}},
        {0xffffffffffffffff, 0xffffffffffffffff, {0x4d18d7d2, 0x430ac65a, 0xbd2fa22a, 0x0afae10d}},
        {0x8000000000000000, 0x100000000, {0x94f419f8, 0x1116c316, 0x99f2fa30, 0xbc048ad6}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const bb__block b = bb__philox_block(cases[i].key, cases[i].counter);
        cr_assert_eq(memcmp(b.word, cases[i].words, sizeof b.word), 0, "case %zu: %08x", i,
                     b.word[0]);
    }
}

static bb_array array(bb_dtype dtype, int64_t count)
{
    return (bb_array){bb_memory_zeroed((size_t)count, sizeof(double)), dtype, BB_SHAPE(count), {1}};
}

static double at(const bb_array *a, int64_t i)
{
    return a->dtype == BB_F32 ? (double)((float *)a->data)[i] : ((double *)a->data)[i];
}

typedef void (*fill_fn)(const bb_array *out, double a, double b, uint64_t key, int threads);
static const fill_fn fills[] = {bb__fill_uniform, bb__fill_normal};

Test(fill, element_is_number_i_of_the_stream)
{
    bb_array u = array(BB_F64, 1001), n = array(BB_F64, 1001);
    bb__fill_uniform(&u, 0, 1, 77, 1);
    bb__fill_normal(&n, 0, 1, 77, 1);
    for (int64_t i = 0; i < 1001; i++) {
        cr_assert_eq(at(&u, i), bb__uniform_at(77, (uint64_t)i));
        cr_assert_eq(at(&n, i), bb__normal_at(77, (uint64_t)i));
    }
    bb_memory_release(u.data);
    bb_memory_release(n.data);
}

/* Against C's functions of long double, and to the bit, for it is the same on every machine. */
Test(fill, normal_numbers_are_those_of_box_and_muller)
{
    static const long double two_pi = 6.28318530717958647692528676655900577L;
    static const double known[] = {-0x1.31e020efc5786p+0, -0x1.f7ae40aa3121cp+0,
                                   0x1.28d3ea109b963p-1,  0x1.14ae40cfb338cp+0,
                                   -0x1.3cd0fc6dd4df4p+0, 0x1.29ab8b2bf86e7p-2};
    bb_array z = array(BB_F64, 2000), u = array(BB_F64, 2000);
    bb__fill_normal(&z, 0, 1, 77, 2);
    bb__fill_uniform(&u, 0, 1, bb__normal_key(77), 2);
    for (int64_t i = 0; i < 2000; i += 2) {
        const long double radius = sqrtl(-2 * logl(1 - (long double)at(&u, i)));
        const long double angle = two_pi * (long double)at(&u, i + 1);
        cr_assert_float_eq(at(&z, i), (double)(radius * cosl(angle)), 2e-15 * (double)radius);
        cr_assert_float_eq(at(&z, i + 1), (double)(radius * sinl(angle)), 2e-15 * (double)radius);
    }
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        cr_assert_eq(at(&z, (int64_t)i), known[i], "%zu is %a", i, at(&z, (int64_t)i));
    bb_memory_release(z.data);
    bb_memory_release(u.data);
}

Test(fill, kernel_and_tensor_agree)
{
    for (bb_dtype dtype = BB_F32; dtype <= BB_F64; dtype++) {
        bb_tensor *t = bb_tensor_new(dtype, BB_SHAPE(99));
        bb_array a = array(dtype, 99);
        cr_assert_eq(bb_tensor_fill_uniform(t, -0.3, 0.1, 5), BB_OK);
        bb__fill_uniform(&a, -0.3, 0.1, 5, 2);
        cr_assert_eq(memcmp(a.data, bb_tensor_data(t), bb_tensor_bytes(t)), 0);
        cr_assert_eq(bb_tensor_fill_normal(t, -0.3, 0.1, 5), BB_OK);
        bb__fill_normal(&a, -0.3, 0.1, 5, 2);
        cr_assert_eq(memcmp(a.data, bb_tensor_data(t), bb_tensor_bytes(t)), 0);
        bb_memory_release(a.data);
        bb_tensor_release(t);
    }
}

Test(fill, the_same_bits_for_any_threads_and_any_length)
{
    static const int threads[] = {2, 5};
    for (int k = 0; k < 4; k++) {
        bb_dtype dtype = k % 2 ? BB_F32 : BB_F64;
        bb_array one = array(dtype, many), other = array(dtype, many), part = array(dtype, 1001);
        fills[k / 2](&one, -1, 2, 9, 1);
        for (int i = 0; i < 2; i++) {
            fills[k / 2](&other, -1, 2, 9, threads[i]);
            cr_assert_eq(memcmp(one.data, other.data, many * bb_dtype_size(dtype)), 0);
        }
        fills[k / 2](&part, -1, 2, 9, 1);
        cr_assert_eq(memcmp(one.data, part.data, 1001 * bb_dtype_size(dtype)), 0);
        fills[k / 2](&part, -1, 2, 10, 1);
        cr_assert_neq(memcmp(one.data, part.data, 1001 * bb_dtype_size(dtype)), 0);
        bb_memory_release(one.data);
        bb_memory_release(other.data);
        bb_memory_release(part.data);
    }
}

static double moment(const bb_array *a, double centre, int power)
{
    double sum = 0;
    for (int64_t i = 0; i < many; i++)
        sum += pow(at(a, i) - centre, power);
    return sum / many;
}

/* Tolerances are five standard errors. */
Test(moments, uniform)
{
    for (bb_dtype dtype = BB_F32; dtype <= BB_F64; dtype++) {
        bb_array a = array(dtype, many);
        bb__fill_uniform(&a, 2, 4, 123, 1);
        cr_assert_float_eq(moment(&a, 0, 1), 3, 5 * sqrt(1.0 / 3 / many));
        cr_assert_float_eq(moment(&a, 3, 2), 1.0 / 3, 5 * sqrt((1.0 / 5 - 1.0 / 9) / many));
        cr_assert_float_eq(moment(&a, 3, 3), 0, 5 * sqrt(1.0 / 7 / many));
        bb_memory_release(a.data);
    }
}

Test(moments, normal)
{
    for (bb_dtype dtype = BB_F32; dtype <= BB_F64; dtype++) {
        bb_array a = array(dtype, many);
        bb__fill_normal(&a, 10, 1, 123, 1);
        cr_assert_float_eq(moment(&a, 0, 1), 10, 5 * sqrt(1.0 / many));
        cr_assert_float_eq(moment(&a, 10, 2), 1, 5 * sqrt(2.0 / many));
        cr_assert_float_eq(moment(&a, 10, 3), 0, 5 * sqrt(15.0 / many));
        cr_assert_float_eq(moment(&a, 10, 4), 3, 5 * sqrt(96.0 / many));
        bb_memory_release(a.data);
    }
}

Test(moments, neighbours_are_not_correlated)
{
    for (int k = 0; k < 2; k++) {
        bb_array a = array(BB_F64, many);
        double sum = 0;
        fills[k](&a, k ? 0 : -sqrt(3), k ? 1 : sqrt(3), 321, 1);
        for (int64_t i = 0; i + 1 < many; i++)
            sum += at(&a, i) * at(&a, i + 1);
        cr_assert_float_eq(sum / many, 0, 5 / sqrt(many));
        bb_memory_release(a.data);
    }
}

/* Between 1 and its successor in float nearly half of all numbers round to the upper end. */
Test(uniform, stays_below_high_after_rounding)
{
    bb_array a = array(BB_F32, 1000);
    double high = 1 + (double)FLT_EPSILON;
    bb__fill_uniform(&a, 1, high, 4, 1);
    for (int64_t i = 0; i < 1000; i++)
        cr_assert(at(&a, i) >= 1 && at(&a, i) < high);
    bb__fill_uniform(&a, 0.5, 0.5, 4, 1);
    cr_assert_eq(at(&a, 999), 0.5);
    bb_memory_release(a.data);
}
