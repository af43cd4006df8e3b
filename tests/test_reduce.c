/* SPDX-License-Identifier: MIT */
/* Sums, extremes and argmax against plain loops, over any axes and strides. */
#include "arrays.h"
#include "walk.h"

static const int thread_counts[] = {2, 5};

/* The shape without the axes whose bits are set. */
static bb_shape kept_shape(bb_shape shape, uint32_t axes)
{
    bb_shape kept = {0};
    for (int i = 0; i < shape.ndim; i++)
        if (!(axes >> i & 1U))
            kept.dim[kept.ndim++] = shape.dim[i];
    return kept;
}

static int64_t kept_position(bb_shape shape, uint32_t axes, const int64_t *index)
{
    int64_t position = 0;
    for (int i = 0; i < shape.ndim; i++)
        if (!(axes >> i & 1U))
            position = position * shape.dim[i] + index[i];
    return position;
}

static long double step(bb__reduction kind, long double acc, double term)
{
    if (kind == BB__SUM)
        return acc + (long double)term;
    bool wins = kind == BB__MAX ? (long double)term > acc : (long double)term < acc;
    return wins || isnan(term) ? (long double)term : acc;
}

/* The reduction in long double, and for each output the sum of magnitudes. */
static void reduce_plainly(bb__reduction kind, const bb_array *in, uint32_t axes,
                           long double *result, double *scale)
{
    static const long double identity[] = {0.0L, -(long double)INFINITY, (long double)INFINITY};
    int64_t index[BB_MAX_DIMS] = {0}, outputs = bb_shape_count(kept_shape(in->shape, axes));
    for (int64_t i = 0; i < outputs; i++) {
        result[i] = identity[kind];
        scale[i] = 1;
    }
    if (bb_shape_count(in->shape) > 0)
        do {
            int64_t at = kept_position(in->shape, axes, index);
            double term = get(in, at_index(in, index));
            result[at] = step(kind, result[at], term);
            scale[at] += fabs(term);
        } while (next_index(in->shape, index));
}

static block reduced(bb__reduction kind, const bb_array *in, uint32_t axes, int threads)
{
    block out = block_new(in->dtype, kept_shape(in->shape, axes));
    void *scratch = scratch_new(bb__reduce_scratch(in, axes));
    bb__reduce(kind, in, axes, &out.array, scratch, threads);
    free(scratch);
    return out;
}

static void check(const bb_array *in, uint32_t axes)
{
    size_t outputs = (size_t)bb_shape_count(kept_shape(in->shape, axes));
    long double *wanted = calloc(outputs + 1, sizeof *wanted);
    double *scale = calloc(outputs + 1, sizeof *scale), text_scale;
    char text[BB_SHAPE_TEXT];
    for (bb__reduction kind = BB__SUM; kind <= BB__MIN; kind++) {
        reduce_plainly(kind, in, axes, wanted, scale);
        block out = reduced(kind, in, axes, 1);
        double tolerance = kind != BB__SUM ? 0 : in->dtype == BB_F32 ? 1e-7 : 1e-14;
        for (size_t i = 0; i < outputs; i++) {
            text_scale = kind == BB__SUM ? scale[i] : 1;
            cr_assert(
                is_close(get(&out.array, (int64_t)i), (double)wanted[i], tolerance, text_scale),
                "%s axes %x kind %d: output %zu is %.17g, not %.17g",
                bb_shape_text(in->shape, text), axes, (int)kind, i, get(&out.array, (int64_t)i),
                (double)wanted[i]);
        }
        for (size_t t = 0; t < 2; t++) {
            block again = reduced(kind, in, axes, thread_counts[t]);
            cr_assert(same_bits(&again, &out), "%s axes %x kind %d: %d threads differ",
                      bb_shape_text(in->shape, text), axes, (int)kind, thread_counts[t]);
            free(again.memory);
        }
        free(out.memory);
    }
    free(wanted);
    free(scale);
}

Test(reduce, any_shape_axes_and_strides)
{
    bb_rng rng = {1, 0};
    for (int round = 0; round < 3000; round++) {
        int ndim = (int)bb_rng_below(&rng, 6);
        bb_shape shape = shape_random(&rng, ndim, round % 10 ? 6 : 9);
        layout how = (layout)bb_rng_below(&rng, LAYOUTS);
        block in = block_random(&rng, round % 2 ? BB_F32 : BB_F64, shape, how, 0.5);
        check(&in.array, (uint32_t)bb_rng_below(&rng, (uint64_t)1 << ndim));
        free(in.memory);
    }
}

Test(reduce, large_shapes)
{
    static const struct {
        int64_t dim[3];
        uint32_t axes;
    } cases[] = {
        {{1, 100, 50}, 2},   {{1, 3000, 70}, 2},  {{1, 70, 3000}, 4},  {{1, 1, 500000}, 7},
        {{1, 200000, 3}, 2}, {{1, 200000, 3}, 4}, {{30, 100, 90}, 5},  {{30, 100, 90}, 2},
        {{300, 7, 100}, 3},  {{2, 300, 700}, 6},  {{1, 2, 300000}, 4}, {{511, 2, 400}, 6},
        {{25, 1000, 64}, 2}, {{3, 500, 700}, 2},  {{1, 300, 2100}, 2}, {{300000, 1, 1}, 7},
    };
    bb_rng rng = {2, 0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (layout how = ROW_MAJOR; how <= TRANSPOSED; how++) {
            bb_shape shape = bb_shape_make(3, cases[i].dim);
            block in = block_random(&rng, i % 2 ? BB_F64 : BB_F32, shape, how, 1);
            check(&in.array, cases[i].axes);
            free(in.memory);
        }
}

/* Around the lanes, halves and tiles of the loops, and where a reduction begins to be cut. */
Test(reduce, odd_sizes)
{
    static const int64_t sizes[] = {1,  2,   7,   8,   9,   15,   16,   17,   23,   24,   25,
                                    33, 127, 128, 129, 511, 1023, 1024, 1025, 2047, 2049, 4100};
    enum { N = sizeof sizes / sizeof *sizes };
    bb_rng rng = {5, 0};
    for (int i = 0; i < N; i++)
        for (int k = 0; k < N; k++) {
            if (sizes[i] * sizes[k] > 600000)
                continue;
            layout how = (layout)((i + k) % (int)LAYOUTS);
            bb_shape shape = BB_SHAPE(sizes[i], sizes[k]);
            block in = block_random(&rng, (i + k) % 3 ? BB_F32 : BB_F64, shape, how, 0.5);
            check(&in.array, 1);
            check(&in.array, 2);
            free(in.memory);
        }
}

/* Rows that are turned, whole or with something between. */
Test(reduce, short_rows)
{
    static const int64_t counts[] = {2, 8, 127, 128, 129, 1000, 20000};
    bb_rng rng = {6, 0};
    for (int64_t n = 1; n <= 18; n++)
        for (int i = 0; i < 7; i++) {
            layout how = (layout)((n + i) % (int)LAYOUTS);
            block in = block_random(&rng, (n + i) % 3 ? BB_F32 : BB_F64, BB_SHAPE(counts[i], n),
                                    i % 2 ? how : ROW_MAJOR, 0.5);
            check(&in.array, 2);
            free(in.memory);
        }
}

/* Masks of mostly one kind, [rows, columns], over either axis. */
Test(reduce, masks)
{
    bb_rng rng = {6, 0};
    for (int round = 0; round < 300; round++) {
        int64_t rows = 1 + (int64_t)bb_rng_below(&rng, 40);
        int64_t columns = 1 + (int64_t)bb_rng_below(&rng, round % 50 ? 60 : 20000);
        bool all = round % 2;
        uint8_t *x = malloc((size_t)(rows * columns)), out[64];
        for (int64_t i = 0; i < rows * columns; i++)
            x[i] = (uint8_t)((bb_rng_below(&rng, 50) == 0) != all ? 1 + i % 255 : 0);
        bb_array in = {x, BB_U8, BB_SHAPE(columns, rows), {1, columns}};
        bb_array y = {out, BB_U8, BB_SHAPE(rows), {1}};
        void *scratch = scratch_new(bb__reduce_scratch(&in, 1));
        bb__reduce(all ? BB__ALL : BB__ANY, &in, 1, &y, scratch, 1 + round % 3);
        for (int64_t i = 0; i < rows; i++) {
            bool wanted = all;
            for (int64_t k = 0; k < columns; k++)
                wanted = all ? wanted && x[i * columns + k] : wanted || x[i * columns + k];
            cr_assert_eq(out[i], wanted, "round %d, row %d", round, (int)i);
        }
        free(scratch);
        free(x);
    }
}

Test(reduce, masks_by_columns)
{
    enum { ROWS = 3000, COLUMNS = 70 };
    static uint8_t x[ROWS * COLUMNS], out[COLUMNS];
    bb_array in = {x, BB_U8, BB_SHAPE(ROWS, COLUMNS), {COLUMNS, 1}};
    bb_array y = {out, BB_U8, BB_SHAPE(COLUMNS), {1}};
    void *scratch = scratch_new(bb__reduce_scratch(&in, 1));
    for (int kind = 0; kind < 2; kind++) {
        memset(x, kind, sizeof x);
        x[2999 * COLUMNS + 5] = x[69] = x[1500 * COLUMNS + 68] = !kind;
        bb__reduce(kind ? BB__ALL : BB__ANY, &in, 1, &y, scratch, 2);
        for (int j = 0; j < COLUMNS; j++)
            cr_assert_eq(out[j], (j == 5 || j == 68 || j == 69) != kind, "column %d", j);
    }
    free(scratch);
}

/* One row, as a sweep over several would call it. */
Test(reduce, a_row_is_what_a_reduction_makes_of_it)
{
    bb_rng rng = {7, 0};
    for (int64_t n = 1; n < 2000; n += 1 + n / 7)
        for (bb__reduction kind = BB__SUM; kind <= BB__MIN; kind++) {
            block in = block_random(&rng, BB_F32, BB_SHAPE(3, n), ROW_MAJOR, 0);
            block out = reduced(kind, &in.array, 2, 1);
            const bb__walk_kernel *kernel = bb__reduce_kernel(kind, BB_F32);
            for (int64_t i = 0; i < 3; i++)
                cr_assert_eq(
                    (float)kernel->row(kernel->identity, 0, (float *)in.memory + i * n, n, 1),
                    (float)get(&out.array, i));
            free(out.memory);
            free(in.memory);
        }
}

Test(reduce, ten_million_floats_of_one_sign)
{
    enum { N = 10000000 };
    block in = block_new(BB_F32, BB_SHAPE(N));
    float *x = in.memory;
    long double wanted = 0;
    for (int i = 0; i < N; i++) {
        x[i] = 0.1F + (float)(i % 7) * 0.3F;
        wanted += (long double)x[i];
    }
    block out = reduced(BB__SUM, &in.array, 1, 2);
    double error = fabs(get(&out.array, 0) - (double)wanted) / (double)wanted;
    cr_assert(error <= 1e-7, "relative error %g", error);
    free(out.memory);
    free(in.memory);
}

Test(reduce, of_nothing)
{
    static const double wanted[] = {0, -(double)INFINITY, (double)INFINITY};
    block in = block_new(BB_F64, BB_SHAPE(3, 0, 2));
    for (bb__reduction kind = BB__SUM; kind <= BB__MIN; kind++) {
        block out = reduced(kind, &in.array, 2, 2);
        for (int i = 0; i < 6; i++)
            cr_assert_eq(get(&out.array, i), wanted[kind]);
        free(out.memory);
    }
    free(in.memory);
}

/* A NaN anywhere reaches its output and no other. */
Test(reduce, nan_spreads)
{
    bb_rng rng = {3, 0};
    for (int round = 0; round < 300; round++) {
        bb_shape shape =
            BB_SHAPE(1 + (int64_t)bb_rng_below(&rng, 40), 1 + (int64_t)bb_rng_below(&rng, 40));
        block in = block_random(&rng, round % 2 ? BB_F32 : BB_F64, shape, ROW_MAJOR, 0);
        int64_t hit = (int64_t)bb_rng_below(&rng, (uint64_t)(shape.dim[0] * shape.dim[1]));
        put(&in.array, hit, NAN);
        check(&in.array, 1U + (uint32_t)(round % 3));
        free(in.memory);
    }
}

static int32_t argmax_plainly(const bb_array *in, int64_t at, int axis)
{
    int64_t best = -1;
    for (int64_t i = 0; i < in->shape.dim[axis]; i++) {
        double value = get(in, at + i * in->stride[axis]);
        double top = best < 0 ? 0 : get(in, at + best * in->stride[axis]);
        if (best < 0 || (isnan(value) && !isnan(top)) || value > top)
            best = i;
    }
    return (int32_t)best;
}

Test(reduce, argmax)
{
    bb_rng rng = {4, 0};
    for (int round = 0; round < 1000; round++) {
        bb_shape shape = shape_random(&rng, 1 + (int)bb_rng_below(&rng, 4), round % 20 ? 6 : 60);
        int axis = (int)bb_rng_below(&rng, (uint64_t)shape.ndim);
        shape.dim[axis] += shape.dim[axis] == 0;
        layout how = (layout)bb_rng_below(&rng, LAYOUTS);
        block in = block_random(&rng, round % 2 ? BB_F32 : BB_F64, shape, how, 0);
        block out[3];
        for (int t = 0; t < 3; t++) {
            out[t] = block_new(BB_I32, kept_shape(shape, 1U << axis));
            bb__argmax(&in.array, axis, &out[t].array, t ? thread_counts[t - 1] : 1);
            cr_assert(same_bits(&out[t], &out[0]));
        }
        int64_t index[BB_MAX_DIMS] = {0};
        if (bb_shape_count(shape) > 0)
            do {
                int64_t at = kept_position(shape, 1U << axis, index);
                if (index[axis] == 0)
                    cr_assert_eq((int32_t)get(&out[0].array, at),
                                 argmax_plainly(&in.array, at_index(&in.array, index), axis));
            } while (next_index(shape, index));
        for (int t = 0; t < 3; t++)
            free(out[t].memory);
        free(in.memory);
    }
}

Test(reduce, argmax_of_ties_and_nan)
{
    double x[] = {1, 3, 3, NAN, INFINITY, NAN, -INFINITY, -INFINITY, -INFINITY};
    bb_array in = {x, BB_F64, BB_SHAPE(3, 3), {3, 1}};
    block out = block_new(BB_I32, BB_SHAPE(3));
    bb__argmax(&in, 1, &out.array, 1);
    cr_assert_eq(get(&out.array, 0), 1.0);
    cr_assert_eq(get(&out.array, 1), 0.0);
    cr_assert_eq(get(&out.array, 2), 0.0);
    free(out.memory);
}

/* Ties, NaN and zeros of both signs, along lines and across them. */
Test(reduce, places_in_odd_sizes)
{
    static const int64_t sizes[] = {1, 2, 7, 8, 9, 17, 40, 129, 260};
    enum { N = sizeof sizes / sizeof *sizes };
    bb_rng rng = {8, 0};
    for (int round = 0; round < N * N * 4; round++) {
        bb_shape shape = BB_SHAPE(sizes[round % N], sizes[round / N % N]);
        int axis = round / N / N % 2;
        bb_dtype dtype = round / N / N / 2 ? BB_F32 : BB_F64;
        block in = block_random(&rng, dtype, shape, ROW_MAJOR, 0), out[2], less;
        int64_t outputs = shape.dim[!axis], n = shape.dim[axis];
        for (int64_t i = 0; i < outputs * n; i++) {
            uint64_t which = bb_rng_below(&rng, 300);
            put(&in.array, i, which == 0 ? NAN : which < 150 ? -0.0 : (double)(which % 5));
        }
        for (int t = 0; t < 2; t++) {
            out[t] = block_new(BB_I32, BB_SHAPE(outputs));
            bb__argmax(&in.array, axis, &out[t].array, 1 + t);
        }
        cr_assert(same_bits(&out[0], &out[1]));
        for (int64_t i = 0; i < outputs * n; i++)
            put(&in.array, i, -get(&in.array, i));
        less = block_new(BB_I32, BB_SHAPE(outputs));
        bb__argmin(&in.array, axis, &less.array, 2);
        cr_assert(same_bits(&less, &out[0]));
        for (int64_t i = 0; i < outputs * n; i++)
            put(&in.array, i, -get(&in.array, i));
        for (int64_t i = 0; i < outputs; i++)
            cr_assert_eq((int32_t)get(&out[0].array, i),
                         argmax_plainly(&in.array, i * in.array.stride[!axis], axis));
        free(less.memory);
        free(out[1].memory);
        free(out[0].memory);
        free(in.memory);
    }
}
