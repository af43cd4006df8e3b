/* SPDX-License-Identifier: MIT */
/* The one place that decides how a convolution is computed: by oneDNN, directly, or as products
 * with the matrix of columns. It depends on shape, direction and instruction set only. oneDNN's
 * work is done the other ways when memory runs out. */
#include "blas.h"
#include "conv_direct.h"
#include "conv_onednn.h"

enum { FEW = 3 }; /* channels */

/* Direct convolution takes as long as its rows filled up to whole vectors, which must not be much
 * more, and copies what products of single elements read in place. Columns suit gradients of few
 * channels, where four filters at a time are too many, and of filters, since whole vectors of these
 * save the ends of rows, where places come twice; but not groups, less than FEW_FILTERS, or single
 * channels, of which products are thin. */
static bool is_direct(const bb__conv_shape *s, bb__conv_direction d)
{
    enum { FEW_FILTERS = 8 };
    const bb_simd_level level = bb_simd();
    const int64_t lanes = level == BB_SIMD_AVX512 ? 16 : 8, channels = s->c / s->groups;
    const int64_t width = d == BB__CONV_INPUT ? s->w : s->ow;
    const int64_t filled = (width + lanes - 1) / lanes * lanes;
    if (level == BB_SIMD_BASE || !bb__direct_is_possible(s, d) || 4 * width < 3 * filled)
        return false;
    if (s->kh * s->kw == 1 && channels > FEW)
        return false;
    return d == BB__CONV_FORWARD || s->groups > 1 || s->o < FEW_FILTERS ||
           (d == BB__CONV_INPUT ? channels > FEW : channels == 1 || width == filled);
}

#ifdef BB_HAS_ONEDNN
/* How many times the work grows when channels are filled up to whole vectors, as oneDNN's kernels
 * want them. */
static double filled_up(const bb__conv_shape *s)
{
    enum { VECTOR = 16 };
    const int64_t channels = s->c / s->groups, filters = s->o / s->groups;
    const bool is_depthwise = s->groups > 1 && channels == 1 && filters == 1;
    const int64_t a = is_depthwise ? s->groups : channels, b = is_depthwise ? VECTOR : filters;
    const int64_t filled_a = (a + VECTOR - 1) / VECTOR, filled_b = (b + VECTOR - 1) / VECTOR;
    return (double)(filled_a * filled_b * VECTOR * VECTOR) / ((double)a * (double)b);
}

/* Our own kernels keep few images, which they cut, and little work; and images of a size that
 * oneDNN's integers may not hold. */
static bool has_fitting_size(const bb__conv_shape *s)
{
    enum { LEAST_IMAGES = 4 };
    static const double least_work = 100000; /* multiplications */
    const int64_t most = INT32_MAX / (int64_t)sizeof(float);
    const int64_t src = s->c * s->h * s->w, dst = s->o * s->oh * s->ow;
    return s->n >= LEAST_IMAGES && bb__conv_multiplications(s) >= least_work && src > 0 &&
           src <= most && dst <= most;
}

/* oneDNN's products are faster than those of columns, but its layout costs two moves of the images,
 * which columns of single elements do not need. FEW channels it reads as they lie, but with AVX2 up
 * to ten times as slowly as direct convolution; and there columns are faster for the gradient of
 * many filters. The numbers are where both take as long. */
static bool is_suited(const bb__conv_shape *s, bb__conv_direction d)
{
    enum { THIN_FORWARD = 64, THIN_WEIGHT = 16, MANY = 32 };
    static const double most_filled_up = 1.5;
    const int64_t filter = s->kh * s->kw;
    const bool is_avx2 = bb__onednn_is_avx2();
    if (s->dtype != BB_F32 || !has_fitting_size(s) || !bb__onednn_is_used())
        return false;
    if (!is_avx2 && s->groups == 1 && s->c <= FEW && d != BB__CONV_INPUT)
        return s->c * filter >= (d == BB__CONV_FORWARD ? THIN_FORWARD : THIN_WEIGHT);
    if (is_avx2 && d == BB__CONV_WEIGHT && s->o / s->groups >= MANY)
        return false;
    return filter > 1 && filled_up(s) <= most_filled_up;
}

/* Bytes, for as many as our own kernels may need them too. */
static size_t scratch_for(const bb__conv_shape *s, bb__conv_direction d, size_t own)
{
    const bb__onednn_conv *c = is_suited(s, d) ? bb__onednn_conv_make(s, d) : NULL;
    const size_t bytes = c ? bb__onednn_conv_scratch(c) : 0;
    return bytes > own ? bytes : own;
}

static bool is_done(const bb__conv_shape *s, bb__conv_direction d, const void *a, const void *b,
                    void *out, void *scratch, const bb__tail *tail, int threads)
{
    const bb__onednn_conv *c = is_suited(s, d) ? bb__onednn_conv_find(s, d) : NULL;
    return c && bb__onednn_conv_run(c, a, b, out, scratch, tail, threads);
}
#else
static size_t scratch_for(const bb__conv_shape *s, bb__conv_direction d, size_t own)
{
    (void)s, (void)d;
    return own;
}

static bool is_done(const bb__conv_shape *s, bb__conv_direction d, const void *a, const void *b,
                    void *out, void *scratch, const bb__tail *tail, int threads)
{
    (void)s, (void)d, (void)a, (void)b, (void)out, (void)scratch, (void)tail, (void)threads;
    return false;
}
#endif

size_t bb__conv2d_forward_scratch(const bb__conv_shape *s)
{
    return scratch_for(s, BB__CONV_FORWARD,
                       is_direct(s, BB__CONV_FORWARD) ? bb__direct_forward_scratch(s)
                                                      : bb__columns_forward_scratch(s));
}

size_t bb__conv2d_input_scratch(const bb__conv_shape *s)
{
    return scratch_for(s, BB__CONV_INPUT,
                       is_direct(s, BB__CONV_INPUT) ? bb__direct_input_scratch(s)
                                                    : bb__columns_input_scratch(s));
}

size_t bb__conv2d_weight_scratch(const bb__conv_shape *s)
{
    return scratch_for(s, BB__CONV_WEIGHT,
                       is_direct(s, BB__CONV_WEIGHT) ? bb__direct_weight_scratch(s)
                                                     : bb__columns_weight_scratch(s));
}

void bb__conv2d_forward(const bb__conv_shape *s, const void *x, const void *w, void *out,
                        void *scratch, const bb__tail *tail, int threads)
{
    if (is_done(s, BB__CONV_FORWARD, x, w, out, scratch, tail, threads))
        return;
    (is_direct(s, BB__CONV_FORWARD) ? bb__direct_forward
                                    : bb__columns_forward)(s, x, w, out, scratch, tail, threads);
}

void bb__conv2d_input(const bb__conv_shape *s, const void *dy, const void *w, void *dx,
                      void *scratch, const bb__tail *tail, int threads)
{
    if (is_done(s, BB__CONV_INPUT, dy, w, dx, scratch, tail, threads))
        return;
    (is_direct(s, BB__CONV_INPUT) ? bb__direct_input : bb__columns_input)(s, dy, w, dx, scratch,
                                                                          tail, threads);
}

void bb__conv2d_weight(const bb__conv_shape *s, const void *x, const void *dy, void *dw,
                       void *scratch, int threads)
{
    if (is_done(s, BB__CONV_WEIGHT, x, dy, dw, scratch, NULL, threads))
        return;
    (is_direct(s, BB__CONV_WEIGHT) ? bb__direct_weight : bb__columns_weight)(s, x, dy, dw, scratch,
                                                                             threads);
}
