/* SPDX-License-Identifier: MIT */
/* Writing archives: what is refused, what a failure leaves behind, and whether NumPy reads them. */
#include <bibun/npz.h>
#include <bibun/rng.h>
#include <criterion/criterion.h>
#include <signal.h>
#include <sys/resource.h>

#include "probe.h"
#include "temporary.h"

TestSuite(npz_write, .init = temporary_enter, .fini = temporary_leave);

static bb_tensor *numbers(int64_t rows)
{
    bb_tensor *t = bb_tensor_new(BB_F32, BB_SHAPE(rows, 2));
    cr_assert_not_null(t);
    bb_tensor_fill_uniform(t, -1, 1, 3);
    return t;
}

static int files_here(void)
{
    int count = 0;
    DIR *folder = opendir(".");
    while (folder && readdir(folder))
        count++;
    closedir(folder);
    return count - 2; /* . and .. */
}

static void expect_refused(const char *path, int count, const bb_npz_entry *entries,
                           bb_status status, const char *text)
{
    bb_error error = {BB_OK, ""};
    int before = files_here();
    cr_assert_eq(bb_npz_write(path, count, entries, false, &error), status);
    cr_assert_str_eq(error.text, text);
    cr_assert_eq(error.status, status);
    cr_assert_eq(files_here(), before);
}

Test(npz_write, bad_entries)
{
    bb_tensor *t = numbers(2);
    expect_refused(NULL, 0, NULL, BB_BAD_ARGUMENT, "the path is NULL");
    expect_refused("a.npz", 2, NULL, BB_BAD_ARGUMENT, "a.npz: no list of 2 arrays");
    expect_refused("a.npz", -1, NULL, BB_BAD_ARGUMENT, "a.npz: no list of -1 arrays");
    expect_refused("a.npz", 2, (const bb_npz_entry[]){{"W", t}, {NULL, t}}, BB_BAD_ARGUMENT,
                   "a.npz: array 1 has no name");
    expect_refused("a.npz", 1, &(bb_npz_entry){"", t}, BB_BAD_ARGUMENT,
                   "a.npz: array 0 has no name");
    expect_refused("a.npz", 1, &(bb_npz_entry){"W", NULL}, BB_BAD_ARGUMENT,
                   "a.npz: W: the tensor is NULL");
    expect_refused("a.npz", 2, (const bb_npz_entry[]){{"W", t}, {"W", t}}, BB_BAD_ARGUMENT,
                   "a.npz: W: two arrays of this name");
    expect_refused("a.npz", 1, &(bb_npz_entry){"W\xff", t}, BB_BAD_ARGUMENT,
                   "a.npz: W\xff: the name is not UTF-8, or holds control characters");
    bb_tensor_release(t);
}

Test(npz_write, a_long_name)
{
    enum { LIMIT = 65531 };
    static char name[LIMIT + 2];
    bb_tensor *t = numbers(2);
    memset(name, 'w', LIMIT);
    cr_assert_eq(bb_npz_write("a.npz", 1, &(bb_npz_entry){name, t}, false, NULL), BB_OK);
    bb_npz *z = bb_npz_open("a.npz", NULL);
    cr_assert_str_eq(bb_npz_name(z, 0), name);
    bb_npz_close(z);
    name[LIMIT] = 'w';
    char text[200] = "b.npz: ";
    memset(text + 7, 'w', 96);
    strcpy(text + 7 + 96, "...: too long a name");
    expect_refused("b.npz", 1, &(bb_npz_entry){name, t}, BB_BAD_ARGUMENT, text);
    bb_tensor_release(t);
}

Test(npz_write, bad_paths)
{
    bb_tensor *t = numbers(2);
    bb_npz_entry entry = {"W", t};
    mkdir("folder", 0700);
    mkfifo("pipe", 0600);
    expect_refused("no/a.npz", 1, &entry, BB_BAD_FILE, "no/a.npz: No such file or directory");
    expect_refused("folder", 1, &entry, BB_BAD_FILE, "folder: Is a directory");
    expect_refused("pipe", 1, &entry, BB_BAD_FILE, "pipe: not a regular file");
    bb_tensor_release(t);
}

/* The old file stays as it was when the disk is full. */
Test(npz_write, a_full_disk)
{
    bb_tensor *small = numbers(2), *large = numbers(100000);
    cr_assert_eq(bb_npz_write("a.npz", 1, &(bb_npz_entry){"W", small}, false, NULL), BB_OK);
    cr_assert_eq(bb_npy_write("a.npy", small, NULL), BB_OK);
    struct rlimit before, limit;
    getrlimit(RLIMIT_FSIZE, &before);
    limit = before;
    limit.rlim_cur = 10000;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    bb_error error = {BB_OK, ""};
    expect_refused("a.npz", 1, &(bb_npz_entry){"W", large}, BB_BAD_FILE, "a.npz: File too large");
    cr_assert_eq(bb_npy_write("a.npy", large, &error), BB_BAD_FILE);
    cr_assert_str_eq(error.text, "a.npy: File too large");
    setrlimit(RLIMIT_FSIZE, &before);
    cr_assert_eq(files_here(), 2);
    bb_npz *z = bb_npz_open("a.npz", NULL);
    bb_tensor *read[] = {bb_npz_read(z, "W", NULL), bb_npy_read("a.npy", NULL)};
    for (int i = 0; i < 2; i++) {
        cr_assert(read[i] && bb_shape_equal(bb_tensor_shape(read[i]), BB_SHAPE(2, 2)));
        bb_tensor_release(read[i]);
    }
    bb_npz_close(z);
    bb_tensor_release(small);
    bb_tensor_release(large);
}

/* --- memory ----------------------------------------------------------------------------------- */

static bb_status write_and_read(const bb_tensor *t, bb_error *error)
{
    const bb_npz_entry entries[] = {{"W", t}, {"b", t}};
    bb_status status = bb_npz_write("a.npz", 2, entries, true, error);
    bb_npz *z = status == BB_OK ? bb_npz_open("a.npz", error) : NULL;
    bb_tensor *same = z ? bb_npz_read(z, "b", error) : NULL;
    bb_npz_close(z);
    bb_tensor_release(same);
    return same ? BB_OK : error->status;
}

Test(npz_write, every_allocation_may_fail)
{
    bb_tensor *t = numbers(5);
    long calls = 0;
    for (long i = 0; i <= calls; i++) {
        bb_error error = {BB_OK, ""};
        probe_begin(i);
        cr_assert_eq(write_and_read(t, &error), i ? BB_OUT_OF_MEMORY : BB_OK, "%s", error.text);
        cr_assert(i == 0 || strstr(error.text, ": out of memory"), "%s", error.text);
        calls = i ? calls : probe.calls;
        cr_assert_eq(probe.live, 0);
        probe_end();
    }
    cr_assert_gt(calls, 6);
    cr_assert_leq(files_here(), 1);
    bb_tensor_release(t);
}

Test(npz_write, no_file_stays_open)
{
    bb_tensor *t = numbers(5);
    bb_error error = {BB_OK, ""};
    int before = dup(0);
    for (int i = 0; i < 20; i++) {
        cr_assert_eq(write_and_read(t, &error), BB_OK);
        cr_assert_null(bb_npy_read("a.npz", NULL));
        cr_assert_null(bb_npz_open("/dev/null", NULL));
        temporary_write("b.npz", "PK", 2);
        cr_assert_null(bb_npz_open("b.npz", NULL));
    }
    int after = dup(0);
    cr_assert_eq(after, before + 1);
    close(before);
    close(after);
    bb_tensor_release(t);
}

/* --- NumPy ------------------------------------------------------------------------------------ */

static const char *python(void)
{
    static const char *const candidates[] = {"python3", "/usr/bin/python3"};
    char command[100];
    for (int i = 0; i < 2; i++) {
        snprintf(command, sizeof command, "%s -c 'import numpy' 2>&-", candidates[i]);
        if (system(command) == 0)
            return candidates[i];
    }
    return NULL;
}

Test(npz_write, numpy_reads_it)
{
    static const char script[] =
        "import numpy as np\n"
        "for name in 'plain.npz', 'small.npz':\n"
        "    z = np.load(name)\n"
        "    assert z.files == ['W', 'fc1.b', 's'], z.files\n"
        "    assert z['W'].dtype == np.float32 and z['W'].shape == (3, 2)\n"
        "    assert (z['W'] == np.load('W.npy')).all()\n"
        "    assert z['fc1.b'].dtype == np.int32 and z['fc1.b'].tolist() == [1, -2]\n"
        "    assert z['s'].dtype == np.float64 and z['s'].shape == () and z['s'] == 2.5\n"
        "assert np.load('none.npz').files == []\n";
    const char *interpreter = python();
    if (!interpreter)
        cr_skip_test("no python3 with numpy");
    bb_tensor *w = numbers(3);
    bb_tensor *b = bb_tensor_from(BB_I32, BB_SHAPE(2), (const int32_t[]){1, -2});
    bb_tensor *s = bb_tensor_from(BB_F64, BB_SCALAR, (const double[]){2.5});
    const bb_npz_entry entries[] = {{"W", w}, {"fc1.b", b}, {"s", s}};
    cr_assert_eq(bb_npz_write("plain.npz", 3, entries, false, NULL), BB_OK);
    cr_assert_eq(bb_npz_write("small.npz", 3, entries, true, NULL), BB_OK);
    cr_assert_eq(bb_npz_write("none.npz", 0, NULL, true, NULL), BB_OK);
    cr_assert_eq(bb_npy_write("W.npy", w, NULL), BB_OK);
    temporary_write("check.py", script, strlen(script));
    char command[100];
    snprintf(command, sizeof command, "%s check.py", interpreter);
    cr_assert_eq(system(command), 0);
    bb_tensor_release(w);
    bb_tensor_release(b);
    bb_tensor_release(s);
}
