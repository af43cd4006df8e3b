/* SPDX-License-Identifier: MIT */
/* Arrays of random numbers: element i is number i of its stream, rounded to the dtype. */
#include "kernels.h"

#include "draw.h"

#include <string.h>

typedef struct fill fill;
typedef void (*draw_fn)(const fill *f, int64_t n, double *numbers);

struct fill {
    const bb_array *out;
    int64_t count;
    double first, second; /* uniform: low, high; normal: mean, deviation */
    uint64_t key;
    draw_fn change; /* uniform numbers in [0, 1), in pairs, to what is wanted */
};

static void to_range(const fill *f, int64_t n, double *numbers)
{
    const double low = f->first, high = f->second;
    const bb_dtype dtype = f->out->dtype;
    for (int64_t i = 0; i < n; i++)
        numbers[i] = bb__in_range(numbers[i], low, high, dtype);
}

static void to_normal(const fill *f, int64_t n, double *numbers)
{
    for (int64_t i = 0; i < n; i += 2) {
        const bb__pair z = bb__normal_of(numbers[i], numbers[i + 1]);
        numbers[i] = f->first + f->second * z.number[0];
        numbers[i + 1] = f->first + f->second * z.number[1];
    }
}

/* The numbers of so many blocks. */
static void draw(uint64_t key, int64_t first, int64_t blocks, double *numbers)
{
    for (int64_t i = 0; i < blocks; i++) {
        const bb__block b = bb__philox_block(key, (uint64_t)(first + i));
        numbers[2 * i] = bb__unit(b.word[0], b.word[1]);
        numbers[2 * i + 1] = bb__unit(b.word[2], b.word[3]);
    }
}

static void store(const fill *f, int64_t first, int64_t n, const double *numbers)
{
    double *wide = f->out->data;
    float *narrow = f->out->data;
    if (f->out->dtype == BB_F64)
        memcpy(wide + first, numbers, (size_t)n * sizeof *wide);
    for (int64_t i = 0; i < n && f->out->dtype == BB_F32; i++)
        narrow[first + i] = (float)numbers[i];
}

/* Blocks first .. last-1 of the stream, some at a time. */
static void fill_range(void *context, int64_t first, int64_t last)
{
    enum { SOME = 256 };
    double numbers[2 * SOME];
    const fill *f = context;
    for (int64_t next; first < last; first = next) {
        next = first + SOME < last ? first + SOME : last;
        const int64_t n = 2 * (next - first), left = f->count - 2 * first;
        draw(f->key, first, next - first, numbers);
        f->change(f, n, numbers);
        store(f, 2 * first, n < left ? n : left, numbers);
    }
}

static void run(fill *f, int threads)
{
    enum { GRAIN = 1 << 12 }; /* blocks that are worth a thread */
    f->count = bb_shape_count(f->out->shape);
    bb_parallel((f->count + 1) / 2, GRAIN, threads, fill_range, f);
}

void bb__fill_uniform(const bb_array *out, double low, double high, uint64_t key, int threads)
{
    fill f = {.out = out, .first = low, .second = high, .key = key, .change = to_range};
    run(&f, threads);
}

void bb__fill_normal(const bb_array *out, double mean, double deviation, uint64_t key, int threads)
{
    fill f = {.out = out,
              .first = mean,
              .second = deviation,
              .key = bb__normal_key(key),
              .change = to_normal};
    run(&f, threads);
}
