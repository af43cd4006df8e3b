/* SPDX-License-Identifier: MIT */
/* Random numbers: published bits, streams that do not depend on the order in which they are read,
 * bounds, moments, and keys that do not meet. */
#include <bibun/rng.h>
#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Random123's known answer of philox4x32-10 for key and counter of zeros: 6627e8d5 e169c58d
 * bc57ac4c 9b00dbd8. */
Test(rng, known_bits)
{
    bb_rng rng = {0, 0};
    cr_assert_eq(bb_rng_bits(&rng), 0xe169c58d6627e8d5u);
    cr_assert_eq(bb_rng_bits(&rng), 0x9b00dbd8bc57ac4cu);
    cr_assert_eq(rng.next, 2);
}

Test(rng, any_order)
{
    enum { N = 101 };
    uint64_t forward[N];
    double normals[N], uniforms[N];
    bb_rng rng = {42, 0}, normal = {42, 0}, uniform = {42, 0};
    for (int i = 0; i < N; i++) {
        forward[i] = bb_rng_bits(&rng);
        normals[i] = bb_rng_normal(&normal);
        uniforms[i] = bb_rng_uniform(&uniform);
    }
    for (int i = N - 1; i >= 0; i--) {
        bb_rng at = {42, (uint64_t)i};
        cr_assert_eq(bb_rng_bits(&at), forward[i]);
        at.next = (uint64_t)i;
        cr_assert_eq(bb_rng_normal(&at), normals[i]);
        at.next = (uint64_t)i;
        cr_assert_eq(bb_rng_uniform(&at), uniforms[i]);
    }
}

Test(rng, far_places)
{
    bb_rng far = {42, UINT64_MAX}, near = {42, (uint64_t)1 << 33}, first = {42, 0};
    uint64_t a = bb_rng_bits(&far), b = bb_rng_bits(&near), c = bb_rng_bits(&first);
    cr_assert(a != b && b != c && a != c);
    cr_assert_eq(far.next, 0);
}

Test(rng, streams_differ)
{
    for (uint64_t key = 0; key < 1000; key++) {
        bb_rng a = {key, 0}, b = {key + 1, 0}, c = {key ^ (uint64_t)1 << 63, 0};
        uint64_t bits = bb_rng_bits(&a);
        cr_assert_neq(bits, bb_rng_bits(&b));
        cr_assert_neq(bits, bb_rng_bits(&c));
    }
}

Test(rng, below)
{
    static const uint64_t bounds[] = {1, 2, 3, 10, 1000, UINT32_MAX, (uint64_t)3 << 62, UINT64_MAX};
    bb_rng rng = {5, 0};
    for (size_t k = 0; k < sizeof bounds / sizeof bounds[0]; k++)
        for (int i = 0; i < 1000; i++)
            cr_assert_lt(bb_rng_below(&rng, bounds[k]), bounds[k]);
    uint64_t before = rng.next;
    cr_assert_eq(bb_rng_below(&rng, 0), 0);
    cr_assert_eq(rng.next, before);
}

/* With a bound of 3/4 of all numbers, the remainder alone would make the first third twice as
 * likely. */
Test(rng, below_is_unbiased)
{
    enum { N = 30000 };
    const uint64_t third = (uint64_t)1 << 62;
    bb_rng rng = {6, 0};
    int counts[3] = {0};
    for (int i = 0; i < N; i++)
        counts[bb_rng_below(&rng, 3 * third) / third]++;
    for (int k = 0; k < 3; k++)
        cr_assert_lt(abs(counts[k] - N / 3), 5 * (int)sqrt(N * 2.0 / 9), "%d", counts[k]);
}

Test(rng, uniform_and_normal_moments)
{
    enum { N = 100000 };
    bb_rng rng = {8, 0};
    double sum = 0, squares = 0, cubes = 0, fourths = 0, mean = 0, neighbours = 0, last = 0;
    for (int i = 0; i < N; i++) {
        double u = bb_rng_uniform(&rng), x = bb_rng_normal(&rng);
        cr_assert(u >= 0 && u < 1);
        cr_assert(isfinite(x));
        mean += u / N;
        sum += x / N;
        squares += x * x / N;
        cubes += x * x * x / N;
        fourths += x * x * x * x / N;
        neighbours += x * last / N;
        last = x;
    }
    cr_assert_lt(fabs(mean - 0.5), 5 * sqrt(1.0 / 12 / N));
    cr_assert_lt(fabs(sum), 5 * sqrt(1.0 / N));
    cr_assert_lt(fabs(squares - 1), 5 * sqrt(2.0 / N));
    cr_assert_lt(fabs(cubes), 5 * sqrt(15.0 / N));
    cr_assert_lt(fabs(fourths - 3), 5 * sqrt(96.0 / N));
    cr_assert_lt(fabs(neighbours), 5 * sqrt(1.0 / N));
}

static int by_bits(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

Test(rng, keys_do_not_meet)
{
    enum { SIDE = 100 };
    static uint64_t keys[SIDE * SIDE];
    for (uint64_t key = 0; key < SIDE; key++)
        for (uint64_t word = 0; word < SIDE; word++)
            keys[key * SIDE + word] = bb_rng_key(key, word);
    qsort(keys, SIDE * SIDE, sizeof keys[0], by_bits);
    for (int i = 1; i < SIDE * SIDE; i++)
        cr_assert_neq(keys[i - 1], keys[i]);
}

Test(rng, keys_of_text)
{
    static const char *const names[] = {"",   "a",   "b",          "ab",  "ba",
                                        "aa", "a.b", "fc1.weight", "fc1."};
    size_t n = sizeof names / sizeof names[0];
    for (size_t i = 0; i < n; i++) {
        char copy[32];
        strcpy(copy, names[i]);
        cr_assert_eq(bb_rng_key_text(3, names[i]), bb_rng_key_text(3, copy));
        cr_assert_neq(bb_rng_key_text(3, names[i]), bb_rng_key_text(4, names[i]));
        for (size_t j = 0; j < i; j++)
            cr_assert_neq(bb_rng_key_text(3, names[i]), bb_rng_key_text(3, names[j]));
    }
}

static bb_tensor *filled(bb_dtype dtype, int64_t n, double low, double high, uint64_t key)
{
    bb_tensor *t = bb_tensor_new(dtype, BB_SHAPE(n));
    cr_assert_eq(bb_tensor_fill_uniform(t, low, high, key), BB_OK);
    return t;
}

Test(rng, a_tensor_is_its_stream)
{
    bb_tensor *t = filled(BB_F64, 1000, 0, 1, 9), *normal = bb_tensor_new(BB_F64, BB_SHAPE(1000));
    cr_assert_eq(bb_tensor_fill_normal(normal, 1, 0.5, 9), BB_OK);
    bb_rng uniforms = {9, 0}, normals = {9, 0};
    for (int64_t i = 0; i < 1000; i++) {
        cr_assert_eq(bb_tensor_at(t, i), bb_rng_uniform(&uniforms));
        cr_assert_eq(bb_tensor_at(normal, i), 1 + 0.5 * bb_rng_normal(&normals));
    }
    bb_tensor_release(t);
    bb_tensor_release(normal);
}

/* In float the numbers just below 1 + 2^-23 round to it. */
Test(rng, the_upper_end_is_left_out)
{
    const float high = nextafterf(1, 2);
    bb_tensor *t = filled(BB_F32, 10000, 1, (double)high, 10);
    for (int64_t i = 0; i < 10000; i++)
        cr_assert_eq(bb_tensor_at(t, i), 1);
    bb_tensor_release(t);
    bb_tensor *same = filled(BB_F32, 10, 3, 3, 10);
    cr_assert_eq(bb_tensor_at(same, 9), 3);
    bb_tensor_release(same);
}

Test(rng, fill_errors)
{
    bb_tensor *f = bb_tensor_new(BB_F32, BB_SHAPE(3)), *i = bb_tensor_new(BB_I32, BB_SHAPE(3));
    cr_assert_eq(bb_tensor_fill_uniform(i, 0, 1, 1), BB_BAD_TYPE);
    cr_assert_eq(bb_tensor_fill_normal(i, 0, 1, 1), BB_BAD_TYPE);
    cr_assert_eq(bb_tensor_fill_uniform(f, 1, 0, 1), BB_BAD_ARGUMENT);
    cr_assert_eq(bb_tensor_fill_uniform(f, NAN, 0, 1), BB_BAD_ARGUMENT);
    cr_assert_eq(bb_tensor_fill_uniform(f, 0, INFINITY, 1), BB_BAD_ARGUMENT);
    cr_assert_eq(bb_tensor_fill_uniform(f, -1e308, 0, 1), BB_BAD_ARGUMENT, "no float");
    cr_assert_eq(bb_tensor_fill_uniform(f, -3e38, 3e38, 1), BB_BAD_ARGUMENT);
    cr_assert_eq(bb_tensor_fill_normal(f, 0, -1, 1), BB_BAD_ARGUMENT);
    cr_assert_eq(bb_tensor_fill_normal(NULL, 0, 1, 1), BB_BAD_ARGUMENT);
    cr_assert_eq(bb_tensor_fill_uniform(NULL, 0, 1, 1), BB_BAD_ARGUMENT);
    cr_assert_eq(bb_tensor_at(f, 0), 0);
    bb_tensor_release(f);
    bb_tensor_release(i);
}

/* Drawn by turns from one stream, they must be independent: the squares of the normal numbers are
 * not correlated with the uniform ones before them. */
Test(rng, uniform_and_normal_are_independent)
{
    enum { N = 20000 };
    bb_rng rng = {5, 0};
    double sum = 0;
    for (int i = 0; i < N; i++) {
        double u = bb_rng_uniform(&rng) - 0.5, z = bb_rng_normal(&rng);
        sum += u * (z * z - 1);
    }
    double deviation = sqrt(2.0 / 12.0 / N); /* of the mean, when they are independent */
    cr_assert(fabs(sum / N) < 5 * deviation, "%g", sum / N / deviation);
}
