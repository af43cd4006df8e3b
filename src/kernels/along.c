/* SPDX-License-Identifier: MIT */
/* Elements of lines picked one by one, and the adjoint of that: threads share lines, never parts of
 * one, so each element sees its updates in the order of the indices. */
#include "lines.h"

typedef struct job {
    bb__lines lines; /* of the index */
    int64_t size;    /* of a line that is picked from or added to */
    const int32_t *index;
    const void *from; /* x, or the updates */
    void *to;
} job;

/* Row `row` of a piece: in the index, and in lines of `size`. */
static inline int64_t place_of(const bb__line_piece *p, int64_t size, int64_t inner, int64_t row)
{
    return (p->outer * size + row) * inner + p->column;
}

/* Steps of a line alone, which are known to be 1, take half the time. */
#define DEFINE_RANGE(name)                                               \
    static void name(void *context, int64_t first, int64_t last)         \
    {                                                                    \
        const job *j = context;                                          \
        for (int64_t item = first; item < last; item++) {                \
            const bb__line_piece p = bb__line_piece_at(&j->lines, item); \
            if (j->lines.inner == 1)                                     \
                name##_piece(j, &p, 1, 1);                               \
            else                                                         \
                name##_piece(j, &p, j->lines.inner, p.width);            \
        }                                                                \
    }

#define DEFINE_TAKE(name, type, text)                                                            \
    static inline void take_##name##_piece(const job *j, const bb__line_piece *p, int64_t inner, \
                                           int64_t width)                                        \
    {                                                                                            \
        const type *x = (const type *)j->from + place_of(p, j->size, inner, 0);                  \
        for (int64_t i = 0; i < j->lines.size; i++) {                                            \
            const int64_t at = place_of(p, j->lines.size, inner, i);                             \
            const int32_t *index = j->index + at;                                                \
            type *y = (type *)j->to + at;                                                        \
            for (int64_t k = 0; k < width; k++)                                                  \
                y[k] = x[index[k] * inner + k];                                                  \
        }                                                                                        \
    }                                                                                            \
    DEFINE_RANGE(take_##name)
BB_DTYPE_LIST(DEFINE_TAKE)

#define DEFINE_SCATTER(name, type)                                                   \
    static inline void scatter_##name##_piece(const job *j, const bb__line_piece *p, \
                                              int64_t inner, int64_t width)          \
    {                                                                                \
        type *y = (type *)j->to + place_of(p, j->size, inner, 0);                    \
        for (int64_t i = 0; i < j->lines.size; i++) {                                \
            const int64_t at = place_of(p, j->lines.size, inner, i);                 \
            const int32_t *index = j->index + at;                                    \
            const type *update = (const type *)j->from + at;                         \
            for (int64_t k = 0; k < width; k++)                                      \
                y[index[k] * inner + k] += update[k];                                \
        }                                                                            \
    }                                                                                \
    DEFINE_RANGE(scatter_##name)
DEFINE_SCATTER(BB_F32, float)
DEFINE_SCATTER(BB_F64, double)

#define TAKE_ENTRY(name, type, text) [name] = take_##name,
static const bb_range_fn takes[BB_DTYPE_COUNT] = {BB_DTYPE_LIST(TAKE_ENTRY)};
static const bb_range_fn scatters[BB_DTYPE_COUNT] = {
    [BB_F32] = scatter_BB_F32, [BB_F64] = scatter_BB_F64};

static bool all_fit(const bb_call *call, int64_t size)
{
    const bb_array *index = &call->in[1];
    return bb__indices_fit(call, index->data, bb_shape_count(index->shape), size);
}

static void run(const bb_call *call, int axis, const bb_array *from, const bb_range_fn range)
{
    job j = {.lines = bb__lines_of(call->in[1].shape, axis),
             .size = call->in[0].shape.dim[axis],
             .index = call->in[1].data,
             .from = from->data,
             .to = call->out->data};
    bb_parallel(j.lines.outer * j.lines.pieces, bb__line_grain(&j.lines), call->threads, range, &j);
}

void bb__take_along_axis(const bb_call *call, int axis)
{
    if (all_fit(call, call->in[0].shape.dim[axis]))
        run(call, axis, &call->in[0], takes[call->out->dtype]);
}

void bb__scatter_add_along_axis(const bb_call *call, int axis)
{
    if (!all_fit(call, call->out->shape.dim[axis]))
        return;
    bb__copy(&call->in[0], call->out, call->threads);
    run(call, axis, &call->in[2], scatters[call->out->dtype]);
}
