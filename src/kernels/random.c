/* SPDX-License-Identifier: MIT */
/* Arrays of random numbers: element i is number i of its stream, rounded to the dtype. */
#include "kernels.h"

#include "base.h"

#include <math.h>

enum { part = 1 << 12 }; /* pairs of elements that are worth a thread */

/* Elements 2j and 2j+1 come from one block of four words. */
typedef struct pair {
    double first, second;
} pair;

typedef struct fill {
    const bb_array *out;
    int64_t count;
    double start, scale, limit; /* uniform: low, high - low, high; normal: mean, deviation, none */
    uint64_t key;
    pair (*draw)(const struct fill *f, int64_t j);
} fill;

static double unit(uint32_t low, uint32_t high)
{
    return (double)(((uint64_t)high << 32 | low) >> 11) * 0x1p-53;
}

/* Rounding may reach the limit itself, which the interval does not hold. */
static double below_limit(const fill *f, double u)
{
    double x = f->start + f->scale * u;
    double seen = f->out->dtype == BB_F32 ? (double)(float)x : x;
    return seen < f->limit || f->start == f->limit ? x : f->start;
}

static pair draw_uniform(const fill *f, int64_t j)
{
    uint32_t block[4];
    bb__philox(f->key, (uint64_t)j, block);
    return (pair){below_limit(f, unit(block[0], block[1])),
                  below_limit(f, unit(block[2], block[3]))};
}

static pair draw_normal(const fill *f, int64_t j)
{
    uint32_t block[4];
    bb__philox(f->key, (uint64_t)j, block);
    double radius = sqrt(-2.0 * log(1.0 - unit(block[0], block[1])));
    double angle = 6.283185307179586476925 * unit(block[2], block[3]);
    return (pair){f->start + f->scale * (radius * cos(angle)),
                  f->start + f->scale * (radius * sin(angle))};
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
        pair drawn = f->draw(f, j);
        store(f, 2 * j, drawn.first);
        store(f, 2 * j + 1, drawn.second);
    }
}

static void run(fill *f, int threads)
{
    f->count = bb_shape_count(f->out->shape);
    bb__parallel((f->count + 1) / 2, part, threads, fill_range, f);
}

void bb__fill_uniform(const bb_array *out, double low, double high, uint64_t key, int threads)
{
    fill f = {.out = out,
              .start = low,
              .scale = high - low,
              .limit = high,
              .key = key,
              .draw = draw_uniform};
    run(&f, threads);
}

void bb__fill_normal(const bb_array *out, double mean, double deviation, uint64_t key, int threads)
{
    fill f = {.out = out, .start = mean, .scale = deviation, .key = key, .draw = draw_normal};
    run(&f, threads);
}
