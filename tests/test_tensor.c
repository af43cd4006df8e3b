/* SPDX-License-Identifier: MIT */
/* Tensors: shapes, storage that is shared and counted, conversion, and what is refused. */
#include <bibun/tensor.h>
#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

#include "probe.h"

static const bb_shape rank_nine = {9, {1, 1, 1, 1, 1, 1, 1, 1}};

Test(tensor, dtypes)
{
    cr_assert_eq(bb_dtype_size(BB_F32), 4);
    cr_assert_eq(bb_dtype_size(BB_F64), 8);
    cr_assert_eq(bb_dtype_size(BB_I32), 4);
    cr_assert_eq(bb_dtype_size(BB_U8), 1);
    cr_assert_eq(bb_dtype_size(BB_DTYPE_COUNT), 0);
    cr_assert_str_eq(bb_dtype_text(BB_F32), "f32");
    cr_assert_str_eq(bb_dtype_text(BB_U8), "u8");
    cr_assert_str_eq(bb_dtype_text((bb_dtype)99), "unknown dtype");
    cr_assert(bb_dtype_is_float(BB_F32) && bb_dtype_is_float(BB_F64));
    cr_assert_not(bb_dtype_is_float(BB_I32) || bb_dtype_is_float(BB_U8));
}

Test(tensor, statuses)
{
    cr_assert_str_eq(bb_status_text(BB_OK), "ok");
    cr_assert_str_eq(bb_status_text(BB_BAD_GRAPH), "node of another graph");
    cr_assert_str_eq(bb_status_text(BB_CHECK_FAILED), "check failed");
    cr_assert_str_eq(bb_status_text((bb_status)99), "unknown status");
    cr_assert_str_eq(bb_status_text((bb_status)-1), "unknown status");
    bb_error error = {BB_OK, ""};
    cr_assert_eq(bb_fail(&error, BB_BAD_FILE, "%s:%d", "a", 3), BB_BAD_FILE);
    cr_assert_eq(error.status, BB_BAD_FILE);
    cr_assert_str_eq(error.text, "a:3");
    cr_assert_eq(bb_fail(NULL, BB_BAD_VALUE, "x"), BB_BAD_VALUE);
}

static void expect_text(bb_shape shape, const char *text)
{
    char buffer[BB_SHAPE_TEXT];
    cr_assert_eq(bb_shape_text(shape, buffer), buffer);
    cr_assert_str_eq(buffer, text);
}

Test(tensor, shape_text)
{
    expect_text(BB_SCALAR, "[]");
    expect_text(BB_SHAPE(100, 784), "[100 784]");
    expect_text(BB_SHAPE(0, -3), "[0 -3]");
    expect_text(rank_nine, "[1 1 1 1 1 1 1 1 ...]");
    const int64_t least = INT64_MIN;
    expect_text(BB_SHAPE(least, least, least, least, least, least, least, least),
                "[-9223372036854775808 -9223372036854775808 -9223372036854775808"
                " -9223372036854775808 -9223372036854775808 -9223372036854775808"
                " -9223372036854775808 -9223372036854775808]");
}

Test(tensor, shape_count)
{
    const int64_t large = (int64_t)1 << 24, most = (int64_t)1 << 48;
    cr_assert_eq(bb_shape_count(BB_SCALAR), 1);
    cr_assert_eq(bb_shape_count(BB_SHAPE(2, 3, 4)), 24);
    cr_assert_eq(bb_shape_count(BB_SHAPE(2, 0, 4)), 0);
    cr_assert_eq(bb_shape_count(BB_SHAPE(large, large)), most);
    cr_assert_eq(bb_shape_count(BB_SHAPE(large, large, 2)), -1);
    cr_assert_eq(bb_shape_count(BB_SHAPE(INT64_MAX, INT64_MAX, INT64_MAX)), -1);
    cr_assert_eq(bb_shape_count(BB_SHAPE(0, INT64_MAX)), -1);
    cr_assert_eq(bb_shape_count(BB_SHAPE(3, -1)), -1);
    cr_assert_eq(bb_shape_count(rank_nine), -1);
    cr_assert_eq(bb_shape_count((bb_shape){.ndim = -1}), -1);
}

Test(tensor, shape_equal)
{
    cr_assert(bb_shape_equal(BB_SCALAR, BB_SCALAR));
    cr_assert(bb_shape_equal(BB_SHAPE(2, 3), BB_SHAPE(2, 3)));
    cr_assert_not(bb_shape_equal(BB_SHAPE(2, 3), BB_SHAPE(3, 2)));
    cr_assert_not(bb_shape_equal(BB_SHAPE(2), BB_SHAPE(2, 1)));
    cr_assert(bb_shape_equal(rank_nine, rank_nine));
}

Test(tensor, new_is_zero_and_aligned)
{
    for (int dtype = 0; dtype < BB_DTYPE_COUNT; dtype++) {
        bb_tensor *t = bb_tensor_new((bb_dtype)dtype, BB_SHAPE(3, 5));
        cr_assert_eq((uintptr_t)bb_tensor_data(t) % 64, 0);
        cr_assert_eq(bb_tensor_count(t), 15);
        cr_assert_eq(bb_tensor_bytes(t), 15 * bb_dtype_size((bb_dtype)dtype));
        cr_assert_eq(bb_tensor_dtype(t), (bb_dtype)dtype);
        cr_assert(bb_shape_equal(bb_tensor_shape(t), BB_SHAPE(3, 5)));
        for (int64_t i = 0; i < 15; i++)
            cr_assert_eq(bb_tensor_at(t, i), 0);
        cr_assert(isnan(bb_tensor_at(t, 15)) && isnan(bb_tensor_at(t, -1)));
        bb_tensor_release(t);
    }
    cr_assert(isnan(bb_tensor_at(NULL, 0)));
}

Test(tensor, new_refuses)
{
    cr_assert_null(bb_tensor_new(BB_F32, rank_nine));
    cr_assert_null(bb_tensor_new(BB_F32, BB_SHAPE(-1)));
    cr_assert_null(bb_tensor_new(BB_F32, BB_SHAPE(INT64_MAX, 2)));
    cr_assert_null(bb_tensor_new((bb_dtype)99, BB_SHAPE(2)));
    cr_assert_null(bb_tensor_new((bb_dtype)-1, BB_SHAPE(2)));
    cr_assert_null(bb_tensor_from(BB_F32, BB_SHAPE(2), NULL));
}

Test(tensor, empty)
{
    bb_tensor *t = bb_tensor_new(BB_F64, BB_SHAPE(0, 3));
    cr_assert_eq(bb_tensor_count(t), 0);
    cr_assert_eq(bb_tensor_bytes(t), 0);
    cr_assert_not_null(bb_tensor_read(t));
    bb_tensor *rows = bb_tensor_rows(t, 0, 0), *other = bb_tensor_reshape(t, BB_SHAPE(5, 0));
    cr_assert(rows && other);
    cr_assert_null(bb_tensor_rows(t, 0, 1));
    bb_tensor_release(rows);
    bb_tensor_release(other);
    bb_tensor_release(t);
}

Test(tensor, from_copies)
{
    float numbers[] = {1, 2, 3};
    bb_tensor *t = bb_tensor_from(BB_F32, BB_SHAPE(3), numbers);
    numbers[0] = 9;
    cr_assert_eq(bb_tensor_at(t, 0), 1);
    cr_assert_eq(bb_tensor_at(t, 2), 3);
    bb_tensor_release(t);
}

static int releases;

static void count_release(void *data)
{
    (void)data;
    releases++;
}

Test(tensor, wrap_shares_and_releases_once)
{
    double numbers[6] = {0, 1, 2, 3, 4, 5};
    releases = 0;
    bb_tensor *t = bb_tensor_wrap(BB_F64, BB_SHAPE(3, 2), numbers, count_release);
    cr_assert_eq(bb_tensor_read(t), numbers);
    bb_tensor *row = bb_tensor_rows(t, 1, 2), *flat = bb_tensor_reshape(row, BB_SHAPE(4));
    cr_assert_eq(bb_tensor_retain(t), t);
    bb_tensor_release(t);
    numbers[2] = 20;
    cr_assert_eq(bb_tensor_at(row, 0), 20);
    cr_assert_eq(bb_tensor_at(flat, 3), 5);
    cr_assert(bb_shape_equal(bb_tensor_shape(row), BB_SHAPE(2, 2)));
    bb_tensor_release(t);
    bb_tensor_release(row);
    cr_assert_eq(releases, 0);
    bb_tensor_release(flat);
    cr_assert_eq(releases, 1);
    cr_assert_null(bb_tensor_wrap(BB_F64, BB_SHAPE(1), NULL, count_release));
    cr_assert_null(bb_tensor_wrap(BB_F64, rank_nine, numbers, count_release));
    cr_assert_null(bb_tensor_wrap(BB_F64, BB_SHAPE(1), (char *)numbers + 4, count_release));
    cr_assert_eq(releases, 1);
    bb_tensor_release(NULL);
    cr_assert_null(bb_tensor_retain(NULL));
}

Test(tensor, views_that_do_not_fit)
{
    bb_tensor *t = bb_tensor_new(BB_U8, BB_SHAPE(3, 2)), *scalar = bb_tensor_new(BB_U8, BB_SCALAR);
    cr_assert_null(bb_tensor_reshape(t, BB_SHAPE(5)));
    cr_assert_null(bb_tensor_reshape(t, BB_SHAPE(-3, -2)));
    cr_assert_null(bb_tensor_reshape(NULL, BB_SHAPE(1)));
    cr_assert_null(bb_tensor_rows(t, -1, 1));
    cr_assert_null(bb_tensor_rows(t, 0, -1));
    cr_assert_null(bb_tensor_rows(t, 2, 2));
    cr_assert_null(bb_tensor_rows(t, INT64_MAX, INT64_MAX));
    cr_assert_null(bb_tensor_rows(scalar, 0, 1));
    cr_assert_null(bb_tensor_rows(NULL, 0, 1));
    bb_tensor *none = bb_tensor_rows(t, 3, 0);
    cr_assert_eq(bb_tensor_count(none), 0);
    bb_tensor_release(none);
    bb_tensor_release(scalar);
    bb_tensor_release(t);
}

Test(tensor, cast_saturates)
{
    static const double from[] = {-1.9, 1.9, 300, -INFINITY, INFINITY, NAN, 2147483647.5, -3e9};
    static const double i32[] = {-1, 1, 300, INT32_MIN, INT32_MAX, 0, INT32_MAX, INT32_MIN};
    static const double u8[] = {0, 1, 255, 0, 255, 0, 255, 0};
    bb_tensor *t = bb_tensor_from(BB_F64, BB_SHAPE(8), from);
    bb_tensor *i = bb_tensor_cast(t, BB_I32), *u = bb_tensor_cast(t, BB_U8);
    bb_tensor *f = bb_tensor_cast(t, BB_F32), *back = bb_tensor_cast(u, BB_F64);
    for (int64_t k = 0; k < 8; k++) {
        cr_assert_eq(bb_tensor_at(i, k), i32[k]);
        cr_assert_eq(bb_tensor_at(u, k), u8[k]);
        cr_assert_eq(bb_tensor_at(back, k), u8[k]);
        float narrow = (float)from[k];
        cr_assert_eq(memcmp((const float *)bb_tensor_read(f) + k, &narrow, sizeof narrow), 0);
    }
    cr_assert_null(bb_tensor_cast(t, BB_DTYPE_COUNT));
    cr_assert_null(bb_tensor_cast(NULL, BB_F32));
    bb_tensor *all[] = {t, i, u, f, back};
    for (int k = 0; k < 5; k++)
        bb_tensor_release(all[k]);
}

Test(tensor, set)
{
    static const double wanted[BB_DTYPE_COUNT] = {
        [BB_F32] = 300.75, [BB_F64] = 300.75, [BB_I32] = 300, [BB_U8] = 255};
    for (int dtype = 0; dtype < BB_DTYPE_COUNT; dtype++) {
        bb_tensor *t = bb_tensor_new((bb_dtype)dtype, BB_SHAPE(2, 2));
        cr_assert_eq(bb_tensor_set(t, 3, 300.75), BB_OK);
        cr_assert_eq(bb_tensor_at(t, 3), wanted[dtype]);
        cr_assert_eq(bb_tensor_at(t, 2), 0);
        cr_assert_eq(bb_tensor_set(t, 4, 1), BB_BAD_ARGUMENT);
        cr_assert_eq(bb_tensor_set(t, -1, 1), BB_BAD_ARGUMENT);
        bb_tensor_release(t);
    }
    cr_assert_eq(bb_tensor_set(NULL, 0, 1), BB_BAD_ARGUMENT);
}

Test(tensor, null)
{
    cr_assert_eq(bb_tensor_dtype(NULL), BB_F32);
    cr_assert_eq(bb_tensor_shape(NULL).ndim, 0);
    cr_assert_eq(bb_tensor_count(NULL), 0);
    cr_assert_eq(bb_tensor_bytes(NULL), 0);
    cr_assert_null(bb_tensor_data(NULL));
    cr_assert_null(bb_tensor_read(NULL));
    cr_assert_eq(bb_shape_count(bb_shape_make(2, NULL)), -1);
    cr_assert_null(bb_tensor_new(BB_F32, bb_shape_make(2, NULL)));
}

/* Each way of making a tensor, with each of its allocations failing. */
Test(tensor, memory_runs_out)
{
    static const double numbers[4];
    static double own[4];
    releases = 0;
    for (int fails = 1; fails <= 4; fails++) {
        probe_begin(fails);
        bb_tensor *t = bb_tensor_from(BB_F64, BB_SHAPE(2, 2), numbers);
        cr_assert_eq(t == NULL, fails <= 3);
        bb_tensor_release(t);
        cr_assert_eq(probe.live, 0);
        probe_begin(fails);
        t = bb_tensor_wrap(BB_F64, BB_SHAPE(4), own, count_release);
        cr_assert_eq(t == NULL, fails <= 2);
        cr_assert_eq(releases, 0, "the memory stays the caller's");
        bb_tensor *rows = bb_tensor_rows(t, 0, 2);
        cr_assert_eq(rows == NULL, fails <= 3);
        bb_tensor_release(rows);
        cr_assert_eq(releases, 0);
        bb_tensor_release(t);
        cr_assert_eq(releases, t != NULL);
        cr_assert_eq(probe.live, 0);
        releases = 0;
    }
    probe_begin(0);
    cr_assert_null(bb_memory_zeroed(SIZE_MAX / 2, 3));
    void *none = bb_memory_zeroed(0, 8);
    cr_assert_not_null(none);
    bb_memory_release(none);
    bb_memory_release(NULL);
    cr_assert_eq(probe.live, 0);
    probe_end();
}
