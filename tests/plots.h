/* SPDX-License-Identifier: MIT */
/* For tests of plots: a plot that has every kind of series, and what saving says of a bad one. */
#ifndef BIBUN_TESTS_PLOTS_H
#define BIBUN_TESTS_PLOTS_H

#include <bibun/plot.h>
#include <criterion/criterion.h>

static inline bb_plot *plot_of_all(void)
{
    double z[] = {0, 1, 2, 1, 2, 3, 2, 3, 4}, one[] = {1, 2, 3};
    bb_plot *p = bb_plot_new("All kinds");
    bb_plot_axes(p, "x", "y");
    bb_plot_line(p, "line", 3, NULL, z);
    bb_plot_points(p, "points", 3, one, one);
    bb_plot_path(p, NULL, 3, z, one);
    bb_plot_arrows(p, "arrows", 3, one, one, one, one);
    bb_plot_histogram(p, "histogram", 9, z, 3);
    bb_plot_panel(p, "grids");
    bb_plot_contours(p, 3, 3, z, 0, 1, 0, 1, 2, NULL);
    bb_plot_panel(p, "image");
    bb_plot_image(p, 3, 3, z);
    return p;
}

static inline void expect_error(bb_plot *p, const char *path, bb_status status, const char *text)
{
    bb_error error = {0};
    bool drawn = true;
    cr_expect_eq(bb_plot_save(p, path, &drawn, &error), status);
    cr_expect_eq(error.status, status);
    cr_expect_str_eq(error.text, text);
    cr_expect(drawn, "written only on success");
}

#endif
