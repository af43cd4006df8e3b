/* SPDX-License-Identifier: MIT */
/* IDX files: every element type, plain and gzip, and every way in which a file can be wrong. */
#include <bibun/io.h>
#include <criterion/criterion.h>

#include "probe.h"
#include "temporary.h"

TestSuite(idx, .init = temporary_enter, .fini = temporary_leave);

#define BYTES(...) \
    ((const unsigned char[]){__VA_ARGS__}), sizeof((const unsigned char[]){__VA_ARGS__})

static bb_tensor *read_bytes(const char *name, const void *bytes, size_t size)
{
    bb_error error = {BB_OK, ""};
    temporary_write(name, bytes, size);
    bb_tensor *t = bb_idx_read(name, &error);
    cr_assert(t, "%s", error.text);
    return t;
}

static void expect(bb_tensor *t, bb_dtype dtype, bb_shape shape, const double *numbers)
{
    cr_assert_eq(bb_tensor_dtype(t), dtype);
    cr_assert(bb_shape_equal(bb_tensor_shape(t), shape));
    for (int64_t i = 0; i < bb_tensor_count(t); i++)
        cr_assert_eq(bb_tensor_at(t, i), numbers[i]);
    bb_tensor_release(t);
}

static void expect_error(const char *name, bb_status status, const char *text)
{
    bb_error error = {BB_OK, ""};
    cr_assert_null(bb_idx_read(name, &error));
    cr_assert_str_eq(error.text, text);
    cr_assert_eq(error.status, status);
    cr_assert_null(bb_idx_read(name, NULL));
}

static void expect_bad(const void *bytes, size_t size, const char *text)
{
    temporary_write("t.idx", bytes, size);
    expect_error("t.idx", BB_BAD_FORMAT, text);
}

/* 2 x 3 bytes: 1 2 3 4 5 255. */
static const unsigned char zipped[] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02,
                                       0xff, 0x63, 0x60, 0xe0, 0x60, 0x62, 0x60, 0x60, 0x00,
                                       0x61, 0x66, 0x46, 0x26, 0x66, 0x16, 0xd6, 0xff, 0x00,
                                       0xf0, 0xde, 0x5f, 0x21, 0x12, 0x00, 0x00, 0x00};

Test(idx, u8_with_two_dimensions)
{
    bb_tensor *t =
        read_bytes("t.idx", BYTES(0, 0, 0x08, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255));
    expect(t, BB_U8, BB_SHAPE(2, 3), (const double[]){1, 2, 3, 4, 5, 255});
}

Test(idx, i8_and_i16_become_i32)
{
    bb_tensor *t = read_bytes("t.idx", BYTES(0, 0, 0x09, 1, 0, 0, 0, 3, 0x7f, 0x80, 0xff));
    expect(t, BB_I32, BB_SHAPE(3), (const double[]){127, -128, -1});
    t = read_bytes("t.idx", BYTES(0, 0, 0x0b, 1, 0, 0, 0, 3, 0x7f, 0xff, 0x80, 0, 0xff, 0xfe));
    expect(t, BB_I32, BB_SHAPE(3), (const double[]){32767, -32768, -2});
}

Test(idx, i32)
{
    bb_tensor *t =
        read_bytes("t.idx", BYTES(0, 0, 0x0c, 1, 0, 0, 0, 2, 0x80, 0, 0, 1, 0x01, 0x02, 0x03, 4));
    expect(t, BB_I32, BB_SHAPE(2), (const double[]){-2147483647, 16909060});
}

Test(idx, f32_and_f64)
{
    bb_tensor *t =
        read_bytes("t.idx", BYTES(0, 0, 0x0d, 1, 0, 0, 0, 2, 0x3f, 0xc0, 0, 0, 0xc0, 0x20, 0, 0));
    expect(t, BB_F32, BB_SHAPE(2), (const double[]){1.5, -2.5});
    t = read_bytes("t.idx", BYTES(0, 0, 0x0e, 1, 0, 0, 0, 1, 0xbf, 0xd0, 0, 0, 0, 0, 0, 0));
    expect(t, BB_F64, BB_SHAPE(1), (const double[]){-0.25});
}

Test(idx, a_scalar_and_no_elements)
{
    expect(read_bytes("t.idx", BYTES(0, 0, 0x08, 0, 7)), BB_U8, BB_SCALAR, (const double[]){7});
    expect(read_bytes("t.idx", BYTES(0, 0, 0x0d, 2, 0, 0, 0, 0, 0, 0, 0, 3)), BB_F32,
           BB_SHAPE(0, 3), NULL);
}

Test(idx, gzip)
{
    bb_tensor *t = read_bytes("t.gz", zipped, sizeof zipped);
    expect(t, BB_U8, BB_SHAPE(2, 3), (const double[]){1, 2, 3, 4, 5, 255});
}

Test(idx, more_than_one_block_of_memory)
{
    enum { SIDE = 600 };
    static unsigned char bytes[12 + SIDE * SIDE] = {0, 0, 8, 2, 0, 0, 2, 88, 0, 0, 2, 88};
    for (int i = 0; i < SIDE * SIDE; i++)
        bytes[12 + i] = (unsigned char)(i % 251);
    bb_tensor *t = read_bytes("t.idx", bytes, sizeof bytes);
    cr_assert(bb_shape_equal(bb_tensor_shape(t), BB_SHAPE(SIDE, SIDE)));
    cr_assert_arr_eq(bb_tensor_read(t), bytes + 12, SIDE * SIDE);
    bb_tensor_release(t);
}

Test(idx, no_file)
{
    expect_error("none.idx", BB_BAD_FILE, "none.idx: No such file or directory");
    expect_error(NULL, BB_BAD_ARGUMENT, "the path is NULL");
}

Test(idx, a_folder)
{
    mkdir("folder", 0700);
    expect_error("folder", BB_BAD_FILE, "folder: Is a directory");
}

Test(idx, truncated)
{
    expect_bad("", 0, "t.idx: truncated: 0 of 4 bytes at offset 0");
    expect_bad(BYTES(0, 0, 8), "t.idx: truncated: 3 of 4 bytes at offset 0");
    expect_bad(BYTES(0, 0, 8, 2, 0, 0, 0, 2, 0, 0), "t.idx: truncated: 6 of 8 bytes at offset 4");
    expect_bad(BYTES(0, 0, 8, 1, 0, 0, 0, 3, 1, 2), "t.idx: truncated: 2 of 3 bytes at offset 8");
    expect_bad(BYTES(0, 0, 0x0e, 1, 0, 0, 0, 1, 1), "t.idx: truncated: 1 of 8 bytes at offset 8");
}

Test(idx, wrong_magic)
{
    expect_bad(BYTES(0x89, 'P', 'N', 'G', 13, 10),
               "t.idx: no IDX file: magic 89504e47 at offset 0");
    expect_bad(BYTES(0, 0, 0x0a, 1, 0, 0, 0, 0), "t.idx: unknown element type 0x0a at offset 2");
    expect_bad(BYTES(0, 0, 0x00, 1, 0, 0, 0, 0), "t.idx: unknown element type 0x00 at offset 2");
    expect_bad(BYTES(0, 0, 0xff, 1, 0, 0, 0, 0), "t.idx: unknown element type 0xff at offset 2");
    expect_bad(BYTES(0, 0, 0x08, 9, 0, 0, 0, 0), "t.idx: rank 9 is over 8 at offset 3");
}

Test(idx, bytes_left_over)
{
    expect_bad(BYTES(0, 0, 8, 1, 0, 0, 0, 2, 1, 2, 3), "t.idx: bytes left over at offset 10");
    expect_bad(BYTES(0, 0, 8, 1, 0, 0, 0, 0, 1), "t.idx: bytes left over at offset 8");
}

Test(idx, sizes_that_overflow)
{
    expect_bad(BYTES(0, 0, 8, 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
               "t.idx: shape [4294967295 4294967295] has too many elements at offset 4");
}

/* 2^20 x 2^20 bytes, of which one is there. */
Test(idx, a_header_that_claims_too_much_allocates_little)
{
    probe_begin(0);
    expect_bad(BYTES(0, 0, 8, 2, 0, 16, 0, 0, 0, 16, 0, 0, 1),
               "t.idx: truncated: 1 of 1099511627776 bytes at offset 12");
    cr_assert_leq(probe.largest, 1 << 16);
    cr_assert_eq(probe.live, 0);
    probe_end();
}

Test(idx, corrupt_gzip)
{
    unsigned char bytes[sizeof zipped];
    memcpy(bytes, zipped, sizeof zipped);
    bytes[sizeof zipped - 8] ^= 1;
    temporary_write("t.gz", bytes, sizeof bytes);
    expect_error("t.gz", BB_BAD_FORMAT,
                 "t.gz: corrupt gzip: incorrect data check at compressed offset 31");
    temporary_write("t.gz", zipped, 20);
    expect_error("t.gz", BB_BAD_FORMAT,
                 "t.gz: corrupt gzip: unexpected end of file at compressed offset 20");
    memcpy(bytes, zipped, sizeof zipped);
    bytes[10] = 0x07;
    temporary_write("t.gz", bytes, sizeof bytes);
    expect_error("t.gz", BB_BAD_FORMAT,
                 "t.gz: corrupt gzip: invalid block type at compressed offset 11");
}

Test(idx, a_long_path_keeps_its_end)
{
    char path[401];
    bb_error error;
    for (size_t i = 0; i < 400; i++)
        path[i] = i % 2 ? '/' : '.';
    memcpy(path + 393, "/ab.idx", 8);
    cr_assert_null(bb_idx_read(path, &error));
    cr_assert_eq(strncmp(error.text, "...", 3), 0);
    cr_assert(strstr(error.text, "/ab.idx: No such file or directory"));
}

Test(idx, memory_that_runs_out)
{
    bool done = false;
    temporary_write("t.gz", zipped, sizeof zipped);
    for (long at = 1; !done; at++) {
        bb_error error = {BB_OK, ""};
        probe_begin(at);
        bb_tensor *t = bb_idx_read("t.gz", &error);
        done = t != NULL;
        if (!t)
            cr_assert_str_eq(error.text, "t.gz: out of memory");
        cr_assert_eq(error.status, t ? BB_OK : BB_OUT_OF_MEMORY);
        bb_tensor_release(t);
        cr_assert_eq(probe.live, 0);
        probe_end();
    }
}
