/* SPDX-License-Identifier: MIT */
/* Arrays of random numbers: element i is number i of its stream, rounded to the dtype. */
#include "kernels.h"

#include "draw.h"

#include <string.h>

typedef struct fill fill;
typedef void (*transform_fn)(const fill *f, int64_t n, double *numbers);

struct fill {
    const bb_array *out;
    int64_t count;
    double a, b; /* uniform: low, high; normal: mean, deviation */
    uint64_t key;
    transform_fn transform; /* of uniform numbers in [0, 1), in pairs */
};

static void to_range(const fill *f, int64_t n, double *numbers)
{
    const double low = f->a, high = f->b;
    const bb_dtype dtype = f->out->dtype;
    for (int64_t i = 0; i < n; i++)
        numbers[i] = bb__in_range(numbers[i], low, high, dtype);
}

static void to_normal(const fill *f, int64_t n, double *numbers)
{
    for (int64_t i = 0; i < n; i += 2) {
        const bb__pair z = bb__normal_of(numbers[i], numbers[i + 1]);
        numbers[i] = f->a + f->b * z.number[0];
        numbers[i + 1] = f->a + f->b * z.number[1];
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
    if (f->out->dtype == BB_F32)
        for (int64_t i = 0; i < n; i++)
            ((float *)f->out->data)[first + i] = (float)numbers[i];
    else
        memcpy((double *)f->out->data + first, numbers, (size_t)n * sizeof *numbers);
}

/* Blocks first .. last-1 of the stream, some at a time. */
static void fill_range(void *context, int64_t first, int64_t last)
{
    enum { BLOCKS = 256 };
    double numbers[2 * BLOCKS];
    const fill *f = context;
    for (int64_t next; first < last; first = next) {
        next = bb__lower(first + BLOCKS, last);
        const int64_t n = 2 * (next - first), left = f->count - 2 * first;
        draw(f->key, first, next - first, numbers);
        f->transform(f, n, numbers);
        store(f, 2 * first, bb__lower(n, left), numbers);
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
    fill f = {.out = out, .a = low, .b = high, .key = key, .transform = to_range};
    run(&f, threads);
}

void bb__fill_normal(const bb_array *out, double mean, double deviation, uint64_t key, int threads)
{
    fill f = {
        .out = out, .a = mean, .b = deviation, .key = bb__normal_key(key), .transform = to_normal};
    run(&f, threads);
}
