/* SPDX-License-Identifier: MIT */
/* Convolutions and their adjoints by any kernels, against plain loops. */
#ifndef BIBUN_TESTS_CONVS_H
#define BIBUN_TESTS_CONVS_H

#include "arrays.h"
#include "conv.h"
#include "tails.h"

static const int thread_counts[] = {2, 5};

typedef enum direction { FORWARD, INPUT, WEIGHT, DIRECTIONS } direction;

typedef struct kernel {
    void (*run)(const bb__conv_shape *s, const void *a, const void *b, void *out, void *scratch,
                const bb__tail *tail, int threads);
    size_t (*scratch)(const bb__conv_shape *s);
} kernel;

/* what is checked */
static const kernel *kernels;

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

#endif
