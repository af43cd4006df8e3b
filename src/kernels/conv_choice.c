/* SPDX-License-Identifier: MIT */
/* The one place that decides how a convolution is computed: by oneDNN, directly, or as products
 * with the matrix of columns. Scratch memory and runs go by one answer, which depends on shape,
 * direction and instruction set only. oneDNN's work is done the other ways when it makes nothing
 * for a shape, and when memory runs out. */
#include "blas.h"
#include "conv_direct.h"
#include "conv_onednn.h"

#include <math.h>

enum { FEW = 3 }; /* channels */

static int64_t lanes(void)
{
    return bb_simd() == BB_SIMD_AVX512 ? 16 : 8;
}

/* How many times the work of direct convolution grows when rows are filled up to whole vectors, or
 * to halves, of which two make one. */
static double filled_rows(const bb__conv_shape *s, bb__conv_direction d)
{
    const int64_t width = d == BB__CONV_INPUT ? s->w : s->ow;
    const int64_t unit = BB__HALF > 0 ? lanes() / 2 : lanes();
    return (double)(bb__divided_up(width, unit) * unit) / (double)width;
}

/* Direct convolution takes as long as its rows filled up, which must not be much more, and copies
 * what products of single elements read in place. Columns suit gradients of few channels, which are
 * too few for several filters at a time, and of filters, since whole vectors of these save the ends
 * of rows, where places come twice and halves of vectors are loaded; but not groups, less than
 * FEW_FILTERS, or, with AVX2 or less than SOME_FILTERS, single channels, of which products are
 * thin. With AVX-512 ends of rows are dear only from `short_of_whole` on: on an Emerald Rapids 16
 * filters of 8 channels on rows of 28 have 168 Gflop/s by loops and 121 by columns. */
static bool is_direct(const bb__conv_shape *s, bb__conv_direction d)
{
    enum { FEW_FILTERS = 8, SOME_FILTERS = 16 };
    static const double most_filled = 4. / 3, short_of_whole = 8. / 7;
    const bool is_avx512 = bb_simd() == BB_SIMD_AVX512;
    const int64_t channels = s->c / s->groups;
    if (bb_simd() == BB_SIMD_BASE || !bb__direct_is_possible(s, d))
        return false;
    const double filled = filled_rows(s, d);
    if (filled > most_filled || (s->kh * s->kw == 1 && channels > FEW))
        return false;
    if (d == BB__CONV_FORWARD || s->groups > 1 || s->o < FEW_FILTERS)
        return true;
    if (d == BB__CONV_INPUT)
        return channels > FEW;
    if (channels == 1)
        return !is_avx512 || s->o < SOME_FILTERS || filled <= 1;
    return is_avx512 ? filled <= short_of_whole : s->ow % lanes() == 0;
}

#ifdef BB_HAS_ONEDNN
enum { VECTOR = 16 }; /* channels of a block of oneDNN's */
/* Up to which oneDNN is faster than products of columns. */
static const double most_filled_up = 1.5;

/* How many times the work grows when channels are filled up to whole vectors, as oneDNN's kernels
 * want them. */
static double filled_up(const bb__conv_shape *s)
{
    const int64_t channels = s->c / s->groups, filters = s->o / s->groups;
    const bool is_depthwise = s->groups > 1 && channels == 1 && filters == 1;
    const int64_t a = is_depthwise ? s->groups : channels, b = is_depthwise ? VECTOR : filters;
    const int64_t filled_a = bb__divided_up(a, VECTOR), filled_b = bb__divided_up(b, VECTOR);
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

/* Few channels it reads as they lie, without filling them up. */
static bool reads_few(const bb__conv_shape *s, bb__conv_direction d)
{
    return s->groups == 1 && (d == BB__CONV_FORWARD  ? s->c < VECTOR
                              : d == BB__CONV_WEIGHT ? s->c <= FEW
                                                     : false);
}

/* Whether filters of single elements are left to products of the images as they lie. With AVX-512
 * oneDNN is faster for their gradient, whose products are thin: 64 filters of 32 channels on 16
 * images of 32 x 32 take two threads of a Zen 5 1.09 ms by products and 0.38 by oneDNN. It is
 * faster for all of it where a result has few places: forward, 256 filters of 512 channels on 16
 * images of 7 x 7 take 0.70 and 0.60 ms, but 128 of 64 channels on 28 x 28 0.55 and 0.74. */
static bool is_product(const bb__conv_shape *s, bb__conv_direction d)
{
    enum { FEW_PLACES = 64 };
    return s->kh * s->kw == 1 && d != BB__CONV_WEIGHT && s->oh * s->ow >= FEW_PLACES;
}

/* Its work with AVX-512, in units of what it would be if nothing were filled up, infinite for what
 * it does not suit. The factors were measured on an Emerald Rapids: of few channels (32 filters of
 * 3 with 5 x 5 elements on rows of 32: 294 Gflop/s by loops and 232 by oneDNN; 16 of 8 on rows of
 * 28: 227 and 277), of gradients by few elements (16 of 1 with 5 x 5 on rows of 32: 196 and 150),
 * and of groups (16 of 16 on rows of 32: 246 and 168). */
static double onednn_work(const bb__conv_shape *s, bb__conv_direction d)
{
    enum { THIN_FORWARD = 48, THIN_WEIGHT = 16, THICK_WEIGHT = 64 }; /* elements of a filter */
    static const double few = 1.15, thin = 1.3, groups = 1.2;
    const int64_t elements = bb__filter_size(s), filled = bb__divided_up(s->o, VECTOR) * VECTOR;
    const double filters = (double)filled / (double)s->o;
    const bool is_depthwise = s->c == s->groups && s->o == s->groups;
    if (!reads_few(s, d))
        return is_product(s, d) ? (double)INFINITY
                                : filled_up(s) * (s->groups > 1 && !is_depthwise ? groups : 1);
    if (d == BB__CONV_FORWARD)
        return elements < THIN_FORWARD ? (double)INFINITY : filters * few;
    return elements < THIN_WEIGHT ? (double)INFINITY
                                  : filters * (elements < THICK_WEIGHT ? thin : 1);
}

/* With AVX-512 oneDNN and direct convolution are both fast, and what they fill up decides: the one
 * channels, the other rows, whose ends cost gradients of filters twice. On rows of 32, 30 filters
 * of 30 channels have 256 Gflop/s by loops and 208 by oneDNN; on rows of 28, 16 of 16 have 210 and
 * 254. */
static bool is_suited_to_avx512(const bb__conv_shape *s, bb__conv_direction d)
{
    static const double loops = 1.1, loops_weight = 1.25; /* of oneDNN's time at the same filling */
    const double work = onednn_work(s, d);
    if (isinf(work))
        return false;
    if (!is_direct(s, d))
        return work <= most_filled_up || (reads_few(s, d) && s->c <= FEW);
    const double rows = filled_rows(s, d);
    return work <= (d == BB__CONV_WEIGHT ? loops_weight * rows * rows : loops * rows);
}

/* oneDNN's products are faster than those of columns, but its layout costs two moves of the images,
 * which columns of single elements do not need. FEW channels it reads as they lie, but with AVX2 up
 * to ten times as slowly as direct convolution; and there columns are faster for the gradient of
 * many filters. The numbers are where both take as long. */
static bool is_suited(const bb__conv_shape *s, bb__conv_direction d)
{
    enum { MANY = 32 };
    if (s->dtype != BB_F32 || !has_fitting_size(s) || !bb__onednn_is_used())
        return false;
    if (bb__onednn_is_avx512())
        return is_suited_to_avx512(s, d);
    if (bb__onednn_is_avx2() && d == BB__CONV_WEIGHT && s->o / s->groups >= MANY)
        return false;
    return s->kh * s->kw > 1 && filled_up(s) <= most_filled_up;
}

static const bb__onednn_conv *made_for(const bb__conv_shape *s, bb__conv_direction d)
{
    return is_suited(s, d) ? bb__onednn_conv_for(s, d) : NULL;
}
#else
static const bb__onednn_conv *made_for(const bb__conv_shape *s, bb__conv_direction d)
{
    (void)s, (void)d;
    return NULL;
}

size_t bb__onednn_conv_scratch(const bb__onednn_conv *c)
{
    (void)c;
    return 0;
}

bool bb__onednn_conv_run(const bb__onednn_conv *c, const void *a, const void *b, void *out,
                         void *scratch, const bb__tail *tail, int threads)
{
    (void)c, (void)a, (void)b, (void)out, (void)scratch, (void)tail, (void)threads;
    return false;
}
#endif

/* The choice, the same whenever it is asked for. */
typedef struct choice {
    const bb__onednn_conv *onednn; /* or NULL */
    bool is_direct; /* by loops, else by columns: where oneDNN is not, or runs out of memory */
} choice;

static choice choice_of(const bb__conv_shape *s, bb__conv_direction d)
{
    return (choice){made_for(s, d), is_direct(s, d)};
}

bb__conv_way bb__conv_way_of(const bb__conv_shape *s, bb__conv_direction d)
{
    const choice c = choice_of(s, d);
    return c.onednn ? BB__BY_ONEDNN : c.is_direct ? BB__BY_LOOPS : BB__BY_COLUMNS;
}

/* Enough for each way that a run may take. */
static size_t scratch_of(const bb__conv_shape *s, bb__conv_direction d,
                         size_t (*direct)(const bb__conv_shape *),
                         size_t (*columns)(const bb__conv_shape *))
{
    const choice c = choice_of(s, d);
    const size_t own = (c.is_direct ? direct : columns)(s);
    const size_t bytes = c.onednn ? bb__onednn_conv_scratch(c.onednn) : 0;
    return bytes > own ? bytes : own;
}

size_t bb__conv2d_forward_scratch(const bb__conv_shape *s)
{
    return scratch_of(s, BB__CONV_FORWARD, bb__direct_forward_scratch, bb__columns_forward_scratch);
}

size_t bb__conv2d_input_scratch(const bb__conv_shape *s)
{
    return scratch_of(s, BB__CONV_INPUT, bb__direct_input_scratch, bb__columns_input_scratch);
}

size_t bb__conv2d_weight_scratch(const bb__conv_shape *s)
{
    return scratch_of(s, BB__CONV_WEIGHT, bb__direct_weight_scratch, bb__columns_weight_scratch);
}

static bool is_done(choice c, const void *a, const void *b, void *out, void *scratch,
                    const bb__tail *tail, int threads)
{
    return c.onednn && bb__onednn_conv_run(c.onednn, a, b, out, scratch, tail, threads);
}

void bb__conv2d_forward(const bb__conv_shape *s, const void *x, const void *w, void *out,
                        void *scratch, const bb__tail *tail, int threads)
{
    const choice c = choice_of(s, BB__CONV_FORWARD);
    if (!is_done(c, x, w, out, scratch, tail, threads))
        (c.is_direct ? bb__direct_forward : bb__columns_forward)(s, x, w, out, scratch, tail,
                                                                 threads);
}

void bb__conv2d_input(const bb__conv_shape *s, const void *dy, const void *w, void *dx,
                      void *scratch, const bb__tail *tail, int threads)
{
    const choice c = choice_of(s, BB__CONV_INPUT);
    if (!is_done(c, dy, w, dx, scratch, tail, threads))
        (c.is_direct ? bb__direct_input : bb__columns_input)(s, dy, w, dx, scratch, tail, threads);
}

void bb__conv2d_weight(const bb__conv_shape *s, const void *x, const void *dy, void *dw,
                       void *scratch, int threads)
{
    const choice c = choice_of(s, BB__CONV_WEIGHT);
    if (!is_done(c, x, dy, dw, scratch, NULL, threads))
        (c.is_direct ? bb__direct_weight : bb__columns_weight)(s, x, dy, dw, scratch, threads);
}
