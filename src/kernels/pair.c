/* SPDX-License-Identifier: MIT */
/* Walks over two arrays; the order of elements depends on sizes alone. */
#include "pair.h"

#include <string.h>

#define DEFINE_COPY(name, type, text)                                                 \
    static void copy_##name(int64_t n, void *to, int64_t to_stride, const void *from, \
                            int64_t from_stride)                                      \
    {                                                                                 \
        type *t = to;                                                                 \
        const type *f = from;                                                         \
        if (to_stride == 1 && from_stride == 1) {                                     \
            memcpy(t, f, (size_t)n * sizeof(type));                                   \
        } else if (to_stride == 1 && from_stride == 0) {                              \
            const type value = *f;                                                    \
            for (int64_t i = 0; i < n; i++)                                           \
                t[i] = value;                                                         \
        } else {                                                                      \
            for (int64_t i = 0; i < n; i++)                                           \
                t[i * to_stride] = f[i * from_stride];                                \
        }                                                                             \
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

void bb__pair_part(const bb__pair *w, int64_t to, int64_t from, int64_t first, int64_t last)
{
    int inner = w->ndim - 1;
    if (inner == 0) {
        w->run(last - first, w->to + (to + first * w->to_stride[0]) * w->size, w->to_stride[0],
               w->from + (from + first * w->from_stride[0]) * w->size, w->from_stride[0]);
        return;
    }
    bb__pair_at p = bb__pair_place(w, w->ndim, first);
    while (first < last) {
        int64_t n = bb__lower(w->dim[inner] - p.at[inner], last - first);
        w->run(n, w->to + (to + p.to) * w->size, w->to_stride[inner],
               w->from + (from + p.from) * w->size, w->from_stride[inner]);
        first += n;
        if (first < last)
            next_row(w, w->ndim, &p);
    }
}
