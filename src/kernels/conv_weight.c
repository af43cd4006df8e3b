/* SPDX-License-Identifier: MIT */
/* The adjoint of convolution with respect to the filters: the sum over blocks of places of columns
 * result^T, which is faster than its transpose. Parts of the blocks, a number that depends on sizes
 * only, have sums of their own, which are added up in their order. */
#include "conv.h"

#include <string.h>

typedef struct job {
    const bb__conv_shape *s;
    bb__conv_cut cut;
    int64_t count; /* of sums, which are [groups, filter size, filters] */
    int64_t parts; /* of the filters of a group */
    int64_t items; /* sums times groups times parts */
    size_t slot;   /* scratch bytes of a thread */
    const void *x, *dy;
    void *dw;
    char *scratch, *sums;
} job;

static size_t sum_bytes(const bb__conv_shape *s)
{
    return (size_t)(s->o * bb__filter_size(s)) * bb_dtype_size(s->dtype);
}

static size_t slots_bytes(const job *j)
{
    return (size_t)bb__lower(j->items, BB__SLOTS) * j->slot;
}

static job job_of(const bb__conv_shape *s)
{
    enum { SUMS = 16, SUMS_BYTES = 8 << 20, LEAST_FILTERS = 32 };
    job j = {.s = s, .cut = bb__conv_cut_of(s), .parts = 1};
    int64_t blocks = j.cut.image_blocks * j.cut.row_blocks, filters = s->o / s->groups;
    int64_t fitting = SUMS_BYTES / (int64_t)sum_bytes(s);
    j.count = bb__lower(bb__lower(blocks, SUMS), fitting > 1 ? fitting : 1);
    if (j.count * s->groups < SUMS / 2 && filters >= 2 * LEAST_FILTERS)
        j.parts = bb__lower(SUMS / 2 / (j.count * s->groups), filters / LEAST_FILTERS);
    j.items = j.count * s->groups * j.parts;
    j.slot = bb__columns_bytes(s, &j.cut) + bb__copy_bytes(s, &j.cut, filters);
    return j;
}

/* Adds the product of one block, or stores that of the first. */
static void add_block(const job *j, bb__places at, int64_t group, int64_t part, bool is_first,
                      char *slot, char *sum)
{
    const bb__conv_shape *s = j->s;
    const int64_t filters = s->o / s->groups, channels = s->c / s->groups;
    const int64_t start = bb__deal(filters, j->parts, part);
    const int64_t count = bb__deal(filters, j->parts, part + 1) - start;
    bb__matrix dy = bb__places_read(s, j->dy, at, group * filters + start, count,
                                    slot + bb__columns_bytes(s, &j->cut));
    dy.transposed = true;
    for (int64_t chunk = 0; chunk < j->cut.chunks; chunk++) {
        int64_t first = group * channels + bb__deal(channels, j->cut.chunks, chunk);
        int64_t taken = group * channels + bb__deal(channels, j->cut.chunks, chunk + 1) - first;
        bb__matrix columns = bb__columns_of(s, j->x, at, (bb__channels){first, taken}, slot);
        int64_t to = first * s->kh * s->kw * filters + start;
        bb__product(s->dtype, taken * s->kh * s->kw, count, at.count, columns, dy, !is_first,
                    sum + (size_t)to * bb_dtype_size(s->dtype), filters);
    }
}

static void sum_range(void *context, int64_t first, int64_t last)
{
    const job *j = context;
    char *slot = j->scratch + (size_t)bb__thread_slot() * j->slot;
    const int64_t blocks = j->cut.image_blocks * j->cut.row_blocks;
    for (int64_t item = first; item < last; item++) {
        int64_t part = item % j->parts, rest = item / j->parts;
        int64_t group = rest % j->s->groups, number = rest / j->s->groups;
        int64_t begin = bb__deal(blocks, j->count, number);
        int64_t end = bb__deal(blocks, j->count, number + 1);
        for (int64_t block = begin; block < end; block++)
            add_block(
                j,
                bb__places_of(j->s, &j->cut, block / j->cut.row_blocks, block % j->cut.row_blocks),
                group, part, block == begin, slot, j->sums + (size_t)number * sum_bytes(j->s));
    }
}

/* Adds up rows of the sums, each of which is one element of all filters of a group. */
#define DEFINE_ADD_UP(suffix, T)                                                      \
    static void add_up_##suffix(void *context, int64_t first, int64_t last)           \
    {                                                                                 \
        const job *j = context;                                                       \
        const int64_t filters = j->s->o / j->s->groups, size = bb__filter_size(j->s); \
        for (int64_t row = first; row < last; row++) {                                \
            T *total = (T *)(void *)j->sums + row * filters;                          \
            T *to = (T *)j->dw + row / size * filters * size + row % size;            \
            for (int64_t number = 1; number < j->count; number++)                     \
                for (int64_t f = 0; f < filters; f++)                                 \
                    total[f] += total[number * j->s->o * size + f];                   \
            for (int64_t f = 0; f < filters; f++)                                     \
                to[f * size] = total[f];                                              \
        }                                                                             \
    }
DEFINE_ADD_UP(f32, float)
DEFINE_ADD_UP(f64, double)

size_t bb__columns_weight_scratch(const bb__conv_shape *s)
{
    if (bb__conv_is_nothing(s))
        return 0;
    const job j = job_of(s);
    return slots_bytes(&j) + (size_t)j.count * sum_bytes(s);
}

void bb__columns_weight(const bb__conv_shape *s, const void *x, const void *dy, void *dw,
                        void *scratch, int threads)
{
    enum { GRAIN = 4096 };
    if (bb__conv_is_nothing(s)) {
        if (s->o * bb__filter_size(s) > 0)
            memset(dw, 0, sum_bytes(s));
        return;
    }
    job j = job_of(s);
    j.x = x, j.dy = dy, j.dw = dw, j.scratch = scratch;
    j.sums = j.scratch + slots_bytes(&j);
    const double work = bb__conv_multiplications(s) / (double)j.items;
    bb_parallel(j.items, bb__conv_grain(work), (int)bb__lower(threads, BB__SLOTS), sum_range, &j);
    bb_parallel(bb__filter_size(s) * s->groups, 1 + GRAIN / j.count / (s->o / s->groups), threads,
                s->dtype == BB_F32 ? add_up_f32 : add_up_f64, &j);
}
