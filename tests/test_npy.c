/* SPDX-License-Identifier: MIT */
/* Files of one array: every element type, order and version, and every way in which a file can be
 * wrong. Those in tests/golden are NumPy's own. */
#include <bibun/npz.h>
#include <criterion/criterion.h>
#include <math.h>

#include "probe.h"
#include "temporary.h"

TestSuite(npy, .init = temporary_enter, .fini = temporary_leave);

#define GOLDEN(name) BIBUN_GOLDEN "/" name
#define BYTES(...) \
    ((const unsigned char[]){__VA_ARGS__}), sizeof((const unsigned char[]){__VA_ARGS__})

/* a.npy of version 1.0 with this header and these bytes. */
static void write_array(const char *header, const void *bytes, size_t size)
{
    char file[512] = "\x93NUMPY\x01";
    size_t length = strlen(header);
    cr_assert_lt(10 + length + size, sizeof file);
    file[8] = (char)(length & 255);
    file[9] = (char)(length >> 8);
    memcpy(file + 10, header, length);
    memcpy(file + 10 + length, bytes, size);
    temporary_write("a.npy", file, 10 + length + size);
}

static void write_vector(const char *descr, int64_t count, const void *bytes, size_t size)
{
    char header[256];
    snprintf(header, sizeof header, "{'descr': '%s', 'fortran_order': False, 'shape': (%lld,), }",
             descr, (long long)count);
    write_array(header, bytes, size);
}

static void expect(const char *path, bb_dtype dtype, bb_shape shape, const double *numbers)
{
    bb_error error = {BB_OK, ""};
    bb_tensor *t = bb_npy_read(path, &error);
    cr_assert(t, "%s", error.text);
    cr_assert_eq(bb_tensor_dtype(t), dtype);
    cr_assert(bb_shape_equal(bb_tensor_shape(t), shape));
    for (int64_t i = 0; i < bb_tensor_count(t); i++) {
        double got = bb_tensor_at(t, i), wanted = numbers ? numbers[i] : (double)i;
        cr_assert(isnan(wanted) ? isnan(got) : got == wanted, "%s: %g, not %g at %d", path, got,
                  wanted, (int)i);
    }
    bb_tensor_release(t);
}

static void expect_error(const char *path, bb_status status, const char *text)
{
    bb_error error = {BB_OK, ""};
    cr_assert_null(bb_npy_read(path, &error));
    const char *folder = strstr(error.text, "golden/");
    cr_assert_str_eq(folder ? folder + 7 : error.text, text);
    cr_assert_eq(error.status, status);
    cr_assert_null(bb_npy_read(path, NULL));
}

static void expect_bad(const char *header, const char *what)
{
    char text[512];
    snprintf(text, sizeof text, "a.npy: %s", what);
    write_array(header, "", 0);
    expect_error("a.npy", BB_BAD_FORMAT, text);
}

/* --- what is read ----------------------------------------------------------------------------- */

Test(npy, files_of_numpy)
{
    expect(GOLDEN("count.npy"), BB_F32, BB_SHAPE(2, 3), NULL);
    expect(GOLDEN("version2.npy"), BB_F32, BB_SHAPE(2, 3), NULL);
    expect(GOLDEN("version3.npy"), BB_F32, BB_SHAPE(2, 3), NULL);
    expect(GOLDEN("fortran3.npy"), BB_I32, BB_SHAPE(2, 3, 4), NULL);
    expect(GOLDEN("fortran8.npy"), BB_U8, BB_SHAPE(2, 1, 3, 1, 2, 2, 1, 2), NULL);
    expect(GOLDEN("column.npy"), BB_I32, BB_SHAPE(3), (const double[]){1, -2, 3});
    expect(GOLDEN("scalar.npy"), BB_F64, BB_SCALAR, (const double[]){2.5});
    expect(GOLDEN("empty.npy"), BB_U8, BB_SHAPE(0, 3), NULL);
}

Test(npy, half_precision)
{
    const double numbers[] = {1, -2, 65504, INFINITY, NAN, 0x1p-24, 0x1p-14, -0x1.ff8p-15};
    write_vector("<f2", 8,
                 BYTES(0, 0x3c, 0, 0xc0, 0xff, 0x7b, 0, 0x7c, 1, 0x7e, 1, 0, 0, 4, 0xff, 0x83));
    expect("a.npy", BB_F32, BB_SHAPE(8), numbers);
    write_vector(">f2", 2, BYTES(0x3c, 0, 0x80, 0));
    expect("a.npy", BB_F32, BB_SHAPE(2), (const double[]){1, 0});
}

Test(npy, integers_up_to_the_limits_of_i32)
{
    write_vector("<i8", 2, BYTES(0, 0, 0, 128, 255, 255, 255, 255, 255, 255, 255, 127, 0, 0, 0, 0));
    expect("a.npy", BB_I32, BB_SHAPE(2), (const double[]){INT32_MIN, INT32_MAX});
    write_vector("<i8", 2, BYTES(1, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 127, 255, 255, 255, 255));
    expect_error("a.npy", BB_BAD_VALUE, "a.npy: element [1] is -2147483649, which i32 cannot hold");
    write_vector(">u8", 1, BYTES(255, 255, 255, 255, 255, 255, 255, 255));
    expect_error("a.npy", BB_BAD_VALUE,
                 "a.npy: element [0] is 18446744073709551615, which i32 cannot hold");
    write_array("{'descr': '<u4', 'fortran_order': True, 'shape': (2, 2), }",
                BYTES(0, 0, 0, 0, 0, 0, 0, 128, 0, 0, 0, 0, 0, 0, 0, 0));
    expect_error("a.npy", BB_BAD_VALUE,
                 "a.npy: element [1 0] is 2147483648, which i32 cannot hold");
}

Test(npy, a_header_of_another_hand)
{
    write_array("\n{\"shape\":( 1L , 2 ),'fortran_order' : False,\"descr\":'>u1'} \n", "\1\2", 2);
    expect("a.npy", BB_U8, BB_SHAPE(1, 2), (const double[]){1, 2});
}

/* --- what is not ------------------------------------------------------------------------------ */

Test(npy, no_file)
{
    mkdir("folder", 0700);
    mkfifo("pipe", 0600);
    expect_error("none.npy", BB_BAD_FILE, "none.npy: No such file or directory");
    expect_error("folder", BB_BAD_FILE, "folder: Is a directory");
    expect_error("pipe", BB_BAD_FILE, "pipe: not a regular file");
    expect_error(NULL, BB_BAD_ARGUMENT, "the path is NULL");
}

Test(npy, other_files)
{
    temporary_write("a.npy", "", 0);
    expect_error("a.npy", BB_BAD_FORMAT, "a.npy: truncated: 0 of 8 bytes of magic");
    temporary_write("a.npy", "1,2,3\n4,5,6\n", 12);
    expect_error("a.npy", BB_BAD_FORMAT, "a.npy: no array of NumPy's: the magic is missing");
    expect_error(GOLDEN("stored.npz"), BB_BAD_FORMAT,
                 "stored.npz: a zip archive (.npz), not a single array");
    expect_error(GOLDEN("pickle.npy"), BB_BAD_FORMAT, "pickle.npy: a pickle, which is not read");
}

Test(npy, other_elements)
{
    expect_error(GOLDEN("objects.npy"), BB_BAD_FORMAT,
                 "objects.npy: Python objects are not read (element type '|O')");
    expect_error(GOLDEN("text.npy"), BB_BAD_FORMAT,
                 "text.npy: strings are not read (element type '<U2')");
    expect_error(GOLDEN("bytes.npy"), BB_BAD_FORMAT,
                 "bytes.npy: strings are not read (element type '|S2')");
    expect_error(GOLDEN("complex.npy"), BB_BAD_FORMAT,
                 "complex.npy: complex numbers are not read (element type '<c16')");
    expect_error(GOLDEN("dates.npy"), BB_BAD_FORMAT,
                 "dates.npy: dates are not read (element type '<M8[D]')");
    expect_error(GOLDEN("structure.npy"), BB_BAD_FORMAT, "structure.npy: structures are not read");
    expect_error(GOLDEN("long.npy"), BB_BAD_FORMAT, "long.npy: unknown element type '<f16'");
    const char *const wrong[] = {"", "f4", "=f4", "|f4", "<f3", "<", "<f4\n", "<\xce\xb2"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char text[64];
        snprintf(text, sizeof text, "a.npy: unknown element type '%s'",
                 strcmp(wrong[i], "<f4\n") == 0 ? "<f4?" : wrong[i]);
        write_vector(wrong[i], 0, "", 0);
        expect_error("a.npy", BB_BAD_FORMAT, text);
    }
    write_vector("<f4 of forty characters in all, or so it is", 0, "", 0);
    expect_error("a.npy", BB_BAD_FORMAT, "a.npy: unknown element type '<f4 of forty charact...'");
}

#define SHAPE(sizes) "{'descr': '<f4', 'fortran_order': False, 'shape': " sizes ", }"

Test(npy, shapes_that_lie)
{
    expect_bad(SHAPE("(-1,)"), "header: negative size at byte 51");
    expect_bad(SHAPE("(3)"), "header: a number in brackets, not a tuple, at byte 53");
    expect_bad(SHAPE("3"), "header: '(' expected at byte 50");
    expect_bad(SHAPE("(,)"), "header: size or ')' expected at byte 51");
    expect_bad(SHAPE("(2 3)"), "header: ',' or ')' expected at byte 53");
    expect_bad(SHAPE("(1.5,)"), "header: ',' or ')' expected at byte 52");
    expect_bad(SHAPE("(99999999999999999999,)"), "header: too large a size at byte 51");
    expect_bad(SHAPE("(1,1,1,1,1,1,1,1,1)"), "header: more than 8 dimensions at byte 67");
    expect_bad(SHAPE("(4294967296, 4294967296)"),
               "shape [4294967296 4294967296] has too many elements");
    expect_bad(SHAPE("(0, 9223372036854775807)"),
               "shape [0 9223372036854775807] has too many elements");
    expect_bad(SHAPE("(281474976710656,)"),
               "[281474976710656] of '<f4' takes 1125899906842624 bytes, where 0 are left");
    expect_bad(SHAPE("()"), "[] of '<f4' takes 4 bytes, where 0 are left");
    write_array(SHAPE("(2,)"), "12345678", 7);
    expect_error("a.npy", BB_BAD_FORMAT, "a.npy: [2] of '<f4' takes 8 bytes, where 7 are left");
    write_array(SHAPE("(2,)"), "123456789", 9);
    expect_error("a.npy", BB_BAD_FORMAT, "a.npy: [2] of '<f4' takes 8 bytes, where 9 are left");
}

Test(npy, dictionaries_that_are_none)
{
    expect_bad("", "header: '{' expected at byte 0");
    expect_bad("[1, 2]", "header: '{' expected at byte 0");
    expect_bad("{", "header: quoted text expected at byte 1");
    expect_bad("{}", "header: key 'descr' is missing");
    expect_bad("{,}", "header: quoted text expected at byte 1");
    expect_bad("{'descr'}", "header: ':' expected at byte 8");
    expect_bad("{'descr", "header: text without end at byte 2");
    expect_bad("{'de\\x73cr': 1}", "header: text with an escape at byte 2");
    expect_bad("{'descr': 4}", "header: quoted text expected at byte 10");
    expect_bad("{'descr': [('a', '<f4')]}", "structures are not read");
    expect_bad("{'\xce\xb2': 1}", "header: key '\xce\xb2' is unknown");
    expect_bad("{'a\tlong key of more than thirty bytes': 1}",
               "header: key 'a?long key of more than thir...' is unknown");
    expect_bad("{'descr': 'a', 'descr': 'b'}", "header: key 'descr' stands twice");
    expect_bad("{'descr': 'a' 'shape': ()}", "header: ',' or '}' expected at byte 14");
    expect_bad("{'fortran_order': 1}", "header: True or False expected at byte 18");
    expect_bad("{'fortran_order': Truely}", "header: ',' or '}' expected at byte 22");
    expect_bad("{'descr': '<f4', 'fortran_order': True}", "header: key 'shape' is missing");
    expect_bad(SHAPE("()") "\n#", "header: text after '}' at byte 56");
}

Test(npy, prefixes_that_lie)
{
    temporary_write("a.npy", "\x93NUMPY\4\0\0\0", 10);
    expect_error("a.npy", BB_BAD_FORMAT, "a.npy: unknown version 4.0");
    temporary_write("a.npy", "\x93NUMPY\1\1\0\0", 10);
    expect_error("a.npy", BB_BAD_FORMAT, "a.npy: unknown version 1.1");
    temporary_write("a.npy", "\x93NUMPY\1\0\1", 9);
    expect_error("a.npy", BB_BAD_FORMAT, "a.npy: truncated: 1 of 2 bytes of the header's length");
    probe_begin(0);
    temporary_write("a.npy", "\x93NUMPY\2\0\xff\xff\xff\xff{", 13);
    expect_error("a.npy", BB_BAD_FORMAT, "a.npy: a header of 4294967295 bytes, where 1 are left");
    cr_assert_eq(probe.calls, 0);
    probe_end();
}

/* --- what is written -------------------------------------------------------------------------- */

static size_t load(const char *path, char *bytes, size_t size)
{
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file);
    size_t count = fread(bytes, 1, size, file);
    fclose(file);
    return count;
}

static void expect_as_numpy(const char *golden, bb_tensor *t)
{
    char ours[512], theirs[512];
    bb_error error = {BB_OK, ""};
    cr_assert_eq(bb_npy_write("a.npy", t, &error), BB_OK, "%s", error.text);
    size_t size = load("a.npy", ours, sizeof ours);
    cr_assert_eq(size, load(golden, theirs, sizeof theirs));
    cr_assert_arr_eq(ours, theirs, size);
    bb_tensor_release(t);
}

Test(npy, writes_the_bytes_that_numpy_writes)
{
    const float count[] = {0, 1, 2, 3, 4, 5};
    expect_as_numpy(GOLDEN("count.npy"), bb_tensor_from(BB_F32, BB_SHAPE(2, 3), count));
    expect_as_numpy(GOLDEN("column.npy"),
                    bb_tensor_from(BB_I32, BB_SHAPE(3), (const int32_t[]){1, -2, 3}));
    expect_as_numpy(GOLDEN("scalar.npy"), bb_tensor_from(BB_F64, BB_SCALAR, (const double[]){2.5}));
    expect_as_numpy(GOLDEN("empty.npy"), bb_tensor_new(BB_U8, BB_SHAPE(0, 3)));
}

Test(npy, round_trip_of_every_dtype_in_eight_dimensions)
{
    bb_shape shape = BB_SHAPE(3, 1, 2, 5, 2, 7, 2, 11); /* more than one chunk */
    for (int dtype = 0; dtype < BB_DTYPE_COUNT; dtype++) {
        bb_tensor *t = bb_tensor_new((bb_dtype)dtype, shape);
        unsigned char *bytes = bb_tensor_data(t);
        for (size_t i = 0; i < bb_tensor_bytes(t); i++)
            bytes[i] = (unsigned char)(i * 7 % 64);
        cr_assert_eq(bb_npy_write("a.npy", t, NULL), BB_OK);
        bb_tensor *same = bb_npy_read("a.npy", NULL);
        cr_assert_not_null(same);
        cr_assert_eq(bb_tensor_dtype(same), (bb_dtype)dtype);
        cr_assert(bb_shape_equal(bb_tensor_shape(same), shape));
        cr_assert_arr_eq(bb_tensor_read(same), bytes, bb_tensor_bytes(t));
        bb_tensor_release(same);
        bb_tensor_release(t);
    }
}

Test(npy, largest_header)
{
    bb_shape shape = {.ndim = 8, .dim = {0}};
    for (int i = 1; i < 8; i++)
        shape.dim[i] = 1;
    shape.dim[7] = (int64_t)1 << 48;
    bb_tensor *t = bb_tensor_new(BB_F64, shape);
    cr_assert_eq(bb_npy_write("a.npy", t, NULL), BB_OK);
    expect("a.npy", BB_F64, shape, NULL);
    bb_tensor_release(t);
}

static void expect_refused(const char *path, const bb_tensor *t, bb_status status, const char *text)
{
    bb_error error = {BB_OK, ""};
    cr_assert_eq(bb_npy_write(path, t, &error), status);
    cr_assert_eq(error.status, status);
    cr_assert_str_eq(error.text, text);
}

Test(npy, cannot_be_written)
{
    bb_tensor *t = bb_tensor_new(BB_F32, BB_SHAPE(2));
    mkdir("folder", 0700);
    expect_refused("no/a.npy", t, BB_BAD_FILE, "no/a.npy: No such file or directory");
    expect_refused("folder", t, BB_BAD_FILE, "folder: Is a directory");
    expect_refused("/dev/null", t, BB_BAD_FILE, "/dev/null: not a regular file");
    expect_refused("a.npy", NULL, BB_BAD_ARGUMENT, "a.npy: the tensor is NULL");
    expect_refused(NULL, t, BB_BAD_ARGUMENT, "the path is NULL");
    cr_assert_neq(access("a.npy", F_OK), 0);
    bb_tensor_release(t);
}

Test(npy, every_allocation_may_fail)
{
    long calls = 1;
    for (long i = 0; i <= calls; i++) {
        bb_error error = {BB_OK, ""};
        probe_begin(i);
        bb_tensor *t = bb_npy_read(GOLDEN("fortran3.npy"), &error);
        cr_assert_eq(!t, i > 0 && i <= calls);
        if (i == 0)
            calls = probe.calls;
        else if (!t)
            cr_assert_eq(error.status, BB_OUT_OF_MEMORY);
        bb_tensor_release(t);
        cr_assert_eq(probe.live, 0);
        probe_end();
    }
    cr_assert_gt(calls, 2);
    bb_tensor *t = bb_tensor_new(BB_F32, BB_SHAPE(2));
    probe_begin(1);
    expect_refused("a.npy", t, BB_OUT_OF_MEMORY, "a.npy: out of memory");
    cr_assert_eq(probe.live, 0);
    probe_end();
    bb_tensor_release(t);
}
