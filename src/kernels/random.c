/* SPDX-License-Identifier: MIT */
/* Arrays of random numbers: element i is number i of its stream, rounded to the dtype. */
#include "kernels.h"

#include "base.h"

enum { part = 1 << 12 }; /* pairs of elements that are worth a thread */

typedef struct fill {
    const bb_array *out;
    int64_t count;
    double first, second; /* uniform: low, high; normal: mean, deviation */
    uint64_t key;
    bb__pair (*draw)(const struct fill *f, int64_t j);
} fill;

static bb__pair draw_uniform(const fill *f, int64_t j)
{
    bb__pair u = bb__uniform_pair(f->key, (uint64_t)j);
    for (int i = 0; i < 2; i++)
        u.number[i] = bb__in_range(u.number[i], f->first, f->second, f->out->dtype);
    return u;
}

static bb__pair draw_normal(const fill *f, int64_t j)
{
    bb__pair z = bb__normal_pair(f->key, (uint64_t)j);
    for (int i = 0; i < 2; i++)
        z.number[i] = f->first + f->second * z.number[i];
    return z;
}

static void store(const fill *f, int64_t i, double x)
{
    if (i >= f->count)
        return;
    if (f->out->dtype == BB_F32)
        ((float *)f->out->data)[i] = (float)x;
    else
        ((double *)f->out->data)[i] = x;
}

static void fill_range(void *context, int64_t first, int64_t last)
{
    const fill *f = context;
    for (int64_t j = first; j < last; j++) {
        bb__pair drawn = f->draw(f, j);
        store(f, 2 * j, drawn.number[0]);
        store(f, 2 * j + 1, drawn.number[1]);
    }
}

static void run(fill *f, int threads)
{
    f->count = bb_shape_count(f->out->shape);
    bb_parallel((f->count + 1) / 2, part, threads, fill_range, f);
}

void bb__fill_uniform(const bb_array *out, double low, double high, uint64_t key, int threads)
{
    fill f = {.out = out, .first = low, .second = high, .key = key, .draw = draw_uniform};
    run(&f, threads);
}

void bb__fill_normal(const bb_array *out, double mean, double deviation, uint64_t key, int threads)
{
    fill f = {.out = out, .first = mean, .second = deviation, .key = key, .draw = draw_normal};
    run(&f, threads);
}
