/* SPDX-License-Identifier: MIT */
/* The matrix of columns: cutting it into blocks, filling it from images, adding it back to them. */
#include "conv.h"

#include <string.h>

/* Cuts. */

/* Columns of a block: enough for an efficient product; not more than BLAS multiplies without
 * packing, where these are many. */
static int64_t wide(const bb__conv_shape *s)
{
    enum { WIDE = 512, LEAST = 128, SMALL = 1000000 };
    double pairs = (double)(s->o / s->groups) * (double)(s->c / s->groups * s->kh * s->kw);
    return pairs * LEAST > SMALL || pairs * WIDE < SMALL ? WIDE : (int64_t)(SMALL / pairs);
}

/* The number of blocks of images is a multiple of EVEN, so that threads have equal shares. */
bb__conv_cut bb__conv_cut_of(const bb__conv_shape *s)
{
    enum { EVEN = 8 };
    const int64_t plane = s->oh * s->ow, channels = s->c / s->groups, most = wide(s);
    bb__conv_cut cut = {1, 1, 1, 0, 0};
    if (plane > most / 2) {
        cut.image_blocks = s->n;
        cut.row_blocks = bb__within(bb__divided_up(plane, most), 1, s->oh);
    } else {
        int64_t blocks = bb__divided_up(s->n * plane, most);
        cut.image_blocks = bb__within(bb__divided_up(blocks, EVEN) * EVEN, 1, s->n);
    }
    cut.columns =
        bb__divided_up(s->n, cut.image_blocks) * bb__divided_up(s->oh, cut.row_blocks) * s->ow;
    int64_t bytes = cut.columns * s->kh * s->kw * (int64_t)bb_dtype_size(s->dtype);
    cut.channels = bb__within(BB__SLOT_BYTES / bytes, 1, channels);
    cut.chunks = bb__divided_up(channels, cut.channels);
    return cut;
}

bb__places bb__places_of(const bb__conv_shape *s, const bb__conv_cut *cut, int64_t image_block,
                         int64_t row_block)
{
    bb__places at = {.image = bb__deal(s->n, cut->image_blocks, image_block),
                     .row = bb__deal(s->oh, cut->row_blocks, row_block)};
    at.images = bb__deal(s->n, cut->image_blocks, image_block + 1) - at.image;
    at.rows = bb__deal(s->oh, cut->row_blocks, row_block + 1) - at.row;
    at.count = at.images * at.rows * s->ow;
    return at;
}

size_t bb__columns_bytes(const bb__conv_shape *s, const bb__conv_cut *cut)
{
    int64_t count = cut->columns * cut->channels * s->kh * s->kw;
    return bb__aligned((size_t)count * bb_dtype_size(s->dtype));
}

size_t bb__copy_bytes(const bb__conv_shape *s, const bb__conv_cut *cut, int64_t filters)
{
    if (cut->image_blocks == s->n)
        return 0;
    return bb__aligned((size_t)(cut->columns * filters) * bb_dtype_size(s->dtype));
}

/* Taps. */

/* One place of the filter: it reads x at (i stride + down, j stride + right) for output row i and
 * column j; of these `top` to `bottom` and `left` to `right_end` lie in the image. */
typedef struct tap {
    int64_t down, right, top, bottom, left, end;
} tap;

/* The first place i, 0 <= i <= most, with i stride + offset >= limit. */
static int64_t first_at(int64_t limit, int64_t offset, int64_t stride, int64_t most)
{
    int64_t distance = limit - offset;
    return distance <= 0 ? 0 : bb__within(bb__divided_up(distance, stride), 0, most);
}

static tap tap_of(const bb__conv_shape *s, int64_t ky, int64_t kx)
{
    tap t = {.down = ky * s->dilation[0] - s->padding[0],
             .right = kx * s->dilation[1] - s->padding[1]};
    t.top = first_at(0, t.down, s->stride[0], s->oh);
    t.bottom = first_at(s->h, t.down, s->stride[0], s->oh);
    t.left = first_at(0, t.right, s->stride[1], s->ow);
    t.end = first_at(s->w, t.right, s->stride[1], s->ow);
    return t;
}

enum { TAPS = 32 }; /* that are worked out at a time */

/* The taps from number `first` on; returns how many, at most TAPS. */
static int64_t set_taps(const bb__conv_shape *s, int64_t first, tap *taps)
{
    const int64_t rest = s->kh * s->kw - first, count = rest < TAPS ? rest : TAPS;
    for (int64_t k = 0; k < count; k++)
        taps[k] = tap_of(s, (first + k) / s->kw, (first + k) % s->kw);
    return count;
}

/* Filling. */

#define DEFINE_MOVES(suffix, T)                                                    \
    static void take_##suffix(const void *from, int64_t step, int64_t n, void *to) \
    {                                                                              \
        const T *restrict x = from;                                                \
        T *restrict y = to;                                                        \
        for (int64_t i = 0; i < n; i++)                                            \
            y[i] = x[i * step];                                                    \
    }                                                                              \
    static void add_##suffix(const void *from, int64_t step, int64_t n, void *to)  \
    {                                                                              \
        const T *restrict x = from;                                                \
        T *restrict y = to;                                                        \
        if (step == 1)                                                             \
            for (int64_t i = 0; i < n; i++)                                        \
                y[i] += x[i];                                                      \
        else                                                                       \
            for (int64_t i = 0; i < n; i++)                                        \
                y[i * step] += x[i];                                               \
    }
DEFINE_MOVES(f32, float)
DEFINE_MOVES(f64, double)

/* Clears the first and the last elements of each row; calls of memset would cost more than what
 * they clear. */
#define DEFINE_CLEAR_SIDES(suffix, T)                                                        \
    static void clear_sides_##suffix(void *first, int64_t rows, int64_t width, int64_t left, \
                                     int64_t right)                                          \
    {                                                                                        \
        T *x = first;                                                                        \
        for (int64_t j = 0; j < left; j++)                                                   \
            for (int64_t i = 0; i < rows; i++)                                               \
                x[i * width + j] = 0;                                                        \
        for (int64_t j = width - right; j < width; j++)                                      \
            for (int64_t i = 0; i < rows; i++)                                               \
                x[i * width + j] = 0;                                                        \
    }
DEFINE_CLEAR_SIDES(f32, float)
DEFINE_CLEAR_SIDES(f64, double)

typedef void (*fill_fn)(const bb__conv_shape *s, const tap *t, const char *plane, bb__places at,
                        char *to);

/* One row of the matrix for one image: a row of the output after the other. */
static void fill_rows(const bb__conv_shape *s, const tap *t, const char *plane, bb__places at,
                      char *to)
{
    const size_t e = bb_dtype_size(s->dtype);
    const size_t width = (size_t)s->ow * e, left = (size_t)t->left * e;
    const int64_t n = t->end - t->left;
    for (int64_t i = at.row; i < at.row + at.rows; i++, to += width) {
        if (i < t->top || i >= t->bottom || n <= 0) {
            memset(to, 0, width);
            continue;
        }
        int64_t from = (i * s->stride[0] + t->down) * s->w + t->left * s->stride[1] + t->right;
        if (left > 0)
            memset(to, 0, left);
        if (s->stride[1] == 1)
            memcpy(to + left, plane + (size_t)from * e, (size_t)n * e);
        else if (s->dtype == BB_F32)
            take_f32(plane + (size_t)from * e, s->stride[1], n, to + left);
        else
            take_f64(plane + (size_t)from * e, s->stride[1], n, to + left);
        if (t->end < s->ow)
            memset(to + (size_t)t->end * e, 0, width - (size_t)t->end * e);
    }
}

/* The same where output rows are as long as the image's and the stride is 1: the rows that lie in
 * the image are one piece of it; what wrapped around an edge is cleared. */
static void fill_piece(const bb__conv_shape *s, const tap *t, const char *plane, bb__places at,
                       char *to)
{
    const size_t e = bb_dtype_size(s->dtype), width = (size_t)s->ow * e;
    const int64_t top = bb__within(t->top, at.row, at.row + at.rows);
    const int64_t bottom = bb__within(t->bottom, top, at.row + at.rows);
    char *first = to + (size_t)(top - at.row) * width;
    const size_t left = (size_t)t->left * e, right = (size_t)(s->ow - t->end) * e;
    memset(to, 0, (size_t)(first - to));
    if (bottom > top && t->end > t->left) {
        int64_t from = (top + t->down) * s->w + t->left + t->right;
        size_t size = (size_t)(bottom - top) * width - left - right;
        memcpy(first + left, plane + (size_t)from * e, size);
        (s->dtype == BB_F32 ? clear_sides_f32 : clear_sides_f64)(first, bottom - top, s->ow,
                                                                 t->left, s->ow - t->end);
    } else {
        memset(first, 0, (size_t)(bottom - top) * width);
    }
    memset(first + (size_t)(bottom - top) * width, 0, (size_t)(at.row + at.rows - bottom) * width);
}

static bool is_pointwise(const bb__conv_shape *s)
{
    return s->kh == 1 && s->kw == 1 && s->stride[0] == 1 && s->stride[1] == 1 &&
           s->padding[0] == 0 && s->padding[1] == 0;
}

bb__matrix bb__columns_of(const bb__conv_shape *s, const void *x, bb__places at,
                          bb__channels channels, void *columns)
{
    const size_t e = bb_dtype_size(s->dtype);
    const int64_t plane = s->h * s->w, part = at.rows * s->ow;
    const int64_t size = s->kh * s->kw;
    const bool in_pieces = s->stride[0] == 1 && s->stride[1] == 1 && s->ow == s->w;
    const fill_fn fill = in_pieces ? fill_piece : fill_rows;
    const char *first = (const char *)x + (size_t)((at.image * s->c + channels.first) * plane) * e;
    tap taps[TAPS];
    if (is_pointwise(s) && at.images == 1)
        return (bb__matrix){first + (size_t)(at.row * s->ow) * e, plane, false};
    for (int64_t start = 0, n; start < size; start += n) {
        n = set_taps(s, start, taps);
        for (int64_t c = 0; c < channels.count; c++)
            for (int64_t k = 0; k < n; k++) {
                char *to = (char *)columns + (size_t)((c * size + start + k) * at.count) * e;
                for (int64_t i = 0; i < at.images; i++, to += (size_t)part * e)
                    fill(s, &taps[k], first + (size_t)((i * s->c + c) * plane) * e, at, to);
            }
    }
    return (bb__matrix){columns, at.count, false};
}

/* Adding back. */

static void add_rows(const bb__conv_shape *s, const tap *t, const char *from, bb__places at,
                     char *plane)
{
    const size_t e = bb_dtype_size(s->dtype), width = (size_t)s->ow * e;
    const int64_t n = t->end - t->left;
    const int64_t top = bb__within(t->top, at.row, at.row + at.rows);
    const int64_t bottom = bb__within(t->bottom, top, at.row + at.rows);
    from += (size_t)(top - at.row) * width + (size_t)t->left * e;
    for (int64_t i = top; i < bottom && n > 0; i++, from += width) {
        int64_t to = (i * s->stride[0] + t->down) * s->w + t->left * s->stride[1] + t->right;
        (s->dtype == BB_F32 ? add_f32 : add_f64)(from, s->stride[1], n, plane + (size_t)to * e);
    }
}

void bb__columns_add(const bb__conv_shape *s, const void *columns, bb__places at,
                     bb__channels channels, void *x)
{
    const size_t e = bb_dtype_size(s->dtype);
    const int64_t plane = s->h * s->w, part = at.rows * s->ow;
    char *first = (char *)x + (size_t)((at.image * s->c + channels.first) * plane) * e;
    const int64_t size = s->kh * s->kw;
    tap taps[TAPS];
    for (int64_t start = 0, n; start < size; start += n) {
        n = set_taps(s, start, taps);
        for (int64_t c = 0; c < channels.count; c++)
            for (int64_t k = 0; k < n; k++) {
                const char *from =
                    (const char *)columns + (size_t)((c * size + start + k) * at.count) * e;
                for (int64_t i = 0; i < at.images; i++, from += (size_t)part * e)
                    add_rows(s, &taps[k], from, at, first + (size_t)((i * s->c + c) * plane) * e);
            }
    }
}

/* Results as matrices. */

/* Where filter `first` of the block begins in y, in elements. */
static int64_t start_of(const bb__conv_shape *s, bb__places at, int64_t first)
{
    return (at.image * s->o + first) * s->oh * s->ow + at.row * s->ow;
}

bb__matrix bb__places_read(const bb__conv_shape *s, const void *y, bb__places at, int64_t first,
                           int64_t count, void *copy)
{
    const size_t e = bb_dtype_size(s->dtype), part = (size_t)(s->oh * s->ow) * e;
    const char *from = (const char *)y + (size_t)start_of(s, at, first) * e;
    char *to = copy;
    if (at.images == 1)
        return (bb__matrix){from, s->oh * s->ow, false};
    for (int64_t f = 0; f < count; f++)
        for (int64_t i = 0; i < at.images; i++, to += part)
            memcpy(to, from + (size_t)(i * s->o + f) * part, part);
    return (bb__matrix){copy, at.count, false};
}

bb__matrix bb__places_target(const bb__conv_shape *s, void *y, bb__places at, int64_t first,
                             void *copy)
{
    char *to = (char *)y + (size_t)start_of(s, at, first) * bb_dtype_size(s->dtype);
    return at.images == 1 ? (bb__matrix){to, s->oh * s->ow, false}
                          : (bb__matrix){copy, at.count, false};
}

void bb__places_write(const bb__conv_shape *s, const void *copy, bb__places at, int64_t first,
                      int64_t count, void *y)
{
    const size_t e = bb_dtype_size(s->dtype), part = (size_t)(s->oh * s->ow) * e;
    char *to = (char *)y + (size_t)start_of(s, at, first) * e;
    const char *from = copy;
    for (int64_t f = 0; at.images > 1 && f < count; f++)
        for (int64_t i = 0; i < at.images; i++, from += part)
            memcpy(to + (size_t)(i * s->o + f) * part, from, part);
}
