/* SPDX-License-Identifier: MIT */
/* What a map moves between an array of any strides and a buffer of a tile, and past the caches. */
#include "map.h"
#include "row.h"

#include <string.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif

/* From the place of one innermost run's beginning to that of the next; wraps around at the end. */
static int64_t next_run(const bb__map *m, const bb__map_input *in, int64_t place,
                        int64_t at[BB_MAX_DIMS])
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

typedef void (*move_fn)(const bb__map *m, const bb__map_input *in, int64_t start, int64_t n,
                        void *held);

/* How many runs, from the beginning of one on, are whole in n elements and lie in one dimension. */
static int64_t whole_runs(const bb__map *m, const int64_t at[BB_MAX_DIMS], int64_t n)
{
    const int last = m->ndim - 1;
    return bb__lower(n / m->dim[last], last > 0 ? m->dim[last - 1] - at[last - 1] : 1);
}

/* From the beginning of one run to that of the `runs`th after it. */
static int64_t skip_runs(const bb__map *m, const bb__map_input *in, int64_t place, int64_t runs,
                         int64_t at[BB_MAX_DIMS])
{
    const int outer = m->ndim - 2;
    if (outer >= 0) {
        at[outer] += runs - 1;
        place += (runs - 1) * in->stride[outer];
    }
    return next_run(m, in, place, at);
}

enum { SHORT = 4 }; /* what repeats is written so many at a time, where there are no more */

#define DEFINE_GATHER(name, type, text)                                                            \
    static inline void repeat_##name(const type *from, int64_t far, int64_t runs, int64_t n,       \
                                     int64_t piece, type *to)                                      \
    {                                                                                              \
        for (int64_t run = 0; run < runs; run++, to += n) {                                        \
            const type value = from[run * far];                                                    \
            for (int64_t i = 0; i < n; i += piece)                                                 \
                for (int64_t k = 0; k < piece; k++)                                                \
                    to[i + k] = value;                                                             \
        }                                                                                          \
    }                                                                                              \
    static void copy_##name(const type *from, int64_t far, int64_t step, int64_t runs, int64_t n,  \
                            type *to)                                                              \
    {                                                                                              \
        if (step == 0 && n <= SHORT)                                                               \
            repeat_##name(from, far, runs, n, SHORT, to);                                          \
        else if (step == 0)                                                                        \
            repeat_##name(from, far, runs, n, BB__MAP_SPLAT, to);                                  \
        else if (step == 1)                                                                        \
            for (int64_t run = 0; run < runs; run++, to += n)                                      \
                bb__copy_row(to, from + run * far, (size_t)n * sizeof(type));                      \
        else                                                                                       \
            for (int64_t run = 0; run < runs; run++, to += n)                                      \
                for (int64_t i = 0; i < n; i++)                                                    \
                    to[i] = from[run * far + i * step];                                            \
    }                                                                                              \
    static void gather_##name(const bb__map *m, const bb__map_input *in, int64_t start, int64_t n, \
                              void *held)                                                          \
    {                                                                                              \
        type *to = held;                                                                           \
        int64_t at[BB_MAX_DIMS];                                                                   \
        int64_t place = bb__map_locate(m, in, start, at);                                          \
        const int64_t size = m->dim[m->ndim - 1], step = in->stride[m->ndim - 1];                  \
        const int64_t far = m->ndim > 1 ? in->stride[m->ndim - 2] : 0;                             \
        int64_t first = at[m->ndim - 1];                                                           \
        place -= first * step;                                                                     \
        for (int64_t done = 0; done < n;) {                                                        \
            const type *from = (const type *)(const void *)in->data + place + first * step;        \
            const int64_t whole = first == 0 ? whole_runs(m, at, n - done) : 0;                    \
            const int64_t runs = whole > 0 ? whole : 1;                                            \
            const int64_t run = whole > 0 ? size : bb__lower(size - first, n - done);              \
            copy_##name(from, far, step, runs, run, to + done);                                    \
            done += runs * run;                                                                    \
            first = 0;                                                                             \
            place = skip_runs(m, in, place, runs, at);                                             \
        }                                                                                          \
    }
BB_DTYPE_LIST(DEFINE_GATHER)

/* The way back. */
#define DEFINE_SCATTER(name, type, text)                                                 \
    static void scatter_##name(const bb__map *m, const bb__map_input *in, int64_t start, \
                               int64_t n, void *held)                                    \
    {                                                                                    \
        const type *from = held;                                                         \
        int64_t at[BB_MAX_DIMS];                                                         \
        int64_t place = bb__map_locate(m, in, start, at);                                \
        const int64_t size = m->dim[m->ndim - 1], step = in->stride[m->ndim - 1];        \
        int64_t first = at[m->ndim - 1];                                                 \
        place -= first * step;                                                           \
        for (int64_t done = 0; done < n;) {                                              \
            const int64_t run = size - first < n - done ? size - first : n - done;       \
            type *to = (type *)(uintptr_t)in->data + place + first * step;               \
            if (step == 1)                                                               \
                bb__copy_row(to, from + done, (size_t)run * sizeof(type));               \
            else                                                                         \
                for (int64_t i = 0; i < run; i++)                                        \
                    to[i * step] = from[done + i];                                       \
            done += run;                                                                 \
            first = 0;                                                                   \
            place = next_run(m, in, place, at);                                          \
        }                                                                                \
    }
BB_DTYPE_LIST(DEFINE_SCATTER)

void bb__map_gather(const bb__map *m, const bb__map_input *in, int64_t start, int64_t n, void *to)
{
    static const move_fn gathers[BB_DTYPE_COUNT] = {
#define ENTRY(name, type, text) [name] = gather_##name,
        BB_DTYPE_LIST(ENTRY)
#undef ENTRY
    };
    gathers[in->dtype](m, in, start, n, to);
}

void bb__map_scatter(const bb__map *m, const bb__map_input *in, int64_t start, int64_t n,
                     void *from)
{
    static const move_fn scatters[BB_DTYPE_COUNT] = {
#define ENTRY(name, type, text) [name] = scatter_##name,
        BB_DTYPE_LIST(ENTRY)
#undef ENTRY
    };
    scatters[in->dtype](m, in, start, n, from);
}

/* As much as is stored past the caches at once. */
#if defined(__AVX512F__)
typedef __m512i piece;
static void put(piece *to, const piece *from)
{
    _mm512_stream_si512(to, _mm512_loadu_si512(from));
}
#elif defined(__AVX__)
typedef __m256i piece;
static void put(piece *to, const piece *from)
{
    _mm256_stream_si256(to, _mm256_loadu_si256(from));
}
#elif defined(__SSE2__)
typedef __m128i piece;
static void put(piece *to, const piece *from)
{
    _mm_stream_si128(to, _mm_loadu_si128(from));
}
#endif

/* What lies before the first whole piece of the target and behind the last takes the usual way. */
void bb__map_stream(char *to, const char *from, size_t bytes)
{
    size_t done = 0;
#ifdef __SSE2__
    const size_t before = -(uintptr_t)to % sizeof(piece);
    if (before < bytes) {
        memcpy(to, from, before);
        for (done = before; done + sizeof(piece) <= bytes; done += sizeof(piece))
            put((piece *)(void *)(to + done), (const piece *)(const void *)(from + done));
    }
#endif
    memcpy(to + done, from + done, bytes - done);
}
