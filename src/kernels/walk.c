/* SPDX-License-Identifier: MIT */
/* The order in which a reduction walks: dimensions sorted by stride, merged where they are jointly
 * contiguous, and outputs grouped in tiles. Every output belongs to exactly one tile. */
#include "walk.h"

typedef struct axis {
    bb__walk_dim dim;
    int64_t pace; /* of the walk: stride 0 repeats, and is slowest */
    bool reduced;
} axis;

static int64_t pace_of(int64_t stride)
{
    return stride == 0 ? INT64_MAX : stride < 0 ? -stride : stride;
}

/* The dimensions that have more than one element, slowest first. */
static int sorted_axes(const bb_array *in, uint32_t axes, axis *sorted)
{
    int n = 0;
    int64_t out = 1;
    for (int i = in->shape.ndim - 1; i >= 0; i--) {
        bool reduced = axes >> i & 1U;
        int64_t size = in->shape.dim[i], pace = pace_of(in->stride[i]);
        bb__walk_dim dim = {size, in->stride[i], reduced ? 0 : out};
        if (!reduced)
            out *= size;
        if (size == 1)
            continue;
        int at = 0;
        while (at < n && sorted[at].pace > pace)
            at++;
        for (int j = n++; j > at; j--)
            sorted[j] = sorted[j - 1];
        sorted[at] = (axis){dim, pace, reduced};
    }
    return n;
}

/* Puts a faster dimension behind the list, merged with the last one where they are one run. */
static int push(bb__walk_dim *list, int n, bb__walk_dim next)
{
    bb__walk_dim *last = &list[n - 1];
    bool one_run = n > 0 && last->in == next.size * next.in && last->out == next.size * next.out;
    if (!one_run) {
        list[n] = next;
        return n + 1;
    }
    *last = (bb__walk_dim){last->size * next.size, next.in, next.out};
    return n;
}

static int64_t count(const bb__walk_dim *list, int n)
{
    int64_t product = 1;
    for (int i = 0; i < n; i++)
        product *= list[i].size;
    return product;
}

/* Whether a tile's outputs are folded side by side: along the faster dimension, unless that one is
 * too short for vectors and the other is longer. */
static bool side_by_side(bb__walk_dim kept, bb__walk_dim reduced)
{
    enum { SHORT_LINE = 8, SHORT_ROW = 16 };
    if (kept.size < 2)
        return false;
    if (kept.size > reduced.size)
        return reduced.size < SHORT_ROW || pace_of(kept.in) < pace_of(reduced.in);
    return kept.size >= SHORT_LINE && pace_of(kept.in) < pace_of(reduced.in);
}

bb__walk bb__walk_plan(const bb_array *in, uint32_t axes)
{
    bb__walk f = {.data = in->data, .element = bb_dtype_size(in->dtype)};
    axis sorted[BB_MAX_DIMS];
    int n = sorted_axes(in, axes, sorted);
    for (int i = 0; i < n; i++)
        if (sorted[i].reduced)
            f.n_reduced = push(f.reduced, f.n_reduced, sorted[i].dim);
        else
            f.n_kept = push(f.kept, f.n_kept, sorted[i].dim);
    f.outputs = count(f.kept, f.n_kept);
    f.terms = count(f.reduced, f.n_reduced);
    if (!f.n_kept)
        f.kept[f.n_kept++] = (bb__walk_dim){1, 0, 1};
    if (!f.n_reduced)
        f.reduced[f.n_reduced++] = (bb__walk_dim){1, 0, 0};

    const bb__walk_dim *kept = &f.kept[f.n_kept - 1];
    f.by_columns = side_by_side(*kept, f.reduced[f.n_reduced - 1]);
    bb__walk_cut(&f, f.by_columns ? BB__WALK_TILE : BB__WALK_TILE / 8);
    return f;
}

void bb__walk_cut(bb__walk *f, int64_t width)
{
    int64_t lines = count(f->kept, f->n_kept - 1), line = f->kept[f->n_kept - 1].size;
    f->width = width;
    f->tiles = f->outputs ? lines * bb__divided_up(line, width) : 0;
}

/* Offset in the operand and, unless it is NULL, in the result of a row-major position. */
static int64_t offset_at(const bb__walk_dim *list, int n, int64_t position, int64_t *out)
{
    int64_t in = 0;
    for (int i = n - 1; i >= 0 && position; i--) {
        int64_t index = i ? position % list[i].size : position;
        position = i ? position / list[i].size : 0;
        in += index * list[i].in;
        if (out)
            *out += index * list[i].out;
    }
    return in;
}

bb__walk_span bb__walk_span_at(const bb__walk *f, int64_t tile)
{
    const bb__walk_dim *kept = &f->kept[f->n_kept - 1];
    int64_t tiles = bb__divided_up(kept->size, f->width);
    int64_t line = tile / tiles, start = tile % tiles * f->width;
    int64_t rest = kept->size - start;
    bb__walk_span span = {.stride = kept->out, .width = rest < f->width ? rest : f->width};
    span.in = offset_at(f->kept, f->n_kept - 1, line, &span.first);
    span.in += start * kept->in;
    span.first += start * kept->out;
    return span;
}

int64_t bb__walk_grain(const bb__walk *f)
{
    enum { WORTH = 32768 };
    int64_t width = f->outputs < f->width ? f->outputs : f->width;
    int64_t work = f->terms && width ? f->terms * width : 1;
    return work < WORTH ? WORTH / work : 1;
}

/* Columns that are apart are put side by side first, TERMS of each at a time, as vectors want them:
 * a multiple of what kernels take at once, so that they take the same ones together. */
enum { TERMS = 16 };
_Static_assert(TERMS % BB__WALK_ROWS == 0, "the same rows together");

/* Elements of so many bits, whatever they are. Of whole rows of a size that is known compilers make
 * vectors. */
#define DEFINE_TURN(BITS)                                                                    \
    typedef uint##BITS##_t __attribute__((may_alias)) any##BITS;                             \
    static inline void turn_rows_##BITS(any##BITS *restrict to, const any##BITS *restrict x, \
                                        int64_t n, int64_t width)                            \
    {                                                                                        \
        for (int64_t j = 0; j < width; j++)                                                  \
            for (int64_t i = 0; i < n; i++)                                                  \
                to[i * width + j] = x[i + j * n];                                            \
    }                                                                                        \
    static void turn_##BITS(any##BITS *restrict to, const any##BITS *restrict x, int64_t n,  \
                            int64_t run, int64_t width, int64_t step)                        \
    {                                                                                        \
        const bool whole = run == 1 && step == n;                                            \
        if (whole && n == 2)                                                                 \
            turn_rows_##BITS(to, x, 2, width);                                               \
        else if (whole && n == 3)                                                            \
            turn_rows_##BITS(to, x, 3, width);                                               \
        else if (whole && n == 4)                                                            \
            turn_rows_##BITS(to, x, 4, width);                                               \
        else if (whole && n == 8)                                                            \
            turn_rows_##BITS(to, x, 8, width);                                               \
        else                                                                                 \
            for (int64_t i = 0; i < n; i++)                                                  \
                for (int64_t j = 0; j < width; j++)                                          \
                    to[i * width + j] = x[i * run + j * step];                               \
    }
DEFINE_TURN(8)
DEFINE_TURN(32)
DEFINE_TURN(64)

static void turn(void *to, const void *x, size_t element, int64_t n, int64_t run, int64_t width,
                 int64_t step)
{
    if (element == sizeof(any8))
        turn_8(to, x, n, run, width, step);
    else if (element == sizeof(any32))
        turn_32(to, x, n, run, width, step);
    else
        turn_64(to, x, n, run, width, step);
}

static void fold_apart(const bb__walk_kernel *kernel, size_t element, double *acc,
                       const double *shift, const char *x, int64_t n, int64_t run, int64_t width,
                       int64_t step)
{
    double near[TERMS * BB__WALK_TILE]; /* the largest element */
    for (int64_t j = 0; j < width; j += BB__WALK_TILE) {
        const int64_t columns = bb__lower(BB__WALK_TILE, width - j);
        for (int64_t i = 0; i < n; i += TERMS) {
            const int64_t rows = bb__lower(TERMS, n - i);
            turn(near, x + (i * run + j * step) * (int64_t)element, element, rows, run, columns,
                 step);
            kernel->columns(acc + j, shift ? shift + j : NULL, near, rows, columns, columns);
        }
    }
}

void bb__walk_terms(const bb__walk *f, const bb__walk_kernel *kernel, const bb__walk_span *span,
                    int64_t first, int64_t last, double *acc, const double *shift)
{
    const bb__walk_dim *run = &f->reduced[f->n_reduced - 1];
    const int64_t element = (int64_t)f->element, step = f->kept[f->n_kept - 1].in;
    while (first < last) {
        int64_t start = first % run->size, n = run->size - start;
        n = n < last - first ? n : last - first;
        int64_t outer = offset_at(f->reduced, f->n_reduced - 1, first / run->size, NULL);
        const char *x = f->data + (span->in + outer + start * run->in) * element;
        if (f->by_columns && step == 1)
            kernel->columns(acc, shift, x, n, run->in, span->width);
        else if (f->by_columns)
            fold_apart(kernel, f->element, acc, shift, x, n, run->in, span->width, step);
        else
            for (int64_t j = 0; j < span->width; j++)
                acc[j] =
                    kernel->row(acc[j], shift ? shift[j] : 0, x + j * step * element, n, run->in);
        first += n;
    }
}

#define DEFINE_STORE(type)                                                              \
    static void store_##type(type *out, int64_t stride, const double *value, int64_t n) \
    {                                                                                   \
        if (stride == 1)                                                                \
            for (int64_t i = 0; i < n; i++)                                             \
                out[i] = (type)value[i];                                                \
        else                                                                            \
            for (int64_t i = 0; i < n; i++)                                             \
                out[i * stride] = (type)value[i];                                       \
    }
DEFINE_STORE(float)
DEFINE_STORE(double)
DEFINE_STORE(uint8_t)

void bb__walk_store(const bb_array *out, int64_t first, int64_t stride, const double *value,
                    int64_t n)
{
    if (out->dtype == BB_F32)
        store_float((float *)out->data + first, stride, value, n);
    else if (out->dtype == BB_U8)
        store_uint8_t((uint8_t *)out->data + first, stride, value, n);
    else
        store_double((double *)out->data + first, stride, value, n);
}
