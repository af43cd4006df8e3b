/* SPDX-License-Identifier: MIT */
/* Elementwise maps over operands of any strides: a tile function only ever sees contiguous memory,
 * and where a tile begins and ends depends on shapes and strides alone. */
#include "kernels.h"

#include <assert.h>
#include <string.h>

/* Elements a thread takes at once; the length from which on rows are tiled one by one; the steps in
 * which a number is repeated, and so how far that may run over. */
enum { PART = 32 * BB__TILE, LONG_ROW = BB__TILE / 2, SPLAT = 8 };

typedef enum access {
    DIRECT, /* a tile lies contiguously in the operand's own memory */
    REPEAT, /* gathered; tiles that begin at the same element are the same */
    GATHER, /* gathered for every tile */
} access;

typedef struct operand {
    access how;
    bb_dtype dtype;
    size_t size; /* bytes an element */
    const char *data;
    int64_t stride[BB_MAX_DIMS];
} operand;

/* A map in normal form: dimensions of size 1 are gone, and neighbours that every operand runs
 * through in one stride are one. */
typedef struct map {
    bb_map_fn tile;
    const void *attrs;
    int n_in;
    operand in[BB_MAP_INPUTS];
    char *out;
    size_t out_size;
    int ndim;
    int64_t dim[BB_MAX_DIMS];
    int64_t count;
    int64_t row, row_tiles, tile_length; /* tiles do not cross the ends of rows */
} map;

typedef union buffer {
#define MEMBER(name, type, text) type of_##name[BB__TILE + SPLAT];
    BB_DTYPE_LIST(MEMBER)
#undef MEMBER
} buffer;

/* The index of the element of row-major number `start`, and its place in the operand. */
static int64_t locate(const map *m, const operand *in, int64_t start, int64_t at[BB_MAX_DIMS])
{
    int64_t place = 0;
    for (int d = m->ndim - 1; d > 0; d--) {
        at[d] = start % m->dim[d];
        start /= m->dim[d];
        place += at[d] * in->stride[d];
    }
    at[0] = start;
    return place + start * in->stride[0];
}

/* From the place of one innermost run's beginning to that of the next; wraps around at the end. */
static int64_t next_run(const map *m, const operand *in, int64_t place, int64_t at[BB_MAX_DIMS])
{
    for (int d = m->ndim - 2; d >= 0; d--) {
        place += in->stride[d];
        if (++at[d] < m->dim[d])
            break;
        place -= m->dim[d] * in->stride[d];
        at[d] = 0;
    }
    return place;
}

typedef void (*gather_fn)(const map *m, const operand *in, int64_t start, int64_t n, buffer *to);

#define DEFINE_GATHER(name, type, text)                                                         \
    static void copy_##name(const type *from, int64_t step, int64_t n, type *to)                \
    {                                                                                           \
        const type value = *from;                                                               \
        if (step == 1)                                                                          \
            memcpy(to, from, (size_t)n * sizeof(type));                                         \
        else if (step == 0)                                                                     \
            for (int64_t i = 0; i < n; i += SPLAT)                                              \
                for (int k = 0; k < SPLAT; k++)                                                 \
                    to[i + k] = value;                                                          \
        else                                                                                    \
            for (int64_t i = 0; i < n; i++)                                                     \
                to[i] = from[i * step];                                                         \
    }                                                                                           \
    static void gather_##name(const map *m, const operand *in, int64_t start, int64_t n,        \
                              buffer *to)                                                       \
    {                                                                                           \
        int64_t at[BB_MAX_DIMS];                                                                \
        int64_t place = locate(m, in, start, at);                                               \
        int64_t size = m->dim[m->ndim - 1], step = in->stride[m->ndim - 1];                     \
        int64_t first = at[m->ndim - 1];                                                        \
        place -= first * step;                                                                  \
        for (int64_t done = 0; done < n;) {                                                     \
            int64_t run = size - first < n - done ? size - first : n - done;                    \
            copy_##name((const type *)(const void *)in->data + place + first * step, step, run, \
                        to->of_##name + done);                                                  \
            done += run;                                                                        \
            first = 0;                                                                          \
            place = next_run(m, in, place, at);                                                 \
        }                                                                                       \
    }
BB_DTYPE_LIST(DEFINE_GATHER)

static const gather_fn gathers[BB_DTYPE_COUNT] = {
#define ENTRY(name, type, text) [name] = gather_##name,
    BB_DTYPE_LIST(ENTRY)
#undef ENTRY
};

/* What a buffer holds: `length` elements of a REPEAT operand from `place` on. */
typedef struct held {
    int64_t place, length;
} held;

static const void *tile_source(const map *m, int i, int64_t start, int64_t n, buffer *to, held *h)
{
    const operand *in = &m->in[i];
    int64_t at[BB_MAX_DIMS];
    if (in->how != GATHER) {
        int64_t place = locate(m, in, start, at);
        if (in->how == DIRECT)
            return in->data + place * (int64_t)in->size;
        if (h->length >= n && h->place == place)
            return to;
        *h = (held){place, n};
    }
    gathers[in->dtype](m, in, start, n, to);
    return to;
}

static void run_tiles(void *context, int64_t first, int64_t last)
{
    const map *m = context;
    _Alignas(64) buffer buffers[BB_MAP_INPUTS];
    held holds[BB_MAP_INPUTS] = {{0, 0}};
    const void *from[BB_MAP_INPUTS];
    for (int64_t t = first; t < last; t++) {
        int64_t column = t % m->row_tiles * m->tile_length;
        int64_t start = t / m->row_tiles * m->row + column;
        int64_t n = m->row - column < m->tile_length ? m->row - column : m->tile_length;
        for (int i = 0; i < m->n_in; i++)
            from[i] = tile_source(m, i, start, n, &buffers[i], &holds[i]);
        m->tile((size_t)n, from, m->out + start * (int64_t)m->out_size, m->attrs);
    }
}

/* Whether in every input dimension d of the arrays continues the map's innermost one. */
static bool joins(const map *m, const bb_array *in, int d)
{
    bool all = m->ndim > 0;
    for (int i = 0; i < m->n_in && all; i++)
        all = m->in[i].stride[m->ndim - 1] == in[i].stride[d] * in[i].shape.dim[d];
    return all;
}

static void collapse(map *m, const bb_array *in, bb_shape shape)
{
    for (int d = 0; d < shape.ndim; d++) {
        if (shape.dim[d] == 1)
            continue;
        if (!joins(m, in, d))
            m->dim[m->ndim++] = 1;
        m->dim[m->ndim - 1] *= shape.dim[d];
        for (int i = 0; i < m->n_in; i++)
            m->in[i].stride[m->ndim - 1] = in[i].stride[d];
    }
}

static bool runs_through(const map *m, const operand *in)
{
    int64_t expected = 1;
    for (int d = m->ndim - 1; d >= 0; expected *= m->dim[d--])
        if (in->stride[d] != expected)
            return false;
    return true;
}

/* After how many elements an operand begins anew: all of them when it never does. */
static int64_t period(const map *m, const operand *in)
{
    int64_t elements = m->count;
    for (int d = 0; d < m->ndim && in->stride[d] == 0; d++)
        elements /= m->dim[d];
    return elements;
}

/* Long rows are tiled singly, so that an operand with stride 1 is read in place. Short ones are
 * batched, in tiles of whole periods, so that what repeats is gathered only once. Periods divide
 * one another, for each is the product of the last few dimensions. */
static void cut(map *m)
{
    bool is_long = m->dim[m->ndim - 1] >= LONG_ROW;
    int64_t longest = 1;
    for (int i = 0; i < m->n_in; i++) {
        operand *in = &m->in[i];
        int64_t elements = period(m, in), step = in->stride[m->ndim - 1];
        bool repeats = is_long ? step == 0 : elements <= BB__TILE;
        bool is_direct = runs_through(m, in) || (is_long && step == 1);
        in->how = is_direct ? DIRECT : repeats ? REPEAT : GATHER;
        if (in->how == REPEAT && !is_long && elements > longest)
            longest = elements;
    }
    m->row = is_long ? m->dim[m->ndim - 1] : m->count;
    m->tile_length = BB__TILE / longest * longest;
    m->row_tiles = (m->row - 1) / m->tile_length + 1;
}

static void map_strided(map *m, const bb_array *in, bb_shape shape, int threads)
{
    collapse(m, in, shape);
    for (int i = 0; i < m->n_in; i++) {
        m->in[i].dtype = in[i].dtype;
        m->in[i].size = bb_dtype_size(in[i].dtype);
        m->in[i].data = in[i].data;
    }
    cut(m);
    int64_t tiles = m->count / m->row * m->row_tiles;
    bb__parallel(tiles, PART / m->tile_length, threads, run_tiles, m);
}

/* All operands contiguous: parts of the memory as it stands. */
static void run_part(void *context, int64_t first, int64_t last)
{
    const map *m = context;
    const void *from[BB_MAP_INPUTS];
    for (int i = 0; i < m->n_in; i++)
        from[i] = m->in[i].data + first * (int64_t)m->in[i].size;
    m->tile((size_t)(last - first), from, m->out + first * (int64_t)m->out_size, m->attrs);
}

static void map_contiguous(map *m, const bb_array *in, int threads)
{
    for (int i = 0; i < m->n_in; i++) {
        m->in[i].size = bb_dtype_size(in[i].dtype);
        m->in[i].data = in[i].data;
    }
    bb__parallel(m->count, PART, threads, run_part, m);
}

static bool is_contiguous(const bb_array *a)
{
    int64_t expected = 1;
    for (int d = a->shape.ndim - 1; d >= 0; d--) {
        if (a->stride[d] != expected && a->shape.dim[d] != 1)
            return false;
        expected *= a->shape.dim[d];
    }
    return true;
}

void bb__map(bb_map_fn tile, int n_in, const bb_array *in, const bb_array *out, const void *attrs,
             int threads)
{
    const void *from[BB_MAP_INPUTS];
    int64_t count = 1;
    bool contiguous = true;
    assert(n_in <= BB_MAP_INPUTS);
    for (int d = 0; d < out->shape.ndim; d++)
        count *= out->shape.dim[d];
    for (int i = 0; i < n_in; i++) {
        from[i] = in[i].data;
        contiguous = contiguous && (count == 1 || is_contiguous(&in[i]));
    }
    if (count == 0)
        return;
    if (contiguous && count <= PART) {
        tile((size_t)count, from, out->data, attrs);
        return;
    }
    map m = {.tile = tile, .attrs = attrs, .n_in = n_in, .count = count};
    m.out = out->data;
    m.out_size = bb_dtype_size(out->dtype);
    if (contiguous)
        map_contiguous(&m, in, threads);
    else
        map_strided(&m, in, out->shape, threads);
}
