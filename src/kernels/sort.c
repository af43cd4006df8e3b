/* SPDX-License-Identifier: MIT */
/* Sorting along an axis, by one thread a line: a radix sort, least significant byte first, of keys
 * that are unsigned integers of as many bytes as the dtype has. Short lines are sorted by
 * insertion, and the first few of many elements are selected by a heap. */
#include "base.h"
#include "kernels.h"

#include <string.h>

enum { MOST_PARTS = 64, WORTH = 4096 /* elements */ };

typedef struct line {
    const void *data;
    int64_t at, stride, n;
    bool is_falling;
} line;

/* The bits of a float, read as an integer, rise with a positive number and fall with a negative
 * one. Adding 0 makes one number of both zeros; NaN comes after every number in either order. */
#define DEFINE_LOAD_FLOAT(name, T, U)                                                \
    static void load_##name(const line *l, uint64_t *keys)                           \
    {                                                                                \
        const T *x = (const T *)l->data + l->at;                                     \
        const int64_t n = l->n, stride = l->stride;                                  \
        const U top = (U)1 << (8 * sizeof(U) - 1), flip = l->is_falling ? (U)-1 : 0; \
        for (int64_t i = 0; i < n; i++) {                                            \
            const T value = x[i * stride] + 0;                                       \
            U bits;                                                                  \
            memcpy(&bits, &value, sizeof bits);                                      \
            bits ^= ((U)0 - (bits >> (8 * sizeof(U) - 1))) | top;                    \
            keys[i] = value != value ? (U)-1 : bits ^ flip;                          \
        }                                                                            \
    }
DEFINE_LOAD_FLOAT(BB_F32, float, uint32_t)
DEFINE_LOAD_FLOAT(BB_F64, double, uint64_t)

#define DEFINE_LOAD_INTEGER(name, T, U, lowest)                   \
    static void load_##name(const line *l, uint64_t *keys)        \
    {                                                             \
        const T *x = (const T *)l->data + l->at;                  \
        const int64_t n = l->n, stride = l->stride;               \
        const U flip = l->is_falling ? (U)-1 : 0;                 \
        for (int64_t i = 0; i < n; i++)                           \
            keys[i] = (U)((U)x[i * stride] - (U)(lowest)) ^ flip; \
    }
DEFINE_LOAD_INTEGER(BB_I32, int32_t, uint32_t, INT32_MIN)
DEFINE_LOAD_INTEGER(BB_U8, uint8_t, uint8_t, 0)

typedef void (*load_fn)(const line *l, uint64_t *keys);
#define LOAD_ENTRY(name, type, text) [name] = load_##name,
static const load_fn loads[BB_DTYPE_COUNT] = {BB_DTYPE_LIST(LOAD_ENTRY)};

/* Sorting. */

typedef struct item {
    uint64_t key;
    int32_t place;
} item;

static bool precedes(item a, item b)
{
    return a.key < b.key || (a.key == b.key && a.place < b.place);
}

static void insertion_sort(item *items, int64_t n)
{
    for (int64_t i = 1; i < n; i++) {
        const item moved = items[i];
        int64_t at = i;
        for (; at > 0 && moved.key < items[at - 1].key; at--)
            items[at] = items[at - 1];
        items[at] = moved;
    }
}

enum { DIGITS = 8, VALUES = 256 }; /* bytes of the longest key, and values of one */

static unsigned digit_of(item x, int digit)
{
    return (unsigned)(x.key >> (8 * digit)) % VALUES;
}

/* Stably by one byte of the keys, of which `counts` says how many have each value. */
static void counting_pass(const item *from, int64_t n, int digit, uint32_t *counts, item *to)
{
    uint32_t first = 0;
    for (int value = 0; value < VALUES; value++) {
        const uint32_t count = counts[value];
        counts[value] = first;
        first += count;
    }
    for (int64_t i = 0; i < n; i++)
        to[counts[digit_of(from[i], digit)]++] = from[i];
}

/* All of a line, by keys of so many bytes, which may lie in `spare`. The items end in one of the
 * two arrays, which is returned. */
static item *sort_all(const uint64_t *keys, int64_t n, int digits, item *items, item *spare)
{
    enum { SHORT = 48 };
    uint32_t counts[DIGITS][VALUES];
    for (int64_t i = 0; i < n; i++)
        items[i] = (item){keys[i], (int32_t)i};
    if (n <= SHORT)
        return insertion_sort(items, n), items;
    memset(counts, 0, (size_t)digits * sizeof *counts);
    for (int64_t i = 0; i < n; i++)
        for (int digit = 0; digit < digits; digit++)
            counts[digit][digit_of(items[i], digit)]++;
    for (int digit = 0; digit < digits; digit++) {
        if (counts[digit][digit_of(items[0], digit)] == n)
            continue;
        counting_pass(items, n, digit, counts[digit], spare);
        item *sorted = spare;
        spare = items;
        items = sorted;
    }
    return items;
}

/* A heap, where an item precedes none of those above it. */

static void sift(item *heap, int64_t n, int64_t at)
{
    const item moved = heap[at];
    for (int64_t child; (child = 2 * at + 1) < n; at = child) {
        child += child + 1 < n && precedes(heap[child], heap[child + 1]);
        if (!precedes(moved, heap[child]))
            break;
        heap[at] = heap[child];
    }
    heap[at] = moved;
}

/* The first `few` of the order, in their order. */
static void select_first(const uint64_t *keys, int64_t n, int64_t few, item *items)
{
    for (int64_t i = 0; i < few; i++)
        items[i] = (item){keys[i], (int32_t)i};
    for (int64_t i = few / 2; i-- > 0;)
        sift(items, few, i);
    for (int64_t i = few; i < n; i++)
        if (keys[i] < items[0].key) {
            items[0] = (item){keys[i], (int32_t)i};
            sift(items, few, 0);
        }
    for (int64_t end = few - 1; end > 0; end--) {
        const item last = items[0];
        items[0] = items[end];
        items[end] = last;
        sift(items, end, 0);
    }
}

/* Lines. */

typedef struct job {
    const bb_array *in, *out;
    int axis;
    bool is_falling;
    char *scratch;
} job;

/* Where line number `number` begins in an array. */
static int64_t line_start(const bb_array *a, int axis, int64_t number)
{
    int64_t at = 0;
    for (int i = a->shape.ndim - 1; i >= 0; i--) {
        if (i == axis)
            continue;
        at += number % a->shape.dim[i] * a->stride[i];
        number /= a->shape.dim[i];
    }
    return at;
}

/* Whether a heap selects the first `wanted` of n elements. */
static bool has_heap(int64_t wanted, int64_t n)
{
    enum { RATIO = 32 };
    return wanted <= n / RATIO;
}

/* Scratch memory of a thread: items, and as many to spare, in which the keys are, or the keys. */
static size_t slot_bytes(int64_t wanted, int64_t n)
{
    const bool is_heap = has_heap(wanted, n);
    return bb__aligned((size_t)(is_heap ? wanted : n) * sizeof(item)) +
           bb__aligned((size_t)n * (is_heap ? sizeof(uint64_t) : sizeof(item)));
}

static void sort_range(void *context, int64_t first, int64_t last)
{
    const job *j = context;
    const int64_t n = j->in->shape.dim[j->axis], wanted = j->out->shape.dim[j->axis];
    const int64_t step = j->out->stride[j->axis];
    const bool is_heap = has_heap(wanted, n);
    char *slot = j->scratch + (size_t)bb__thread_slot() * slot_bytes(wanted, n);
    char *rest = slot + bb__aligned((size_t)(is_heap ? wanted : n) * sizeof(item));
    item *items = (item *)(void *)slot, *spare = (item *)(void *)rest;
    uint64_t *keys = (uint64_t *)(void *)rest;
    for (int64_t number = first; number < last; number++) {
        const line l = {j->in->data, line_start(j->in, j->axis, number), j->in->stride[j->axis], n,
                        j->is_falling};
        const item *sorted = items;
        loads[j->in->dtype](&l, keys);
        if (is_heap)
            select_first(keys, n, wanted, items);
        else
            sorted = sort_all(keys, n, (int)bb_dtype_size(j->in->dtype), items, spare);
        int32_t *out = (int32_t *)j->out->data + line_start(j->out, j->axis, number);
        for (int64_t i = 0; i < wanted; i++)
            out[i * step] = sorted[i].place;
    }
}

static int64_t line_count(const bb_array *in, int axis)
{
    int64_t lines = 1;
    for (int i = 0; i < in->shape.ndim; i++)
        lines *= i == axis ? 1 : in->shape.dim[i];
    return lines;
}

static int64_t lines_of_part(const bb_array *in, int axis)
{
    int64_t n = in->shape.dim[axis], lines = line_count(in, axis);
    int64_t grain = bb__divided_up(lines, MOST_PARTS), worth = n ? WORTH / n + 1 : 1;
    return grain > worth ? grain : worth;
}

size_t bb__argsort_scratch(const bb_array *in, int axis, int64_t wanted)
{
    const int64_t parts = bb__divided_up(line_count(in, axis), lines_of_part(in, axis));
    return (size_t)bb__lower(parts, BB__SLOTS) * slot_bytes(wanted, in->shape.dim[axis]);
}

void bb__argsort(const bb_array *in, int axis, bool is_falling, const bb_array *out, void *scratch,
                 int threads)
{
    job j = {in, out, axis, is_falling, scratch};
    if (bb_shape_count(out->shape) > 0)
        bb_parallel(line_count(in, axis), lines_of_part(in, axis),
                    (int)bb__lower(threads, BB__SLOTS), sort_range, &j);
}
