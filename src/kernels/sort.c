/* SPDX-License-Identifier: MIT */
/* Sorting along an axis: a stable merge sort of places by keys, which are doubles whatever the
 * dtype, for these hold every number of each. A line is sorted by one thread. */
#include "kernels.h"

enum { MOST_PARTS = 64, WORTH = 4096 /* elements */, RUN = 16 };

#define DEFINE_LOAD(name, type, text)                                                             \
    static void load_##name(const void *data, int64_t at, int64_t stride, int64_t n, double sign, \
                            double *keys)                                                         \
    {                                                                                             \
        const type *x = (const type *)data + at;                                                  \
        for (int64_t i = 0; i < n; i++)                                                           \
            keys[i] = sign * (double)x[i * stride];                                               \
    }
BB_DTYPE_LIST(DEFINE_LOAD)

typedef void (*load_fn)(const void *data, int64_t at, int64_t stride, int64_t n, double sign,
                        double *keys);
#define LOAD_ENTRY(name, type, text) [name] = load_##name,
static const load_fn loads[BB_DTYPE_COUNT] = {BB_DTYPE_LIST(LOAD_ENTRY)};

/* NaN comes after every number. */
static bool precedes(double a, double b)
{
    return a < b || (b != b && a == a);
}

static void insertion_sort(const double *keys, int32_t *place, int64_t n)
{
    for (int64_t i = 1; i < n; i++) {
        int32_t moved = place[i];
        int64_t at = i;
        for (; at > 0 && precedes(keys[moved], keys[place[at - 1]]); at--)
            place[at] = place[at - 1];
        place[at] = moved;
    }
}

/* Merges from[0 .. middle-1] and from[middle .. n-1]; of equals the first list's come first. */
static void merge(const double *keys, const int32_t *from, int64_t middle, int64_t n, int32_t *to)
{
    int64_t left = 0, right = middle;
    for (int64_t i = 0; i < n; i++) {
        bool takes_right =
            left == middle || (right < n && precedes(keys[from[right]], keys[from[left]]));
        to[i] = takes_right ? from[right++] : from[left++];
    }
}

/* The sorted places are in one of the two arrays, which is returned. */
static int32_t *sort_places(const double *keys, int64_t n, int32_t *place, int32_t *spare)
{
    for (int64_t i = 0; i < n; i++)
        place[i] = (int32_t)i;
    for (int64_t i = 0; i < n; i += RUN)
        insertion_sort(keys, place + i, n - i < RUN ? n - i : RUN);
    for (int64_t run = RUN; run < n; run *= 2) {
        for (int64_t i = 0; i < n; i += 2 * run) {
            int64_t length = n - i < 2 * run ? n - i : 2 * run;
            merge(keys, place + i, length < run ? length : run, length, spare + i);
        }
        int32_t *sorted = spare;
        spare = place;
        place = sorted;
    }
    return place;
}

typedef struct job {
    const bb_array *in, *out;
    int axis;
    double sign;
    char *scratch;
    int64_t grain;
} job;

static size_t scratch_of_part(int64_t n)
{
    return ((size_t)n * (sizeof(double) + 2 * sizeof(int32_t)) + 63) / 64 * 64;
}

/* Where line number `line` begins in an array. */
static int64_t line_start(const bb_array *a, int axis, int64_t line)
{
    int64_t at = 0;
    for (int i = a->shape.ndim - 1; i >= 0; i--) {
        if (i == axis)
            continue;
        at += line % a->shape.dim[i] * a->stride[i];
        line /= a->shape.dim[i];
    }
    return at;
}

static void sort_range(void *context, int64_t first, int64_t last)
{
    const job *j = context;
    int64_t n = j->in->shape.dim[j->axis], step = j->out->stride[j->axis];
    char *own = j->scratch + (size_t)(first / j->grain) * scratch_of_part(n);
    double *keys = (double *)(void *)own;
    int32_t *place = (int32_t *)(void *)(keys + n);
    for (int64_t line = first; line < last; line++) {
        loads[j->in->dtype](j->in->data, line_start(j->in, j->axis, line), j->in->stride[j->axis],
                            n, j->sign, keys);
        const int32_t *sorted = sort_places(keys, n, place, place + n);
        int32_t *out = (int32_t *)j->out->data + line_start(j->out, j->axis, line);
        for (int64_t i = 0; i < n; i++)
            out[i * step] = sorted[i];
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

size_t bb__argsort_scratch(const bb_array *in, int axis)
{
    int64_t grain = lines_of_part(in, axis), lines = line_count(in, axis);
    return (size_t)bb__divided_up(lines, grain) * scratch_of_part(in->shape.dim[axis]);
}

void bb__argsort(const bb_array *in, int axis, bool descending, const bb_array *out, void *scratch,
                 int threads)
{
    job j = {in, out, axis, descending ? -1 : 1, scratch, lines_of_part(in, axis)};
    if (bb_shape_count(in->shape) > 0)
        bb_parallel(line_count(in, axis), j.grain, threads, sort_range, &j);
}
