/* SPDX-License-Identifier: MIT */
/* Numbers in equal steps; a constant without operands, computed by each run. */
#include "moves.h"

#include <math.h>
#include <stdio.h>

/* Element i is first + i step, but the last is `last`. */
typedef struct arange_attrs {
    int64_t dtype, count;
    double first, step, last;
} arange_attrs;

static const int64_t endless = INT64_MIN; /* the count of steps of 0 */

static bool infer(bb_infer *c)
{
    const arange_attrs *a = c->attrs;
    if (bb_dtype_size((bb_dtype)a->dtype) == 0)
        return bb_infer_fail(c, BB_BAD_TYPE, "%lld is no dtype", (long long)a->dtype);
    if (a->step == 0 && a->count == endless)
        return bb_infer_fail(c, BB_BAD_ARGUMENT, "the step is 0");
    if (!isfinite(a->first) || !isfinite(a->last) || !isfinite(a->step))
        return bb_infer_fail(c, BB_BAD_ARGUMENT, "%g to %g by %g is not finite", a->first, a->last,
                             a->step);
    c->out = (bb_type){(bb_dtype)a->dtype, BB_SHAPE(a->count)};
    return true;
}

/* An integer gets the nearest number that it can hold. */
#define DEFINE_FILL(name, type, low, high)                         \
    static void fill_##name(const arange_attrs *a, void *out)      \
    {                                                              \
        for (int64_t i = 0; i < a->count; i++) {                   \
            double value = a->first + (double)i * a->step;         \
            value = i == a->count - 1 ? a->last : value;           \
            ((type *)out)[i] = (type)fmin(fmax(value, low), high); \
        }                                                          \
    }
DEFINE_FILL(f32, float, -(double)INFINITY, (double)INFINITY)
DEFINE_FILL(f64, double, -(double)INFINITY, (double)INFINITY)
DEFINE_FILL(i32, int32_t, INT32_MIN, INT32_MAX)
DEFINE_FILL(u8, uint8_t, 0, UINT8_MAX)

static void forward(const bb_call *call)
{
    static void (*const fills[BB_DTYPE_COUNT])(const arange_attrs *a, void *out) = {
        [BB_F32] = fill_f32, [BB_F64] = fill_f64, [BB_I32] = fill_i32, [BB_U8] = fill_u8};
    fills[call->out->dtype](call->attrs, call->out->data);
}

static void print_attrs(const void *attrs, char *buffer, size_t size)
{
    const arange_attrs *a = attrs;
    snprintf(buffer, size, "%g to %g by %g", a->first, a->last, a->step);
}

static const bb_sample samples[] = {
    {.attrs = &(const arange_attrs){BB_F64, 0, 1, 1, 1}},
    {.attrs = &(const arange_attrs){BB_F32, 5, -1, 0.5, 1}},
    {.attrs = &(const arange_attrs){BB_F64, 5, -1, 0.3, 0.19999999999999996},
     .golden_out =
         BB_NUMBERS(-1.0, -0.7, -0.3999999999999999, -0.09999999999999987, 0.20000000000000018)},
    {.attrs = &(const arange_attrs){BB_F64, 7, 0, 0.16666666666666666, 1},
     .golden_out = BB_NUMBERS(0.0, 0.16666666666666666, 0.3333333333333333, 0.5, 0.6666666666666666,
                              0.8333333333333333, 1.0)},
    {.attrs = &(const arange_attrs){BB_I32, 4, 7, -2, 1},
     .golden_out = BB_NUMBERS(7.0, 5.0, 3.0, 1.0)},
    {.attrs = &(const arange_attrs){BB_U8, 4, 254, 1, 257},
     .golden_out = BB_NUMBERS(254.0, 255.0, 255.0, 255.0)},
};

const bb_op bb__op_arange = {
    .name = "arange",
    .doc = "numbers in equal steps",
    .arity = 0,
    .attrs_size = sizeof(arange_attrs),
    .infer = infer,
    .forward = forward,
    .flops = bb__no_flops,
    .print_attrs = print_attrs,
    BB_SAMPLES(samples),
};

bb_node *bb_arange(bb_graph *g, bb_dtype dtype, double start, double stop, double step)
{
    double count = ceil((stop - start) / step);
    count = count > 0 ? fmin(count, (double)INT64_MAX / 4) : 0;
    double last = count > 0 ? start + (count - 1) * step : start;
    return bb_apply_in(g, &bb__op_arange, (bb_nodes){0, NULL},
                       &(arange_attrs){(int64_t)dtype, step == 0 ? endless : (int64_t)count, start,
                                       step, isfinite(stop) ? last : stop});
}

bb_node *bb_linspace(bb_graph *g, bb_dtype dtype, double first, double last, int64_t count)
{
    double step = count > 1 ? (last - first) / (double)(count - 1) : 0;
    return bb_apply_in(
        g, &bb__op_arange, (bb_nodes){0, NULL},
        &(arange_attrs){(int64_t)dtype, count, first, step, count == 1 ? first : last});
}
