/* SPDX-License-Identifier: MIT */
/* Convolutions and their adjoints against plain loops, for any sizes and options. */
#include "blas.h"
#include "conv_direct.h"
#include "conv_onednn.h"
#include "convs.h"

/* which has no tail */
static void weight(const bb__conv_shape *s, const void *x, const void *dy, void *dw, void *scratch,
                   const bb__tail *tail, int threads)
{
    (void)tail;
    bb__conv2d_weight(s, x, dy, dw, scratch, threads);
}

static const kernel chosen[DIRECTIONS] = {
    {bb__conv2d_forward, bb__conv2d_forward_scratch},
    {bb__conv2d_input, bb__conv2d_input_scratch},
    {weight, bb__conv2d_weight_scratch},
};

static void check(bb_rng *rng, const bb__conv_shape *s)
{
    arrays a = arrays_random(rng, s);
    kernels = chosen;
    for (direction d = FORWARD; d < DIRECTIONS; d++)
        check_direction(s, &a, d);
    arrays_free(&a);
}

Test(conv, any_sizes_and_options)
{
    bb_rng rng = {1, 0};
    for (int round = 0; round < 1500; round++) {
        bb__conv_shape s = random_shape(&rng, round % 4 ? 6 : 13);
        check(&rng, &s);
    }
}

Test(conv, options_of_one_kind)
{
    bb_rng rng = {2, 0};
    for (bb_dtype dtype = BB_F32; dtype <= BB_F64; dtype++)
        for (int64_t size = 1; size < 10; size += 2) {
            bb__conv_shape shapes[] = {
                plain(dtype, 3, 4, size, 5, 1, 0), plain(dtype, 3, 2, size, 4, 3, 1),
                plain(dtype, 3, 4, size, 5, 1, 0), plain(dtype, 2, 4, size, 8, 3, 2),
                plain(dtype, 9, 1, size, 1, 1, 0)};
            shapes[2].stride[0] = shapes[2].stride[1] = 2;
            shapes[3].groups = 4;
            shapes[3].dilation[0] = shapes[3].dilation[1] = 2;
            for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
                bb__conv_shape s = finished(shapes[i]);
                check(&rng, &s);
            }
        }
}

/* Sizes that are cut into blocks of images, blocks of rows, chunks, and parts. */
Test(conv, cuts)
{
    bb_rng rng = {3, 0};
    const bb__conv_shape shapes[] = {
        plain(BB_F32, 37, 6, 7, 10, 3, 1),   plain(BB_F64, 21, 3, 14, 6, 3, 1),
        plain(BB_F32, 3, 4, 40, 5, 3, 1),    plain(BB_F32, 1, 2, 61, 3, 5, 0),
        plain(BB_F64, 2, 150, 23, 4, 3, 1),  plain(BB_F32, 1, 300, 5, 70, 3, 1),
        plain(BB_F32, 1, 8, 20, 130, 1, 0),  plain(BB_F32, 30, 2, 5, 3, 1, 0),
        plain(BB_F64, 2, 130, 24, 66, 1, 0), plain(BB_F32, 20, 1, 28, 6, 5, 0),
        plain(BB_F32, 2, 3, 12, 4, 7, 3),    plain(BB_F64, 2, 3, 12, 4, 6, 0),
        plain(BB_F32, 13, 16, 7, 31, 3, 1),  plain(BB_F32, 8, 30, 6, 16, 3, 2),
        plain(BB_F32, 19, 3, 12, 20, 5, 2),  plain(BB_F32, 9, 1, 14, 15, 5, 0),
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        check(&rng, &shapes[i]);
}

/* Few channels, and channels and rows that are or are not whole vectors: between these it is
 * chosen. */
Test(conv, fillings)
{
    bb_rng rng = {10, 0};
    bb__conv_shape shapes[] = {
        plain(BB_F32, 5, 8, 28, 16, 3, 1),  plain(BB_F32, 5, 6, 16, 16, 3, 1),
        plain(BB_F32, 9, 3, 20, 32, 5, 2),  plain(BB_F32, 4, 30, 16, 30, 3, 1),
        plain(BB_F32, 5, 12, 14, 48, 3, 1), plain(BB_F32, 6, 1, 32, 15, 5, 2),
        plain(BB_F32, 4, 32, 16, 32, 3, 1), plain(BB_F32, 4, 32, 28, 32, 3, 1)};
    shapes[6].groups = shapes[7].groups = 2;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        check(&rng, &shapes[i]);
}

/* Images that oneDNN is given with margins, and filters that are brought to it in parts. */
Test(conv, far_padding_and_many_filters)
{
    bb_rng rng = {11, 0};
    bb__conv_shape shapes[] = {
        plain(BB_F32, 6, 16, 9, 32, 3, 2),  plain(BB_F32, 5, 32, 7, 16, 5, 4),
        plain(BB_F32, 4, 32, 8, 32, 1, 1),  plain(BB_F32, 9, 16, 8, 16, 3, 3),
        plain(BB_F32, 4, 64, 7, 64, 3, 1),  plain(BB_F32, 5, 64, 6, 96, 3, 2),
        plain(BB_F32, 4, 48, 5, 256, 3, 2), plain(BB_F32, 4, 30, 6, 256, 3, 1),
        plain(BB_F32, 4, 64, 4, 256, 3, 1)};
    shapes[1].padding[1] = 1;
    shapes[3].dilation[0] = 2;
    shapes[5].stride[1] = 2;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        bb__conv_shape s = finished(shapes[i]);
        check(&rng, &s);
    }
}

/* With the libraries at hand and the instruction set in use: forward, images' and filters' gradient
 * as oneDNN, loops or columns. */
static const char *way_text(const bb__conv_shape *s)
{
    static char text[DIRECTIONS + 1];
    for (int d = 0; d < BB__CONV_DIRECTIONS; d++)
        text[d] = "olc"[bb__conv_way_of(s, (bb__conv_direction)d)];
    return text;
}

/* of oneDNN, NOT if it is not used */
enum { NOT, ONEDNN_AVX2, ONEDNN_AVX512, SETS };

static const struct {
    int64_t channels, size, filters, kernel, groups;
    const char *ways[2][SETS]; /* loops with AVX2, with AVX-512 */
} cases[] = {{1, 28, 30, 5, 1, {{"lcl", "lcl", "lcl"}, {"lcc", "lcc", "lco"}}},
             {3, 32, 32, 5, 1, {{"lcl", "lcl", "lco"}, {"lcl", "lcl", "lco"}}},
             {16, 28, 16, 3, 1, {{"llc", "ooo", "ooo"}, {"lll", "ooo", "ooo"}}},
             {8, 28, 16, 3, 1, {{"llc", "llc", "llc"}, {"lll", "lll", "oll"}}},
             {24, 32, 24, 3, 1, {{"lll", "lll", "lll"}, {"lll", "lll", "lll"}}},
             {30, 32, 30, 3, 1, {{"lll", "ooo", "llo"}, {"lll", "ooo", "llo"}}},
             {64, 8, 64, 3, 1, {{"lll", "ool", "ooo"}, {"ccc", "ooc", "ooo"}}},
             {60, 28, 120, 5, 30, {{"lll", "lll", "lll"}, {"lll", "lll", "lll"}}},
             {32, 16, 32, 1, 1, {{"ccc", "ccc", "cco"}, {"ccc", "ccc", "cco"}}},
             {64, 7, 48, 1, 1, {{"ccc", "ccc", "ooo"}, {"ccc", "ccc", "ooo"}}}};
enum { CASES = sizeof cases / sizeof *cases };

static bb__conv_shape shape_of_case(int i, int64_t images)
{
    bb__conv_shape s = plain(BB_F32, images, cases[i].channels, cases[i].size, cases[i].filters,
                             cases[i].kernel, cases[i].kernel / 2);
    s.groups = cases[i].groups;
    return s;
}

Test(conv, ways)
{
    const int set = bb__onednn_is_avx512() ? ONEDNN_AVX512 : ONEDNN_AVX2;
    if (bb_simd() == BB_SIMD_BASE ||
        (bb__onednn_is_used() && !bb__onednn_is_avx512() && !bb__onednn_is_avx2()))
        cr_skip("no choice for these is written down");
    for (int i = 0; i < CASES; i++) {
        const bb__conv_shape s = shape_of_case(i, 32);
        const char *wanted =
            cases[i].ways[bb_simd() == BB_SIMD_AVX512][bb__onednn_is_used() ? set : NOT];
        cr_expect_str_eq(way_text(&s), wanted, "case %d: %s, not %s", i, way_text(&s), wanted);
    }
}

/* Options of convolutions that may be oneDNN's, with more blocks than sums at the end. */
Test(conv, vectors_of_channels)
{
    bb_rng rng = {5, 0};
    bb__conv_shape shapes[] = {
        plain(BB_F32, 11, 16, 9, 16, 3, 1), plain(BB_F32, 8, 16, 9, 32, 3, 2),
        plain(BB_F32, 9, 48, 7, 48, 3, 1),  plain(BB_F32, 10, 32, 6, 32, 3, 1),
        plain(BB_F32, 5, 32, 9, 16, 4, 1),  plain(BB_F32, 9, 16, 128, 16, 1, 0)};
    shapes[0].stride[0] = 2, shapes[0].stride[1] = 3;
    shapes[1].dilation[0] = 2, shapes[1].padding[1] = 0;
    shapes[2].groups = 48;
    shapes[3].groups = 2;
    shapes[4].kh = 1, shapes[4].padding[0] = 0;
    shapes[5].kw = 2, shapes[5].stride[0] = shapes[5].stride[1] = 2;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        bb__conv_shape s = finished(shapes[i]);
        check(&rng, &s);
    }
}

#ifdef BB_HAS_ONEDNN
#define DEFINE_ONEDNN(name, direction)                                                 \
    static size_t name##_scratch(const bb__conv_shape *s)                              \
    {                                                                                  \
        return bb__onednn_conv_scratch(bb__onednn_conv_for(s, direction));             \
    }                                                                                  \
    static void name(const bb__conv_shape *s, const void *a, const void *b, void *out, \
                     void *scratch, const bb__tail *tail, int threads)                 \
    {                                                                                  \
        const bb__onednn_conv *c = bb__onednn_conv_for(s, direction);                  \
        cr_assert(c &&bb__onednn_conv_run(c, a, b, out, scratch, tail, threads));      \
    }
DEFINE_ONEDNN(onednn_forward, BB__CONV_FORWARD)
DEFINE_ONEDNN(onednn_input, BB__CONV_INPUT)
DEFINE_ONEDNN(onednn_weight, BB__CONV_WEIGHT)

static const kernel onednn[DIRECTIONS] = {{onednn_forward, onednn_forward_scratch},
                                          {onednn_input, onednn_input_scratch},
                                          {onednn_weight, onednn_weight_scratch}};

/* oneDNN wherever it can, whether that is fast or not. */
Test(conv, onednn_for_any_sizes)
{
    bb_rng rng = {6, 0};
    int checked = 0;
    kernels = onednn;
    for (int round = 0; round < 300; round++) {
        bb__conv_shape s = random_shape(&rng, 6);
        int64_t *const sizes[] = {&s.n, &s.c, &s.o, &s.h, &s.w};
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
            *sizes[i] += *sizes[i] ? 0 : i == 1 || i == 2 ? s.groups : 1;
        s.dtype = BB_F32;
        if (round % 4)
            s.groups = 1;
        if (round % 4 == 1)
            s.c *= 4, s.o *= 4;
        s = finished(s);
        arrays a = arrays_random(&rng, &s);
        for (direction d = FORWARD; d < DIRECTIONS; d++)
            if (bb__onednn_conv_for(&s, (bb__conv_direction)d)) {
                check_direction(&s, &a, d);
                checked++;
            }
        arrays_free(&a);
    }
    cr_assert(checked > 40 || bb_simd() == BB_SIMD_BASE, "%d checked", checked);
}
#endif

static void direct_weight(const bb__conv_shape *s, const void *x, const void *dy, void *dw,
                          void *scratch, const bb__tail *tail, int threads)
{
    (void)tail;
    bb__direct_weight(s, x, dy, dw, scratch, threads);
}

static void columns_weight(const bb__conv_shape *s, const void *x, const void *dy, void *dw,
                           void *scratch, const bb__tail *tail, int threads)
{
    (void)tail;
    bb__columns_weight(s, x, dy, dw, scratch, threads);
}

static const kernel direct[DIRECTIONS] = {{bb__direct_forward, bb__direct_forward_scratch},
                                          {bb__direct_input, bb__direct_input_scratch},
                                          {direct_weight, bb__direct_weight_scratch}};
static const kernel columns[DIRECTIONS] = {{bb__columns_forward, bb__columns_forward_scratch},
                                           {bb__columns_input, bb__columns_input_scratch},
                                           {columns_weight, bb__columns_weight_scratch}};

/* A run goes the way that is stated, to the bit, and its scratch memory is enough for that way. */
Test(conv, runs_go_the_stated_way)
{
    const kernel *const of[] = {
#ifdef BB_HAS_ONEDNN
        [BB__BY_ONEDNN] = onednn,
#endif
        [BB__BY_LOOPS] = direct,
        [BB__BY_COLUMNS] = columns};
    bb_rng rng = {11, 0};
    for (int i = 0; i < CASES; i++) {
        const bb__conv_shape s = shape_of_case(i, 5);
        arrays a = arrays_random(&rng, &s);
        for (direction d = FORWARD; d < DIRECTIONS; d++) {
            const bb__conv_way way = bb__conv_way_of(&s, (bb__conv_direction)d);
            kernels = chosen;
            block run = computed(&s, &a, d, 2);
            kernels = of[way];
            block stated = computed(&s, &a, d, 2);
            cr_expect(same_bits(&run, &stated), "case %d, direction %d", i, (int)d);
            cr_expect(chosen[d].scratch(&s) >= kernels[d].scratch(&s));
            free(run.memory);
            free(stated.memory);
        }
        arrays_free(&a);
    }
}

/* Whether two numbers are both NaN, the same infinity, or finite. */
static bool is_alike(double a, double b)
{
    return isnan(a) || isnan(b) ? isnan(a) == isnan(b) : isfinite(a) ? isfinite(b) : a == b;
}

/* A gradient of images is the sum over places that exist: what lies beyond them is no zero, which
 * would make NaN of weights that are not finite. */
static void check_infinite_weights(const bb__conv_shape *s, const arrays *a)
{
    const int64_t count = bb_shape_count(shape_of(s, INPUT)), taps = s->kh * s->kw;
    const int64_t filters = s->o * (s->c / s->groups);
    double *sum = calloc((size_t)count + 1, sizeof *sum);
    double *scale = calloc((size_t)count + 1, sizeof *scale);
    for (int64_t i = 0; i < filters; i += 3) {
        const int64_t at = i * taps + i % taps;
        const double value = i % 2 ? -INFINITY : i % 4 ? NAN : INFINITY;
        if (s->dtype == BB_F32)
            ((float *)a->w.memory)[at] = (float)value;
        else
            ((double *)a->w.memory)[at] = value;
    }
    sum_plainly(s, a, INPUT, sum, scale);
    block out = computed(s, a, INPUT, 2);
    for (int64_t i = 0; i < count; i++)
        cr_assert(is_alike(get(&out.array, i), sum[i]), "element %lld: %g, not %g", (long long)i,
                  get(&out.array, i), sum[i]);
    free(out.memory);
    free(sum);
    free(scale);
}

/* By each way. */
Test(conv, infinite_weights)
{
    bb_rng rng = {12, 0};
    const kernel *const of[] = {chosen, columns, direct};
    for (int round = 0; round < 400; round++) {
        bb__conv_shape s = random_shape(&rng, round % 4 ? 6 : 24);
        if (round % 2)
            s.stride[0] = s.stride[1] = 1;
        s = finished(s);
        arrays a = arrays_random(&rng, &s);
        for (int way = 0; way < 3; way++) {
            kernels = of[way];
            if (way < 2 || bb__direct_is_possible(&s, BB__CONV_INPUT))
                check_infinite_weights(&s, &a);
        }
#ifdef BB_HAS_ONEDNN
        kernels = onednn;
        if (s.dtype == BB_F32 && !bb__conv_is_nothing(&s) &&
            bb__onednn_conv_for(&s, BB__CONV_INPUT))
            check_infinite_weights(&s, &a);
#endif
        arrays_free(&a);
    }
    for (int i = 0; i < CASES; i++) {
        const bb__conv_shape s = shape_of_case(i, 5);
        arrays a = arrays_random(&rng, &s);
        kernels = chosen;
        check_infinite_weights(&s, &a);
        arrays_free(&a);
    }
}

/* A call from a parallel region of the caller's takes the scratch memory that is its own. */
static void check_within_region(bb_rng *rng, const bb__conv_shape *s)
{
    arrays a = arrays_random(rng, s);
    kernels = chosen;
    for (direction d = FORWARD; d < DIRECTIONS; d++) {
        block wanted = computed(s, &a, d, 1), inside[20];
#pragma omp parallel for num_threads(20)
        for (int i = 0; i < 20; i++)
            inside[i] = computed(s, &a, d, 20);
        for (int i = 0; i < 20; i++) {
            cr_assert(same_bits(&inside[i], &wanted));
            free(inside[i].memory);
        }
        free(wanted.memory);
    }
    arrays_free(&a);
}

Test(conv, within_a_region_of_the_caller)
{
    bb_rng rng = {4, 0};
    const bb__conv_shape shapes[] = {plain(BB_F32, 20, 3, 12, 8, 3, 1),
                                     plain(BB_F32, 20, 16, 6, 16, 3, 1)};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        check_within_region(&rng, &shapes[i]);
}
