/* SPDX-License-Identifier: MIT */
/* Pictures of numbers: curves, points, contours, arrows, histograms and images, drawn by gnuplot.
 *
 * A plot has one or more panels, each with series that copy what they are given. The first failure
 * sticks to the plot; later calls are harmless, and saving or printing returns it. */
#ifndef BIBUN_PLOT_H
#define BIBUN_PLOT_H

#include <bibun/tensor.h>

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct bb_plot bb_plot;

/* A plot with one empty panel; NULL when memory runs out, which every function here accepts. */
BB_API bb_plot *bb_plot_new(const char *title);
BB_API void bb_plot_free(bb_plot *p);

/* The sentence of the first failure; NULL when there was none. */
BB_API const char *bb_plot_error(const bb_plot *p);

/* Begins another panel; panels stand in rows of `bb_plot_columns` (all in one row by default). */
BB_API void bb_plot_panel(bb_plot *p, const char *title);
BB_API void bb_plot_columns(bb_plot *p, int columns);

/* Of the newest panel. A logarithmic axis leaves out what is not above 0; ranges are automatic
 * until set. */
BB_API void bb_plot_axes(bb_plot *p, const char *x_label, const char *y_label);
BB_API void bb_plot_log(bb_plot *p, bool x, bool y);
BB_API void bb_plot_x_range(bb_plot *p, double low, double high);
BB_API void bb_plot_y_range(bb_plot *p, double low, double high);
BB_API void bb_plot_equal_axes(bb_plot *p); /* a unit is as long on both axes */

/* Series; a label of NULL keeps one out of the key. x may be NULL for 0, 1, 2, ... Points that are
 * not finite are left out, which interrupts a line. */
BB_API void bb_plot_line(bb_plot *p, const char *label, int64_t n, const double *x,
                         const double *y);
BB_API void bb_plot_points(bb_plot *p, const char *label, int64_t n, const double *x,
                           const double *y);
BB_API void bb_plot_path(bb_plot *p, const char *label, int64_t n, const double *x,
                         const double *y); /* a line with its points */
BB_API void bb_plot_arrows(bb_plot *p, const char *label, int64_t n, const double *x,
                           const double *y, const double *dx, const double *dy);

/* Contours of z [rows, columns] over x_low .. x_high (columns) and y_low .. y_high (rows), at the
 * given levels, at most 1000; levels NULL chooses `n_levels` of them. */
BB_API void bb_plot_contours(bb_plot *p, int64_t rows, int64_t columns, const double *z,
                             double x_low, double x_high, double y_low, double y_high, int n_levels,
                             const double *levels);

/* Counts of the values in `bins` equal bins, at most 65536, from the least to the largest. */
BB_API void bb_plot_histogram(bb_plot *p, const char *label, int64_t n, const double *values,
                              int bins);

/* Grey pixels [rows, columns], the first row at the top, the least number white. */
BB_API void bb_plot_image(bb_plot *p, int64_t rows, int64_t columns, const double *pixels);

/* Writes the picture to `path`, which ends in .svg or .png, and always, beside it, the numbers as
 * a readable table: "loss.svg" has "loss.txt". Without gnuplot the table is all, `*drawn_out` (may
 * be NULL) is false, and the status is BB_OK. BB_BAD_FILE with a text when something cannot be
 * written, or when gnuplot fails. */
BB_API bb_status bb_plot_save(bb_plot *p, const char *path, bool *drawn_out, bb_error *error_out);

/* A compact chart of characters, at most `width` columns wide (0 stands for 72). */
BB_API bb_status bb_plot_print(bb_plot *p, FILE *file, int width);

/* Whether gnuplot is there. */
BB_API bool bb_plot_can_draw(void);

#ifdef __cplusplus
}
#endif
#endif
