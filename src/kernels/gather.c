/* SPDX-License-Identifier: MIT */
/* Slabs picked by an index along an axis, and the adjoint of that. A slab is what is left of an
 * array when an axis is fixed; each element sees its updates in the order of the indices. */
#include "pair.h"

enum {
    PART = 1 << 15,   /* elements that are worth a thread */
    SLAB_PART = 512,  /* elements of a slab that are moved index by index before the next ones */
    LINE_PART = 8192, /* indices of a line that are gathered by one thread */
    PUT_PART = 8192   /* elements that are worth a thread where lines are added */
};

typedef void (*line_fn)(int64_t n, const int32_t *index, void *to, int64_t to_stride,
                        const void *from, int64_t from_stride);

/* Gather copies slab index[j] of `picked` to slab j of `listed`, scatter_add adds the other way. */
typedef struct indexed {
    bb__pair slab;
    int64_t slab_count;
    const bb_array *index, *listed;
    int axis;
    int64_t count;                                      /* of indices */
    int64_t index_stride, picked_stride, listed_stride; /* 0: the index has no one stride */
    bool gathers;
    line_fn line;
} indexed;

/* One element of each slab: a line along the axis. */
#define DEFINE_TAKE(name, type, text)                                                  \
    static void take_##name(int64_t n, const int32_t *index, void *to, int64_t listed, \
                            const void *from, int64_t picked)                          \
    {                                                                                  \
        type *t = to;                                                                  \
        const type *f = from;                                                          \
        for (int64_t j = 0; j < n; j++)                                                \
            t[j * listed] = f[index[j] * picked];                                      \
    }
BB_DTYPE_LIST(DEFINE_TAKE)

/* What goes to one place, one after the other, is added up before it is written: each sum would
 * wait for the memory, longer than for the addition. */
#define DEFINE_PUT(name, type)                                                               \
    static int64_t put_sum_##name(int64_t n, const int32_t *index, type *t, const type *f,   \
                                  int64_t listed)                                            \
    {                                                                                        \
        int64_t j = 0;                                                                       \
        type sum = *t;                                                                       \
        do                                                                                   \
            sum += f[j * listed];                                                            \
        while (++j < n && index[j] == index[0]);                                             \
        *t = sum;                                                                            \
        return j;                                                                            \
    }                                                                                        \
    static void put_##name(int64_t n, const int32_t *index, void *to, int64_t picked,        \
                           const void *from, int64_t listed)                                 \
    {                                                                                        \
        type *t = to;                                                                        \
        const type *f = from;                                                                \
        for (int64_t j = 0; j < n;)                                                          \
            if (j + 1 < n && index[j] == index[j + 1]) {                                     \
                j += put_sum_##name(n - j, index + j, t + index[j] * picked, f + j * listed, \
                                    listed);                                                 \
            } else {                                                                         \
                t[index[j] * picked] += f[j * listed];                                       \
                j++;                                                                         \
            }                                                                                \
    }
DEFINE_PUT(BB_F32, float)
DEFINE_PUT(BB_F64, double)

#define TAKE_ENTRY(name, type, text) [name] = take_##name,
static const line_fn takes[BB_DTYPE_COUNT] = {BB_DTYPE_LIST(TAKE_ENTRY)};
static const line_fn puts_to[BB_DTYPE_COUNT] = {[BB_F32] = put_BB_F32, [BB_F64] = put_BB_F64};

static int64_t offset_at(int ndim, const int64_t *dim, const int64_t *stride, int64_t position)
{
    int64_t offset = 0;
    for (int i = ndim - 1; i > 0; i--) {
        offset += position % dim[i] * stride[i];
        position /= dim[i];
    }
    return ndim > 0 ? offset + position * stride[0] : 0;
}

/* The stride at which dimensions run through memory as one; 0 if they do not. */
static int64_t joint_stride(int ndim, const int64_t *dim, const int64_t *stride)
{
    int64_t first = 1, next = 0; /* where the dimensions so far end, once there was one */
    for (int i = ndim - 1; i >= 0; i--) {
        if (dim[i] == 1)
            continue;
        if (stride[i] == 0 || (next != 0 && stride[i] != next))
            return 0;
        first = next == 0 ? stride[i] : first;
        next = stride[i] * dim[i];
    }
    return first;
}

static int64_t index_stride(const bb_array *index)
{
    return joint_stride(index->shape.ndim, index->shape.dim, index->stride);
}

static int32_t index_at(const bb_array *index, int64_t stride, int64_t j)
{
    const int32_t *value = index->data;
    return value[stride ? j * stride
                        : offset_at(index->shape.ndim, index->shape.dim, index->stride, j)];
}

static bool indices_fit(const bb_call *call, int64_t size)
{
    const bb_array *index = &call->in[1];
    int64_t count = bb_shape_count(index->shape), stride = index_stride(index);
    if (stride == 1)
        return bb__indices_fit(call, index->data, count, size);
    for (int64_t j = 0; j < count; j++)
        if (!bb__index_fits(call, index_at(index, stride, j), size))
            return false;
    return true;
}

/* By lines where slabs have no long runs; needs many contiguous indices. */
static line_fn line_of(const indexed *m, const line_fn lines[])
{
    enum { SHORT = 16 };
    const bb__pair *slab = &m->slab;
    int last = slab->ndim - 1;
    bool contiguous = slab->to_stride[last] == 1 && slab->from_stride[last] == 1;
    bool runs = contiguous && slab->dim[last] >= SHORT;
    bool strided = m->index_stride == 1 && m->listed_stride != 0;
    return strided && !runs && m->count >= SHORT ? lines[m->listed->dtype] : NULL;
}

static indexed index_slabs(const bb_array *picked, const bb_array *index, const bb_array *listed,
                           int axis, bool gathers)
{
    indexed m = {.index = index, .listed = listed, .axis = axis, .gathers = gathers};
    const bb__run_fn *run = gathers ? bb__copy_run : bb__add_run;
    m.slab = gathers ? bb__pair_between(listed, picked, run[listed->dtype])
                     : bb__pair_between(picked, listed, run[listed->dtype]);
    int shift = index->shape.ndim - 1;
    for (int i = 0; i < picked->shape.ndim; i++) {
        if (i == axis)
            continue;
        int64_t far = listed->stride[i < axis ? i : i + shift], near = picked->stride[i];
        bb__pair_append(&m.slab, picked->shape.dim[i], gathers ? far : near, gathers ? near : far);
    }
    m.slab_count = bb__pair_complete(&m.slab);
    m.count = bb_shape_count(index->shape);
    m.index_stride = index_stride(index);
    m.picked_stride = picked->stride[axis];
    m.listed_stride =
        joint_stride(index->shape.ndim, listed->shape.dim + axis, listed->stride + axis);
    m.line = line_of(&m, gathers ? takes : puts_to);
    return m;
}

static int64_t slab_parts(const indexed *m)
{
    return bb__divided_up(m->slab_count, SLAB_PART);
}

static void move_slab_part(const indexed *m, int64_t j, int64_t number)
{
    int64_t picked = index_at(m->index, m->index_stride, j) * m->picked_stride;
    int64_t listed = m->listed_stride
                         ? j * m->listed_stride
                         : offset_at(m->index->shape.ndim, m->listed->shape.dim + m->axis,
                                     m->listed->stride + m->axis, j);
    int64_t first = number * SLAB_PART, last = bb__lower(first + SLAB_PART, m->slab_count);
    bb__pair_part(&m->slab, m->gathers ? listed : picked, m->gathers ? picked : listed, first,
                  last);
}

static void gather_range(void *context, int64_t first, int64_t last)
{
    const indexed *m = context;
    for (int64_t i = first; i < last; i++)
        move_slab_part(m, i % m->count, i / m->count);
}

static void gather_lines(void *context, int64_t first, int64_t last)
{
    const indexed *m = context;
    int64_t parts = bb__divided_up(m->count, LINE_PART);
    for (int64_t i = first; i < last; i++) {
        bb__pair_at p = bb__pair_place(&m->slab, m->slab.ndim, i / parts);
        int64_t start = i % parts * LINE_PART;
        m->line(bb__lower(LINE_PART, m->count - start), (const int32_t *)m->index->data + start,
                m->slab.to + (p.to + start * m->listed_stride) * m->slab.size, m->listed_stride,
                m->slab.from + p.from * m->slab.size, m->picked_stride);
    }
}

static void scatter_range(void *context, int64_t first, int64_t last)
{
    const indexed *m = context;
    for (int64_t number = first; number < last; number++)
        for (int64_t j = 0; j < m->count; j++)
            move_slab_part(m, j, number);
}

static void scatter_lines(void *context, int64_t first, int64_t last)
{
    const indexed *m = context;
    for (int64_t i = first; i < last; i++) {
        bb__pair_at p = bb__pair_place(&m->slab, m->slab.ndim, i);
        m->line(m->count, m->index->data, m->slab.to + p.to * m->slab.size, m->picked_stride,
                m->slab.from + p.from * m->slab.size, m->listed_stride);
    }
}

void bb__gather(const bb_call *call, int axis)
{
    const bb_array *x = &call->in[0];
    if (!indices_fit(call, x->shape.dim[axis]) || bb_shape_count(call->out->shape) == 0)
        return;
    indexed m = index_slabs(x, &call->in[1], call->out, axis, true);
    int64_t line_parts = bb__divided_up(m.count, LINE_PART);
    if (m.line)
        bb_parallel(m.slab_count * line_parts, PART / bb__lower(LINE_PART, m.count), call->threads,
                    gather_lines, &m);
    else
        bb_parallel(slab_parts(&m) * m.count, PART / bb__lower(SLAB_PART, m.slab_count),
                    call->threads, gather_range, &m);
}

/* Threads share the slab, never the indices. */
void bb__scatter_add(const bb_call *call, int axis)
{
    if (!indices_fit(call, call->out->shape.dim[axis]))
        return;
    bb__copy(&call->in[0], call->out, call->threads);
    if (bb_shape_count(call->in[2].shape) == 0)
        return;
    indexed m = index_slabs(call->out, &call->in[1], &call->in[2], axis, false);
    if (m.line)
        bb_parallel(m.slab_count, PUT_PART / m.count + 1, call->threads, scatter_lines, &m);
    else
        bb_parallel(slab_parts(&m), PART / (SLAB_PART * m.count) + 1, call->threads, scatter_range,
                    &m);
}
