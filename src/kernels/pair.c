/* SPDX-License-Identifier: MIT */
/* Walks over two arrays; the order of elements depends on sizes alone. */
#include "pair.h"
#include "row.h"

static void copy_rows(const bb__block *b, int64_t size, char *to, const char *from)
{
    const int64_t to_row = b->to_row * size, from_row = b->from_row * size;
    for (int64_t i = 0; i < b->rows; i++)
        bb__copy_row(to + i * to_row, from + i * from_row, (size_t)(b->n * size));
}

#define DEFINE_COPY(name, type, text)                                             \
    static void spread_##name(const bb__block *b, type *t, const type *f)         \
    {                                                                             \
        for (int64_t i = 0; i < b->rows; i++, t += b->to_row, f += b->from_row)   \
            for (int64_t j = 0; j < b->n; j++)                                    \
                t[j * b->to_stride] = f[j * b->from_stride];                      \
    }                                                                             \
    static void fill_##name(const bb__block *b, type *t, const type *f)           \
    {                                                                             \
        for (int64_t i = 0; i < b->rows; i++, t += b->to_row, f += b->from_row) { \
            const type value = *f;                                                \
            for (int64_t j = 0; j < b->n; j++)                                    \
                t[j] = value;                                                     \
        }                                                                         \
    }                                                                             \
    static void copy_##name(const bb__block *b, void *to, const void *from)       \
    {                                                                             \
        if (b->to_stride == 1 && b->from_stride == 1)                             \
            copy_rows(b, sizeof(type), to, from);                                 \
        else if (b->to_stride == 1 && b->from_stride == 0)                        \
            fill_##name(b, to, from);                                             \
        else                                                                      \
            spread_##name(b, to, from);                                           \
    }
BB_DTYPE_LIST(DEFINE_COPY)

#define DEFINE_ADD(name, type)                                                  \
    static void add_##name(const bb__block *b, void *to, const void *from)      \
    {                                                                           \
        type *t = to;                                                           \
        const type *f = from;                                                   \
        for (int64_t i = 0; i < b->rows; i++, t += b->to_row, f += b->from_row) \
            if (b->to_stride == 1 && b->from_stride == 1) {                     \
                BB_LANES                                                        \
                for (int64_t j = 0; j < b->n; j++)                              \
                    t[j] += f[j];                                               \
            } else {                                                            \
                for (int64_t j = 0; j < b->n; j++)                              \
                    t[j * b->to_stride] += f[j * b->from_stride];               \
            }                                                                   \
    }
DEFINE_ADD(BB_F32, float)
DEFINE_ADD(BB_F64, double)

#define COPY_ENTRY(name, type, text) [name] = copy_##name,
const bb__run_fn bb__copy_run[BB_DTYPE_COUNT] = {BB_DTYPE_LIST(COPY_ENTRY)};
const bb__run_fn bb__add_run[BB_DTYPE_COUNT] = {[BB_F32] = add_BB_F32, [BB_F64] = add_BB_F64};

bb__pair bb__pair_between(const bb_array *to, const bb_array *from, bb__run_fn run)
{
    return (bb__pair){
        .to = to->data, .from = from->data, .size = (int64_t)bb_dtype_size(to->dtype), .run = run};
}

void bb__pair_append(bb__pair *w, int64_t size, int64_t to_stride, int64_t from_stride)
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

int64_t bb__pair_complete(bb__pair *w)
{
    if (w->ndim == 0)
        w->dim[w->ndim++] = 1;
    int64_t count = 1;
    for (int i = 0; i < w->ndim; i++)
        count *= w->dim[i];
    return count;
}

bb__pair_at bb__pair_place(const bb__pair *w, int ndim, int64_t position)
{
    bb__pair_at p = {{0}, 0, 0};
    for (int i = ndim - 1; i >= 0 && position > 0; i--) {
        p.at[i] = position % w->dim[i];
        position /= w->dim[i];
        p.to += p.at[i] * w->to_stride[i];
        p.from += p.at[i] * w->from_stride[i];
    }
    return p;
}

/* From anywhere in the last of `ndim` dimensions to the start of its next row. */
static void next_row(const bb__pair *w, int ndim, bb__pair_at *p)
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

/* What can be done at once from a place on, of `left` elements: whole rows, or a part of one. */
static bb__block block_at(const bb__pair *w, const bb__pair_at *p, int64_t left)
{
    const int inner = w->ndim - 1, outer = inner > 0 ? inner - 1 : 0;
    const int64_t n = w->dim[inner];
    bb__block b = {.rows = 1, .n = bb__lower(n - p->at[inner], left)};
    b.to_stride = w->to_stride[inner], b.from_stride = w->from_stride[inner];
    b.to_row = w->to_stride[outer], b.from_row = w->from_stride[outer];
    if (inner > 0 && b.n == n)
        b.rows = bb__lower(w->dim[outer] - p->at[outer], left / n);
    return b;
}

void bb__pair_part(const bb__pair *w, int64_t to, int64_t from, int64_t first, int64_t last)
{
    bb__pair_at p = bb__pair_place(w, w->ndim, first);
    while (first < last) {
        const bb__block b = block_at(w, &p, last - first);
        w->run(&b, w->to + (to + p.to) * w->size, w->from + (from + p.from) * w->size);
        first += b.rows * b.n;
        if (first == last)
            return;
        p.at[w->ndim - 2] += b.rows - 1;
        p.to += (b.rows - 1) * b.to_row;
        p.from += (b.rows - 1) * b.from_row;
        next_row(w, w->ndim, &p);
    }
}
