/* SPDX-License-Identifier: MIT */
/* Variances and norms over any axes, by two passes: the first, unless a mean is known, finds what
 * the terms of the second are measured by, so that deviations do not cancel and powers do not
 * overflow. */
#include "fold.h"
#include "largest.h"

#include <math.h>

#define DEVIATION(x, shift) (((double)(x) - (shift)) * ((double)(x) - (shift)))
#define MAGNITUDE(x, shift) fabs((double)(x))
#define SQUARE(x, shift) (((double)(x) * (shift)) * ((double)(x) * (shift)))

BB__DEFINE_STEP(add, a + b)

#define DEFINE_KERNEL(name)                                 \
    static const bb__walk_kernel name[BB_DTYPE_COUNT] = {   \
        [BB_F32] = {0, name##_f32_row, name##_f32_columns}, \
        [BB_F64] = {0, name##_f64_row, name##_f64_columns}, \
    };
#define DEFINE_SUM(name, TERM)                        \
    BB__DEFINE_FOLD(name##_f32, float, add, 0, TERM)  \
    BB__DEFINE_FOLD(name##_f64, double, add, 0, TERM) \
    DEFINE_KERNEL(name)

DEFINE_SUM(deviations, DEVIATION)
DEFINE_SUM(absolutes, MAGNITUDE)
DEFINE_SUM(squares, SQUARE)
BB__DEFINE_EXTREMES(magnitudes_f32, float, bb__larger, farthest, MAGNITUDE)
BB__DEFINE_EXTREMES(magnitudes_f64, double, bb__larger, farthest, MAGNITUDE)
DEFINE_KERNEL(magnitudes)

typedef struct job {
    bb__walk fold;
    const bb_array *out;
    bb_dtype dtype;
    double parameter;     /* the divisor, or p */
    const bb_array *mean; /* where it is known, else NULL */
    bool is_dense;        /* the mean */
} job;

static void begin(const bb__walk_span *span, double *acc)
{
    for (int64_t i = 0; i < span->width; i++)
        acc[i] = 0;
}

static void fold_terms(const job *j, const bb__walk_kernel kernel[], const bb__walk_span *span,
                       double *acc, const double *shift)
{
    bb__walk_terms(&j->fold, &kernel[j->dtype], span, 0, j->fold.terms, acc, shift);
}

static void find_means(const job *j, const bb__walk_span *span, double *mean)
{
    begin(span, mean);
    bb__walk_terms(&j->fold, bb__reduce_kernel(BB__SUM, j->dtype), span, 0, j->fold.terms, mean,
                   NULL);
    for (int64_t i = 0; i < span->width; i++)
        mean[i] /= (double)j->fold.terms;
}

/* Where the element of a row-major number lies. */
static int64_t place_of(const bb_array *a, int64_t number)
{
    int64_t place = 0;
    for (int d = a->shape.ndim - 1; d >= 0; d--) {
        place += number % a->shape.dim[d] * a->stride[d];
        number /= a->shape.dim[d];
    }
    return place;
}

static void load_means(const job *j, const bb__walk_span *span, double *mean)
{
    for (int64_t i = 0; i < span->width; i++) {
        const int64_t number = span->first + i * span->stride;
        const int64_t at = j->is_dense ? number : place_of(j->mean, number);
        mean[i] = j->dtype == BB_F32 ? (double)((const float *)j->mean->data)[at]
                                     : ((const double *)j->mean->data)[at];
    }
}

static void var_range(void *context, int64_t first, int64_t last)
{
    const job *j = context;
    for (int64_t tile = first; tile < last; tile++) {
        double mean[BB__WALK_TILE], sum[BB__WALK_TILE];
        bb__walk_span span = bb__walk_span_at(&j->fold, tile);
        begin(&span, sum);
        (j->mean ? load_means : find_means)(j, &span, mean);
        fold_terms(j, deviations, &span, sum, mean);
        for (int64_t i = 0; i < span.width; i++)
            sum[i] /= j->parameter;
        bb__walk_store(j->out, span.first, span.stride, sum, span.width);
    }
}

static bool is_dense(const bb_array *a)
{
    int64_t step = 1;
    for (int d = a->shape.ndim - 1; d >= 0; step *= a->shape.dim[d--])
        if (a->shape.dim[d] != 1 && a->stride[d] != step)
            return false;
    return true;
}

static void variances(job *j, int threads)
{
    bb_parallel(j->fold.tiles, bb__walk_grain(&j->fold), threads, var_range, j);
}

void bb__var(const bb_array *in, uint32_t axes, double divisor, const bb_array *out, int threads)
{
    variances(&(job){bb__walk_plan(in, axes), out, in->dtype, divisor, NULL, false}, threads);
}

void bb__var_about(const bb_array *in, const bb_array *mean, uint32_t axes, double divisor,
                   const bb_array *out, int threads)
{
    variances(&(job){bb__walk_plan(in, axes), out, in->dtype, divisor, mean, is_dense(mean)},
              threads);
}

/* Powers of two near 1 / top, which scale without rounding; 1 where that says nothing. By the bits
 * of the exponent, as that makes vectors. */
static void scales_for(const double *top, double *scale, int64_t n)
{
    enum { FAR = 1000, BIAS = 1023, FRACTION = 52 };
    for (int64_t i = 0; i < n; i++) {
        int64_t bits;
        memcpy(&bits, &top[i], sizeof bits);
        int64_t exponent = (bits >> FRACTION) - BIAS + 1; /* of 0.5 <= top / 2^exponent < 1 */
        exponent = exponent > FAR ? FAR : exponent;
        exponent = exponent < -FAR ? -FAR : exponent;
        exponent = top[i] > 0 && top[i] < (double)INFINITY ? exponent : 0;
        bits = (int64_t)((uint64_t)(BIAS - exponent) << FRACTION);
        memcpy(&scale[i], &bits, sizeof bits);
    }
}

static void norm_range(void *context, int64_t first, int64_t last)
{
    const job *j = context;
    bool sums_squares = j->parameter == 2;
    for (int64_t tile = first; tile < last; tile++) {
        double acc[BB__WALK_TILE], scale[BB__WALK_TILE];
        bb__walk_span span = bb__walk_span_at(&j->fold, tile);
        begin(&span, acc);
        fold_terms(j, j->parameter == 1 ? absolutes : magnitudes, &span, acc, NULL);
        if (sums_squares) {
            scales_for(acc, scale, span.width);
            begin(&span, acc);
            fold_terms(j, squares, &span, acc, scale);
            for (int64_t i = 0; i < span.width; i++)
                acc[i] = sqrt(acc[i]) / scale[i];
        }
        bb__walk_store(j->out, span.first, span.stride, acc, span.width);
    }
}

void bb__norm(const bb_array *in, uint32_t axes, double p, const bb_array *out, int threads)
{
    job j = {bb__walk_plan(in, axes), out, in->dtype, p, NULL, false};
    bb_parallel(j.fold.tiles, bb__walk_grain(&j.fold), threads, norm_range, &j);
}
