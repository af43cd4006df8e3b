/* SPDX-License-Identifier: MIT */
/* The gradient of the filters by direct convolution: sums of some filters and some of their
 * elements stay in registers, a lane for each place of a vector, while a block of places is gone
 * through. A number of sums over blocks that depends on sizes only is added up in their order. */
#include "conv_direct.h"
#include "float_mode.h"

#include <string.h>

enum { MOST_TAPS = BB__MOST_ABREAST };
/* With eight filters, single channels took a tenth longer: more vectors lie across lines. */
#if defined(__AVX512F__)
enum { FILTERS = 6 };
#define ONCE volatile /* else each product loads its dy anew */
#else
enum { FILTERS = 4 };
#define ONCE
#endif

typedef int32_t bits __attribute__((vector_size(BB__LANES * sizeof(int32_t))));
typedef int32_t bits_anywhere
    __attribute__((vector_size(BB__LANES * sizeof(int32_t)), aligned(sizeof(int32_t)), may_alias));

typedef struct job {
    const bb__conv_shape *s;
    bb__direct_cut cut;
    int64_t count; /* of sums, each like the filters */
    int64_t parts; /* of the filters of a group */
    int64_t items; /* sums times groups times parts */
    size_t slot;   /* scratch bytes of a thread */
    const float *x, *dy;
    float *dw;
    char *scratch;
    float *sums;
    bits mask;      /* of the last vector of a row, or of two halves: what those before have not */
    bits last_mask; /* of a half that is alone */
} job;

static job job_of(const bb__conv_shape *s)
{
    enum { SUMS = 16, SUMS_BYTES = 8 << 20, LEAST_FILTERS = 8 };
    job j = {.s = s, .cut = bb__direct_cut_of(s), .parts = 1};
    const int64_t blocks = j.cut.blocks.image_blocks * j.cut.blocks.row_blocks;
    const int64_t bytes = s->o * bb__filter_size(s) * (int64_t)sizeof(float);
    const int64_t fitting = SUMS_BYTES / bytes, filters = s->o / s->groups;
    j.count = bb__lower(bb__lower(blocks, SUMS), fitting > 1 ? fitting : 1);
    if (j.count * s->groups < SUMS / 2 && filters >= 2 * LEAST_FILTERS)
        j.parts = bb__lower(SUMS / 2 / (j.count * s->groups), filters / LEAST_FILTERS);
    j.items = j.count * s->groups * j.parts;
    j.slot = j.cut.bytes + bb__direct_spots_bytes(s, &j.cut);
    const int width = bb__rests_are_halves(s) ? BB__HALF : BB__LANES;
    for (int i = 0; i < BB__LANES; i++) {
        j.mask[i] = i % width < width - s->ow % BB__LANES ? 0 : -1;
        j.last_mask[i] = i < width ? j.mask[i] : 0;
    }
    return j;
}

/* Some filters' dy and a copy, at the places of a block. */
typedef struct block {
    const float *dy, *x;
    int64_t plane; /* between filters of dy */
    bb__spots spots;
    bits mask, last_mask;
} block;

typedef float quad __attribute__((vector_size(4 * sizeof(float))));

static inline float total(bb__lanes v)
{
    quad parts[BB__LANES / 4];
    memcpy(parts, &v, sizeof parts);
    for (int i = 1; i < BB__LANES / 4; i++)
        parts[0] += parts[i];
    return (parts[0][0] + parts[0][1]) + (parts[0][2] + parts[0][3]);
}

#define LOAD(x) (*(const ONCE bits_anywhere *)(const void *)(x))

/* sum += the products at these spots, of the lanes that the mask has. All but pointers is constant
 * where it is called. */
static inline __attribute__((always_inline)) void
add_spots(const int n_filters, const int n_taps, const float *const *dy, const float *const *x,
          const bb__spot *at, const bb__spot *end, bits mask, bb__lanes (*sum)[MOST_TAPS])
{
    for (; at < end; at++) {
        bb__lanes v[MOST_TAPS];
        for (int t = 0; t < n_taps; t++)
            v[t] = (bb__lanes)(LOAD(x[t] + at->x) & mask);
        for (int f = 0; f < n_filters; f++) {
            const bb__lanes d = (bb__lanes)(LOAD(dy[f] + at->y) & mask);
            for (int t = 0; t < n_taps; t++)
                sum[f][t] += d * v[t];
        }
    }
}

/* The same at two halves. */
static inline __attribute__((always_inline)) void
add_halves(const int n_filters, const int n_taps, const float *const *dy, const float *const *x,
           const bb__spot *at, bits mask, bb__lanes (*sum)[MOST_TAPS])
{
    bb__lanes v[MOST_TAPS];
    for (int t = 0; t < n_taps; t++)
        v[t] = (bb__lanes)((bits)bb__joined(x[t] + at[0].x, x[t] + at[1].x) & mask);
    for (int f = 0; f < n_filters; f++) {
        const bits d = (bits)bb__joined(dy[f] + at[0].y, dy[f] + at[1].y) & mask;
        for (int t = 0; t < n_taps; t++)
            sum[f][t] += (bb__lanes)d * v[t];
    }
}

/* Adds to `to` the sums of so many filters and taps, which are constants. */
static inline __attribute__((always_inline)) void run_tile(const int n_filters, const int n_taps,
                                                           const block *b, const int32_t *distances,
                                                           int64_t size, float *to)
{
    const bb__spots *s = &b->spots;
    const bits all = ~(bits){0};
    bb__lanes sum[FILTERS][MOST_TAPS];
    const float *dy[FILTERS], *x[MOST_TAPS];
    for (int f = 0; f < n_filters; f++)
        dy[f] = b->dy + f * b->plane;
    for (int t = 0; t < n_taps; t++)
        x[t] = b->x + distances[t];
    for (int f = 0; f < n_filters; f++)
        for (int t = 0; t < n_taps; t++)
            sum[f][t] = (bb__lanes){0};
    add_spots(n_filters, n_taps, dy, x, s->at, s->at + s->whole, all, sum);
    if (s->are_halves)
        for (int64_t i = 0; i < s->rests; i += 2)
            add_halves(n_filters, n_taps, dy, x, s->rest + i,
                       i + 1 < s->rests ? b->mask : b->last_mask, sum);
    else
        add_spots(n_filters, n_taps, dy, x, s->rest, s->rest + s->rests, b->mask, sum);
    for (int f = 0; f < n_filters; f++)
        for (int t = 0; t < n_taps; t++)
            to[f * size + t] += total(sum[f][t]);
}

/* Cases beyond BB__ABREAST(F) do not come up. */
#define CASE(F, T)                                                                                \
    case T:                                                                                       \
        run_tile(F, (T) < BB__ABREAST(F) ? (T) : BB__ABREAST(F), b, distances + t, size, to + t); \
        break;
#define DEFINE_RUN(F)                                                                      \
    static void run_##F(const block *b, const int32_t *distances, int64_t size, float *to) \
    {                                                                                      \
        const int64_t tiles = bb__divided_up(size, BB__ABREAST(F));                        \
        for (int64_t i = 0; i < tiles; i++) {                                              \
            const int64_t t = bb__deal(size, tiles, i);                                    \
            switch (bb__deal(size, tiles, i + 1) - t) {                                    \
                CASE(F, 1)                                                                 \
                CASE(F, 2)                                                                 \
                CASE(F, 3)                                                                 \
                CASE(F, 4)                                                                 \
                CASE(F, 5)                                                                 \
                CASE(F, 6)                                                                 \
            }                                                                              \
        }                                                                                  \
    }
DEFINE_RUN(1)
DEFINE_RUN(2)
DEFINE_RUN(3)
DEFINE_RUN(4)
#if defined(__AVX512F__)
DEFINE_RUN(5)
DEFINE_RUN(6)
#endif

typedef void (*run_fn)(const block *b, const int32_t *distances, int64_t size, float *to);
static const run_fn runs[FILTERS + 1] = {
    NULL,  run_1, run_2, run_3, run_4,
#if defined(__AVX512F__)
    run_5, run_6,
#endif
};

/* The filters [first, end) of a group at these places. */
static void add_block(const job *j, bb__places at, int64_t group, int64_t first, int64_t end,
                      char *slot, float *sum)
{
    const bb__conv_shape *s = j->s;
    const int64_t channels = s->c / s->groups, size = bb__filter_size(s), plane = s->oh * s->ow;
    const int32_t *distances = (int32_t *)(void *)(slot + j->cut.bytes) - size;
    bb__spot *memory = (bb__spot *)(void *)(slot + j->cut.bytes);
    float *copy = (float *)(void *)slot;
    block b = {.x = copy, .plane = plane, .mask = j->mask, .last_mask = j->last_mask};
    b.spots = bb__direct_spots(s, &j->cut, at, true, memory);
    bb__direct_copy(s, &j->cut, j->x, at, (bb__channels){group * channels, channels}, copy);
    for (int64_t f = first; f < end; f += FILTERS) {
        b.dy = j->dy + (at.image * s->o + f) * plane;
        runs[bb__lower(end - f, FILTERS)](&b, distances, size, sum + f * size);
    }
}

static void run_item(const job *j, int64_t number, int64_t group, int64_t part, char *slot)
{
    const bb__conv_shape *s = j->s;
    const bb__conv_cut *cut = &j->cut.blocks;
    const int64_t outputs = s->o / s->groups, size = bb__filter_size(s);
    const int64_t first = group * outputs + bb__deal(outputs, j->parts, part);
    const int64_t last = group * outputs + bb__deal(outputs, j->parts, part + 1);
    const int64_t blocks = cut->image_blocks * cut->row_blocks;
    const int64_t end = bb__deal(blocks, j->count, number + 1);
    float *sum = j->sums + number * s->o * size;
    bb__direct_distances(s, &j->cut, (int32_t *)(void *)(slot + j->cut.bytes) - size);
    memset(sum + first * size, 0, (size_t)((last - first) * size) * sizeof *sum);
    for (int64_t b = bb__deal(blocks, j->count, number); b < end; b++)
        add_block(j, bb__places_of(s, cut, b / cut->row_blocks, b % cut->row_blocks), group, first,
                  last, slot, sum);
}

static void run_range(void *context, int64_t first, int64_t last)
{
    const job *j = context;
    char *slot = j->scratch + (size_t)bb__thread_slot() * j->slot;
    const unsigned mode = bb__float_mode();
    bb__float_mode_set(bb__float_mode_flushing(mode));
    for (int64_t item = first; item < last; item++) {
        const int64_t part = item % j->parts, rest = item / j->parts;
        run_item(j, rest / j->s->groups, rest % j->s->groups, part, slot);
    }
    bb__float_mode_set(mode);
}

static void add_up(void *context, int64_t first, int64_t last)
{
    const job *j = context;
    const int64_t size = j->s->o * bb__filter_size(j->s);
    memcpy(j->dw + first, j->sums + first, (size_t)(last - first) * sizeof *j->dw);
    for (int64_t number = 1; number < j->count; number++)
        for (int64_t i = first; i < last; i++)
            j->dw[i] += j->sums[number * size + i];
}

static size_t slots_bytes(const job *j)
{
    return (size_t)bb__lower(j->items, BB__SLOTS) * j->slot;
}

size_t bb__direct_weight_scratch(const bb__conv_shape *s)
{
    const job j = job_of(s);
    return slots_bytes(&j) + (size_t)(j.count * s->o * bb__filter_size(s)) * sizeof(float);
}

void bb__direct_weight(const bb__conv_shape *s, const void *x, const void *dy, void *dw,
                       void *scratch, int threads)
{
    enum { GRAIN = 4096 };
    job j = job_of(s);
    j.x = x, j.dy = dy, j.dw = dw, j.scratch = scratch;
    j.sums = (float *)(void *)(j.scratch + slots_bytes(&j));
    bb_parallel(j.items, bb__conv_grain(bb__conv_multiplications(s) / (double)j.items),
                (int)bb__lower(threads, BB__SLOTS), run_range, &j);
    bb_parallel(s->o * bb__filter_size(s), 1 + GRAIN / j.count, threads, add_up, &j);
}
