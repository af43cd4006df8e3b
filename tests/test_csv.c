/* SPDX-License-Identifier: MIT */
/* Files of numbers: separators, headers, odd lines and numbers, and errors with their place. */
#include <bibun/io.h>
#include <criterion/criterion.h>

#include <locale.h>
#include <math.h>

#include "probe.h"
#include "temporary.h"

TestSuite(csv, .init = temporary_enter, .fini = temporary_leave);

static bb_tensor *read_text(const char *text, int64_t rows, int64_t columns)
{
    bb_error error = {BB_OK, ""};
    temporary_write("t.csv", text, strlen(text));
    bb_tensor *t = bb_csv_read("t.csv", &error);
    cr_assert(t, "%s", error.text);
    cr_assert_eq(bb_tensor_dtype(t), BB_F64);
    cr_assert(bb_shape_equal(bb_tensor_shape(t), BB_SHAPE(rows, columns)));
    return t;
}

/* The text holds 1 2 3 4 5 6 ... in that order. */
static void expect_counting(const char *text, int64_t rows, int64_t columns)
{
    bb_tensor *t = read_text(text, rows, columns);
    for (int64_t i = 0; i < rows * columns; i++)
        cr_assert_eq(bb_tensor_at(t, i), (double)(i + 1), "%s", text);
    bb_tensor_release(t);
}

static void expect_bytes_bad(const void *bytes, size_t size, const char *text)
{
    bb_error error = {BB_OK, ""};
    temporary_write("t.csv", bytes, size);
    cr_assert_null(bb_csv_read("t.csv", &error));
    cr_assert_str_eq(error.text, text);
    cr_assert_eq(error.status, BB_BAD_FORMAT);
}

static void expect_bad(const char *csv, const char *text)
{
    expect_bytes_bad(csv, strlen(csv), text);
}

Test(csv, separators)
{
    expect_counting("1,2,3\n4,5,6\n", 2, 3);
    expect_counting("1;2;3\n4;5;6\n", 2, 3);
    expect_counting("1\t2\t3\n4\t5\t6\n", 2, 3);
    expect_counting("1 2 3\n4   5 6\n", 2, 3);
    expect_counting("  1 , 2,3  \n 4 ,5 ;6 \n", 2, 3);
    expect_counting("1\n2\n3\n", 3, 1);
}

Test(csv, ends_of_lines)
{
    expect_counting("1,2\r\n3,4\r\n", 2, 2);
    expect_counting("1,2\n3,4", 2, 2);
    expect_counting("1,2\r\n3,4\r", 2, 2);
}

Test(csv, lines_passed_over)
{
    expect_counting("\n# a comment, of two fields\n1,2\n\n  \r\n3,4\n# end\n\n", 2, 2);
    expect_counting("\xEF\xBB\xBF"
                    "1,2\n3,4\n",
                    2, 2);
}

Test(csv, a_header)
{
    expect_counting("width,height\n1,2\n3,4\n", 2, 2);
    expect_counting("# about\n\n\"petal width (cm)\",,\"a\"\n1,2\n", 1, 2);
    expect_counting("1st,2nd\n1,2\n", 1, 2);
}

/* A first row with a slip in it is no header, and a lone carriage return no end of a line. */
Test(csv, no_header)
{
    expect_bad("1,2,3O\n4,5,6\n", "t.csv:1: column 3: '3O' is not a number");
    expect_bad("1,2\r3,4\n", "t.csv:1: column 2: '2?3' is not a number");
}

Test(csv, numbers)
{
    bb_tensor *t = read_text("-1.5,+2e3,.5,1.,1e-400,0x1p4\n", 1, 6);
    static const double numbers[] = {-1.5, 2000, 0.5, 1, 0, 16};
    for (int64_t i = 0; i < 6; i++)
        cr_assert_eq(bb_tensor_at(t, i), numbers[i]);
    bb_tensor_release(t);
    t = read_text("nan,NaN,inf,-INF,infinity\n", 1, 5);
    cr_assert(isnan(bb_tensor_at(t, 0)) && isnan(bb_tensor_at(t, 1)));
    cr_assert_eq(bb_tensor_at(t, 2), INFINITY);
    cr_assert_eq(bb_tensor_at(t, 3), -INFINITY);
    cr_assert_eq(bb_tensor_at(t, 4), INFINITY);
    bb_tensor_release(t);
}

Test(csv, gzip)
{
    static const unsigned char zipped[] = {
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xff, 0x33, 0xd4, 0x31, 0xe2,
        0x32, 0xd6, 0x31, 0xe1, 0x02, 0x00, 0x47, 0x93, 0x6c, 0xaf, 0x08, 0x00, 0x00, 0x00};
    temporary_write("t.csv", zipped, sizeof zipped);
    bb_tensor *t = bb_csv_read("t.csv", NULL);
    cr_assert(t);
    for (int64_t i = 0; i < 4; i++)
        cr_assert_eq(bb_tensor_at(t, i), (double)(i + 1));
    bb_tensor_release(t);
    expect_bytes_bad(zipped, 24,
                     "t.csv: corrupt gzip: unexpected end of file at compressed offset 24");
}

Test(csv, a_line_longer_than_the_buffer)
{
    enum { COLUMNS = 100000 };
    static char text[2 * COLUMNS + 1];
    for (size_t i = 0; i < COLUMNS; i++)
        memcpy(text + 2 * i, i + 1 < COLUMNS ? "7," : "7\n", 2);
    bb_tensor *t = read_text(text, 1, COLUMNS);
    for (int64_t i = 0; i < COLUMNS; i++)
        cr_assert_eq(bb_tensor_at(t, i), 7);
    bb_tensor_release(t);
}

Test(csv, lines_across_refills)
{
    enum { ROWS = 50000 };
    FILE *file = fopen("t.csv", "w");
    for (int i = 0; i < ROWS; i++)
        fprintf(file, "%d,%d.5\n", i, -i);
    fclose(file);
    bb_tensor *t = bb_csv_read("t.csv", NULL);
    cr_assert(bb_shape_equal(bb_tensor_shape(t), BB_SHAPE(ROWS, 2)));
    for (int i = 0; i < ROWS; i++) {
        cr_assert_eq(bb_tensor_at(t, 2 * i), i);
        cr_assert_eq(bb_tensor_at(t, 2 * i + 1), i ? -i - 0.5 : 0.5);
    }
    bb_tensor_release(t);
}

Test(csv, fields_that_are_no_numbers)
{
    expect_bad("1,2,3\n4,5,abc\n", "t.csv:2: column 3: 'abc' is not a number");
    expect_bad("a,b\n1,2\nc,d\n", "t.csv:3: column 1: 'c' is not a number");
    expect_bad("1,2\n1,2x\n", "t.csv:2: column 2: '2x' is not a number");
    expect_bad("1,2\n1,\"2\"\n", "t.csv:2: column 2: '\"2\"' is not a number");
    expect_bad("1\n\v2\n", "t.csv:2: column 1: '?2' is not a number");
    expect_bad("1\nabcdefghijklmnopqrstuvwxyzabcdefghijkl\n",
               "t.csv:2: column 1: 'abcdefghijklmnopqrstuvwxyzabcdef...' is not a number");
    expect_bytes_bad("1\n2\0003\n", 6, "t.csv:2: column 1: '2?3' is not a number");
}

Test(csv, fields_that_are_empty)
{
    expect_bad("1,2,3\n4,,6\n", "t.csv:2: column 2 is empty");
    expect_bad("1,,3\n", "t.csv:1: column 2 is empty");
    expect_bad("1,2\n3,4,\n", "t.csv:2: column 3 is empty");
    expect_bad("1\t2\n\t4\n", "t.csv:2: column 1 is empty");
}

Test(csv, numbers_out_of_range)
{
    expect_bad("1\n-1e999\n", "t.csv:2: column 1: '-1e999' is out of range");
}

Test(csv, rows_that_differ)
{
    expect_bad("1,2\n\n3,4,5\n", "t.csv: line 3 has 3 columns, line 1 has 2");
    expect_bad("a b\n# c\n1 2\n3\n", "t.csv: line 4 has 1 columns, line 3 has 2");
}

Test(csv, nothing_in_it)
{
    expect_bad("", "t.csv: holds no numbers");
    expect_bad("\n# nothing\n", "t.csv: holds no numbers");
    expect_bad("a,b\n", "t.csv: holds no numbers");
}

Test(csv, files_that_cannot_be_read)
{
    bb_error error;
    cr_assert_null(bb_csv_read("none.csv", &error));
    cr_assert_str_eq(error.text, "none.csv: No such file or directory");
    cr_assert_eq(error.status, BB_BAD_FILE);
    mkdir("folder", 0700);
    cr_assert_null(bb_csv_read("folder", &error));
    cr_assert_str_eq(error.text, "folder: Is a directory");
    cr_assert_null(bb_csv_read("/dev/zero", &error), "endless");
    cr_assert_str_eq(error.text, "/dev/zero: not a regular file");
    cr_assert_eq(mkfifo("pipe", 0600), 0);
    cr_assert_null(bb_csv_read("pipe", &error), "would wait for a writer");
    cr_assert_str_eq(error.text, "pipe: not a regular file");
    cr_assert_null(bb_csv_read(NULL, &error));
    cr_assert_str_eq(error.text, "the path is NULL");
}

Test(csv, the_locale_of_the_program_is_neither_used_nor_changed)
{
    static const char *const commas[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "nl_NL.UTF-8", "C"};
    for (size_t i = 0; !setlocale(LC_NUMERIC, commas[i]);)
        i++;
    char before[16], after[16];
    snprintf(before, sizeof before, "%.1f", 0.5);
    bb_tensor *t = read_text("1.5;2.25\n", 1, 2);
    cr_assert_eq(bb_tensor_at(t, 0), 1.5);
    cr_assert_eq(bb_tensor_at(t, 1), 2.25);
    bb_tensor_release(t);
    snprintf(after, sizeof after, "%.1f", 0.5);
    cr_assert_str_eq(before, after);
}

Test(csv, memory_that_runs_out)
{
    bool done = false;
    temporary_write("t.csv", "1,2\n3,4\n", 8);
    for (long at = 1; !done; at++) {
        bb_error error = {BB_OK, ""};
        probe_begin(at);
        bb_tensor *t = bb_csv_read("t.csv", &error);
        done = t != NULL;
        if (!t)
            cr_assert_str_eq(error.text, "t.csv: out of memory");
        cr_assert_eq(error.status, t ? BB_OK : BB_OUT_OF_MEMORY);
        bb_tensor_release(t);
        cr_assert_eq(probe.live, 0);
        probe_end();
    }
}

Test(csv, the_embedded_digits)
{
    bb_error error = {BB_OK, ""};
    bb_tensor *t = bb_csv_read(BIBUN_DATA "/digits.csv.gz", &error);
    cr_assert(t, "%s", error.text);
    cr_assert(bb_shape_equal(bb_tensor_shape(t), BB_SHAPE(1797, 65)));
    cr_assert_eq(bb_tensor_at(t, 2), 5);
    cr_assert_eq(bb_tensor_at(t, 1797 * 65 - 1), 8);
    bb_tensor_release(t);
}
