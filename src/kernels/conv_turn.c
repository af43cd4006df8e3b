/* SPDX-License-Identifier: MIT */
/* What our ways of convolution have in common: filters turned around, with which a gradient of
 * images is a convolution itself, and tails on what is finished. */
#include "conv.h"

#include <math.h>

bb__conv_shape bb__turned_shape(const bb__conv_shape *s)
{
    bb__conv_shape t = *s;
    t.c = s->o, t.h = s->oh, t.w = s->ow;
    t.o = s->c, t.oh = s->h, t.ow = s->w;
    t.padding[0] = s->dilation[0] * (s->kh - 1) - s->padding[0];
    t.padding[1] = s->dilation[1] * (s->kw - 1) - s->padding[1];
    return t;
}

#define DEFINE_TURN(suffix, T)                                                      \
    static bool turn_##suffix(const bb__conv_shape *s, const void *w, void *turned) \
    {                                                                               \
        const int64_t filters = s->o / s->groups, channels = s->c / s->groups;      \
        const int64_t size = s->kh * s->kw;                                         \
        int is_finite = 1;                                                          \
        for (int64_t f = 0; f < s->o; f++)                                          \
            for (int64_t c = 0; c < channels; c++) {                                \
                const T *x = (const T *)w + (f * channels + c) * size;              \
                int64_t to = (f / filters * channels + c) * filters + f % filters;  \
                T *y = (T *)turned + to * size;                                     \
                for (int64_t k = 0; k < size; k++) {                                \
                    y[k] = x[size - 1 - k];                                         \
                    is_finite &= isfinite(y[k]) != 0;                               \
                }                                                                   \
            }                                                                       \
        return is_finite;                                                           \
    }
DEFINE_TURN(f32, float)
DEFINE_TURN(f64, double)

bool bb__turn(const bb__conv_shape *s, const void *w, void *turned)
{
    return (s->dtype == BB_F32 ? turn_f32 : turn_f64)(s, w, turned);
}

size_t bb__turned_bytes(const bb__conv_shape *s)
{
    return bb__aligned((size_t)(s->o * bb__filter_size(s)) * bb_dtype_size(s->dtype));
}

void bb__conv_finish(const bb__tail *tail, int64_t channels, int64_t height, int64_t width,
                     bb__places at, bb__channels done)
{
    const bool is_whole = at.rows == height;
    const int64_t stretches = is_whole ? 1 : done.count;
    const int64_t count = (is_whole ? done.count : 1) * at.rows * width;
    for (int64_t i = at.image; tail && i < at.image + at.images; i++)
        for (int64_t k = 0; k < stretches; k++)
            tail->run(tail->context, ((i * channels + done.first + k) * height + at.row) * width,
                      count);
}
