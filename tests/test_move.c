/* SPDX-License-Identifier: MIT */
/* Moving numbers, against loops that visit one element after the other; with any number of threads
 * the same bits. */
#include "strided.h"

#include <limits.h>

/* What lies between the elements of `out` must stay as it was. */
static void check_copy(const bb_array *in, const bb_array *out, int threads, int round)
{
    size_t size = extent(out);
    bb_array expected = *out;
    expected.data = bb_memory_zeroed(size, 1);
    memset(out->data, 0x5A, size);
    memset(expected.data, 0x5A, size);
    for (int64_t i = 0; i < bb_shape_count(in->shape); i++)
        put(&expected, i, get(in, i));
    bb__copy(in, out, threads);
    cr_assert_eq(memcmp(expected.data, out->data, size), 0, "round %d", round);
    bb_memory_release(expected.data);
}

Test(copy, any_strides)
{
    bb_rng rng = {1, 0};
    for (int round = 0; round < 400; round++) {
        bb_dtype dtype = (bb_dtype)(round % BB_DTYPE_COUNT);
        bb_shape shape = draw_shape(4000, &rng);
        bb_array in = scattered(dtype, shape, true, &rng);
        bb_array out =
            round % 3 == 0 ? scattered(dtype, shape, false, &rng) : contiguous(dtype, shape);
        draw(&in, 0, 200, &rng);
        check_copy(&in, &out, thread_counts[round % n_thread_counts], round);
        bb_memory_release(in.data);
        bb_memory_release(out.data);
    }
}

Test(copy, transposes)
{
    static const int64_t sizes[][3] = {{1, 300, 400}, {1, 17, 33},  {3, 16, 16}, {1, 2, 5000},
                                       {1, 5000, 2},  {5, 100, 31}, {2, 63, 65}, {1, 65, 64},
                                       {1, 129, 15},  {2, 64, 48}};
    enum { N = sizeof sizes / sizeof *sizes };
    bb_rng rng = {2, 0};
    for (int round = 0; round < N * n_thread_counts * BB_DTYPE_COUNT; round++) {
        const int64_t *size = sizes[round % N];
        bb_shape shape = BB_SHAPE(size[0], size[1], size[2]);
        bb_array in = contiguous((bb_dtype)(round / N % BB_DTYPE_COUNT), shape);
        in.stride[1] = 1;
        in.stride[2] = size[1];
        bb_array out = contiguous(in.dtype, shape);
        draw(&in, 0, 200, &rng);
        check_copy(&in, &out, thread_counts[round / N / BB_DTYPE_COUNT], round);
        bb_memory_release(in.data);
        bb_memory_release(out.data);
    }
}

/* Rows of any number of bytes, more than one part of them, and parts that begin within a row. */
Test(copy, rows_that_are_apart)
{
    bb_rng rng = {14, 0};
    for (int round = 0; round < 4 * 140; round++) {
        const bb_dtype dtype = (bb_dtype)(round % BB_DTYPE_COUNT);
        const int64_t n = 1 + round / BB_DTYPE_COUNT, rows = round % 5 ? 7 : 70000 / n;
        bb_array in = contiguous(dtype, BB_SHAPE(3, rows, n + 2));
        bb_array out = contiguous(dtype, BB_SHAPE(3, rows, n + 3));
        draw(&in, 0, 200, &rng);
        in.shape.dim[2] = out.shape.dim[2] = n;
        in.stride[2] = round % 7 > 0; /* or a number repeats */
        check_copy(&in, &out, thread_counts[round % n_thread_counts], round);
        bb_memory_release(in.data);
        bb_memory_release(out.data);
    }
}

Test(copy, of_a_window_to_itself_leaves_it)
{
    bb_rng rng = {3, 0};
    bb_array a = contiguous(BB_F64, BB_SHAPE(7, 5)), same = a;
    draw(&a, 0, 100, &rng);
    double first = get(&a, 11);
    bb__copy(&a, &same, 2);
    cr_assert_eq(get(&a, 11), first);
    bb_memory_release(a.data);
}

static void check_accumulate(const bb_array *in, const bb_array *out, int threads, int round)
{
    bb_array expected = *out;
    expected.data = bb_memory_zeroed(extent(out), 1);
    memcpy(expected.data, out->data, extent(out));
    for (int64_t i = 0; i < bb_shape_count(in->shape); i++)
        put(&expected, i, get(out, i) + get(in, i));
    bb__accumulate(in, out, threads);
    cr_assert_eq(memcmp(expected.data, out->data, extent(out)), 0, "round %d", round);
    bb_memory_release(expected.data);
}

Test(accumulate, any_strides_and_transposes)
{
    bb_rng rng = {8, 0};
    for (int round = 0; round < 200; round++) {
        bb_dtype dtype = round % 2 ? BB_F32 : BB_F64;
        bool transposes = round % 4 < 2;
        bb_shape shape = transposes ? BB_SHAPE(1 + (int64_t)bb_rng_below(&rng, 150),
                                               1 + (int64_t)bb_rng_below(&rng, 150))
                                    : draw_shape(4000, &rng);
        bb_array in = transposes ? contiguous(dtype, shape) : scattered(dtype, shape, true, &rng);
        bb_array out = transposes ? contiguous(dtype, shape) : scattered(dtype, shape, false, &rng);
        if (transposes)
            in.stride[0] = 1, in.stride[1] = shape.dim[0];
        draw(&in, -100, 100, &rng);
        draw(&out, -100, 100, &rng);
        check_accumulate(&in, &out, thread_counts[round % n_thread_counts], round);
        bb_memory_release(in.data);
        bb_memory_release(out.data);
    }
}

/* Parts of `size` rows, the last of another size, along the axis in the middle. */
static void check_concat(int parts, int64_t size, int64_t last, int threads)
{
    enum { OUTER = 2, INNER = 3, MOST = 300 };
    bb_array in[MOST], out = contiguous(BB_F32, BB_SHAPE(OUTER, (parts - 1) * size + last, INNER));
    bb_array expected = contiguous(BB_F32, out.shape);
    bb_rng rng = {9, 0};
    for (int k = 0, start = 0; k < parts; k++) {
        int64_t rows = k < parts - 1 ? size : last;
        in[k] = contiguous(BB_F32, BB_SHAPE(OUTER, rows, INNER));
        draw(&in[k], -1000, 1000, &rng);
        for (int64_t i = 0; i < OUTER * rows * INNER; i++) {
            int64_t outer = i / (rows * INNER), at = i % (rows * INNER);
            put(&expected, (outer * out.shape.dim[1] + start) * INNER + at, get(&in[k], i));
        }
        start += (int)rows;
    }
    bb__concat(&(bb_call){.n_in = parts, .in = in, .out = &out, .threads = threads}, 1);
    cr_assert_eq(memcmp(out.data, expected.data, extent(&out)), 0, "%d parts of %d and %d", parts,
                 (int)size, (int)last);
    for (int k = 0; k < parts; k++)
        bb_memory_release(in[k].data);
    bb_memory_release(out.data);
    bb_memory_release(expected.data);
}

Test(concat, small_large_and_empty_parts)
{
    for (int i = 0; i < n_thread_counts; i++) {
        check_concat(1, 0, 5, thread_counts[i]);
        check_concat(3, 7, 1, thread_counts[i]);
        check_concat(4, 0, 9, thread_counts[i]);
        check_concat(300, 211, 0, thread_counts[i]);
        check_concat(3, 1, 20000, thread_counts[i]);
        check_concat(5, 3000, 20000, thread_counts[i]);
    }
}

static void check_pad(bb_shape shape, int axis, int64_t before, int64_t after, int64_t gap,
                      int round, bb_rng *rng)
{
    const bb_dtype dtype = (bb_dtype)(round % BB_DTYPE_COUNT);
    const int64_t size = shape.dim[axis];
    bb_array in = scattered(dtype, shape, true, rng);
    draw(&in, 0, 200, rng);
    shape.dim[axis] = before + (size > 0 ? (size - 1) * (gap + 1) + 1 : 0) + after;
    bb_array out = round % 3 ? contiguous(dtype, shape) : scattered(dtype, shape, false, rng);
    bb_array expected = out;
    expected.data = bb_memory_zeroed(extent(&out), 1);
    for (int64_t i = 0; i < bb_shape_count(shape); i++)
        put(&expected, i, 3);
    bb_array window = expected;
    window.data =
        (char *)expected.data + before * expected.stride[axis] * (int64_t)bb_dtype_size(dtype);
    window.shape.dim[axis] = size;
    window.stride[axis] *= gap + 1;
    for (int64_t i = 0; i < bb_shape_count(window.shape); i++)
        put(&window, i, get(&in, i));
    bb__pad(&in, &out, axis, before, gap, 3, thread_counts[round % n_thread_counts]);
    cr_assert_eq(memcmp(out.data, expected.data, extent(&out)), 0, "round %d", round);
    bb_memory_release(in.data);
    bb_memory_release(out.data);
    bb_memory_release(expected.data);
}

Test(pad, any_strides_and_no_further)
{
    bb_rng rng = {15, 0};
    for (int round = 0; round < 400; round++) {
        bb_shape shape = draw_shape(round % 10 ? 3000 : 30000, &rng);
        if (shape.ndim == 0)
            shape = BB_SHAPE(11);
        const int axis = (int)bb_rng_below(&rng, (uint64_t)shape.ndim);
        int64_t width[3];
        for (int i = 0; i < 3; i++)
            width[i] = bb_rng_below(&rng, 2) ? (int64_t)bb_rng_below(&rng, 4) : 0;
        check_pad(shape, axis, width[0], width[1], width[2], round, &rng);
    }
}

/* Gaps are one dimension more. */
Test(pad, arrays_of_eight_dimensions)
{
    bb_rng rng = {16, 0};
    for (int axis = 0; axis < 8; axis++)
        check_pad(BB_SHAPE(2, 3, 2, 3, 2, 3, 2, 3), axis, 1, 2, 2, axis, &rng);
}

Test(pad, arrays_of_many_parts)
{
    bb_rng rng = {17, 0};
    for (int round = 0; round < 12; round++)
        check_pad(BB_SHAPE(3, 150, 170), round % 3, 1 + round, round, round / 6, round, &rng);
}

Test(fill, any_strides_and_no_further)
{
    bb_rng rng = {4, 0};
    for (int round = 0; round < 100; round++) {
        bb_shape shape = draw_shape(2000, &rng);
        bb_array out = scattered((bb_dtype)(round % BB_DTYPE_COUNT), shape, false, &rng);
        bb_array expected = out;
        expected.data = bb_memory_zeroed(extent(&out), 1);
        for (int64_t i = 0; i < bb_shape_count(shape); i++)
            put(&expected, i, 7);
        bb__fill(&out, 7, 2);
        cr_assert_eq(memcmp(expected.data, out.data, extent(&out)), 0, "round %d", round);
        bb_memory_release(expected.data);
        bb_memory_release(out.data);
    }
}

Test(fill, integers_saturate)
{
    static const struct {
        double value, i32, u8;
    } cases[] = {{3.9, 3, 3},
                 {-3.9, -3, 0},
                 {1e300, INT_MAX, 255},
                 {-1e300, INT_MIN, 0},
                 {INFINITY, INT_MAX, 255},
                 {NAN, 0, 0}};
    bb_array i32 = contiguous(BB_I32, BB_SHAPE(3)), u8 = contiguous(BB_U8, BB_SHAPE(3));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bb__fill(&i32, cases[i].value, 2);
        bb__fill(&u8, cases[i].value, 2);
        cr_assert_eq(get(&i32, 2), cases[i].i32, "%g", cases[i].value);
        cr_assert_eq(get(&u8, 2), cases[i].u8, "%g", cases[i].value);
    }
    bb_memory_release(i32.data);
    bb_memory_release(u8.data);
}
