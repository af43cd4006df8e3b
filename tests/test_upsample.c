/* SPDX-License-Identifier: MIT */
/* Up-sampling against its definition, and its adjoint by the inner products that both give. */
#include "arrays.h"

static const int thread_counts[] = {2, 5};

static block computed(const bb__upsample_shape *s, const block *from, bool spread, int threads)
{
    block out = block_new(s->dtype, spread ? BB_SHAPE(s->planes, s->h, s->w)
                                           : BB_SHAPE(s->planes, s->oh, s->ow));
    void *scratch = scratch_new(bb__upsample_scratch(s));
    (spread ? bb__upsample_spread : bb__upsample)(s, from->memory, out.memory, scratch, threads);
    free(scratch);
    return out;
}

static block computed_alike(const bb__upsample_shape *s, const block *from, bool spread)
{
    block out = computed(s, from, spread, 1);
    for (size_t t = 0; t < 2; t++) {
        block again = computed(s, from, spread, thread_counts[t]);
        cr_assert(same_bits(&again, &out));
        free(again.memory);
    }
    return out;
}

/* Where place i lies on an axis, as the header of the op says. */
static double position(const bb__upsample_shape *s, int64_t i, int64_t size, int64_t places)
{
    if (!s->is_bilinear)
        return (double)(i * size / places);
    if (s->align_corners)
        return places > 1 ? (double)i * (double)(size - 1) / (double)(places - 1) : 0;
    return fmax(0, ((double)i + 0.5) * (double)size / (double)places - 0.5);
}

/* The weights of a tent of width 1 around the position, beyond the border that of the border. */
static double tent(double position, int64_t i, int64_t size)
{
    return fmax(0, 1 - fabs(fmin(position, (double)(size - 1)) - (double)i));
}

static double expected(const bb__upsample_shape *s, const block *x, int64_t at)
{
    double y = position(s, at / s->ow % s->oh, s->h, s->oh);
    double right = position(s, at % s->ow, s->w, s->ow), sum = 0;
    for (int64_t i = 0; i < s->h; i++)
        for (int64_t j = 0; j < s->w; j++)
            sum += tent(y, i, s->h) * tent(right, j, s->w) *
                   get(&x->array, (at / (s->oh * s->ow) * s->h + i) * s->w + j);
    return sum;
}

static double inner(const block *a, const block *b)
{
    double sum = 0;
    for (int64_t i = 0; i < bb_shape_count(a->array.shape); i++)
        sum += get(&a->array, i) * get(&b->array, i);
    return sum;
}

static void check(bb_rng *rng, const bb__upsample_shape *s)
{
    const double tolerance = s->dtype == BB_F32 ? 1e-6 : 1e-14;
    block x = block_random(rng, s->dtype, BB_SHAPE(s->planes, s->h, s->w), ROW_MAJOR, 0);
    block dy = block_random(rng, s->dtype, BB_SHAPE(s->planes, s->oh, s->ow), ROW_MAJOR, 0);
    block y = computed_alike(s, &x, false), dx = computed_alike(s, &dy, true);
    for (int64_t i = 0; i < bb_shape_count(y.array.shape); i++)
        cr_assert(is_close(get(&y.array, i), expected(s, &x, i), tolerance, 10), "%g, not %g",
                  get(&y.array, i), expected(s, &x, i));
    cr_assert(is_close(inner(&x, &dx), inner(&y, &dy), tolerance,
                       10 + 10 * (double)bb_shape_count(dy.array.shape)));
    free(x.memory);
    free(dy.memory);
    free(y.memory);
    free(dx.memory);
}

Test(upsample, any_sizes)
{
    bb_rng rng = {1, 0};
    for (int round = 0; round < 1000; round++) {
        const bb__upsample_shape s = {.dtype = round % 2 ? BB_F32 : BB_F64,
                                      .is_bilinear = round % 3 != 0,
                                      .align_corners = round % 3 == 1,
                                      .planes = (int64_t)bb_rng_below(&rng, 4),
                                      .h = 1 + (int64_t)bb_rng_below(&rng, 7),
                                      .w = 1 + (int64_t)bb_rng_below(&rng, 7),
                                      .oh = 1 + (int64_t)bb_rng_below(&rng, 12),
                                      .ow = 1 + (int64_t)bb_rng_below(&rng, 12)};
        check(&rng, &s);
    }
    static const bb__upsample_shape large[] = {{BB_F32, true, false, 40, 20, 30, 41, 33},
                                               {BB_F32, false, false, 40, 20, 30, 41, 60},
                                               {BB_F64, false, false, 40, 20, 30, 41, 67}};
    for (size_t i = 0; i < sizeof large / sizeof *large; i++)
        check(&rng, &large[i]); /* by several threads */
}

/* Of no planes at all even the largest need no memory for taps. */
Test(upsample, no_planes)
{
    const bb__upsample_shape s = {BB_F64, true, false, 0, 2, 2, INT32_MAX, INT32_MAX};
    cr_assert_eq(bb__upsample_scratch(&s), 0);
    bb__upsample(&s, NULL, NULL, NULL, 1);
    bb__upsample_spread(&s, NULL, NULL, NULL, 2);
}

/* An element that weighs nothing does not matter, even when it is infinite. */
Test(upsample, infinities_stay_where_they_are)
{
    for (int kind = 0; kind < 2; kind++) {
        const bb__upsample_shape s = {BB_F64, kind == 1, kind == 1, 1, 2, 2, 3, 3};
        block x = block_new(BB_F64, BB_SHAPE(2, 2)), dy = block_new(BB_F64, BB_SHAPE(3, 3));
        for (int i = 0; i < 9; i++)
            put(&dy.array, i, i == 0 ? (double)INFINITY : 1);
        for (int i = 0; i < 4; i++)
            put(&x.array, i, i == 0 ? (double)INFINITY : 1);
        block y = computed(&s, &x, false, 1), dx = computed(&s, &dy, true, 1);
        for (int i = 0; i < 9; i++)
            cr_assert_not(isnan(get(&y.array, i)));
        cr_assert_eq(get(&y.array, 8), 1.0);
        for (int i = 0; i < 4; i++)
            cr_assert_eq(isinf(get(&dx.array, i)) != 0, i == 0);
        free(x.memory);
        free(dy.memory);
        free(y.memory);
        free(dx.memory);
    }
}
