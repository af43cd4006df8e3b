/* SPDX-License-Identifier: MIT */
/* Moving numbers between strided arrays; every element is written by one thread, in an order that
 * the sizes alone decide. */
#include "kernels.h"

#include <string.h>

enum {
    PART = 1 << 15,  /* elements that are worth a thread */
    SLAB_PART = 512, /* elements of a slab that are moved index by index before the next ones */
    EDGE = 16        /* of a tile of a transpose: a cache line of floats */
};

typedef void (*run_fn)(int64_t n, void *to, int64_t to_stride, const void *from,
                       int64_t from_stride);
typedef void (*tile_fn)(int64_t rows, int64_t columns, void *to, int64_t to_stride,
                        const void *from, int64_t from_stride);

/* For each dtype: a run of elements; and a tile whose rows are contiguous in `to` and whose columns
 * are in `from`. */
#define DEFINE_COPY(name, type, text)                                                   \
    static void copy_##name(int64_t n, void *to, int64_t to_stride, const void *from,   \
                            int64_t from_stride)                                        \
    {                                                                                   \
        type *t = to;                                                                   \
        const type *f = from;                                                           \
        if (to_stride == 1 && from_stride == 1) {                                       \
            memcpy(t, f, (size_t)n * sizeof(type));                                     \
        } else if (to_stride == 1 && from_stride == 0) {                                \
            const type value = *f;                                                      \
            for (int64_t i = 0; i < n; i++)                                             \
                t[i] = value;                                                           \
        } else {                                                                        \
            for (int64_t i = 0; i < n; i++)                                             \
                t[i * to_stride] = f[i * from_stride];                                  \
        }                                                                               \
    }                                                                                   \
    static void tile_##name(int64_t rows, int64_t columns, void *to, int64_t to_stride, \
                            const void *from, int64_t from_stride)                      \
    {                                                                                   \
        type *t = to;                                                                   \
        const type *f = from;                                                           \
        for (int64_t i = 0; i < rows; i++)                                              \
            for (int64_t j = 0; j < columns; j++)                                       \
                t[i * to_stride + j] = f[j * from_stride + i];                          \
    }
BB_DTYPE_LIST(DEFINE_COPY)

#define DEFINE_ADD(name, type)                                                       \
    static void add_##name(int64_t n, void *to, int64_t to_stride, const void *from, \
                           int64_t from_stride)                                      \
    {                                                                                \
        type *t = to;                                                                \
        const type *f = from;                                                        \
        if (to_stride == 1 && from_stride == 1) {                                    \
            BB_LANES                                                                 \
            for (int64_t i = 0; i < n; i++)                                          \
                t[i] += f[i];                                                        \
        } else {                                                                     \
            for (int64_t i = 0; i < n; i++)                                          \
                t[i * to_stride] += f[i * from_stride];                              \
        }                                                                            \
    }
DEFINE_ADD(BB_F32, float)
DEFINE_ADD(BB_F64, double)

#define COPY_ENTRY(name, type, text) [name] = copy_##name,
#define TILE_ENTRY(name, type, text) [name] = tile_##name,
static const run_fn copy_run[BB_DTYPE_COUNT] = {BB_DTYPE_LIST(COPY_ENTRY)};
static const tile_fn copy_tile[BB_DTYPE_COUNT] = {BB_DTYPE_LIST(TILE_ENTRY)};
static const run_fn add_run[BB_DTYPE_COUNT] = {[BB_F32] = add_BB_F32, [BB_F64] = add_BB_F64};

/* A walk over two arrays at once. No size is 1 but that of an only dimension, and neighbours that
 * lie as one are one. */
typedef struct walk {
    int ndim;
    int64_t dim[BB_MAX_DIMS], to_stride[BB_MAX_DIMS], from_stride[BB_MAX_DIMS];
    char *to;
    const char *from;
    int64_t size; /* bytes of an element */
    run_fn run;
    tile_fn tile;
} walk;

static walk walk_between(const bb_array *to, const bb_array *from, const run_fn run[])
{
    return (walk){.to = to->data,
                  .from = from->data,
                  .size = (int64_t)bb_dtype_size(to->dtype),
                  .run = run[to->dtype],
                  .tile = copy_tile[to->dtype]};
}

static void append_dim(walk *w, int64_t size, int64_t to_stride, int64_t from_stride)
{
    int i = w->ndim;
    if (size == 1)
        return;
    if (i > 0 && w->to_stride[i - 1] == to_stride * size &&
        w->from_stride[i - 1] == from_stride * size)
        size *= w->dim[--i];
    w->dim[i] = size;
    w->to_stride[i] = to_stride;
    w->from_stride[i] = from_stride;
    w->ndim = i + 1;
}

/* The number of elements; a walk without dimensions gets one of size 1. */
static int64_t complete(walk *w)
{
    if (w->ndim == 0)
        w->dim[w->ndim++] = 1;
    int64_t count = 1;
    for (int i = 0; i < w->ndim; i++)
        count *= w->dim[i];
    return count;
}

typedef struct place {
    int64_t at[BB_MAX_DIMS];
    int64_t to, from; /* in elements */
} place;

/* Where element `position` of the first `ndim` dimensions lies. */
static place place_of(const walk *w, int ndim, int64_t position)
{
    place p = {{0}, 0, 0};
    for (int i = ndim - 1; i >= 0 && position > 0; i--) {
        p.at[i] = position % w->dim[i];
        position /= w->dim[i];
        p.to += p.at[i] * w->to_stride[i];
        p.from += p.at[i] * w->from_stride[i];
    }
    return p;
}

/* From anywhere in the last of `ndim` dimensions to the start of its next row. */
static void next_row(const walk *w, int ndim, place *p)
{
    int i = ndim - 1;
    do {
        p->to -= p->at[i] * w->to_stride[i];
        p->from -= p->at[i] * w->from_stride[i];
        p->at[i--] = 0;
        p->at[i]++;
        p->to += w->to_stride[i];
        p->from += w->from_stride[i];
    } while (p->at[i] == w->dim[i] && i > 0);
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Elements first .. last-1, with both arrays moved on by so many elements. */
static void walk_part(const walk *w, int64_t to, int64_t from, int64_t first, int64_t last)
{
    int inner = w->ndim - 1;
    place p = place_of(w, w->ndim, first);
    while (first < last) {
        int64_t n = smaller(w->dim[inner] - p.at[inner], last - first);
        w->run(n, w->to + (to + p.to) * w->size, w->to_stride[inner],
               w->from + (from + p.from) * w->size, w->from_stride[inner]);
        first += n;
        if (first < last)
            next_row(w, w->ndim, &p);
    }
}

static void walk_range(void *context, int64_t first, int64_t last)
{
    walk_part(context, 0, 0, first, last);
}

/* The dimension along which `from` is contiguous where the last one, along which `to` is, jumps in
 * it; -1 if none. */
static int transposed_dim(const walk *w)
{
    int inner = w->ndim - 1;
    if (w->to_stride[inner] != 1 || w->from_stride[inner] <= 1)
        return -1;
    for (int i = 0; i < inner; i++)
        if (w->from_stride[i] == 1)
            return i;
    return -1;
}

static void exchange_dims(walk *w, int i, int j)
{
    walk old = *w;
    w->dim[i] = old.dim[j], w->dim[j] = old.dim[i];
    w->to_stride[i] = old.to_stride[j], w->to_stride[j] = old.to_stride[i];
    w->from_stride[i] = old.from_stride[j], w->from_stride[j] = old.from_stride[i];
}

/* Bands first .. last-1 of EDGE rows each; rows and columns are the last two dimensions. */
static void band_range(void *context, int64_t first, int64_t last)
{
    const walk *w = context;
    int rows = w->ndim - 2, columns = w->ndim - 1;
    int64_t bands = (w->dim[rows] + EDGE - 1) / EDGE;
    for (int64_t band = first; band < last; band++) {
        place p = place_of(w, rows, band / bands);
        int64_t row = band % bands * EDGE;
        p.to += row * w->to_stride[rows];
        p.from += row;
        for (int64_t column = 0; column < w->dim[columns]; column += EDGE)
            w->tile(smaller(EDGE, w->dim[rows] - row), smaller(EDGE, w->dim[columns] - column),
                    w->to + (p.to + column) * w->size, w->to_stride[rows],
                    w->from + (p.from + column * w->from_stride[columns]) * w->size,
                    w->from_stride[columns]);
    }
}

static void copy_transposed(walk *w, int rows, int64_t count, int threads)
{
    exchange_dims(w, rows, w->ndim - 2);
    int64_t height = w->dim[w->ndim - 2], width = w->dim[w->ndim - 1];
    int64_t bands = count / (height * width) * ((height + EDGE - 1) / EDGE);
    bb__parallel(bands, PART / (EDGE * width) + 1, threads, band_range, w);
}

static bool same_window(const bb_array *a, const bb_array *b)
{
    size_t strides = (size_t)a->shape.ndim * sizeof(a->stride[0]);
    return a->data == b->data && memcmp(a->stride, b->stride, strides) == 0;
}

void bb__copy(const bb_array *in, const bb_array *out, int threads)
{
    if (bb_shape_count(out->shape) == 0 || same_window(in, out))
        return;
    walk w = walk_between(out, in, copy_run);
    for (int i = 0; i < out->shape.ndim; i++)
        append_dim(&w, out->shape.dim[i], out->stride[i], in->stride[i]);
    int64_t count = complete(&w);
    int rows = transposed_dim(&w);
    if (rows >= 0)
        copy_transposed(&w, rows, count, threads);
    else
        bb__parallel(count, PART, threads, walk_range, &w);
}

void bb__accumulate(const bb_array *in, const bb_array *out, int threads)
{
    walk w = walk_between(out, in, add_run);
    for (int i = 0; i < out->shape.ndim; i++)
        append_dim(&w, out->shape.dim[i], out->stride[i], in->stride[i]);
    int64_t count = complete(&w);
    bb__parallel(count, PART, threads, walk_range, &w);
}

/* An integer gets the nearest number that it can hold, and 0 for NaN. */
static double saturated(double value, double low, double high)
{
    return value >= high ? high : value >= low ? value : value < low ? low : 0;
}

void bb__fill(const bb_array *out, double value)
{
    float f32 = (float)value;
    int32_t i32 = (int32_t)saturated(value, INT32_MIN, INT32_MAX);
    uint8_t u8 = (uint8_t)saturated(value, 0, UINT8_MAX);
    void *const element[BB_DTYPE_COUNT] = {
        [BB_F32] = &f32, [BB_F64] = &value, [BB_I32] = &i32, [BB_U8] = &u8};
    bb__copy(&(bb_array){.data = element[out->dtype], .dtype = out->dtype, .shape = out->shape},
             out, 1);
}

/* A slab is what is left of an array when an axis is fixed. Gather copies slab index[j] of `picked`
 * to slab j of `listed`, scatter_add adds the other way. */
typedef struct indexed {
    walk slab;
    int64_t slab_count;
    const bb_array *index, *listed;
    int axis;
    int64_t count; /* of indices */
    int64_t picked_stride;
    bool gathers;
} indexed;

static int64_t offset_at(int ndim, const int64_t *dim, const int64_t *stride, int64_t position)
{
    int64_t offset = 0;
    for (int i = ndim - 1; i > 0; i--) {
        offset += position % dim[i] * stride[i];
        position /= dim[i];
    }
    return ndim > 0 ? offset + position * stride[0] : 0;
}

static int32_t index_at(const bb_array *index, int64_t j)
{
    const int32_t *value = index->data;
    return value[offset_at(index->shape.ndim, index->shape.dim, index->stride, j)];
}

static bool indices_fit(const bb_call *call, int64_t size)
{
    const bb_array *index = &call->in[1];
    int64_t count = bb_shape_count(index->shape);
    for (int64_t j = 0; j < count; j++)
        if (!bb__index_fits(call, index_at(index, j), size))
            return false;
    return true;
}

static indexed index_slabs(const bb_array *picked, const bb_array *index, const bb_array *listed,
                           int axis, bool gathers)
{
    indexed m = {.index = index, .listed = listed, .axis = axis, .gathers = gathers};
    m.slab =
        gathers ? walk_between(listed, picked, copy_run) : walk_between(picked, listed, add_run);
    int shift = index->shape.ndim - 1;
    for (int i = 0; i < picked->shape.ndim; i++) {
        if (i == axis)
            continue;
        int64_t far = listed->stride[i < axis ? i : i + shift], near = picked->stride[i];
        append_dim(&m.slab, picked->shape.dim[i], gathers ? far : near, gathers ? near : far);
    }
    m.slab_count = complete(&m.slab);
    m.count = bb_shape_count(index->shape);
    m.picked_stride = picked->stride[axis];
    return m;
}

static int64_t slab_parts(const indexed *m)
{
    return (m->slab_count + SLAB_PART - 1) / SLAB_PART;
}

static void move_slab_part(const indexed *m, int64_t j, int64_t number)
{
    int64_t picked = index_at(m->index, j) * m->picked_stride;
    int64_t listed = offset_at(m->index->shape.ndim, m->listed->shape.dim + m->axis,
                               m->listed->stride + m->axis, j);
    int64_t first = number * SLAB_PART, last = smaller(first + SLAB_PART, m->slab_count);
    walk_part(&m->slab, m->gathers ? listed : picked, m->gathers ? picked : listed, first, last);
}

static void gather_range(void *context, int64_t first, int64_t last)
{
    const indexed *m = context;
    for (int64_t i = first; i < last; i++)
        move_slab_part(m, i % m->count, i / m->count);
}

static void scatter_range(void *context, int64_t first, int64_t last)
{
    const indexed *m = context;
    for (int64_t number = first; number < last; number++)
        for (int64_t j = 0; j < m->count; j++)
            move_slab_part(m, j, number);
}

void bb__gather(const bb_call *call, int axis)
{
    const bb_array *x = &call->in[0];
    if (!indices_fit(call, x->shape.dim[axis]) || bb_shape_count(call->out->shape) == 0)
        return;
    indexed m = index_slabs(x, &call->in[1], call->out, axis, true);
    bb__parallel(slab_parts(&m) * m.count, PART / smaller(SLAB_PART, m.slab_count), call->threads,
                 gather_range, &m);
}

/* Threads share the slab, never the indices: each element sees its updates in the order of the
 * indices. */
void bb__scatter_add(const bb_call *call, int axis)
{
    if (!indices_fit(call, call->out->shape.dim[axis]))
        return;
    bb__copy(&call->in[0], call->out, call->threads);
    if (bb_shape_count(call->in[2].shape) == 0)
        return;
    indexed m = index_slabs(call->out, &call->in[1], &call->in[2], axis, false);
    bb__parallel(slab_parts(&m), PART / (SLAB_PART * m.count) + 1, call->threads, scatter_range,
                 &m);
}
