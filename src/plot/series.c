/* SPDX-License-Identifier: MIT */
/* Series: what is given is checked and copied; a series is whole before it is in its panel. */
#include "plot_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void bb__series_free(bb__series *s)
{
    for (int i = 0; i < BB__PLOT_COLUMNS; i++)
        bb_memory_release(s->column[i]);
    bb_memory_release(s->levels);
    bb_memory_release(s->label);
    bb_memory_release(s);
}

/* A series with room for `n` numbers in each of its columns, not yet in the plot; NULL after a
 * failure. */
static bb__series *begin_series(bb_plot *p, bb__plot_kind kind, const char *label, int64_t n,
                                int columns)
{
    bb__series *s = bb_memory_zeroed(1, sizeof *s);
    bool done = s && bb__plot_copy(&s->label, label);
    for (int i = 0; done && i < columns && n > 0; i++) {
        s->column[i] = bb_memory_zeroed((size_t)n, sizeof(double));
        done = s->column[i] != NULL;
    }
    if (done) {
        s->kind = kind;
        s->n = n;
        return s;
    }
    if (s)
        bb__series_free(s);
    bb__plot_no_memory(p);
    return NULL;
}

static void add_series(bb_plot *p, bb__series *s)
{
    bb__panel *panel = p->last;
    *(panel->last ? &panel->last->next : &panel->first) = s;
    panel->last = s;
}

/* Whether `n` numbers can be read there; else that is the plot's failure. */
static bool can_read(bb_plot *p, const char *what, int64_t n, const double *numbers)
{
    if (n >= 0 && (numbers || n == 0))
        return true;
    if (n < 0)
        bb_fail(&p->error, BB_BAD_ARGUMENT, "plot: %s: %lld of them", what, (long long)n);
    else
        bb_fail(&p->error, BB_BAD_ARGUMENT, "plot: %s: NULL", what);
    return false;
}

static void add_points(bb_plot *p, bb__plot_kind kind, const char *what, const char *label,
                       int64_t n, const double *x, const double *y)
{
    if (!bb__plot_is_good(p) || !can_read(p, what, n, y))
        return;
    bb__series *s = begin_series(p, kind, label, n, 2);
    if (!s)
        return;
    for (int64_t i = 0; i < n; i++) {
        s->column[0][i] = x ? x[i] : (double)i;
        s->column[1][i] = y[i];
    }
    add_series(p, s);
}

void bb_plot_line(bb_plot *p, const char *label, int64_t n, const double *x, const double *y)
{
    add_points(p, BB__LINE, "the numbers of a line", label, n, x, y);
}

void bb_plot_points(bb_plot *p, const char *label, int64_t n, const double *x, const double *y)
{
    add_points(p, BB__POINTS, "points", label, n, x, y);
}

void bb_plot_path(bb_plot *p, const char *label, int64_t n, const double *x, const double *y)
{
    add_points(p, BB__PATH, "the points of a path", label, n, x, y);
}

void bb_plot_arrows(bb_plot *p, const char *label, int64_t n, const double *x, const double *y,
                    const double *dx, const double *dy)
{
    if (!bb__plot_is_good(p) || !can_read(p, "arrows", n, y && dx && dy ? y : NULL))
        return;
    bb__series *s = begin_series(p, BB__ARROWS, label, n, 4);
    if (!s)
        return;
    for (int64_t i = 0; i < n; i++) {
        s->column[0][i] = x ? x[i] : (double)i;
        s->column[1][i] = y[i];
        s->column[2][i] = dx[i];
        s->column[3][i] = dy[i];
    }
    add_series(p, s);
}

/* --- histograms ------------------------------------------------------------------------------- */

/* Equal values stand in the middle of a range of length 1. */
static void histogram_range(int64_t n, const double *values, double *low, double *high)
{
    if (!bb__plot_extent(n, values, low, high)) {
        *low = 0;
        *high = 1;
    } else if (!(*high > *low)) {
        *low -= 0.5;
        *high += 0.5;
    }
}

static void count_values(bb__series *s, int64_t n, const double *values)
{
    double low, high;
    histogram_range(n, values, &low, &high);
    double bins = (double)s->n, width = high / bins - low / bins;
    for (int64_t i = 0; i < s->n; i++) {
        s->column[0][i] = low + (double)i * width;
        s->column[1][i] = i + 1 < s->n ? low + (double)(i + 1) * width : high;
    }
    for (int64_t i = 0; i < n; i++) {
        if (!isfinite(values[i]))
            continue;
        double place = floor((values[i] / 2 - low / 2) / (high / 2 - low / 2) * bins);
        int64_t bin = place < bins ? (int64_t)place : s->n - 1;
        s->column[2][bin] += 1;
    }
}

void bb_plot_histogram(bb_plot *p, const char *label, int64_t n, const double *values, int bins)
{
    enum { MOST_BINS = 1 << 16 };
    if (!bb__plot_is_good(p) || !can_read(p, "the values of a histogram", n, values))
        return;
    if (bins < 1 || bins > MOST_BINS) {
        bb_fail(&p->error, BB_BAD_ARGUMENT, "plot: a histogram of %d bins", bins);
        return;
    }
    bb__series *s = begin_series(p, BB__HISTOGRAM, label, bins, 3);
    if (!s)
        return;
    count_values(s, n, values);
    add_series(p, s);
}

/* --- grids ------------------------------------------------------------------------------------ */

enum { MOST_CELLS = 1 << 26 };

static bool is_grid(bb_plot *p, const char *what, int64_t rows, int64_t columns, int64_t least,
                    const double *z)
{
    if (rows >= least && columns >= least && rows <= MOST_CELLS / columns)
        return can_read(p, what, rows * columns, z);
    bb_fail(&p->error, BB_BAD_ARGUMENT, "plot: %s: [%lld %lld]", what, (long long)rows,
            (long long)columns);
    return false;
}

static bb__series *begin_grid(bb_plot *p, bb__plot_kind kind, int64_t rows, int64_t columns,
                              const double *z)
{
    bb__series *s = begin_series(p, kind, NULL, rows * columns, 1);
    if (!s)
        return NULL;
    memcpy(s->column[0], z, (size_t)s->n * sizeof *z);
    s->rows = rows;
    s->columns = columns;
    return s;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The given levels in ascending order, or as many as asked for between the least and the largest
 * number. */
static bool set_levels(bb__series *s, int n_levels, const double *levels)
{
    double low = 0, high = 0;
    s->levels = bb_memory_zeroed((size_t)n_levels, sizeof *levels);
    if (!s->levels)
        return false;
    s->n_levels = n_levels;
    bb__plot_extent(s->n, s->column[0], &low, &high);
    for (int i = 0; i < n_levels; i++) {
        double part = (i + 1.0) / (n_levels + 1.0);
        s->levels[i] = levels ? levels[i] : low * (1 - part) + high * part;
    }
    qsort(s->levels, (size_t)n_levels, sizeof *levels, by_size);
    return true;
}

static bool is_range(double low, double high)
{
    return low < high && fabs(low) <= 1e300 && fabs(high) <= 1e300;
}

static bool are_contours(bb_plot *p, double x_low, double x_high, double y_low, double y_high,
                         int n_levels, const double *levels)
{
    enum { MOST_LEVELS = 1000 };
    if (n_levels < 1 || n_levels > MOST_LEVELS || !is_range(x_low, x_high) ||
        !is_range(y_low, y_high)) {
        bb_fail(&p->error, BB_BAD_ARGUMENT, "plot: %d contours over %g .. %g, %g .. %g", n_levels,
                x_low, x_high, y_low, y_high);
        return false;
    }
    for (int i = 0; levels && i < n_levels; i++)
        if (!isfinite(levels[i])) {
            bb_fail(&p->error, BB_BAD_ARGUMENT, "plot: contour %d is at %g", i, levels[i]);
            return false;
        }
    return true;
}

void bb_plot_contours(bb_plot *p, int64_t rows, int64_t columns, const double *z, double x_low,
                      double x_high, double y_low, double y_high, int n_levels,
                      const double *levels)
{
    if (!bb__plot_is_good(p) || !is_grid(p, "the numbers of contours", rows, columns, 2, z) ||
        !are_contours(p, x_low, x_high, y_low, y_high, n_levels, levels))
        return;
    bb__series *s = begin_grid(p, BB__CONTOURS, rows, columns, z);
    if (!s)
        return;
    s->x_low = x_low;
    s->x_high = x_high;
    s->y_low = y_low;
    s->y_high = y_high;
    if (set_levels(s, n_levels, levels)) {
        add_series(p, s);
    } else {
        bb__series_free(s);
        bb__plot_no_memory(p);
    }
}

void bb_plot_image(bb_plot *p, int64_t rows, int64_t columns, const double *pixels)
{
    if (!bb__plot_is_good(p) || !is_grid(p, "pixels", rows, columns, 1, pixels))
        return;
    bb__series *s = begin_grid(p, BB__IMAGE, rows, columns, pixels);
    if (!s)
        return;
    s->x_low = s->y_high = -0.5;
    s->x_high = (double)columns - 0.5;
    s->y_low = (double)rows - 0.5;
    add_series(p, s);
}
