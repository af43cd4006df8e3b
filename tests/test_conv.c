/* SPDX-License-Identifier: MIT */
/* Convolutions and their adjoints against plain loops, for any sizes and options. */
#include "arrays.h"
#include "conv_onednn.h"
#include "tails.h"

static const int thread_counts[] = {2, 5};

typedef enum direction { FORWARD, INPUT, WEIGHT, DIRECTIONS } direction;

typedef struct kernel {
    void (*run)(const bb__conv_shape *s, const void *a, const void *b, void *out, void *scratch,
                const bb__tail *tail, int threads);
    size_t (*scratch)(const bb__conv_shape *s);
} kernel;

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
static const kernel *kernels = chosen;

/* Images, filters and results, each of which is the result of one direction. */
typedef struct arrays {
    block x, w, y;
} arrays;

static bb_shape shape_of(const bb__conv_shape *s, direction d)
{
    return d == INPUT    ? BB_SHAPE(s->n, s->c, s->h, s->w)
           : d == WEIGHT ? BB_SHAPE(s->o, s->c / s->groups, s->kh, s->kw)
                         : BB_SHAPE(s->n, s->o, s->oh, s->ow);
}

/* Adds every product of the definition to where the direction wants it. */
static void sum_plainly(const bb__conv_shape *s, const arrays *a, direction d, double *sum,
                        double *scale)
{
    const int64_t inputs = s->c / s->groups, outputs = s->o / s->groups;
    const int64_t taps = inputs * s->kh * s->kw, places = s->oh * s->ow;
    for (int64_t y = 0; y < s->n * s->o * places; y++)
        for (int64_t t = 0; t < taps; t++) {
            int64_t o = y / places % s->o, ky = t / s->kw % s->kh, kx = t % s->kw;
            int64_t c = o / outputs * inputs + t / (s->kh * s->kw);
            int64_t iy = y / s->ow % s->oh * s->stride[0] + ky * s->dilation[0] - s->padding[0];
            int64_t ix = y % s->ow * s->stride[1] + kx * s->dilation[1] - s->padding[1];
            if (iy < 0 || iy >= s->h || ix < 0 || ix >= s->w)
                continue;
            int64_t x = ((y / places / s->o * s->c + c) * s->h + iy) * s->w + ix;
            int64_t w = o * taps + t, at = d == INPUT ? x : d == WEIGHT ? w : y;
            double term = (d == INPUT ? 1 : get(&a->x.array, x)) *
                          (d == WEIGHT ? 1 : get(&a->w.array, w)) *
                          (d == FORWARD ? 1 : get(&a->y.array, y));
            sum[at] += term;
            scale[at] += fabs(term);
        }
}

static block computed_with(const bb__conv_shape *s, const arrays *a, direction d,
                           const bb__tail *tail, int threads, block out)
{
    const kernel *k = &kernels[d];
    void *scratch = scratch_new(k->scratch(s));
    k->run(s, d == INPUT ? a->y.memory : a->x.memory, d == WEIGHT ? a->y.memory : a->w.memory,
           out.memory, scratch, tail, threads);
    free(scratch);
    return out;
}

static block computed(const bb__conv_shape *s, const arrays *a, direction d, int threads)
{
    return computed_with(s, a, d, NULL, threads, block_new(s->dtype, shape_of(s, d)));
}

static void check_tail(const bb__conv_shape *s, const arrays *a, direction d, const block *wanted)
{
    block out = block_new(s->dtype, shape_of(s, d));
    const notes n = notes_new(&out.array);
    const bb__tail tail = {note, &n, 100};
    computed_with(s, a, d, &tail, 3, out);
    cr_assert(same_bits(&out, wanted), "direction %d", (int)d);
    notes_check(&n);
    free(out.memory);
}

static void check_direction(const bb__conv_shape *s, const arrays *a, direction d)
{
    const double unit = s->dtype == BB_F32 ? 6e-8 : 1.2e-16;
    int64_t count = bb_shape_count(shape_of(s, d));
    double *sum = calloc((size_t)count + 1, sizeof *sum);
    double *scale = calloc((size_t)count + 1, sizeof *scale);
    sum_plainly(s, a, d, sum, scale);
    block out = computed(s, a, d, 1);
    for (int64_t i = 0; i < count; i++)
        cr_assert(is_close(get(&out.array, i), sum[i], 30 * unit, scale[i]),
                  "direction %d, element %lld: %.17g, not %.17g", (int)d, (long long)i,
                  get(&out.array, i), sum[i]);
    for (size_t t = 0; t < 2; t++) {
        block again = computed(s, a, d, thread_counts[t]);
        cr_assert(same_bits(&again, &out), "%d threads differ", thread_counts[t]);
        free(again.memory);
    }
    if (d != WEIGHT)
        check_tail(s, a, d, &out);
    free(out.memory);
    free(sum);
    free(scale);
}

static arrays arrays_random(bb_rng *rng, const bb__conv_shape *s)
{
    return (arrays){block_random(rng, s->dtype, shape_of(s, INPUT), ROW_MAJOR, 0),
                    block_random(rng, s->dtype, shape_of(s, WEIGHT), ROW_MAJOR, 0),
                    block_random(rng, s->dtype, shape_of(s, FORWARD), ROW_MAJOR, 0)};
}

static void arrays_free(arrays *a)
{
    free(a->x.memory);
    free(a->w.memory);
    free(a->y.memory);
}

static void check(bb_rng *rng, const bb__conv_shape *s)
{
    arrays a = arrays_random(rng, s);
    for (direction d = FORWARD; d < DIRECTIONS; d++)
        check_direction(s, &a, d);
    arrays_free(&a);
}

static int64_t places(int64_t size, int64_t k, int64_t stride, int64_t padding, int64_t dilation)
{
    return (size + 2 * padding - dilation * (k - 1) - 1) / stride + 1;
}

static bb__conv_shape finished(bb__conv_shape s)
{
    s.oh = places(s.h, s.kh, s.stride[0], s.padding[0], s.dilation[0]);
    s.ow = places(s.w, s.kw, s.stride[1], s.padding[1], s.dilation[1]);
    return s;
}

/* Images and filters of one size, stride 1. */
static bb__conv_shape plain(bb_dtype dtype, int64_t n, int64_t c, int64_t size, int64_t o,
                            int64_t k, int64_t padding)
{
    return finished((bb__conv_shape){.dtype = dtype,
                                     .n = n,
                                     .c = c,
                                     .h = size,
                                     .w = size,
                                     .o = o,
                                     .kh = k,
                                     .kw = k,
                                     .groups = 1,
                                     .stride = {1, 1},
                                     .padding = {padding, padding},
                                     .dilation = {1, 1}});
}

static int64_t drawn(bb_rng *rng, int64_t least, int64_t most)
{
    return least + (int64_t)bb_rng_below(rng, (uint64_t)(most - least + 1));
}

static bb__conv_shape random_shape(bb_rng *rng, int64_t most)
{
    int64_t groups = drawn(rng, 1, 3);
    bb__conv_shape s = {.dtype = drawn(rng, 0, 1) ? BB_F32 : BB_F64,
                        .n = drawn(rng, 0, 5),
                        .c = groups * drawn(rng, 0, 3),
                        .o = groups * drawn(rng, 0, 4),
                        .h = drawn(rng, 0, most),
                        .w = drawn(rng, 0, most),
                        .kh = drawn(rng, 1, 4),
                        .kw = drawn(rng, 1, 4),
                        .groups = groups};
    for (int axis = 0; axis < 2; axis++) {
        s.stride[axis] = drawn(rng, 1, 3);
        s.dilation[axis] = drawn(rng, 1, 2);
        int64_t span = s.dilation[axis] * ((axis ? s.kw : s.kh) - 1) + 1;
        int64_t lacking = span - (axis ? s.w : s.h);
        s.padding[axis] = drawn(rng, 0, 3);
        if (2 * s.padding[axis] < lacking)
            s.padding[axis] = (lacking + 1) / 2;
    }
    return finished(s);
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
        return bb__onednn_conv_scratch(bb__onednn_conv_make(s, direction));            \
    }                                                                                  \
    static void name(const bb__conv_shape *s, const void *a, const void *b, void *out, \
                     void *scratch, const bb__tail *tail, int threads)                 \
    {                                                                                  \
        const bb__onednn_conv *c = bb__onednn_conv_find(s, direction);                 \
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
            if (bb__onednn_conv_make(&s, (bb__conv_direction)d)) {
                check_direction(&s, &a, d);
                checked++;
            }
        arrays_free(&a);
    }
    cr_assert(checked > 40 || bb_simd() == BB_SIMD_BASE, "%d checked", checked);
}
#endif

/* A call from a parallel region of the caller's takes the scratch memory that is its own. */
static void check_within_region(bb_rng *rng, const bb__conv_shape *s)
{
    arrays a = arrays_random(rng, s);
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
