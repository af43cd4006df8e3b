/* SPDX-License-Identifier: MIT */
/* How a map will run, by shapes and strides alone: dimensions in their normal form, tiles, which
 * operands are read in place and which are gathered, and where in the buffers each result is
 * held. */
#include "map.h"

#include <assert.h>

enum {
    KEPT = 28 << 10, /* bytes that a tile may touch: the first-level cache keeps them */
    SHORTEST = 32,   /* elements of a tile at least */
    PARTS = 256,     /* of a large map at least, to be shared equally; each begins anew */
};

/* Whether in every input dimension d of the arrays continues the map's innermost one. */
static bool joins(const bb__map *m, const bb_array *in, int d)
{
    bool all = m->ndim > 0;
    for (int i = 0; i < m->n_in + m->n_to && all; i++)
        all = m->in[i].stride[m->ndim - 1] == in[i].stride[d] * in[i].shape.dim[d];
    return all;
}

/* To normal form: dimensions of size 1 are gone, and neighbours that every operand runs through in
 * one stride are one. */
static void collapse(bb__map *m, const bb_array *in, bb_shape shape)
{
    m->ndim = 0;
    for (int d = 0; d < shape.ndim; d++) {
        if (shape.dim[d] == 1)
            continue;
        if (!joins(m, in, d))
            m->dim[m->ndim++] = 1;
        m->dim[m->ndim - 1] *= shape.dim[d];
        for (int i = 0; i < m->n_in + m->n_to; i++)
            m->in[i].stride[m->ndim - 1] = in[i].stride[d];
    }
}

/* The elements of dimensions `level` and on. */
static int64_t elements_from(const bb__map *m, int level)
{
    int64_t elements = 1;
    for (int d = level; d < m->ndim; d++)
        elements *= m->dim[d];
    return elements;
}

/* Whether an operand's elements of dimensions `level` and on lie as they are counted. */
static bool runs_through(const bb__map *m, const bb__map_input *in, int level)
{
    int64_t expected = 1;
    for (int d = m->ndim - 1; d >= level; expected *= m->dim[d--])
        if (in->stride[d] != expected)
            return false;
    return true;
}

/* After how many elements of dimensions `level` and on an operand begins anew: all of them when it
 * never does. */
static int64_t period(const bb__map *m, const bb__map_input *in, int level)
{
    int64_t elements = elements_from(m, level);
    for (int d = level; d < m->ndim && in->stride[d] == 0; d++)
        elements /= m->dim[d];
    return elements;
}

/* How an operand is read in rows of dimensions `level` and on. */
static bb__map_access way_at(const bb__map *m, const bb__map_input *in, int level)
{
    return runs_through(m, in, 0)                ? BB__LINEAR
           : level && runs_through(m, in, level) ? BB__BY_ROWS
           : period(m, in, level) <= m->tile     ? BB__REPEAT
                                                 : BB__GATHER;
}

/* How much work it is for each tile to have operands at hand: what repeats is gathered once a row.
 * */
static int work_at(const bb__map *m, int level)
{
    static const int work[] = {
        [BB__LINEAR] = 0, [BB__BY_ROWS] = 0, [BB__REPEAT] = 1, [BB__GATHER] = 16};
    int sum = 0;
    for (int i = 0; i < m->n_in; i++)
        sum += work[way_at(m, &m->in[i], level)];
    return sum;
}

/* Rows are of the dimensions from which on operands are at hand most easily: all there are, or
 * fewer as long as rows fill half a tile. They are tiled singly, in tiles of whole periods of what
 * repeats. Periods divide one another, for each is the product of the last few dimensions. */
static void cut(bb__map *m)
{
    int64_t longest = 1;
    int level = 0;
    for (int d = 1; d < m->ndim; d++)
        if (elements_from(m, d) >= m->tile / 2 && work_at(m, d) < work_at(m, level))
            level = d;
    for (int i = 0; i < m->n_in; i++) {
        bb__map_input *in = &m->in[i];
        const int64_t elements = period(m, in, level);
        in->how = way_at(m, in, level);
        if (in->how == BB__REPEAT && elements > longest)
            longest = elements;
    }
    m->row = elements_from(m, level);
    m->tile_length = m->tile / longest * longest;
}

static bool is_flat(const bb__map *m)
{
    for (int i = 0; i < m->n_in; i++)
        if (m->in[i].how != BB__LINEAR)
            return false;
    return m->n_to == 0;
}

static bool is_buffered(const bb__map_op *op)
{
    return !op->out || op->streams;
}

/* Whether a result is too much for any cache, and in memory that the map does not read. */
static bool does_stream(const bb__map *m, const bb__map_op *op, const bb_array *in)
{
    enum { LARGE = 8 << 20 }; /* bytes */
    bool is_large = m->may_stream && op->out && m->count >= LARGE / (int64_t)op->size;
    for (int i = 0; i < m->n_in && is_large; i++)
        is_large = in[i].data != (void *)op->out;
    return is_large;
}

/* Which op reads each result last; itself, where none does. */
static void find_last_readers(const bb__map *m, int last[BB__MAP_OPS])
{
    for (int k = 0; k < m->n_ops; k++) {
        last[k] = k;
        for (int i = 0; i < m->ops[k].n_in; i++)
            if (m->ops[k].in[i] >= m->n_in)
                last[m->ops[k].in[i] - m->n_in] = k;
    }
}

/* Bytes of a buffer. */
static size_t block_size(const bb__map *m)
{
    size_t element = 1;
    for (int k = 0; k < m->n_ops; k++)
        element = m->ops[k].size > element ? m->ops[k].size : element;
    for (int i = 0; i < m->n_in; i++)
        element = m->in[i].size > element ? m->in[i].size : element;
    return (((size_t)m->tile + BB__MAP_SPLAT) * element + BB__LINE - 1) / BB__LINE * BB__LINE;
}

/* Whether what op k reads, there for the last time, may be what it writes: its elements are as
 * large. */
static bool is_overwritten(const bb__map *m, const int *last, int i, int k)
{
    return i != k && is_buffered(&m->ops[i]) && last[i] == k && m->ops[i].size == m->ops[k].size;
}

/* Gives each gathered input a buffer, and each op whose result is not stored one that nobody reads
 * any more. Returns the bytes needed. */
static size_t place_buffers(bb__map *m)
{
    size_t top = 0, owner[BB__MAP_OPS], n_free = 0;
    int last[BB__MAP_OPS];
    const size_t block = block_size(m);
    find_last_readers(m, last);
    for (int i = 0; i < m->n_in; i++)
        if (m->in[i].how != BB__LINEAR && m->in[i].how != BB__BY_ROWS) {
            m->in[i].buffer = top;
            top += block;
        }
    for (int k = 0; k < m->n_ops; k++) {
        for (int i = 0; i < k; i++)
            if (is_overwritten(m, last, i, k))
                owner[n_free++] = m->ops[i].buffer;
        if (is_buffered(&m->ops[k])) {
            m->ops[k].buffer = n_free ? owner[--n_free] : top;
            top = m->ops[k].buffer == top ? top + block : top;
        }
        for (int i = 0; i <= k; i++)
            if (is_buffered(&m->ops[i]) && last[i] == k && !is_overwritten(m, last, i, k))
                owner[n_free++] = m->ops[i].buffer;
    }
    return top;
}

/* Of a tile, of what is read and written in its own memory. */
static size_t stream_bytes(const bb__map *m)
{
    size_t bytes = 0;
    for (int i = 0; i < m->n_in; i++)
        if (m->in[i].how == BB__LINEAR || m->in[i].how == BB__BY_ROWS)
            bytes += (size_t)m->tile * m->in[i].size;
    for (int k = 0; k < m->n_ops; k++)
        bytes += is_buffered(&m->ops[k]) ? 0 : (size_t)m->tile * m->ops[k].size;
    return bytes;
}

void bb__map_prepare(bb__map *m, const bb_array *in, bb_shape shape)
{
    assert(m->n_in <= BB__MAP_OPERANDS && m->n_ops <= BB__MAP_OPS);
    m->count = bb_shape_count(shape);
    m->tiles = 0;
    m->asks_ahead = false;
    m->work = m->n_ops;
    if (m->count == 0)
        return;
    m->may_stream = m->may_stream && m->n_ops > 1; /* a pair was two */
    for (int i = 0; i < m->n_in + m->n_to; i++) {
        m->in[i].dtype = in[i].dtype;
        m->in[i].size = bb_dtype_size(in[i].dtype);
    }
    for (int k = 0; k < m->n_ops; k++) {
        m->ops[k].size = bb_dtype_size(m->ops[k].dtype);
        m->ops[k].streams = does_stream(m, &m->ops[k], in);
        m->asks_ahead |= m->ops[k].streams;
    }
    bb__map_join_adam(m, in); /* asks what streams */
    bb__map_pair(m, in);
    for (int k = 0; k < m->n_ops; k++)
        if (m->ops[k].factors[0])
            m->ops[k].attrs = m->ops[k].factors;
    collapse(m, in, shape);
    for (m->tile = BB__TILE;; m->tile /= 2) {
        cut(m);
        if (place_buffers(m) + stream_bytes(m) <= KEPT || m->tile == SHORTEST)
            break;
    }
    if (is_flat(m)) {
        m->row = m->count;
        m->tile_length = m->n_ops == 1 && !m->ops[0].streams ? BB__MAP_SHARE : m->tile;
    }
    m->row_tiles = (m->row - 1) / m->tile_length + 1;
    m->tiles = m->count / m->row * m->row_tiles;
    m->grain = BB__MAP_SHARE / m->tile_length + (BB__MAP_SHARE < m->tile_length);
    m->grain = m->tiles / PARTS > m->grain ? m->tiles / PARTS : m->grain;
}
