/* SPDX-License-Identifier: MIT */
/* Plots that fail: what a user did wrong, to the letter, and memory that runs out anywhere. */
#include <bibun/plot.h>
#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>

#include "plots.h"
#include "probe.h"
#include "temporary.h"

static void begin(void)
{
    temporary_enter();
    setenv("PATH", "", 1);
}

TestSuite(plot_errors, .init = begin, .fini = temporary_leave);

static const double z[4] = {1, 2, 3, 4};

/* The plot after a mistake: it stays as it is, and says so. */
static void expect_mistake(bb_plot *p, const char *text)
{
    bb_plot_panel(p, "more");
    bb_plot_line(p, NULL, -1, NULL, NULL);
    bb_plot_axes(p, "x", "y");
    bb_plot_columns(p, 0);
    expect_error(p, "a.svg", BB_BAD_ARGUMENT, text);
    cr_expect_eq(access("a.txt", F_OK), -1);
    cr_expect_eq(bb_plot_print(p, NULL, 0), BB_BAD_ARGUMENT);
    cr_expect_str_eq(bb_plot_error(p), text);
    bb_plot_free(p);
}

#define MISTAKE(text, ...)                   \
    do {                                     \
        bb_plot *p = bb_plot_new("mistake"); \
        __VA_ARGS__;                         \
        expect_mistake(p, text);             \
    } while (0)

Test(plot_errors, series)
{
    MISTAKE("plot: the numbers of a line: -2 of them", bb_plot_line(p, "a", -2, z, z));
    MISTAKE("plot: the numbers of a line: NULL", bb_plot_line(p, "a", 1, z, NULL));
    MISTAKE("plot: points: NULL", bb_plot_points(p, "a", 1, z, NULL));
    MISTAKE("plot: the points of a path: NULL", bb_plot_path(p, "a", 1, z, NULL));
    MISTAKE("plot: arrows: NULL", bb_plot_arrows(p, "a", 1, z, z, z, NULL));
    MISTAKE("plot: arrows: -1 of them", bb_plot_arrows(p, "a", -1, z, z, z, z));
    MISTAKE("plot: the values of a histogram: NULL", bb_plot_histogram(p, "a", 1, NULL, 3));
    MISTAKE("plot: a histogram of 0 bins", bb_plot_histogram(p, "a", 1, z, 0));
    MISTAKE("plot: a histogram of 65537 bins", bb_plot_histogram(p, "a", 1, z, 65537));
}

Test(plot_errors, grids)
{
    MISTAKE("plot: pixels: NULL", bb_plot_image(p, 2, 2, NULL));
    MISTAKE("plot: pixels: [0 2]", bb_plot_image(p, 0, 2, z));
    MISTAKE("plot: pixels: [4611686018427387904 4]", bb_plot_image(p, INT64_MAX / 2 + 1, 4, z));
    MISTAKE("plot: the numbers of contours: [1 4]",
            bb_plot_contours(p, 1, 4, z, 0, 1, 0, 1, 1, NULL));
    MISTAKE("plot: 0 contours over 0 .. 1, 0 .. 2", bb_plot_contours(p, 2, 2, z, 0, 1, 0, 2, 0, z));
    MISTAKE("plot: 1001 contours over 0 .. 1, 0 .. 2",
            bb_plot_contours(p, 2, 2, z, 0, 1, 0, 2, 1001, NULL));
    MISTAKE("plot: 1 contours over 1 .. 1, 0 .. 2", bb_plot_contours(p, 2, 2, z, 1, 1, 0, 2, 1, z));
    MISTAKE("plot: 1 contours over 0 .. 1, 0 .. inf",
            bb_plot_contours(p, 2, 2, z, 0, 1, 0, INFINITY, 1, z));
    MISTAKE("plot: contour 1 is at nan",
            bb_plot_contours(p, 2, 2, z, 0, 1, 0, 1, 2, (double[]){1, NAN}));
}

Test(plot_errors, axes)
{
    MISTAKE("plot: 0 columns of panels", bb_plot_columns(p, 0));
    MISTAKE("plot: the x range 1 to 1 is none", bb_plot_x_range(p, 1, 1));
    MISTAKE("plot: the y range 2 to 1 is none", bb_plot_y_range(p, 2, 1));
    MISTAKE("plot: the y range nan to 1 is none", bb_plot_y_range(p, NAN, 1));
    MISTAKE("plot: the x range 0 to inf is none", bb_plot_x_range(p, 0, INFINITY));
    MISTAKE("plot: the x range begins at 0, which has no logarithm", bb_plot_x_range(p, 0, 1),
            bb_plot_log(p, true, false));
    MISTAKE("plot: the y range begins at -1, which has no logarithm", bb_plot_log(p, false, true),
            bb_plot_y_range(p, -1, 1));
}

Test(plot_errors, no_plot)
{
    bb_plot_panel(NULL, "a");
    bb_plot_columns(NULL, 1);
    bb_plot_axes(NULL, "x", "y");
    bb_plot_log(NULL, true, true);
    bb_plot_x_range(NULL, 0, 1);
    bb_plot_y_range(NULL, 0, 1);
    bb_plot_equal_axes(NULL);
    bb_plot_line(NULL, NULL, 1, z, z);
    bb_plot_arrows(NULL, NULL, 1, z, z, z, z);
    bb_plot_histogram(NULL, NULL, 1, z, 1);
    bb_plot_contours(NULL, 2, 2, z, 0, 1, 0, 1, 1, z);
    bb_plot_image(NULL, 2, 2, z);
    expect_error(NULL, "a.svg", BB_OUT_OF_MEMORY, "plot: out of memory");
    cr_expect_eq(bb_plot_print(NULL, NULL, 0), BB_OUT_OF_MEMORY);
    cr_expect_str_eq(bb_plot_error(NULL), "plot: out of memory");
    bb_plot_free(NULL);
}

/* --- memory ----------------------------------------------------------------------------------- */

/* Builds, saves and prints; the first status that is not BB_OK. */
static bb_status make_plot(FILE *file)
{
    bb_error error = {0};
    bb_plot *p = plot_of_all();
    bb_status status = bb_plot_save(p, "a.svg", NULL, &error);
    cr_expect_eq(error.status, status);
    if (status == BB_OK)
        status = bb_plot_print(p, file, 0);
    bb_plot_free(p);
    return status;
}

Test(plot_errors, every_allocation_may_fail)
{
    FILE *file = fopen("/dev/null", "w");
    cr_assert(file);
    probe_begin(0);
    cr_expect_eq(make_plot(file), BB_OK);
    cr_expect_eq(probe.live, 0);
    long calls = probe.calls;
    cr_expect_gt(calls, 30);
    for (long i = 1; i <= calls; i++) {
        probe_begin(i);
        cr_expect_eq(make_plot(file), BB_OUT_OF_MEMORY, "request %ld", i);
        cr_expect_eq(probe.live, 0, "request %ld", i);
    }
    probe_end();
    fclose(file);
}
