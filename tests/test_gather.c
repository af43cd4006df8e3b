/* SPDX-License-Identifier: MIT */
/* Gathering and its adjoint, against loops that visit one element after the other; with any number
 * of threads the same bits. */
#include "strided.h"

static void check_same(const bb_array *a, const bb_array *b, const char *what, int round)
{
    for (int64_t i = 0; i < bb_shape_count(a->shape); i++)
        cr_assert_eq(get(a, i), get(b, i), "%s: round %d, element %lld: %g, not %g", what, round,
                     (long long)i, get(a, i), get(b, i));
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

static void check_gather(const indexing *t, int axis, int threads, int round)
{
    bb_array in[] = {t->x, t->index}, out = t->listed;
    bb_fault raised = {0};
    bb_call call = {.n_in = 2, .in = in, .out = &out, .fault = &raised, .threads = threads};
    bb__gather(&call, axis);
    cr_assert_not(raised.raised);
    for (int64_t o = 0; o < t->outer; o++)
        for (int64_t j = 0; j < t->n; j++)
            for (int64_t i = 0; i < t->inner; i++)
                cr_assert_eq(get(&t->listed, place(t, t->n, o, j, i)),
                             get(&t->x, place(t, t->size, o, (int64_t)get(&t->index, j), i)),
                             "round %d", round);
}

Test(gather, against_a_loop)
{
    bb_rng rng = {5, 0};
    for (int round = 0; round < 400; round++) {
        indexing t = draw_indexing(round % 2 ? BB_F32 : BB_U8, true, &rng);
        check_gather(&t, t.axis, thread_counts[round % n_thread_counts], round);
        release(&t);
    }
}

/* More indices than one thread takes of a line; rows of odd lengths, and none. */
Test(gather, long_lines_and_short_rows)
{
    static const int64_t sizes[][3] = {{1, 20000, 1}, {3, 9000, 1}, {1, 8192, 1},
                                       {40, 17, 1},   {1, 500, 7},  {1, 300, 129}};
    bb_rng rng = {10, 0};
    for (int round = 0; round < 6 * n_thread_counts; round++) {
        const int64_t *size = sizes[round % 6];
        indexing t = {.outer = size[0], .size = 50, .inner = size[2], .n = size[1]};
        t.x = contiguous(BB_F32, BB_SHAPE(t.outer, t.size, t.inner));
        t.index = contiguous(BB_I32, BB_SHAPE(t.n));
        t.listed = contiguous(BB_F32, BB_SHAPE(t.outer, t.n, t.inner));
        draw(&t.x, -100, 100, &rng);
        draw(&t.index, 0, 50, &rng);
        check_gather(&t, 1, thread_counts[round / 6], round);
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

static void check_found(const bb_array *index, int64_t n, int64_t size, const char *text)
{
    for (int k = 0; k < n_thread_counts; k++) {
        bb_fault raised = {0};
        bb_call call = {.threads = thread_counts[k], .fault = &raised};
        cr_assert_eq(bb__indices_fit(&call, index->data, n, size), text == NULL);
        cr_assert_str_eq(raised.reason, text ? text : "");
    }
}

/* One that does not fit is found wherever it is, and of several the first. */
Test(index, many_of_which_one_does_not_fit)
{
    const int64_t n = 70001, places[] = {0, 1, 15, 16, 17, 32767, 32768, 35001, 69999, 70000};
    bb_array index = contiguous(BB_I32, BB_SHAPE(n));
    bb_rng rng = {12, 0};
    draw(&index, 0, 1000, &rng);
    check_found(&index, n, 1000, NULL);
    for (int i = 0; i < 10; i++) {
        put(&index, places[i], 1000);
        check_found(&index, n, 1000, "index 1000 is not in 0 .. 999");
        check_found(&index, n, 1001, NULL);
        put(&index, n - 1, -7);
        check_found(&index, n, 1001, "index -7 is not in 0 .. 1000");
        put(&index, n - 1, 0);
        put(&index, places[i], INT32_MIN);
        check_found(&index, n, 1000, "index -2147483648 is not in 0 .. 999");
        put(&index, places[i], INT32_MAX);
        check_found(&index, n, INT32_MAX, "index 2147483647 is not in 0 .. 2147483646");
        check_found(&index, n, 1LL << 40, NULL);
        put(&index, places[i], 0);
    }
    put(&index, 0, 0);
    check_found(&index, 1, 1, NULL);
    check_found(&index, 1, 0, "index 0 is not in 0 .. -1");
    check_found(&index, 0, 0, NULL);
    bb_memory_release(index.data);
}

/* Single updates, runs of one place, and places that alternate. */
Test(scatter_add, runs_of_one_place)
{
    const int64_t n = 1000, size = 7;
    bb_rng rng = {13, 0};
    for (int round = 0; round < 20; round++) {
        indexing t = {.axis = 0, .outer = 1, .inner = 1, .size = size, .n = n};
        t.x = contiguous(BB_F32, BB_SHAPE(size));
        t.index = contiguous(BB_I32, BB_SHAPE(n));
        t.listed = contiguous(BB_F32, BB_SHAPE(n));
        for (int64_t j = 0, place = 0; j < n; j++) {
            if ((int)bb_rng_below(&rng, 10) >= round % 10)
                place = (int64_t)bb_rng_below(&rng, (uint64_t)size);
            put(&t.index, j, (double)place);
            put(&t.listed, j, 0.1 * (double)bb_rng_below(&rng, 1000));
        }
        bb_array out = contiguous(BB_F32, t.x.shape), expected = contiguous(BB_F32, t.x.shape);
        scatter_slowly(&t, &expected);
        bb_array in[] = {t.x, t.index, t.listed};
        bb_fault raised = {0};
        bb__scatter_add(&(bb_call){.n_in = 3, .in = in, .out = &out, .fault = &raised}, 0);
        check_same(&out, &expected, "runs", round);
        bb_memory_release(out.data);
        bb_memory_release(expected.data);
        release(&t);
    }
}
