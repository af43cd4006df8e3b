/* SPDX-License-Identifier: MIT */
/* Bands of matrices: a part of each row is copied, and what is outside is zero whatever it was. */
#include "kernels.h"

#include <string.h>

typedef struct job {
    const bb_array *in, *out;
    int64_t low, high;
} job;

static int64_t within(int64_t value, int64_t size)
{
    return value < 0 ? 0 : value < size ? value : size;
}

#define DEFINE_BAND(name, type, text)                                                    \
    static void band_##name(const void *from, int64_t step, int64_t first, int64_t last, \
                            int64_t n, void *to)                                         \
    {                                                                                    \
        const type *x = from;                                                            \
        type *y = to;                                                                    \
        memset(y, 0, (size_t)first * sizeof(type));                                      \
        for (int64_t i = first; i < last; i++)                                           \
            y[i] = x[i * step];                                                          \
        memset(y + last, 0, (size_t)(n - last) * sizeof(type));                          \
    }
BB_DTYPE_LIST(DEFINE_BAND)

typedef void (*band_fn)(const void *from, int64_t step, int64_t first, int64_t last, int64_t n,
                        void *to);
#define BAND_ENTRY(name, type, text) [name] = band_##name,
static const band_fn bands[BB_DTYPE_COUNT] = {BB_DTYPE_LIST(BAND_ENTRY)};

static void band_range(void *context, int64_t first, int64_t last)
{
    const job *j = context;
    const bb_array *in = j->in;
    int columns = in->shape.ndim - 1;
    int64_t n = in->shape.dim[columns], size = (int64_t)bb_dtype_size(in->dtype);
    for (int64_t row = first; row < last; row++) {
        int64_t at = 0, rest = row, i = row % in->shape.dim[columns - 1];
        for (int d = columns - 1; d >= 0; d--) {
            at += rest % in->shape.dim[d] * in->stride[d];
            rest /= in->shape.dim[d];
        }
        int64_t start = within(i + j->low, n), stop = within(i + j->high + 1, n);
        bands[in->dtype]((const char *)in->data + at * size, in->stride[columns], start,
                         stop < start ? start : stop, n, (char *)j->out->data + row * n * size);
    }
}

void bb__band(const bb_array *in, const bb_array *out, int64_t low, int64_t high, int threads)
{
    enum { WORTH = 32768 };
    int64_t count = bb_shape_count(in->shape), n = in->shape.dim[in->shape.ndim - 1];
    job j = {in, out, low, high};
    if (count > 0)
        bb_parallel(count / n, n < WORTH ? WORTH / n : 1, threads, band_range, &j);
}
