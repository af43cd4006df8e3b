/* SPDX-License-Identifier: MIT */
/* Moving numbers between strided arrays; every element is written by one thread, in an order that
 * the sizes alone decide. */
#include "pair.h"

#include <string.h>

enum { PART = 1 << 15 }; /* elements that are worth a thread */

/* A tile whose rows are contiguous in `to` and whose columns are in `from`. A whole one goes
 * through a block that the first-level cache holds, so that each line of either side is touched
 * once: lines at strides of powers of two would drive one another out. */
typedef void (*tile_fn)(int64_t rows, int64_t columns, void *to, int64_t to_stride,
                        const void *from, int64_t from_stride);

enum {
    EDGE = 16, /* of a tile: a cache line of floats */
    BAND = 64  /* rows of tiles that are worked on together */
};

#define DEFINE_TILE(name, type, SET)                                                               \
    static void name(int64_t rows, int64_t columns, void *to, int64_t to_stride, const void *from, \
                     int64_t from_stride)                                                          \
    {                                                                                              \
        type *t = to, block[EDGE][EDGE];                                                           \
        const type *f = from;                                                                      \
        if (rows < EDGE || columns < EDGE) {                                                       \
            for (int64_t i = 0; i < rows; i++)                                                     \
                for (int64_t j = 0; j < columns; j++)                                              \
                    t[i * to_stride + j] SET f[j * from_stride + i];                               \
            return;                                                                                \
        }                                                                                          \
        for (int j = 0; j < EDGE; j++)                                                             \
            memcpy(block[j], f + j * from_stride, sizeof block[j]);                                \
        for (int i = 0; i < EDGE; i++)                                                             \
            for (int j = 0; j < EDGE; j++)                                                         \
                t[i * to_stride + j] SET block[j][i];                                              \
    }
#define DEFINE_COPY_TILE(name, type, text) DEFINE_TILE(copy_##name, type, =)
BB_DTYPE_LIST(DEFINE_COPY_TILE)
DEFINE_TILE(add_BB_F32, float, +=)
DEFINE_TILE(add_BB_F64, double, +=)

#define COPY_ENTRY(name, type, text) [name] = copy_##name,
static const tile_fn copy_tile[BB_DTYPE_COUNT] = {BB_DTYPE_LIST(COPY_ENTRY)};
static const tile_fn add_tile[BB_DTYPE_COUNT] = {[BB_F32] = add_BB_F32, [BB_F64] = add_BB_F64};

static void walk_range(void *context, int64_t first, int64_t last)
{
    bb__pair_part(context, 0, 0, first, last);
}

/* The dimension along which `from` is contiguous where the last one, along which `to` is, jumps in
 * it; -1 if none. */
static int transposed_dim(const bb__pair *w)
{
    int inner = w->ndim - 1;
    if (w->to_stride[inner] != 1 || w->from_stride[inner] <= 1)
        return -1;
    for (int i = 0; i < inner; i++)
        if (w->from_stride[i] == 1)
            return i;
    return -1;
}

static void exchange_dims(bb__pair *w, int i, int j)
{
    bb__pair old = *w;
    w->dim[i] = old.dim[j], w->dim[j] = old.dim[i];
    w->to_stride[i] = old.to_stride[j], w->to_stride[j] = old.to_stride[i];
    w->from_stride[i] = old.from_stride[j], w->from_stride[j] = old.from_stride[i];
}

typedef struct transpose {
    bb__pair pair; /* rows and columns are the last two dimensions */
    tile_fn tile;
} transpose;

/* Bands first .. last-1 of BAND rows each, tile below tile: `from` is read by more than a line. */
static void band_range(void *context, int64_t first, int64_t last)
{
    const transpose *t = context;
    const bb__pair *w = &t->pair;
    int rows = w->ndim - 2, columns = w->ndim - 1;
    int64_t bands = bb__divided_up(w->dim[rows], BAND);
    for (int64_t band = first; band < last; band++) {
        bb__pair_at p = bb__pair_place(w, rows, band / bands);
        int64_t top = band % bands * BAND, end = bb__lower(top + BAND, w->dim[rows]);
        for (int64_t column = 0; column < w->dim[columns]; column += EDGE)
            for (int64_t row = top; row < end; row += EDGE) {
                int64_t to = p.to + row * w->to_stride[rows] + column;
                int64_t from = p.from + row + column * w->from_stride[columns];
                t->tile(bb__lower(EDGE, end - row), bb__lower(EDGE, w->dim[columns] - column),
                        w->to + to * w->size, w->to_stride[rows], w->from + from * w->size,
                        w->from_stride[columns]);
            }
    }
}

static void move_transposed(const bb__pair *w, tile_fn tile, int rows, int64_t count, int threads)
{
    transpose t = {*w, tile};
    exchange_dims(&t.pair, rows, w->ndim - 2);
    int64_t height = w->dim[rows], width = w->dim[w->ndim - 1];
    int64_t bands = count / (height * width) * bb__divided_up(height, BAND);
    bb_parallel(bands, PART / (BAND * width), threads, band_range, &t);
}

static void move(const bb_array *in, const bb_array *out, bb__run_fn run, tile_fn tile, int threads)
{
    bb__pair w = bb__pair_between(out, in, run);
    for (int i = 0; i < out->shape.ndim; i++)
        bb__pair_append(&w, out->shape.dim[i], out->stride[i], in->stride[i]);
    int64_t count = bb__pair_complete(&w);
    int rows = transposed_dim(&w);
    if (rows >= 0)
        move_transposed(&w, tile, rows, count, threads);
    else
        bb_parallel(count, PART, threads, walk_range, &w);
}

static bool same_window(const bb_array *a, const bb_array *b)
{
    size_t strides = (size_t)a->shape.ndim * sizeof(a->stride[0]);
    return a->data == b->data && memcmp(a->stride, b->stride, strides) == 0;
}

void bb__copy(const bb_array *in, const bb_array *out, int threads)
{
    if (bb_shape_count(out->shape) > 0 && !same_window(in, out))
        move(in, out, bb__copy_run[out->dtype], copy_tile[out->dtype], threads);
}

void bb__accumulate(const bb_array *in, const bb_array *out, int threads)
{
    if (bb_shape_count(out->shape) > 0)
        move(in, out, bb__add_run[out->dtype], add_tile[out->dtype], threads);
}

typedef struct parts {
    const bb_call *call;
    int axis;
} parts;

static void concat_range(void *context, int64_t first, int64_t last)
{
    const parts *p = context;
    bb_array window = *p->call->out;
    const int64_t step = window.stride[p->axis] * (int64_t)bb_dtype_size(window.dtype);
    for (int64_t i = 0; i < last; i++) {
        const bb_array *part = &p->call->in[i];
        window.shape = part->shape;
        if (i >= first && part->data != window.data) /* else it was computed in its place */
            bb__copy(part, &window, p->call->threads);
        window.data = (char *)window.data + part->shape.dim[p->axis] * step;
    }
}

/* Threads share small parts, or each of the large ones. */
void bb__concat(const bb_call *call, int axis)
{
    parts p = {call, axis};
    int64_t largest = 0, count = bb_shape_count(call->out->shape);
    for (int i = 0; i < call->n_in; i++) {
        int64_t part = bb_shape_count(call->in[i].shape);
        largest = part > largest ? part : largest;
    }
    if (largest < 2 * PART)
        bb_parallel(call->n_in, PART * call->n_in / (count + 1) + 1, call->threads, concat_range,
                    &p);
    else
        concat_range(&p, 0, call->n_in);
}

/* An integer gets the nearest number that it can hold, and 0 for NaN. */
static double saturated(double value, double low, double high)
{
    return value >= high ? high : value >= low ? value : value < low ? low : 0;
}

typedef union number {
    float f32;
    double f64;
    int32_t i32;
    uint8_t u8;
} number;

/* An array of one number, which repeats as often as one likes. */
static bb_array array_of(number *n, double value, const bb_array *like)
{
    if (like->dtype == BB_F32)
        n->f32 = (float)value;
    else if (like->dtype == BB_F64)
        n->f64 = value;
    else if (like->dtype == BB_I32)
        n->i32 = (int32_t)saturated(value, INT32_MIN, INT32_MAX);
    else
        n->u8 = (uint8_t)saturated(value, 0, UINT8_MAX);
    return (bb_array){.data = n, .dtype = like->dtype, .shape = like->shape};
}

void bb__fill(const bb_array *out, double value, int threads)
{
    number n;
    const bb_array repeated = array_of(&n, value, out);
    bb__copy(&repeated, out, threads);
}

/* What is padded and what lies around it, cut into the same number of parts, so that of what is
 * neighbouring in `out` much is written by one part, while the cache has its lines; but for what is
 * transposed, which goes by tiles, and for rows that are short, which are filled and then written
 * over. */
enum { BEFORE, BEHIND, BETWEEN, WITHIN, PIECES };

typedef struct padded {
    bb__pair pair[PIECES];
    int64_t count[PIECES];
    int n; /* of those with elements */
    int64_t parts;
} padded;

static void add_piece(padded *p, const bb_array *from, const bb_array *to, int axis, int64_t gap,
                      int64_t stride)
{
    bb__pair *w = &p->pair[p->n];
    *w = bb__pair_between(to, from, bb__copy_run[to->dtype]);
    for (int i = 0; i < to->shape.ndim; i++) {
        bb__pair_append(w, to->shape.dim[i], to->stride[i], from->stride[i]);
        if (i == axis && gap > 0) /* the elements of each gap */
            bb__pair_append(w, gap, stride, 0);
    }
    p->count[p->n] = bb__pair_complete(w);
    p->n += p->count[p->n] > 0;
}

static void pad_range(void *context, int64_t first, int64_t last)
{
    const padded *p = context;
    for (int64_t part = first; part < last; part++)
        for (int i = 0; i < p->n; i++) {
            const int64_t length = bb__divided_up(p->count[i], p->parts), start = part * length;
            bb__pair_part(&p->pair[i], 0, 0, start, bb__lower(start + length, p->count[i]));
        }
}

void bb__pad(const bb_array *in, const bb_array *out, int axis, int64_t before, int64_t gap,
             double value, int threads)
{
    enum { STEP = PART / 4, SHORT = 16 }; /* elements; those that pieces write in a row */
    const int64_t size = in->shape.dim[axis], step = gap + 1;
    const int64_t end = before + (size > 0 ? (size - 1) * step + 1 : 0);
    const int64_t gaps = size > 1 && gap > 0 ? size - 1 : 0;
    number n;
    const bb_array repeated = array_of(&n, value, out);
    const bb_array pieces[] = {
        [BEFORE] = bb__window(out, axis, 0, before, 1),
        [BEHIND] = bb__window(out, axis, end, out->shape.dim[axis] - end, 1),
        [BETWEEN] = bb__window(out, axis, gaps ? before + 1 : 0, gaps, step),
        [WITHIN] = bb__window(out, axis, before, size, step),
    };
    if (out->stride[axis] * (gap > 0 ? 1 : out->shape.dim[axis]) < SHORT) {
        bb__copy(&repeated, out, threads);
        bb__copy(in, &pieces[WITHIN], threads);
        return;
    }
    padded p = {.parts = bb__divided_up(bb_shape_count(out->shape), STEP)};
    for (int i = 0; i < WITHIN; i++)
        add_piece(&p, &repeated, &pieces[i], axis, i == BETWEEN ? gap : 0, out->stride[axis]);
    const int around = p.n;
    add_piece(&p, in, &pieces[WITHIN], axis, 0, 0);
    const bool is_turned = p.n > around && transposed_dim(&p.pair[around]) >= 0;
    p.n -= is_turned;
    bb_parallel(p.parts, PART / STEP, threads, pad_range, &p);
    if (is_turned)
        bb__copy(in, &pieces[WITHIN], threads);
}
