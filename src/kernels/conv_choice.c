/* SPDX-License-Identifier: MIT */
/* The one place that decides which convolutions are oneDNN's, by shape and direction only; our own
 * kernels compute all others, and stand in when memory runs out. */
#include "blas.h"
#include "conv_onednn.h"

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

#ifdef BB_HAS_ONEDNN
static bool is_suited(const bb__conv_shape *s, bb__conv_direction d)
{
    (void)d;
    return s->dtype == BB_F32 && s->n >= 4 && s->c && s->o && s->h && s->w && bb__onednn_is_used();
}

/* Bytes, for as many as our own kernels may need them too. */
static size_t scratch_for(const bb__conv_shape *s, bb__conv_direction d, size_t own)
{
    const bb__onednn_conv *c = is_suited(s, d) ? bb__onednn_conv_make(s, d) : NULL;
    return c ? larger(own, bb__onednn_conv_scratch(c)) : own;
}

static bool is_done(const bb__conv_shape *s, bb__conv_direction d, const void *a, const void *b,
                    void *out, void *scratch, int threads)
{
    const bb__onednn_conv *c = is_suited(s, d) ? bb__onednn_conv_find(s, d) : NULL;
    return c && bb__onednn_conv_run(c, a, b, out, scratch, threads);
}
#else
#endif

size_t bb__conv2d_forward_scratch(const bb__conv_shape *s)
{
    return scratch_for(s, BB__CONV_FORWARD, bb__columns_forward_scratch(s));
}

size_t bb__conv2d_input_scratch(const bb__conv_shape *s)
{
    return scratch_for(s, BB__CONV_INPUT, bb__columns_input_scratch(s));
}

size_t bb__conv2d_weight_scratch(const bb__conv_shape *s)
{
    return scratch_for(s, BB__CONV_WEIGHT, bb__columns_weight_scratch(s));
}

void bb__conv2d_forward(const bb__conv_shape *s, const void *x, const void *w, void *out,
                        void *scratch, int threads)
{
    if (!is_done(s, BB__CONV_FORWARD, x, w, out, scratch, threads))
        bb__columns_forward(s, x, w, out, scratch, threads);
}

void bb__conv2d_input(const bb__conv_shape *s, const void *dy, const void *w, void *dx,
                      void *scratch, int threads)
{
    if (!is_done(s, BB__CONV_INPUT, dy, w, dx, scratch, threads))
        bb__columns_input(s, dy, w, dx, scratch, threads);
}

void bb__conv2d_weight(const bb__conv_shape *s, const void *x, const void *dy, void *dw,
                       void *scratch, int threads)
{
    if (!is_done(s, BB__CONV_WEIGHT, x, dy, dw, scratch, threads))
        bb__columns_weight(s, x, dy, dw, scratch, threads);
}
