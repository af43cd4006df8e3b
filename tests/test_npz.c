/* SPDX-License-Identifier: MIT */
/* Archives of arrays: NumPy's (in tests/golden) and our own, and every way in which one can be
 * wrong. */
#include <bibun/npz.h>
#include <bibun/rng.h>
#include <criterion/criterion.h>

#include "probe.h"
#include "temporary.h"

TestSuite(npz, .init = temporary_enter, .fini = temporary_leave);

#define GOLDEN(name) BIBUN_GOLDEN "/" name

static const char *without_folder(const char *text)
{
    const char *folder = strstr(text, "golden/");
    return folder ? folder + strlen("golden/") : text;
}

static bb_npz *open_archive(const char *path)
{
    bb_error error = {BB_OK, ""};
    bb_npz *z = bb_npz_open(path, &error);
    cr_assert(z, "%s", error.text);
    return z;
}

static void expect(bb_npz *z, const char *name, bb_dtype dtype, bb_shape shape,
                   const double *numbers)
{
    bb_error error = {BB_OK, ""};
    bb_tensor *t = bb_npz_read(z, name, &error);
    cr_assert(t, "%s", error.text);
    cr_assert_eq(bb_tensor_dtype(t), dtype, "%s", name);
    cr_assert(bb_shape_equal(bb_tensor_shape(t), shape), "%s", name);
    for (int64_t i = 0; i < bb_tensor_count(t); i++)
        cr_assert_eq(bb_tensor_at(t, i), numbers[i], "%s", name);
    bb_tensor_release(t);
}

static void expect_no_archive(const char *path, bb_status status, const char *text)
{
    bb_error error = {BB_OK, ""};
    cr_assert_null(bb_npz_open(path, &error));
    cr_assert_str_eq(without_folder(error.text), text);
    cr_assert_eq(error.status, status);
    cr_assert_null(bb_npz_open(path, NULL));
}

static void expect_no_array(const char *path, const char *name, bb_status status, const char *text)
{
    bb_error error = {BB_OK, ""};
    bb_npz *z = open_archive(path);
    cr_assert_null(bb_npz_read(z, name, &error));
    cr_assert_str_eq(without_folder(error.text), text);
    cr_assert_eq(error.status, status);
    cr_assert_null(bb_npz_read(z, name, NULL));
    bb_npz_close(z);
}

static const double count[] = {0, 1, 2, 3, 4, 5};

/* Two arrays, W [2 3] and b [3], in a.npz; its bytes. */
static struct {
    unsigned char bytes[4096];
    size_t size;
} file;

static void write_file(void)
{
    temporary_write("a.npz", file.bytes, file.size);
}

static bb_status write_two(bool compress, bb_error *error)
{
    bb_tensor *w = bb_tensor_from(BB_F64, BB_SHAPE(2, 3), count);
    bb_tensor *b = bb_tensor_cast(w, BB_I32);
    bb_status status = BB_OUT_OF_MEMORY;
    if (w && b)
        status =
            bb_npz_write("a.npz", 2, (const bb_npz_entry[]){{"W", w}, {"b", b}}, compress, error);
    bb_tensor_release(w);
    bb_tensor_release(b);
    return status;
}

static void load_two(bool compress)
{
    bb_error error = {BB_OK, ""};
    cr_assert_eq(write_two(compress, &error), BB_OK, "%s", error.text);
    FILE *stream = fopen("a.npz", "rb");
    cr_assert_not_null(stream);
    file.size = fread(file.bytes, 1, sizeof file.bytes, stream);
    fclose(stream);
}

/* The n-th record of this signature: "PK\1\2" is a member's in the directory, "PK\3\4" before its
 * bytes. */
static unsigned char *record(const char *signature, int n)
{
    for (unsigned char *at = file.bytes; at + 4 <= file.bytes + file.size; at++)
        if (memcmp(at, signature, 4) == 0 && n-- == 0)
            return at;
    cr_assert_fail("no such record");
    return NULL;
}

/* --- what is read ----------------------------------------------------------------------------- */

static void expect_types(const char *path)
{
    static const struct {
        const char *name;
        bb_dtype dtype;
        double numbers[6];
    } cases[] = {
        {"f2", BB_F32, {0, 1.5, -2, 0.25, 100, -0.5}},
        {"f4", BB_F32, {0, 1.5, -2, 0.25, 100, -0.5}},
        {"f8", BB_F64, {0, 1.5, -2, 0.25, 100, -0.5}},
        {"i1", BB_I32, {0, 1, 2, -3, 100, -128}},
        {"i2", BB_I32, {0, 1, 2, -3, 100, -128}},
        {"i4", BB_I32, {0, 1, 2, -3, 100, -128}},
        {"i8", BB_I32, {0, 1, 2, -3, 100, -128}},
        {"u1", BB_U8, {0, 1, 2, 3, 100, 250}},
        {"u2", BB_I32, {0, 1, 2, 3, 100, 250}},
        {"u4", BB_I32, {0, 1, 2, 3, 100, 250}},
        {"u8", BB_I32, {0, 1, 2, 3, 100, 250}},
        {"b1", BB_U8, {0, 1, 1, 1, 0, 1}},
    };
    enum { CASES = sizeof cases / sizeof cases[0] };
    bb_npz *z = open_archive(path);
    cr_assert_eq(bb_npz_count(z), CASES);
    for (int i = 0; i < CASES; i++) {
        cr_assert_str_eq(bb_npz_name(z, i), cases[i].name);
        expect(z, cases[i].name, cases[i].dtype, BB_SHAPE(2, 3), cases[i].numbers);
    }
    cr_assert_null(bb_npz_name(z, CASES));
    cr_assert_null(bb_npz_name(z, -1));
    bb_npz_close(z);
}

Test(npz, every_type_little_endian)
{
    expect_types(GOLDEN("little.npz"));
}

Test(npz, every_type_big_endian_in_fortran_order)
{
    expect_types(GOLDEN("big.npz"));
}

Test(npz, stored)
{
    bb_npz *z = open_archive(GOLDEN("stored.npz"));
    expect(z, "b", BB_F64, BB_SHAPE(2), (const double[]){1, -2});
    expect(z, "W", BB_F32, BB_SHAPE(2, 3), count);
    expect(z, "W", BB_F32, BB_SHAPE(2, 3), count);
    bb_npz_close(z);
}

Test(npz, nothing)
{
    bb_npz *z = open_archive(GOLDEN("none.npz"));
    cr_assert_eq(bb_npz_count(z), 0);
    bb_npz_close(z);
    bb_npz_close(NULL);
    cr_assert_eq(bb_npz_count(NULL), 0);
    cr_assert_null(bb_npz_name(NULL, 0));
}

/* --- files that are no archives --------------------------------------------------------------- */

Test(npz, no_file)
{
    mkdir("folder", 0700);
    expect_no_archive("none.npz", BB_BAD_FILE, "none.npz: No such file or directory");
    expect_no_archive("folder", BB_BAD_FILE, "folder: Is a directory");
    expect_no_archive(NULL, BB_BAD_ARGUMENT, "the path is NULL");
}

Test(npz, other_files)
{
    temporary_write("a.npz", "", 0);
    expect_no_archive("a.npz", BB_BAD_FORMAT, "a.npz: no zip archive");
    temporary_write("a.npz", "1,2,3\n", 6);
    expect_no_archive("a.npz", BB_BAD_FORMAT, "a.npz: no zip archive");
    expect_no_archive(GOLDEN("count.npy"), BB_BAD_FORMAT,
                      "count.npy: a single array (.npy), not an archive");
    expect_no_archive(GOLDEN("pickle.npy"), BB_BAD_FORMAT,
                      "pickle.npy: a pickle, which is not read");
}

Test(npz, truncated_anywhere)
{
    load_two(true);
    size_t size = file.size;
    for (file.size = 0; file.size < size; file.size++) {
        write_file();
        expect_no_archive("a.npz", BB_BAD_FORMAT,
                          file.size < 4 ? "a.npz: no zip archive"
                                        : "a.npz: truncated: the archive's directory is missing");
    }
}

Test(npz, two_members_of_one_name)
{
    load_two(false);
    record("PK\1\2", 1)[46] = 'W';
    write_file();
    expect_no_archive("a.npz", BB_BAD_FORMAT, "a.npz: W: stands twice in the archive");
}

/* --- members that are no arrays --------------------------------------------------------------- */

Test(npz, no_such_array)
{
    expect_no_array(GOLDEN("stored.npz"), "W1", BB_BAD_FORMAT,
                    "stored.npz: W1: no such array; the file holds W, b");
    expect_no_array(GOLDEN("stored.npz"), "W.npy", BB_BAD_FORMAT,
                    "stored.npz: W.npy: no such array; the file holds W, b");
    expect_no_array(GOLDEN("none.npz"), "W", BB_BAD_FORMAT,
                    "none.npz: W: no such array; the file holds no arrays");
    expect_no_array(GOLDEN("none.npz"), NULL, BB_BAD_ARGUMENT, "the name is NULL");
    bb_error error = {BB_OK, ""};
    cr_assert_null(bb_npz_read(NULL, "W", &error));
    cr_assert_str_eq(error.text, "the archive is NULL");
}

Test(npz, names_in_errors_are_legible)
{
    bb_error error = {BB_OK, ""};
    bb_tensor *t = bb_tensor_new(BB_F32, BB_SCALAR);
    bb_npz_entry entries[] = {{"a\n\tc", t}, {"b", t}};
    cr_assert_eq(bb_npz_write("a.npz", 2, entries, false, &error), BB_OK, "%s", error.text);
    bb_tensor_release(t);
    expect_no_array("a.npz", "W", BB_BAD_FORMAT, "a.npz: W: no such array; the file holds a??c, b");
}

Test(npz, more_names_than_an_error_holds)
{
    enum { MANY = 60 };
    char names[MANY][16];
    bb_npz_entry entries[MANY];
    bb_tensor *t = bb_tensor_new(BB_U8, BB_SCALAR);
    for (int i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof names[i], "w%d", i);
        entries[i] = (bb_npz_entry){names[i], t};
    }
    cr_assert_eq(bb_npz_write("a.npz", MANY, entries, true, NULL), BB_OK);
    bb_tensor_release(t);
    expect_no_array("a.npz", "x", BB_BAD_FORMAT,
                    "a.npz: x: no such array; the file holds w0, w1, w2, w3, w4, w5, w6, w7, w8, "
                    "w9, w10, w11, w12, w13, w14, w15, w16, w17, w18, w19, w20, w21, w22, w23, "
                    "w24, w25, w26, w27, w28, w29, w30, w31, w32, ...");
}

Test(npz, pickled)
{
    expect_no_array(GOLDEN("objects.npz"), "o", BB_BAD_FORMAT,
                    "objects.npz: o: Python objects are not read (element type '|O')");
}

Test(npz, unknown_compression)
{
    expect_no_array(GOLDEN("bzip2.npz"), "W", BB_BAD_FORMAT,
                    "bzip2.npz: W: unknown compression method 12");
}

Test(npz, encrypted)
{
    load_two(false);
    record("PK\1\2", 1)[8] |= 1;
    record("PK\3\4", 1)[6] |= 1;
    write_file();
    expect_no_array("a.npz", "b", BB_BAD_FORMAT, "a.npz: b: encrypted, which is not read");
}

Test(npz, other_bytes_than_the_checksum_says)
{
    load_two(false);
    record("PK\1\2", 0)[-1] ^= 1; /* the last byte of b's numbers */
    write_file();
    expect_no_array("a.npz", "b", BB_BAD_FORMAT, "a.npz: b: CRC error");
    bb_npz *z = open_archive("a.npz");
    expect(z, "W", BB_F64, BB_SHAPE(2, 3), count);
    bb_npz_close(z);
}

Test(npz, deflated_bytes_that_are_none)
{
    load_two(true);
    memset(record("PK\3\4", 1) + 40, 0xff, 20);
    write_file();
    bb_error error = {BB_OK, ""};
    bb_npz *z = open_archive("a.npz");
    cr_assert_null(bb_npz_read(z, "b", &error));
    cr_assert_eq(error.status, BB_BAD_FORMAT);
    cr_assert(strncmp(error.text, "a.npz: b: ", 10) == 0, "%s", error.text);
    bb_npz_close(z);
}

/* The directory's claim of how many bytes member b has. */
static void claim(int offset, uint32_t bytes)
{
    for (int i = 0; i < 4; i++)
        record("PK\1\2", 1)[offset + i] = (unsigned char)(bytes >> 8 * i);
}

Test(npz, sizes_that_lie)
{
    enum { COMPRESSED = 20, SIZE = 24 };
    load_two(false);
    claim(SIZE, 1000000);
    write_file();
    expect_no_array("a.npz", "b", BB_BAD_FORMAT, "a.npz: b: claims to hold 1000000 bytes in 152");
    claim(COMPRESSED, 1000000);
    write_file();
    char text[100];
    snprintf(text, sizeof text, "a.npz: b: claims 1000000 of the file's %zu bytes", file.size);
    expect_no_array("a.npz", "b", BB_BAD_FORMAT, text);
    claim(SIZE, 151);
    claim(COMPRESSED, 151);
    write_file();
    expect_no_array("a.npz", "b", BB_BAD_FORMAT,
                    "a.npz: b: [2 3] of '<i4' takes 24 bytes, where 23 are left");
    load_two(true);
    claim(SIZE, 300000);
    write_file();
    probe_begin(0);
    snprintf(text, sizeof text, "a.npz: b: claims to hold 300000 bytes in %u",
             (unsigned)record("PK\1\2", 1)[COMPRESSED]);
    expect_no_array("a.npz", "b", BB_BAD_FORMAT, text);
    cr_assert_leq(probe.largest, file.size);
    probe_end();
}

/* --- what is written -------------------------------------------------------------------------- */

Test(npz, round_trip)
{
    for (int compress = 0; compress < 2; compress++) {
        bb_tensor *w = bb_tensor_new(BB_F32, BB_SHAPE(100, 0)),
                  *v = bb_tensor_new(BB_U8, BB_SCALAR);
        bb_tensor *u = bb_tensor_new(BB_F64, BB_SHAPE(300, 100));
        cr_assert_eq(bb_tensor_fill_normal(u, 0, 1, 7), BB_OK);
        const bb_npz_entry entries[] = {
            {"fc1.weight/velocity", u}, {"\xe9\x87\x8d\xe3\x81\xbf", w}, {"../x y", v}};
        cr_assert_eq(bb_npz_write("a.npz", 3, entries, compress, NULL), BB_OK);
        bb_npz *z = open_archive("a.npz");
        cr_assert_eq(bb_npz_count(z), 3);
        for (int i = 0; i < 3; i++) {
            const bb_tensor *was = entries[i].value;
            bb_tensor *is = bb_npz_read(z, entries[i].name, NULL);
            cr_assert_str_eq(bb_npz_name(z, i), entries[i].name);
            cr_assert(is && bb_shape_equal(bb_tensor_shape(is), bb_tensor_shape(was)));
            cr_assert_eq(bb_tensor_dtype(is), bb_tensor_dtype(was));
            cr_assert_arr_eq(bb_tensor_read(is), bb_tensor_read(was), bb_tensor_bytes(was));
            bb_tensor_release(is);
        }
        bb_npz_close(z);
        bb_tensor_release(u);
        bb_tensor_release(v);
        bb_tensor_release(w);
    }
}

Test(npz, the_same_arrays_give_the_same_bytes)
{
    load_two(true);
    unsigned char before[sizeof file.bytes];
    size_t size = file.size;
    memcpy(before, file.bytes, size);
    load_two(true);
    cr_assert_eq(file.size, size);
    cr_assert_arr_eq(file.bytes, before, size);
}

Test(npz, an_archive_of_nothing)
{
    cr_assert_eq(bb_npz_write("a.npz", 0, NULL, false, NULL), BB_OK);
    bb_npz *z = open_archive("a.npz");
    cr_assert_eq(bb_npz_count(z), 0);
    bb_npz_close(z);
}

Test(npz, deflating_makes_zeros_small)
{
    bb_tensor *t = bb_tensor_new(BB_F32, BB_SHAPE(1000, 1000));
    cr_assert_eq(bb_npz_write("a.npz", 1, &(bb_npz_entry){"t", t}, true, NULL), BB_OK);
    struct stat about;
    cr_assert_eq(stat("a.npz", &about), 0);
    cr_assert_lt(about.st_size, 5000);
    bb_npz *z = open_archive("a.npz");
    bb_tensor *same = bb_npz_read(z, "t", NULL);
    cr_assert_not_null(same);
    cr_assert_eq(bb_tensor_count(same), 1000000);
    bb_tensor_release(same);
    bb_npz_close(z);
    bb_tensor_release(t);
}
