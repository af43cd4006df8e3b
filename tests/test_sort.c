/* SPDX-License-Identifier: MIT */
/* Sorted places against those of plain comparisons, for all dtypes, strides and numbers wanted. */
#include "arrays.h"

enum { MOST = 5000 };

static const bool is_rising = false, is_falling = true;

/* One line. */
typedef struct numbers {
    double of[MOST];
} numbers;

static const numbers *compared; /* by precedes */
static bool falls;

/* Places in order: NaN last, of equals the first one first. */
static int precedes(const void *a, const void *b)
{
    const int32_t i = *(const int32_t *)a, j = *(const int32_t *)b;
    const double x = compared->of[i], y = compared->of[j];
    if (isnan(x) != isnan(y))
        return isnan(x) ? 1 : -1;
    if (!isnan(x) && x != y)
        return (x < y) != falls ? -1 : 1;
    return i < j ? -1 : 1;
}

/* Few different values, so that there are ties, or any that the dtype has. */
static double drawn(bb_rng *rng, bb_dtype dtype, bool has_ties)
{
    static const double special[] = {NAN, -NAN, INFINITY, -INFINITY, 0.0, -0.0, 5e-324, -1e-40};
    const uint64_t which = bb_rng_below(rng, 24);
    if (dtype == BB_U8)
        return (double)bb_rng_below(rng, has_ties ? 5 : 256);
    if (dtype == BB_I32)
        return which == 0   ? (double)INT32_MIN
               : which == 1 ? (double)INT32_MAX
               : has_ties   ? (double)bb_rng_below(rng, 9) - 4
                            : (double)bb_rng_below(rng, UINT32_MAX) + INT32_MIN;
    if (which < 8)
        return dtype == BB_F32 ? (double)(float)special[which] : special[which];
    const double x = has_ties ? (double)bb_rng_below(rng, 9) - 4 : 1000 * bb_rng_normal(rng);
    return dtype == BB_F32 ? (double)(float)x : x;
}

/* `lines` lines of n numbers, side by side or one after the other, of which `wanted` are asked. */
typedef struct sizes {
    int64_t lines, n, wanted;
    int axis;
} sizes;

static void check(bb_rng *rng, bb_dtype dtype, sizes s, bool has_ties, bool falling)
{
    const bb_shape in_shape = s.axis ? BB_SHAPE(s.lines, s.n) : BB_SHAPE(s.n, s.lines);
    const bb_shape out_shape = s.axis ? BB_SHAPE(s.lines, s.wanted) : BB_SHAPE(s.wanted, s.lines);
    bb_array in = {calloc((size_t)(2 * s.lines * s.n) + 1, sizeof(double)), dtype, in_shape, {0}};
    bb_array out = {
        calloc((size_t)(s.lines * s.wanted) + 1, sizeof(int32_t)), BB_I32, out_shape, {0}};
    in.stride[0] = 2 * in_shape.dim[1];
    in.stride[1] = 2;
    bb__strides(out_shape, out.stride);
    static numbers expected[16];
    cr_assert(s.lines <= 16 && s.n <= MOST);
    for (int64_t line = 0; line < s.lines; line++) {
        for (int64_t i = 0; i < s.n; i++) {
            expected[line].of[i] = drawn(rng, dtype, has_ties);
            put(&in, line * in.stride[!s.axis] + i * in.stride[s.axis], expected[line].of[i]);
        }
    }
    for (int threads = 1; threads <= 5; threads += 4) {
        void *scratch = malloc(bb__argsort_scratch(&in, s.axis, s.wanted) + 1);
        memset(out.data, 0xFF, (size_t)(s.lines * s.wanted) * sizeof(int32_t));
        bb__argsort(&in, s.axis, falling, &out, scratch, threads);
        free(scratch);
        for (int64_t line = 0; line < s.lines; line++) {
            static int32_t place[MOST];
            for (int64_t i = 0; i < s.n; i++)
                place[i] = (int32_t)i;
            compared = &expected[line];
            falls = falling;
            qsort(place, (size_t)s.n, sizeof *place, precedes);
            for (int64_t i = 0; i < s.wanted; i++) {
                const int32_t got =
                    ((int32_t *)out.data)[line * out.stride[!s.axis] + i * out.stride[s.axis]];
                cr_assert_eq(got, place[i], "%s, %lld of %lld: place %lld is %d, not %d",
                             bb_dtype_text(dtype), (long long)s.wanted, (long long)s.n,
                             (long long)i, got, place[i]);
            }
        }
    }
    free(in.data);
    free(out.data);
}

/* Lengths around those at which insertion ends, and parts of a line at which the heap does. */
Test(sort, places_are_those_of_comparisons)
{
    static const int64_t lengths[] = {0, 1, 2, 47, 48, 49, 300, 1000};
    bb_rng rng = {1, 0};
    for (bb_dtype dtype = 0; dtype < BB_DTYPE_COUNT; dtype++)
        for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++)
            for (int kind = 0; kind < 8; kind++) {
                const int64_t n = lengths[k];
                const int64_t wanted[] = {n,    0, n > 0, n > 1 ? 2 : n, n / 32, n / 32 + (n > 0),
                                          n / 2};
                for (size_t w = 0; w < sizeof wanted / sizeof *wanted; w++)
                    check(&rng, dtype, (sizes){3, n, wanted[w], kind & 1}, kind & 2,
                          kind & 4 ? is_falling : is_rising);
            }
}

Test(sort, long_lines)
{
    bb_rng rng = {2, 0};
    for (bb_dtype dtype = 0; dtype < BB_DTYPE_COUNT; dtype++)
        for (int kind = 0; kind < 4; kind++)
            for (int64_t wanted = MOST; wanted > 100; wanted /= 40)
                check(&rng, dtype, (sizes){16, MOST, wanted, 1}, kind & 1, kind & 2);
}
