/* SPDX-License-Identifier: MIT */
/* What a map moves between an array of any strides and a buffer of a tile, and past the caches. */
#include "map.h"

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

#define DEFINE_GATHER(name, type, text)                                                            \
    static void copy_##name(const type *from, int64_t step, int64_t n, type *to)                   \
    {                                                                                              \
        const type value = *from;                                                                  \
        if (step == 1)                                                                             \
            memcpy(to, from, (size_t)n * sizeof(type));                                            \
        else if (step == 0)                                                                        \
            for (int64_t i = 0; i < n; i += BB__MAP_SPLAT)                                         \
                for (int k = 0; k < BB__MAP_SPLAT; k++)                                            \
                    to[i + k] = value;                                                             \
        else                                                                                       \
            for (int64_t i = 0; i < n; i++)                                                        \
                to[i] = from[i * step];                                                            \
    }                                                                                              \
    static void gather_##name(const bb__map *m, const bb__map_input *in, int64_t start, int64_t n, \
                              void *held)                                                          \
    {                                                                                              \
        type *to = held;                                                                           \
        int64_t at[BB_MAX_DIMS];                                                                   \
        int64_t place = bb__map_locate(m, in, start, at);                                          \
        int64_t size = m->dim[m->ndim - 1], step = in->stride[m->ndim - 1];                        \
        int64_t first = at[m->ndim - 1];                                                           \
        place -= first * step;                                                                     \
        for (int64_t done = 0; done < n;) {                                                        \
            int64_t run = size - first < n - done ? size - first : n - done;                       \
            copy_##name((const type *)(const void *)in->data + place + first * step, step, run,    \
                        to + done);                                                                \
            done += run;                                                                           \
            first = 0;                                                                             \
            place = next_run(m, in, place, at);                                                    \
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
                memcpy(to, from + done, (size_t)run * sizeof(type));                     \
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
