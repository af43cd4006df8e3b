/* SPDX-License-Identifier: MIT */
/* Convolution and its adjoint with respect to the images, as products with the matrix of columns:
 * result = filters columns; columns = filters^T result.
 *
 * Items of work are blocks of places, groups, and parts of the filters or channels; each writes
 * what no other writes. */
#include "conv.h"

#include <string.h>

enum { FEW = 8 }; /* as many items are wanted, so that some threads have work */

typedef struct job {
    const bb__conv_shape *s;
    bb__conv_cut cut;
    int64_t parts; /* of the filters, or chunks of channels, in a group */
    int64_t items; /* blocks times groups times parts */
    size_t slot;   /* scratch bytes of a thread */
    const char *w;
    const void *from;
    void *to;
    char *scratch;
    const bb__tail *tail; /* or NULL */
} job;

static size_t scratch_of(const job *j)
{
    return (size_t)bb__lower(j->items, BB__SLOTS) * j->slot;
}

/* A sum of nothing is zero. */
static void clear(const bb__conv_shape *s, int64_t count, void *out, const bb__tail *tail)
{
    if (count <= 0)
        return;
    memset(out, 0, (size_t)count * bb_dtype_size(s->dtype));
    if (tail)
        tail->run(tail->context, 0, count);
}

/* Forward. */

static job forward_job(const bb__conv_shape *s)
{
    enum { LEAST_FILTERS = 32 };
    job j = {.s = s, .cut = bb__conv_cut_of(s), .parts = 1};
    int64_t filters = s->o / s->groups;
    int64_t items = j.cut.image_blocks * j.cut.row_blocks * s->groups;
    if (items < FEW && filters >= 2 * LEAST_FILTERS)
        j.parts = bb__lower(FEW / items, filters / LEAST_FILTERS);
    j.items = items * j.parts;
    j.slot = bb__columns_bytes(s, &j.cut) + bb__copy_bytes(s, &j.cut, filters);
    return j;
}

static void forward_item(const job *j, bb__places at, int64_t group, int64_t part, char *slot)
{
    const bb__conv_shape *s = j->s;
    const size_t e = bb_dtype_size(s->dtype);
    const int64_t filters = s->o / s->groups, channels = s->c / s->groups;
    const int64_t first = bb__deal(filters, j->parts, part);
    const int64_t count = bb__deal(filters, j->parts, part + 1) - first;
    const int64_t lead = bb__filter_size(s), base = group * filters + first;
    void *copy = slot + bb__columns_bytes(s, &j->cut);
    bb__matrix out = bb__places_target(s, j->to, at, base, copy);
    for (int64_t chunk = 0; chunk < j->cut.chunks; chunk++) {
        int64_t start = bb__deal(channels, j->cut.chunks, chunk);
        int64_t taken = bb__deal(channels, j->cut.chunks, chunk + 1) - start;
        bb__matrix columns =
            bb__columns_of(s, j->from, at, (bb__channels){group * channels + start, taken}, slot);
        int64_t w = base * lead + start * s->kh * s->kw;
        bb__product(s->dtype, count, at.count, taken * s->kh * s->kw,
                    (bb__matrix){j->w + (size_t)w * e, lead, false}, columns, chunk > 0,
                    (void *)(uintptr_t)out.data, out.lead);
    }
    bb__places_write(s, copy, at, base, count, j->to);
    bb__conv_finish(j->tail, s->o, s->oh, s->ow, at, (bb__channels){base, count});
}

static void forward_range(void *context, int64_t first, int64_t last)
{
    const job *j = context;
    char *slot = j->scratch + (size_t)bb__thread_slot() * j->slot;
    for (int64_t item = first; item < last; item++) {
        int64_t part = item % j->parts, rest = item / j->parts;
        int64_t group = rest % j->s->groups, block = rest / j->s->groups;
        forward_item(
            j, bb__places_of(j->s, &j->cut, block / j->cut.row_blocks, block % j->cut.row_blocks),
            group, part, slot);
    }
}

size_t bb__columns_forward_scratch(const bb__conv_shape *s)
{
    if (bb__conv_is_nothing(s))
        return 0;
    const job j = forward_job(s);
    return scratch_of(&j);
}

void bb__columns_forward(const bb__conv_shape *s, const void *x, const void *w, void *out,
                         void *scratch, const bb__tail *tail, int threads)
{
    if (bb__conv_is_nothing(s)) {
        clear(s, s->n * s->o * s->oh * s->ow, out, tail);
        return;
    }
    job j = forward_job(s);
    j.from = x, j.w = w, j.to = out, j.scratch = scratch, j.tail = tail;
    bb_parallel(j.items, bb__conv_grain(bb__conv_multiplications(s) / (double)j.items),
                (int)bb__lower(threads, BB__SLOTS), forward_range, &j);
}

/* The adjoint, as the convolution of dy with the filters turned around. */

/* Whether that is less work than adding columns to dx. Both take products, and each moves its
 * columns, of which one element costs about as much as MOVE multiplications. */
static bool is_better_turned(const bb__conv_shape *s)
{
    enum { MOVE = 16 };
    const bb__conv_shape t = bb__turned_shape(s);
    if (s->stride[0] != 1 || s->stride[1] != 1 || t.padding[0] < 0 || t.padding[1] < 0)
        return false;
    double filters = (double)(s->o / s->groups), channels = (double)(s->c / s->groups);
    double turned = (double)(s->h * s->w) * filters * (channels + MOVE);
    return turned <= (double)(s->oh * s->ow) * channels * (filters + 2 * MOVE);
}

/* The adjoint, by columns. */

static job input_job(const bb__conv_shape *s)
{
    job j = {.s = s, .cut = bb__conv_cut_of(s)};
    int64_t items = j.cut.image_blocks * s->groups, channels = s->c / s->groups;
    if (items * j.cut.chunks < FEW)
        j.cut.chunks = bb__lower(FEW / items, channels);
    j.cut.channels = bb__divided_up(channels, j.cut.chunks);
    j.parts = j.cut.chunks;
    j.items = items * j.parts;
    j.slot = bb__columns_bytes(s, &j.cut) + bb__copy_bytes(s, &j.cut, s->o / s->groups);
    return j;
}

static void clear_channels(const bb__conv_shape *s, bb__places at, bb__channels channels, char *x)
{
    const size_t plane = (size_t)(s->h * s->w) * bb_dtype_size(s->dtype);
    for (int64_t i = at.image; i < at.image + at.images; i++)
        memset(x + (size_t)(i * s->c + channels.first) * plane, 0, (size_t)channels.count * plane);
}

static void input_item(const job *j, int64_t block, int64_t group, int64_t chunk, char *slot)
{
    const bb__conv_shape *s = j->s;
    const int64_t filters = s->o / s->groups, channels = s->c / s->groups;
    const int64_t start = bb__deal(channels, j->cut.chunks, chunk);
    const int64_t count = bb__deal(channels, j->cut.chunks, chunk + 1) - start;
    const bb__channels taken = {group * channels + start, count};
    const int64_t lead = bb__filter_size(s);
    const int64_t offset = group * filters * lead + start * s->kh * s->kw;
    const bb__matrix w = {j->w + (size_t)offset * bb_dtype_size(s->dtype), lead, true};
    clear_channels(s, bb__places_of(s, &j->cut, block, 0), taken, j->to);
    for (int64_t row_block = 0; row_block < j->cut.row_blocks; row_block++) {
        bb__places at = bb__places_of(s, &j->cut, block, row_block);
        bb__matrix dy = bb__places_read(s, j->from, at, group * filters, filters,
                                        slot + bb__columns_bytes(s, &j->cut));
        bb__product(s->dtype, count * s->kh * s->kw, at.count, filters, w, dy, false, slot,
                    at.count);
        bb__columns_add(s, slot, at, taken, j->to);
    }
    bb__places whole = bb__places_of(s, &j->cut, block, 0);
    whole.row = 0, whole.rows = s->h;
    bb__conv_finish(j->tail, s->c, s->h, s->w, whole, taken);
}

static void input_range(void *context, int64_t first, int64_t last)
{
    const job *j = context;
    char *slot = j->scratch + (size_t)bb__thread_slot() * j->slot;
    for (int64_t item = first; item < last; item++) {
        int64_t rest = item / j->parts;
        input_item(j, rest / j->s->groups, rest % j->s->groups, item % j->parts, slot);
    }
}

size_t bb__columns_input_scratch(const bb__conv_shape *s)
{
    if (bb__conv_is_nothing(s))
        return 0;
    const job j = input_job(s);
    const size_t added = scratch_of(&j);
    if (!is_better_turned(s))
        return added;
    const bb__conv_shape turned = bb__turned_shape(s);
    const size_t bytes = bb__turned_bytes(s) + bb__columns_forward_scratch(&turned);
    return bytes > added ? bytes : added;
}

void bb__columns_input(const bb__conv_shape *s, const void *dy, const void *w, void *dx,
                       void *scratch, const bb__tail *tail, int threads)
{
    if (bb__conv_is_nothing(s)) {
        clear(s, s->n * s->c * s->h * s->w, dx, tail);
    } else if (is_better_turned(s) && bb__turn(s, w, scratch)) {
        const bb__conv_shape turned = bb__turned_shape(s);
        bb__columns_forward(&turned, dy, scratch, dx, (char *)scratch + bb__turned_bytes(s), tail,
                            threads);
    } else {
        job j = input_job(s);
        j.from = dy, j.w = w, j.to = dx, j.scratch = scratch, j.tail = tail;
        bb_parallel(j.items, bb__conv_grain(bb__conv_multiplications(s) / (double)j.items),
                    (int)bb__lower(threads, BB__SLOTS), input_range, &j);
    }
}
