/* SPDX-License-Identifier: MIT */
/* Elementwise ops, one or several in one sweep, over operands of any strides, tile by tile: a tile
 * function only ever sees contiguous memory, and where a tile begins and ends depends on shapes and
 * strides alone. What only later ops of the sweep read stays in buffers of a tile's size. */
#include "map.h"

#include <string.h>
#ifdef __SSE2__
#include <xmmintrin.h>
#endif

enum { PART = 32 * BB__TILE }; /* elements times passes before a second thread pays */

void bb__map_settle(void)
{
#ifdef __SSE2__
    _mm_sfence();
#endif
}

/* What an input's buffer holds: `length` elements from `place` on. */
typedef struct held {
    int64_t place, length;
} held;

/* Where the tile's elements of an operand lie that does not run through its memory. */
static const void *tile_source(const bb__map *m, const bb__map_input *in, int64_t start, int64_t n,
                               char *buffers, held *h)
{
    int64_t at[BB_MAX_DIMS];
    char *to = buffers + in->buffer;
    if (in->how != BB__GATHER) {
        const int64_t place = bb__map_locate(m, in, start, at);
        if (in->how == BB__BY_ROWS)
            return in->data + place * (int64_t)in->size;
        if (h->length >= n && h->place == place)
            return to;
        *h = (held){place, n};
    }
    bb__map_gather(m, in, start, n, to);
    return to;
}

/* A slot whose address moves from tile to tile: by elements of so many bytes, or, where that is
 * below 0, to where the row of input -1 - by lies. */
typedef struct mover {
    int slot, by;
} mover;

enum { SLOTS = BB__MAP_OPS * (BB__MAP_READS + 2) };

/* The addresses that ops are given: of each its operands, its result and, if that is streamed,
 * where to. They are set once for a run of tiles; from tile to tile movers change. */
typedef struct workspace {
    _Alignas(64) char buffers[BB__MAP_BUFFERS];
    held holds[BB__MAP_OPERANDS];
    const void *slots[SLOTS];
    mover movers[SLOTS];
    int n_movers;
} workspace;

/* Whether an operand's tile is held in a buffer. */
static bool is_held(const bb__map_input *in)
{
    return in->how == BB__REPEAT || in->how == BB__GATHER;
}

/* For tiles from the element `start` on, one or, if it goes on, several. Addresses and movements
 * are noted by the operand's number first. */
static void begin_tiles(const bb__map *m, int64_t start, bool goes_on, workspace *w)
{
    const void *at[BB__MAP_OPERANDS + BB__MAP_OPS];
    int by[BB__MAP_OPERANDS + BB__MAP_OPS], n = 0;
    w->n_movers = 0;
    for (int i = 0; i < m->n_in; i++) {
        const bb__map_input *in = &m->in[i];
        w->holds[i].length = 0;
        at[i] = is_held(in)              ? w->buffers + in->buffer
                : in->how == BB__BY_ROWS ? in->data
                                         : in->data + start * (int64_t)in->size;
        by[i] = in->how == BB__BY_ROWS ? -1 - i : goes_on && !is_held(in) ? (int)in->size : 0;
    }
    for (int k = 0; k < m->n_ops; k++) {
        const bb__map_op *op = &m->ops[k];
        const bool is_placed = op->out && !op->streams;
        const char *place = op->out ? op->out + start * (int64_t)op->size : NULL;
        at[m->n_in + k] = is_placed ? place : w->buffers + op->buffer;
        by[m->n_in + k] = goes_on && is_placed ? (int)op->size : 0;
        for (int i = 0; i <= op->n_in; i++) {
            const int number = i < op->n_in ? op->in[i] : m->n_in + k;
            if (by[number])
                w->movers[w->n_movers++] = (mover){n, by[number]};
            w->slots[n++] = at[number];
        }
        if (op->streams) {
            w->movers[w->n_movers++] = (mover){n, (int)op->size};
            w->slots[n++] = place;
        }
    }
}

/* Asks memory for a piece of the tile after this one, so that it brings the tile while all of the
 * ops work and not only the first. */
static void ask_ahead(const bb__map *m, int64_t next, int64_t first, int64_t last)
{
#ifdef __GNUC__
    for (int i = 0; i < m->n_in; i++) {
        const bb__map_input *in = &m->in[i];
        const int64_t size = (int64_t)in->size;
        for (int64_t at = first; in->how == BB__LINEAR && at < last; at += BB__LINE / size)
            __builtin_prefetch(in->data + (next + at) * size);
    }
#endif
}

static void run_ops(const bb__map *m, int64_t start, int64_t n, const void *const *slots)
{
    const int64_t left = m->asks_ahead ? m->count - start - n : 0, ahead = left < n ? left : n;
    enum { WHOLE_LINES = BB__LINE }; /* elements, of any size */
    const int64_t piece = ahead ? (ahead / m->n_ops / WHOLE_LINES + 1) * WHOLE_LINES : 0;
    for (int k = 0; k < m->n_ops; k++) {
        const bb__map_op *op = &m->ops[k];
        char *to = (char *)(uintptr_t)slots[op->n_in];
        if (op->tile)
            op->tile((size_t)n, slots, to, op->attrs);
        slots += op->n_in + 1;
        if (op->streams)
            bb__map_stream((char *)(uintptr_t)*slots++, to, (size_t)n * op->size);
        if (op->to)
            bb__map_scatter(m, &m->in[op->to], start, n, to);
        if (piece)
            ask_ahead(m, start + n, k * piece, (k + 1) * piece < ahead ? (k + 1) * piece : ahead);
    }
}

/* The next n elements, from `start` on. */
static void run_tile(const bb__map *m, int64_t start, int64_t n, workspace *w)
{
    const void *rows[BB__MAP_OPERANDS];
    for (int i = 0; i < m->n_in; i++)
        if (m->in[i].how != BB__LINEAR)
            rows[i] = tile_source(m, &m->in[i], start, n, w->buffers, &w->holds[i]);
    for (int i = 0; i < w->n_movers; i++)
        if (w->movers[i].by < 0)
            w->slots[w->movers[i].slot] = rows[-1 - w->movers[i].by];
    run_ops(m, start, n, w->slots);
    for (int i = 0; i < w->n_movers; i++)
        if (w->movers[i].by > 0) {
            const void **slot = &w->slots[w->movers[i].slot];
            *slot = (const char *)*slot + n * w->movers[i].by;
        }
}

static void run_tiles(void *context, int64_t first, int64_t last)
{
    const bb__map *m = context;
    workspace w;
    const int64_t column = first % m->row_tiles * m->tile_length;
    int64_t start = first / m->row_tiles * m->row + column, left = m->row - column;
    begin_tiles(m, start, last - first > 1, &w);
    for (int64_t t = first; t < last; t++) {
        const int64_t n = left < m->tile_length ? left : m->tile_length;
        run_tile(m, start, n, &w);
        start += n;
        left = left == n ? m->row : left - n;
    }
    bb__map_settle();
}

void bb__map_run_stretch(const void *map, int64_t first, int64_t count)
{
    const bb__map *m = map;
    workspace w;
    begin_tiles(m, first, count > m->tile_length || count > m->row - first % m->row, &w);
    for (int64_t start = first, n; start < first + count; start += n) {
        int64_t of_row = m->row - start % m->row, left = first + count - start;
        n = left < of_row ? left : of_row;
        n = n < m->tile_length ? n : m->tile_length;
        run_tile(m, start, n, &w);
    }
    bb__map_settle();
}

/* Where a strip's memory would begin if that of all strips were there. */
static int64_t shift_of(int64_t local, int64_t strip, int64_t shift)
{
    return local ? shift - strip * local : 0;
}

void bb__map_run_strip(const bb__map *m, int64_t strip, int64_t shift, int64_t first, int64_t count)
{
    bb__map_input in[BB__MAP_OPERANDS + BB__MAP_OPS];
    bb__map_op ops[BB__MAP_OPS];
    bb__map moved = *m;
    moved.in = memcpy(in, m->in, (size_t)(m->n_in + m->n_to) * sizeof *in);
    moved.ops = memcpy(ops, m->ops, (size_t)m->n_ops * sizeof *ops);
    for (int i = 0; i < m->n_in; i++)
        in[i].data = (const char *)((intptr_t)in[i].data + shift_of(in[i].local, strip, shift));
    for (int k = 0; k < m->n_ops; k++)
        if (ops[k].out)
            ops[k].out = (char *)((intptr_t)ops[k].out + shift_of(ops[k].local, strip, shift));
    bb__map_run_stretch(&moved, first, count);
}

void bb__map_bind(const bb__map *m, const bb_array *in)
{
    for (int i = 0; i < m->n_in + m->n_to; i++)
        m->in[i].data = in[i].data;
}

void bb__map_run(const bb__map *m, int threads)
{
    if (m->count == 0)
        return;
    if (m->count * m->work <= PART)
        run_tiles((void *)(uintptr_t)m, 0, m->tiles);
    else
        bb_parallel(m->tiles, m->grain, threads, run_tiles, (void *)(uintptr_t)m);
}

bb__tail bb__map_tail(const bb__map *m)
{
    const int64_t grain = PART / m->work;
    return (bb__tail){bb__map_run_stretch, m,
                      grain < BB__MAP_SHARE / 2 ? BB__MAP_SHARE / 2 : grain};
}

void bb__map_one(bb_map_fn tile, int n_in, const bb_array *in, const bb_array *out,
                 const void *attrs, int threads)
{
    bb__map_input inputs[BB_MAP_INPUTS];
    bb__map_op op = {.tile = tile, .attrs = attrs, .n_in = n_in, .dtype = out->dtype};
    bb__map m = {.n_in = n_in, .n_ops = 1, .in = inputs, .ops = &op};
    for (int i = 0; i < n_in; i++)
        op.in[i] = i;
    op.out = out->data;
    bb__map_prepare(&m, in, out->shape);
    bb__map_bind(&m, in);
    bb__map_run(&m, threads);
}
