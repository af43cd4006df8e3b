/* SPDX-License-Identifier: MIT */
/* Pooling against plain loops, for any windows, with ties, NaN and infinities. */
#include "arrays.h"

static const int thread_counts[] = {2, 5};

/* The operands: images, picked or pooled numbers, and their gradient. */
typedef struct arrays {
    block x, v, dy;
} arrays;

typedef enum kind { MAX, PICK, SPREAD, AVERAGE, AVERAGE_SPREAD, KINDS } kind;

static block computed(const bb__pool_shape *s, const arrays *a, kind k, int threads)
{
    bool large = k == SPREAD || k == AVERAGE_SPREAD;
    block out = block_new(s->dtype, large ? a->x.array.shape : a->dy.array.shape);
    if (k == MAX)
        bb__max_pool(s, a->x.memory, out.memory, threads);
    else if (k == PICK)
        bb__max_pick(s, a->x.memory, a->v.memory, out.memory, threads);
    else if (k == SPREAD)
        bb__max_spread(s, a->x.memory, a->dy.memory, out.memory, threads);
    else if (k == AVERAGE)
        bb__average_pool(s, a->x.memory, out.memory, threads);
    else
        bb__average_spread(s, a->dy.memory, out.memory, threads);
    return out;
}

/* The window's first element and the one after its last, along an axis. */
static void window(const bb__pool_shape *s, int axis, int64_t i, int64_t *first, int64_t *end)
{
    int64_t size = axis ? s->w : s->h, places = axis ? s->ow : s->oh;
    *first = s->is_adaptive ? i * size / places : i * s->stride[axis] - s->padding[axis];
    *end = *first + s->window[axis];
    if (s->is_adaptive)
        *end = (int64_t)ceil((double)((i + 1) * size) / (double)places);
    *first = *first < 0 ? 0 : *first;
    *end = *end > size ? size : *end;
}

/* What each direction must give at result (or gradient) `at`, by going through its window. */
static void expect_window(const bb__pool_shape *s, const arrays *a, int64_t at, double **want)
{
    int64_t top, bottom, left, right, best = -1, count = 0;
    int64_t plane = at / (s->oh * s->ow) * s->h * s->w;
    double sum = 0, dy = get(&a->dy.array, at);
    window(s, 0, at / s->ow % s->oh, &top, &bottom);
    window(s, 1, at % s->ow, &left, &right);
    for (int64_t i = top; i < bottom; i++)
        for (int64_t j = left; j < right; j++, count++) {
            int64_t here = plane + i * s->w + j;
            double x = get(&a->x.array, here), top_x = best < 0 ? 0 : get(&a->x.array, best);
            if (best < 0 || (!isnan(top_x) && (isnan(x) || x > top_x)))
                best = here;
            sum += x;
        }
    double size = (double)(s->is_adaptive ? count : s->window[0] * s->window[1]);
    want[MAX][at] = get(&a->x.array, best);
    want[PICK][at] = get(&a->v.array, best);
    want[SPREAD][best] += dy;
    want[AVERAGE][at] = sum / size;
    for (int64_t i = top; i < bottom; i++)
        for (int64_t j = left; j < right; j++)
            want[AVERAGE_SPREAD][plane + i * s->w + j] += dy / size;
}

static void check(const bb__pool_shape *s, const arrays *a)
{
    double *want[KINDS];
    int64_t many = bb_shape_count(a->x.array.shape) + bb_shape_count(a->dy.array.shape) + 1;
    for (kind k = MAX; k < KINDS; k++)
        want[k] = calloc((size_t)many, sizeof(double));
    for (int64_t at = 0; at < bb_shape_count(a->dy.array.shape); at++)
        expect_window(s, a, at, want);
    for (kind k = MAX; k < KINDS; k++) {
        block out = computed(s, a, k, 1);
        for (int64_t i = 0; i < bb_shape_count(out.array.shape); i++)
            cr_assert(is_close(get(&out.array, i), want[k][i], s->dtype == BB_F32 ? 2e-6 : 1e-14,
                               1 + fabs(want[k][i])),
                      "kind %d, element %lld: %g, not %g", (int)k, (long long)i, get(&out.array, i),
                      want[k][i]);
        for (size_t t = 0; t < 2; t++) {
            block again = computed(s, a, k, thread_counts[t]);
            cr_assert(same_bits(&again, &out));
            free(again.memory);
        }
        free(out.memory);
        free(want[k]);
    }
}

/* Few different numbers, so that there are ties, and some that are special. */
static void make_special(bb_rng *rng, block *x)
{
    static const double special[] = {NAN, INFINITY, -INFINITY, -0.0};
    for (int64_t i = 0; i < bb_shape_count(x->array.shape); i++) {
        uint64_t which = bb_rng_below(rng, 40);
        put(&x->array, i, which < 4 ? special[which] : (double)(which % 5));
    }
}

static void check_random(bb_rng *rng, bb__pool_shape s, bool is_special)
{
    if (!s.is_adaptive) {
        s.oh = (s.h + 2 * s.padding[0] - s.window[0]) / s.stride[0] + 1;
        s.ow = (s.w + 2 * s.padding[1] - s.window[1]) / s.stride[1] + 1;
    }
    bb_shape large = BB_SHAPE(s.planes, s.h, s.w), few = BB_SHAPE(s.planes, s.oh, s.ow);
    arrays a = {block_random(rng, s.dtype, large, ROW_MAJOR, 0),
                block_random(rng, s.dtype, large, ROW_MAJOR, 0),
                block_random(rng, s.dtype, few, ROW_MAJOR, 0)};
    if (is_special)
        make_special(rng, &a.x);
    check(&s, &a);
    free(a.x.memory);
    free(a.v.memory);
    free(a.dy.memory);
}

static int64_t drawn(bb_rng *rng, int64_t least, int64_t most)
{
    return least + (int64_t)bb_rng_below(rng, (uint64_t)(most - least + 1));
}

Test(pool, any_windows)
{
    bb_rng rng = {1, 0};
    for (int round = 0; round < 2000; round++) {
        bb__pool_shape s = {.dtype = round % 2 ? BB_F32 : BB_F64,
                            .is_adaptive = round % 3 == 0,
                            .planes = drawn(&rng, 0, 3),
                            .h = drawn(&rng, 1, 9),
                            .w = drawn(&rng, 1, 9),
                            .oh = drawn(&rng, 1, 9),
                            .ow = drawn(&rng, 1, 9)};
        for (int axis = 0; axis < 2; axis++) {
            int64_t size = axis ? s.w : s.h;
            s.window[axis] = drawn(&rng, 1, size);
            s.stride[axis] = drawn(&rng, 1, 3);
            s.padding[axis] = drawn(&rng, 0, s.window[axis] - 1);
        }
        check_random(&rng, s, round % 4 == 0);
    }
}

Test(pool, two_by_two)
{
    bb_rng rng = {2, 0};
    for (int64_t size = 2; size < 80; size += 1 + size / 5)
        for (bb_dtype dtype = BB_F32; dtype <= BB_F64; dtype++)
            for (int special = 0; special < 2; special++) {
                bb__pool_shape s = {.dtype = dtype,
                                    .planes = 3,
                                    .h = size,
                                    .w = size + special,
                                    .window = {2, 2},
                                    .stride = {2, 2}};
                check_random(&rng, s, special);
            }
    bb__pool_shape many = {
        .dtype = BB_F32, .planes = 200, .h = 24, .w = 24, .window = {2, 2}, .stride = {2, 2}};
    check_random(&rng, many, true);
}

/* Rows that are longer than vectors, and as long as they may be and longer. */
Test(pool, rows_of_windows)
{
    bb_rng rng = {3, 0};
    for (int round = 0; round < 300; round++) {
        bb__pool_shape s = {.dtype = round % 2 ? BB_F32 : BB_F64,
                            .planes = drawn(&rng, 1, 3),
                            .h = drawn(&rng, 1, 12),
                            .w = round < 280 ? drawn(&rng, 5, 70) : drawn(&rng, 480, 530)};
        for (int axis = 0; axis < 2; axis++) {
            const int64_t size = axis ? s.w : s.h, most = axis ? 11 : 9;
            s.window[axis] = drawn(&rng, 1, size < most ? size : most);
            s.stride[axis] = drawn(&rng, 1, 4);
            s.padding[axis] = drawn(&rng, 0, s.window[axis] - 1);
        }
        check_random(&rng, s, round % 4 == 0);
    }
}

/* Planes that several threads share. */
Test(pool, many_planes_of_rows)
{
    bb_rng rng = {4, 0};
    for (bb_dtype dtype = BB_F32; dtype <= BB_F64; dtype++) {
        const bb__pool_shape s = {.dtype = dtype,
                                  .planes = 200,
                                  .h = 23,
                                  .w = 24,
                                  .window = {3, 3},
                                  .stride = {2, 2},
                                  .padding = {1, 1}};
        check_random(&rng, s, true);
    }
}

/* What all of a window is equal to goes to the first element within the plane. */
Test(pool, windows_of_minus_infinity)
{
    const bb__pool_shape s = {.dtype = BB_F32,
                              .planes = 1,
                              .h = 4,
                              .w = 6,
                              .oh = 4,
                              .ow = 6,
                              .window = {3, 3},
                              .stride = {1, 1},
                              .padding = {1, 1}};
    arrays a = {block_new(BB_F32, BB_SHAPE(1, 4, 6)), block_new(BB_F32, BB_SHAPE(1, 4, 6)),
                block_new(BB_F32, BB_SHAPE(1, 4, 6))};
    for (int64_t i = 0; i < 24; i++) {
        put(&a.x.array, i, -INFINITY);
        put(&a.v.array, i, (double)i);
        put(&a.dy.array, i, (double)(i + 1));
    }
    check(&s, &a);
    free(a.x.memory);
    free(a.v.memory);
    free(a.dy.memory);
}
