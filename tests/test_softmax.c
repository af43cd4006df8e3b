/* SPDX-License-Identifier: MIT */
/* Softmax, log-softmax and logsumexp against plain loops in long double. */
#include "arrays.h"

static const int thread_counts[] = {2, 5};

typedef void (*rows_fn)(const bb_array *in, int axis, const bb_array *out, int threads);

/* log of the sum of e^x along an axis through the element at `at`. */
static long double row_logsumexp(const bb_array *in, int64_t at, int axis)
{
    long double top = -(long double)INFINITY, sum = 0;
    for (int64_t i = 0; i < in->shape.dim[axis]; i++)
        top = fmaxl(top, (long double)get(in, at + i * in->stride[axis]));
    for (int64_t i = 0; i < in->shape.dim[axis]; i++)
        sum += expl((long double)get(in, at + i * in->stride[axis]) - top);
    return top + logl(sum);
}

/* The row through the element at `at`, which is its first. */
static void check_row(const bb_array *in, int64_t at, int axis, const bb_array *soft,
                      const bb_array *log)
{
    const double tolerance = in->dtype == BB_F32 ? 1e-6 : 1e-14;
    const long double total = row_logsumexp(in, at, axis);
    for (int64_t i = 0; i < in->shape.dim[axis]; i++, at += in->stride[axis]) {
        double wanted = (double)((long double)get(in, at) - total);
        cr_assert(is_close(get(log, at), wanted, tolerance, 1 + fabs(wanted)));
        cr_assert(is_close(get(soft, at), exp(wanted), tolerance, 1));
    }
}

static void check_elements(const bb_array *in, int axis, const bb_array *soft, const bb_array *log)
{
    int64_t index[BB_MAX_DIMS] = {0};
    if (bb_shape_count(in->shape) > 0)
        do
            if (index[axis] == 0)
                check_row(in, at_index(in, index), axis, soft, log);
        while (next_index(in->shape, index));
}

static void check_rows(bb_rng *rng, bb_shape shape, int axis, bb_dtype dtype)
{
    static const rows_fn functions[] = {bb__softmax, bb__log_softmax};
    block in = block_random(rng, dtype, shape, ROW_MAJOR, 0), out[2];
    for (int f = 0; f < 2; f++) {
        out[f] = block_new(dtype, shape);
        functions[f](&in.array, axis, &out[f].array, 1);
        for (size_t t = 0; t < 2; t++) {
            block again = block_new(dtype, shape);
            functions[f](&in.array, axis, &again.array, thread_counts[t]);
            cr_assert(same_bits(&again, &out[f]));
            free(again.memory);
        }
    }
    check_elements(&in.array, axis, &out[0].array, &out[1].array);
    for (int f = 0; f < 2; f++) {
        block place = block_new(dtype, shape);
        memcpy(place.memory, in.memory, (size_t)bb_shape_count(shape) * bb_dtype_size(dtype));
        functions[f](&place.array, axis, &place.array, 1);
        cr_assert(same_bits(&place, &out[f]), "in place");
        free(place.memory);
        free(out[f].memory);
    }
    free(in.memory);
}

Test(softmax, any_shape_and_axis)
{
    bb_rng rng = {1, 0};
    for (int round = 0; round < 500; round++) {
        bb_shape shape = shape_random(&rng, 1 + (int)bb_rng_below(&rng, 4), round % 10 ? 6 : 12);
        int axis = (int)bb_rng_below(&rng, (uint64_t)shape.ndim);
        check_rows(&rng, shape, axis, round % 2 ? BB_F32 : BB_F64);
    }
    check_rows(&rng, BB_SHAPE(100, 10), 1, BB_F32);
    check_rows(&rng, BB_SHAPE(3, 5000), 1, BB_F32);
    check_rows(&rng, BB_SHAPE(50, 700), 0, BB_F64);
}

typedef struct row_case {
    double x[3], softmax[3], log_softmax[3], logsumexp;
} row_case;

static const double inf = (double)INFINITY;

static void check_case(const row_case *c, bb_dtype dtype, int axis)
{
    block in = block_new(dtype, axis ? BB_SHAPE(1, 3) : BB_SHAPE(3, 2));
    block soft = block_new(dtype, in.array.shape), log = block_new(dtype, in.array.shape);
    block total = block_new(dtype, axis ? BB_SHAPE(1) : BB_SHAPE(2));
    int64_t columns = axis ? 1 : 2;
    for (int64_t i = 0; i < 3; i++)
        for (int64_t j = 0; j < columns; j++)
            put(&in.array, i * columns + j, c->x[i]);
    bb__softmax(&in.array, axis, &soft.array, 1);
    bb__log_softmax(&in.array, axis, &log.array, 1);
    bb__logsumexp(&in.array, 1U << axis, &total.array, 1);
    for (int64_t i = 0; i < 3 * columns; i++) {
        cr_assert(is_close(get(&soft.array, i), c->softmax[i / columns], 1e-6, 1));
        cr_assert(is_close(get(&log.array, i), c->log_softmax[i / columns], 1e-6, 1000));
    }
    for (int64_t j = 0; j < columns; j++)
        cr_assert(is_close(get(&total.array, j), c->logsumexp, 1e-6, 1000), "%g, not %g",
                  get(&total.array, j), c->logsumexp);
    free(in.memory);
    free(soft.memory);
    free(log.memory);
    free(total.memory);
}

Test(softmax, special_rows)
{
    const row_case cases[] = {
        {{-inf, -inf, -inf}, {NAN, NAN, NAN}, {NAN, NAN, NAN}, -inf},
        {{inf, 0, 1}, {NAN, 0, 0}, {NAN, -inf, -inf}, inf},
        {{NAN, 0, 1}, {NAN, NAN, NAN}, {NAN, NAN, NAN}, NAN},
        {{0, NAN, inf}, {NAN, NAN, NAN}, {NAN, NAN, NAN}, NAN},
        {{-inf, 5, -inf}, {0, 1, 0}, {-inf, 0, -inf}, 5},
        {{3e4, 0, -3e4}, {1, 0, 0}, {0, -3e4, -6e4}, 3e4},
        {{-3e4, -3e4, -inf},
         {0.5, 0.5, 0},
         {-0.6931471805599453, -0.6931471805599453, -inf},
         -29999.306852819440},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int axis = 0; axis < 2; axis++) {
            row_case c = cases[i];
            if (c.x[0] == inf) /* the sum is NaN, and so is all of the row */
                for (int j = 0; j < 3; j++)
                    c.softmax[j] = c.log_softmax[j] = NAN;
            check_case(&c, BB_F32, axis);
            check_case(&c, BB_F64, axis);
        }
}

static void check_logsumexp(const bb_array *in, uint32_t axes)
{
    bb_shape kept = {0};
    for (int i = 0; i < in->shape.ndim; i++)
        if (!(axes >> i & 1U))
            kept.dim[kept.ndim++] = in->shape.dim[i];
    int64_t index[BB_MAX_DIMS] = {0}, outputs = bb_shape_count(kept);
    long double *sum = calloc((size_t)outputs + 1, sizeof *sum);
    if (bb_shape_count(in->shape) > 0)
        do {
            int64_t position = 0;
            for (int i = 0; i < in->shape.ndim; i++)
                position = axes >> i & 1U ? position : position * in->shape.dim[i] + index[i];
            sum[position] += expl((long double)get(in, at_index(in, index)));
        } while (next_index(in->shape, index));
    block out = block_new(in->dtype, kept);
    bb__logsumexp(in, axes, &out.array, 1);
    for (int64_t i = 0; i < outputs; i++)
        cr_assert(is_close(get(&out.array, i), (double)logl(sum[i]),
                           in->dtype == BB_F32 ? 1e-6 : 1e-14, 10));
    for (size_t t = 0; t < 2; t++) {
        block again = block_new(in->dtype, kept);
        bb__logsumexp(in, axes, &again.array, thread_counts[t]);
        cr_assert(same_bits(&again, &out));
        free(again.memory);
    }
    free(out.memory);
    free(sum);
}

Test(softmax, logsumexp_over_any_axes_and_strides)
{
    bb_rng rng = {2, 0};
    for (int round = 0; round < 1000; round++) {
        int ndim = (int)bb_rng_below(&rng, 5);
        bb_shape shape = shape_random(&rng, ndim, round % 10 ? 6 : 9);
        layout how = (layout)bb_rng_below(&rng, LAYOUTS);
        block in = block_random(&rng, round % 2 ? BB_F32 : BB_F64, shape, how, 1);
        check_logsumexp(&in.array, (uint32_t)bb_rng_below(&rng, (uint64_t)1 << ndim));
        free(in.memory);
    }
}
