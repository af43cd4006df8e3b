/* SPDX-License-Identifier: MIT */
/* Moving numbers, against loops that visit one element after the other; with any number of threads
 * the same bits. */
#include "base.h"
#include "kernels.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const int thread_counts[] = {1, 2, 5};
enum { n_thread_counts = 3 };

static int64_t offset_of(const bb_array *a, int64_t position)
{
    int64_t offset = 0;
    for (int i = a->shape.ndim - 1; i >= 0; i--) {
        offset += position % a->shape.dim[i] * a->stride[i];
        position /= a->shape.dim[i];
    }
    return offset;
}

static double get(const bb_array *a, int64_t position)
{
    int64_t i = offset_of(a, position);
    switch (a->dtype) {
    case BB_F32:
        return (double)((const float *)a->data)[i];
    case BB_F64:
        return ((const double *)a->data)[i];
    case BB_I32:
        return ((const int32_t *)a->data)[i];
    default:
        return ((const uint8_t *)a->data)[i];
    }
}

static void put(const bb_array *a, int64_t position, double x)
{
    int64_t i = offset_of(a, position);
    switch (a->dtype) {
    case BB_F32:
        ((float *)a->data)[i] = (float)x;
        break;
    case BB_F64:
        ((double *)a->data)[i] = x;
        break;
    case BB_I32:
        ((int32_t *)a->data)[i] = (int32_t)x;
        break;
    default:
        ((uint8_t *)a->data)[i] = (uint8_t)(int)x;
    }
}

/* Bytes from the first element to some way beyond the last. */
static size_t extent(const bb_array *a)
{
    int64_t count = bb_shape_count(a->shape);
    return (size_t)(count ? offset_of(a, count - 1) + 8 : 8) * bb_dtype_size(a->dtype);
}

static bb_array contiguous(bb_dtype dtype, bb_shape shape)
{
    bb_array a = {NULL, dtype, shape, {0}};
    bb__strides(shape, a.stride);
    a.data = bb_memory_zeroed(extent(&a), 1);
    return a;
}

/* Dimensions laid out in a random order with a gap after one of them; some repeat. */
static bb_array scattered(bb_dtype dtype, bb_shape shape, bool may_repeat, bb_rng *rng)
{
    bb_array a = {NULL, dtype, shape, {0}};
    bool taken[BB_MAX_DIMS] = {false};
    int64_t step = 1 + (int64_t)bb_rng_below(rng, 2);
    int gap = (int)bb_rng_below(rng, BB_MAX_DIMS);
    for (int n = 0; n < shape.ndim; n++) {
        int i = (int)bb_rng_below(rng, (uint64_t)shape.ndim);
        while (taken[i])
            i = (i + 1) % shape.ndim;
        taken[i] = true;
        a.stride[i] = may_repeat && bb_rng_below(rng, 5) == 0 ? 0 : step;
        step *= shape.dim[i] + (n == gap);
    }
    a.data = bb_memory_zeroed(extent(&a), 1);
    return a;
}

static void draw(const bb_array *a, double low, double high, bb_rng *rng)
{
    for (int64_t i = 0; i < bb_shape_count(a->shape); i++)
        put(a, i, floor(low + (high - low) * bb_rng_uniform(rng)));
}

static bb_shape draw_shape(int64_t limit, bb_rng *rng)
{
    bb_shape shape = {.ndim = (int)bb_rng_below(rng, 6)};
    int64_t count = 1;
    for (int i = 0; i < shape.ndim; i++) {
        int64_t most = limit / count < 40 ? limit / count : 40;
        shape.dim[i] = 1 + (int64_t)bb_rng_below(rng, (uint64_t)most);
        count *= shape.dim[i];
    }
    if (shape.ndim > 0 && bb_rng_below(rng, 20) == 0)
        shape.dim[0] = 0;
    return shape;
}

static void check_same(const bb_array *a, const bb_array *b, const char *what, int round)
{
    for (int64_t i = 0; i < bb_shape_count(a->shape); i++)
        cr_assert_eq(get(a, i), get(b, i), "%s: round %d, element %lld: %g, not %g", what, round,
                     (long long)i, get(a, i), get(b, i));
}

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
    static const int64_t sizes[][3] = {{1, 300, 400}, {1, 17, 33},  {3, 16, 16},
                                       {1, 2, 5000},  {1, 5000, 2}, {5, 100, 31}};
    bb_rng rng = {2, 0};
    for (int round = 0; round < 6 * n_thread_counts * 2; round++) {
        const int64_t *size = sizes[round % 6];
        bb_shape shape = BB_SHAPE(size[0], size[1], size[2]);
        bb_array in = contiguous(round % 2 ? BB_F32 : BB_F64, shape);
        in.stride[1] = 1;
        in.stride[2] = size[1];
        bb_array out = contiguous(in.dtype, shape);
        draw(&in, -1e6, 1e6, &rng);
        check_copy(&in, &out, thread_counts[round / 6 % n_thread_counts], round);
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
        bb__fill(&out, 7);
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
        bb__fill(&i32, cases[i].value);
        bb__fill(&u8, cases[i].value);
        cr_assert_eq(get(&i32, 2), cases[i].i32, "%g", cases[i].value);
        cr_assert_eq(get(&u8, 2), cases[i].u8, "%g", cases[i].value);
    }
    bb_memory_release(i32.data);
    bb_memory_release(u8.data);
}

typedef struct indexing {
    bb_array x, index, listed; /* x [outer, size, inner]; listed [outer, n, inner] */
    int axis;
    int64_t outer, size, inner, n;
} indexing;

static bb_shape listed_shape(bb_shape x, bb_shape index, int axis)
{
    bb_shape shape = {.ndim = x.ndim - 1 + index.ndim};
    for (int i = 0; i < axis; i++)
        shape.dim[i] = x.dim[i];
    for (int i = 0; i < index.ndim; i++)
        shape.dim[axis + i] = index.dim[i];
    for (int i = axis + 1; i < x.ndim; i++)
        shape.dim[i - 1 + index.ndim] = x.dim[i];
    return shape;
}

static indexing draw_indexing(bb_dtype dtype, bool listed_is_out, bb_rng *rng)
{
    static const bb_shape indices[] = {
        {0, {0}}, BB_DIMS(1), BB_DIMS(23), BB_DIMS(3, 4), BB_DIMS(0)};
    indexing t = {.outer = 1, .inner = 1};
    bb_shape x = draw_shape(1500, rng);
    if (x.ndim == 0)
        x = BB_SHAPE(11);
    t.axis = (int)bb_rng_below(rng, (uint64_t)x.ndim);
    if (x.dim[t.axis] == 0)
        x.dim[t.axis] = 3;
    t.size = x.dim[t.axis];
    for (int i = 0; i < x.ndim; i++)
        *(i < t.axis ? &t.outer : &t.inner) *= i == t.axis ? 1 : x.dim[i];
    bb_shape index = indices[bb_rng_below(rng, 5)], listed = listed_shape(x, index, t.axis);
    t.n = bb_shape_count(index);
    t.x = scattered(dtype, x, true, rng);
    t.index = scattered(BB_I32, index, true, rng);
    t.listed = listed_is_out ? contiguous(dtype, listed) : scattered(dtype, listed, true, rng);
    draw(&t.x, -100, 100, rng);
    draw(&t.index, 0, (double)t.size, rng);
    return t;
}

static int64_t place(const indexing *t, int64_t size, int64_t o, int64_t j, int64_t i)
{
    return (o * size + j) * t->inner + i;
}

static void release(indexing *t)
{
    bb_memory_release(t->x.data);
    bb_memory_release(t->index.data);
    bb_memory_release(t->listed.data);
}

Test(gather, against_a_loop)
{
    bb_rng rng = {5, 0};
    for (int round = 0; round < 400; round++) {
        indexing t = draw_indexing(round % 2 ? BB_F32 : BB_U8, true, &rng);
        bb_array in[] = {t.x, t.index};
        bb_fault raised = {0};
        bb_call call = {.n_in = 2, .in = in, .out = &t.listed, .fault = &raised};
        call.threads = thread_counts[round % n_thread_counts];
        bb__gather(&call, t.axis);
        cr_assert_not(raised.raised);
        for (int64_t o = 0; o < t.outer; o++)
            for (int64_t j = 0; j < t.n; j++)
                for (int64_t i = 0; i < t.inner; i++)
                    cr_assert_eq(get(&t.listed, place(&t, t.n, o, j, i)),
                                 get(&t.x, place(&t, t.size, o, (int64_t)get(&t.index, j), i)),
                                 "round %d", round);
        release(&t);
    }
}

static void scatter_slowly(const indexing *t, const bb_array *out)
{
    for (int64_t k = 0; k < bb_shape_count(t->x.shape); k++)
        put(out, k, get(&t->x, k));
    for (int64_t o = 0; o < t->outer; o++)
        for (int64_t j = 0; j < t->n; j++)
            for (int64_t i = 0; i < t->inner; i++) {
                int64_t to = place(t, t->size, o, (int64_t)get(&t->index, j), i);
                put(out, to, get(out, to) + get(&t->listed, place(t, t->n, o, j, i)));
            }
}

Test(scatter_add, against_a_loop_in_place_or_not)
{
    bb_rng rng = {6, 0};
    for (int round = 0; round < 400; round++) {
        indexing t = draw_indexing(round % 2 ? BB_F32 : BB_F64, false, &rng);
        bb_array out = contiguous(t.x.dtype, t.x.shape), expected = out;
        expected.data = bb_memory_zeroed(extent(&out), 1);
        for (int64_t i = 0; i < bb_shape_count(t.listed.shape); i++)
            put(&t.listed, i, 0.1 * (double)bb_rng_below(&rng, 1000));
        scatter_slowly(&t, &expected);
        if (round % 4 == 0)
            bb__copy(&t.x, &out, 1);
        bb_array in[] = {round % 4 == 0 ? out : t.x, t.index, t.listed};
        bb_fault raised = {0};
        bb_call call = {.n_in = 3, .in = in, .out = &out, .fault = &raised};
        call.threads = thread_counts[round % n_thread_counts];
        bb__scatter_add(&call, t.axis);
        cr_assert_not(raised.raised);
        check_same(&out, &expected, "scatter_add", round);
        bb_memory_release(out.data);
        bb_memory_release(expected.data);
        release(&t);
    }
}

Test(scatter_add, many_threads_the_same_bits)
{
    bb_rng rng = {7, 0};
    bb_array x = contiguous(BB_F32, BB_SHAPE(5, 3000)),
             updates = contiguous(BB_F32, BB_SHAPE(60, 3000));
    bb_array index = contiguous(BB_I32, BB_SHAPE(60)), out[n_thread_counts];
    draw(&index, 0, 5, &rng);
    for (int64_t i = 0; i < bb_shape_count(updates.shape); i++)
        put(&updates, i, bb_rng_normal(&rng));
    for (int k = 0; k < n_thread_counts; k++) {
        bb_array in[] = {x, index, updates};
        bb_fault raised = {0};
        out[k] = contiguous(BB_F32, x.shape);
        bb_call call = {.n_in = 3, .in = in, .out = &out[k], .fault = &raised};
        call.threads = thread_counts[k];
        bb__scatter_add(&call, 0);
        cr_assert_eq(memcmp(out[k].data, out[0].data, extent(&out[0])), 0);
    }
    for (int k = 0; k < n_thread_counts; k++)
        bb_memory_release(out[k].data);
    bb_memory_release(x.data);
    bb_memory_release(index.data);
    bb_memory_release(updates.data);
}

static void check_fault(void (*kernel)(const bb_call *, int), int32_t wrong, const char *text)
{
    bb_array x = contiguous(BB_F64, BB_SHAPE(10, 2)), updates = contiguous(BB_F64, BB_SHAPE(3, 2));
    bb_array index = contiguous(BB_I32, BB_SHAPE(3));
    bool gathers = kernel == bb__gather;
    bb_array out = contiguous(BB_F64, gathers ? updates.shape : x.shape);
    bb_array in[] = {x, index, updates};
    bb_fault raised = {0};
    bb_call call = {.n_in = 3, .in = in, .out = &out, .threads = 2, .fault = &raised};
    put(&index, 1, wrong);
    kernel(&call, 0);
    cr_assert(raised.raised);
    cr_assert_str_eq(raised.reason, text);
    bb_memory_release(x.data);
    bb_memory_release(updates.data);
    bb_memory_release(index.data);
    bb_memory_release(out.data);
}

Test(index, out_of_range_faults)
{
    check_fault(bb__gather, 12, "index 12 is not in 0 .. 9");
    check_fault(bb__gather, -1, "index -1 is not in 0 .. 9");
    check_fault(bb__scatter_add, 10, "index 10 is not in 0 .. 9");
    check_fault(bb__scatter_add, INT32_MIN, "index -2147483648 is not in 0 .. 9");
}
