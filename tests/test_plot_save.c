/* SPDX-License-Identifier: MIT */
/* Saving and failing: what gnuplot is told, what becomes of its failures, and errors to the letter.
 * A script of the test's own stands for gnuplot where the real one is not what is tested. */
#include <bibun/plot.h>
#include <criterion/criterion.h>

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plots.h"
#include "temporary.h"

TestSuite(plot_save, .init = temporary_enter, .fini = temporary_leave);

static void install_gnuplot(const char *script)
{
    temporary_write("gnuplot", script, strlen(script));
    cr_assert_eq(chmod("gnuplot", 0755), 0);
    cr_assert_eq(setenv("PATH", temporary_folder, 1), 0);
}

static char *text_of(const char *name)
{
    static char text[65536];
    FILE *file = fopen(name, "r");
    cr_assert(file, "%s", name);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

/* --- gnuplot ---------------------------------------------------------------------------------- */

Test(plot_save, the_real_one_draws_every_kind)
{
    if (!bb_plot_can_draw())
        cr_skip_test("no gnuplot");
    bb_plot *p = plot_of_all();
    bb_plot_points(p, "<&'\"\\`$@%{}_^ ''''", 1, NULL, (double[]){1});
    bb_error error = {0};
    bool drawn = false;
    cr_expect_eq(bb_plot_save(p, "a.svg", &drawn, &error), BB_OK, "%s", error.text);
    cr_expect(drawn);
    const char *svg = text_of("a.svg");
    cr_expect(strstr(svg, "</svg>"));
    cr_expect(strstr(svg, ">All kinds<"));
    cr_expect(strstr(svg, "&lt;&amp;'\"\\`$@%{}_^ ''''<"));

    cr_expect_eq(bb_plot_save(p, "a.png", &drawn, &error), BB_OK, "%s", error.text);
    cr_expect_eq(memcmp(text_of("a.png"), "\x89PNG", 4), 0);
    bb_plot_free(p);
}

Test(plot_save, the_real_one_draws_what_is_empty)
{
    if (!bb_plot_can_draw())
        cr_skip_test("no gnuplot");
    double zero[9] = {0};
    bb_plot *p = bb_plot_new(NULL);
    bb_plot_line(p, "none", 0, NULL, NULL);
    bb_plot_panel(p, NULL);
    bb_plot_log(p, true, true);
    bb_plot_points(p, "no logarithm", 3, zero, zero);
    bb_plot_panel(p, NULL);
    bb_plot_contours(p, 3, 3, zero, 0, 1, 0, 1, 3, NULL);
    bb_plot_panel(p, NULL);
    bb_plot_histogram(p, "none", 0, NULL, 3);
    bb_plot_panel(p, NULL);
    bb_plot_image(p, 1, 2, (double[]){NAN, INFINITY});
    bb_error error = {0};
    cr_expect_eq(bb_plot_save(p, "a.svg", NULL, &error), BB_OK, "%s", error.text);
    bb_plot_free(p);
}

/* Where gnuplot is not there the picture is not, and nothing else is seen. */
Test(plot_save, numbers_at_the_ends_of_their_range)
{
    double none[] = {NAN, INFINITY, NAN, NAN}, largest[] = {DBL_MAX, DBL_MAX, DBL_MAX, DBL_MAX},
           least[] = {5e-324, 1e-323, 0, 5e-324}, close[] = {1e16, 1e16 + 2, 1e16 + 4, 1e16 + 6};
    double *all[] = {none, largest, least, close};
    for (int i = 0; i < 8; i++) {
        double *z = all[i / 2];
        bb_plot *p = bb_plot_new(NULL);
        bb_plot_log(p, i % 2, i % 2);
        bb_plot_line(p, NULL, 4, z, z);
        bb_plot_panel(p, NULL);
        bb_plot_log(p, i % 2, i % 2);
        bb_plot_histogram(p, NULL, 4, z, 7);
        bb_plot_panel(p, NULL);
        bb_plot_contours(p, 2, 2, z, 0, 1, 0, 1, 2, NULL);
        bb_plot_panel(p, NULL);
        bb_plot_image(p, 2, 2, z);
        bb_error error = {0};
        cr_expect_eq(bb_plot_save(p, "a.svg", NULL, &error), BB_OK, "%d: %s", i, error.text);
        bb_plot_free(p);
    }
}

Test(plot_save, words_cannot_become_commands)
{
    install_gnuplot("#!/bin/sh\n/bin/cat >script\necho picture\n");
    bb_plot *p = bb_plot_new("a\"\n`touch x`\\");
    bb_plot_line(p, "'; !touch x", 2, NULL, (double[]){1, NAN});
    cr_expect_eq(bb_plot_save(p, "a.svg", NULL, NULL), BB_OK);
    cr_expect_str_eq(text_of("a.svg"), "picture\n");
    const char *script = text_of("script");
    cr_expect(strstr(script, " title \"a\\042 \\140touch x\\140\\134\" font "));
    cr_expect(strstr(script, " title \"'; !touch x\"\n"));
    cr_expect(strstr(script, "$d0 << END\n0 1 \n\nEND\n"));
    bb_plot_free(p);
}

static const char *script_of(bb_plot *p)
{
    install_gnuplot("#!/bin/sh\n/bin/cat >script\necho picture\n");
    cr_assert_eq(bb_plot_save(p, "a.svg", NULL, NULL), BB_OK);
    bb_plot_free(p);
    return text_of("script");
}

Test(plot_save, ticks)
{
    bb_plot *p = bb_plot_new(NULL);
    bb_plot_log(p, true, true);
    bb_plot_line(p, NULL, 2, (double[]){1e-12, 1e3}, (double[]){0.1, 100});
    const char *script = script_of(p);
    cr_expect(strstr(script, "set xtics ('10\u207b\u00b9\u00b2' "), "%s", script);
    cr_expect(strstr(script, "'10\u2070' 1"), "%s", script);
    cr_expect(strstr(script, "set ytics ('0.1' 0.1"), "everyday numbers: %s", script);

    p = bb_plot_new(NULL);
    bb_plot_x_range(p, -0.004, 0.004);
    bb_plot_y_range(p, -4, 4);
    bb_plot_line(p, NULL, 1, (double[]){0}, (double[]){0});
    script = script_of(p);
    cr_expect(strstr(script, "('-0.004' -0.0040000000000000001, '-0.002' "), "%s", script);
    cr_expect(strstr(script, "('-4' -4, '-3' -3, "), "short labels, more of them: %s", script);
}

Test(plot_save, levels_of_contours)
{
    const double z[] = {0, 1, 2, 3}, levels[] = {1, 2};
    for (int n = 1; n <= 2; n++) {
        bb_plot *p = bb_plot_new(NULL);
        bb_plot_contours(p, 2, 2, z, 0, 1, 0, 1, n, levels);
        const char *script = script_of(p);
        cr_expect_eq(strstr(script, "unset colorbox") != NULL, n == 1, "%s", script);
    }
}

Test(plot_save, failures_of_gnuplot)
{
    install_gnuplot("#!/bin/sh\necho half\necho 'line 1: oh' >&2\necho >&2\nexit 1\n");
    bb_plot *p = plot_of_all();
    expect_error(p, "a.svg", BB_BAD_FILE, "a.svg: gnuplot failed: line 1: oh");
    cr_expect_neq(access("a.svg", F_OK), 0, "half a picture is left");
    cr_expect_eq(access("a.txt", F_OK), 0);

    install_gnuplot("#!/bin/sh\n");
    expect_error(p, "a.png", BB_BAD_FILE, "a.png: gnuplot failed: it says nothing");
    install_gnuplot("#!/bin/sh\nkill -9 $$\n");
    expect_error(p, "a.png", BB_BAD_FILE, "a.png: gnuplot failed: it says nothing");
    bb_plot_free(p);
}

Test(plot_save, gnuplot_that_went_away)
{
    install_gnuplot("#!/bin/sh\n");
    cr_expect(bb_plot_can_draw());
    char expected[256];
    snprintf(expected, sizeof expected, "a.svg: %s/gnuplot: No such file or directory",
             temporary_folder);
    cr_assert_eq(unlink("gnuplot"), 0);
    bb_plot *p = plot_of_all();
    expect_error(p, "a.svg", BB_BAD_FILE, expected);
    bb_plot_free(p);
}

Test(plot_save, no_gnuplot)
{
    cr_assert_eq(setenv("PATH", "", 1), 0);
    cr_expect(!bb_plot_can_draw());
    bb_plot *p = plot_of_all();
    bool drawn = true;
    cr_expect_eq(bb_plot_save(p, "a.svg", &drawn, NULL), BB_OK);
    cr_expect(!drawn);
    cr_expect_eq(access("a.txt", F_OK), 0);
    bb_plot_free(p);
}

/* --- files ------------------------------------------------------------------------------------ */

Test(plot_save, files_that_cannot_be_written)
{
    setenv("PATH", "", 1);
    bb_plot *p = plot_of_all();
    expect_error(p, "no/a.svg", BB_BAD_FILE, "no/a.txt: No such file or directory");
    expect_error(p, "a.pdf", BB_BAD_ARGUMENT, "a.pdf: the name ends neither in .svg nor in .png");
    expect_error(p, "a.svg/b", BB_BAD_ARGUMENT,
                 "a.svg/b: the name ends neither in .svg nor in .png");
    expect_error(p, NULL, BB_BAD_ARGUMENT, "the path is NULL");
    cr_assert_eq(symlink("/dev/full", "full.txt"), 0);
    expect_error(p, "full.svg", BB_BAD_FILE, "full.txt: No space left on device");

    FILE *full = fopen("/dev/full", "w");
    cr_assert(full);
    cr_expect_eq(bb_plot_print(p, full, 0), BB_BAD_FILE);
    cr_expect_eq(bb_plot_print(p, NULL, 0), BB_BAD_ARGUMENT);
    cr_expect_eq(bb_plot_print(p, full, 23), BB_BAD_ARGUMENT);
    cr_expect_eq(bb_plot_print(p, full, -1), BB_BAD_ARGUMENT);
    fclose(full);
    bb_plot_free(p);
}

Test(plot_save, a_picture_that_cannot_be_written)
{
    install_gnuplot("#!/bin/sh\necho picture\n");
    cr_assert_eq(mkdir("a.svg", 0777), 0);
    bb_plot *p = plot_of_all();
    expect_error(p, "a.svg", BB_BAD_FILE, "a.svg: Is a directory");
    bb_plot_free(p);
}
