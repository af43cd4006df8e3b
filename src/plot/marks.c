/* SPDX-License-Identifier: MIT */
/* Series as characters in a window: every kind has a function that puts its marks where the scales
 * say, and nothing outside the window. */
#include "plot_parts.h"

#include <math.h>

char bb__series_mark(int i)
{
    static const char marks[] = "*o+x#@%&";
    return marks[(size_t)i % (sizeof marks - 1)];
}

char bb__contour_mark(int i)
{
    static const char marks[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    return marks[(size_t)i % (sizeof marks - 1)];
}

/* --- places in the window: 0, 0 is the lower left, 1, 1 the upper right ----------------------- */

typedef struct place {
    double x, y;
} place;

static bool can_place(const bb__window *w, double x, double y)
{
    return bb__scale_has(&w->scales.x, x) && bb__scale_has(&w->scales.y, y);
}

static place place_of(const bb__window *w, double x, double y)
{
    return (place){bb__scale_place(&w->scales.x, x), bb__scale_place(&w->scales.y, y)};
}

static int column_of(const bb__window *w, double x)
{
    return (int)lround(x * (w->width - 1));
}

static int row_of(const bb__window *w, double y)
{
    return (int)lround((1 - y) * (w->height - 1));
}

static void put(const bb__window *w, place at, char mark)
{
    const double edge = 1e-9;
    if (at.x >= -edge && at.x <= 1 + edge && at.y >= -edge && at.y <= 1 + edge)
        bb__canvas_put(w->canvas, w->x + column_of(w, at.x), w->y + row_of(w, at.y),
                       (unsigned char)mark);
}

/* Narrows the part [*from, *to] of a segment to where start + part * way is within 0 .. 1. */
static bool clip(double start, double way, double *from, double *to)
{
    if (way == 0)
        return start >= 0 && start <= 1;
    double a = -start / way, b = (1 - start) / way;
    *from = fmax(*from, fmin(a, b));
    *to = fmin(*to, fmax(a, b));
    return *from <= *to;
}

static void draw_segment(const bb__window *w, place a, place b, char mark)
{
    double from = 0, to = 1;
    if (!clip(a.x, b.x - a.x, &from, &to) || !clip(a.y, b.y - a.y, &from, &to))
        return;
    place start = {a.x + from * (b.x - a.x), a.y + from * (b.y - a.y)};
    place end = {a.x + to * (b.x - a.x), a.y + to * (b.y - a.y)};
    double cells = fmax(fabs(end.x - start.x) * w->width, fabs(end.y - start.y) * w->height);
    int steps = (int)ceil(cells) + 1;
    for (int i = 0; i <= steps; i++) {
        double part = (double)i / steps;
        put(w, (place){start.x + part * (end.x - start.x), start.y + part * (end.y - start.y)},
            mark);
    }
}

/* --- points ----------------------------------------------------------------------------------- */

static void draw_points(const bb__window *w, const bb__series *s, char mark)
{
    for (int64_t i = 0; i < s->n; i++)
        if (can_place(w, s->column[0][i], s->column[1][i]))
            put(w, place_of(w, s->column[0][i], s->column[1][i]), mark);
}

static void draw_line(const bb__window *w, const bb__series *s, char mark)
{
    const double *x = s->column[0], *y = s->column[1];
    for (int64_t i = 1; i < s->n; i++)
        if (can_place(w, x[i - 1], y[i - 1]) && can_place(w, x[i], y[i]))
            draw_segment(w, place_of(w, x[i - 1], y[i - 1]), place_of(w, x[i], y[i]), mark);
    draw_points(w, s, mark);
}

static void draw_path(const bb__window *w, const bb__series *s, char mark)
{
    draw_line(w, s, '.');
    draw_points(w, s, mark);
}

/* --- arrows: a row of dots, and a head that shows one of eight directions --------------------- */

static char head_of(const bb__window *w, place from, place to)
{
    static const char heads[] = ">/^\\</v\\";
    double across = (to.x - from.x) * w->width, up = 2 * (to.y - from.y) * w->height;
    const double eighth = atan(1);
    int turn = (int)lround(atan2(up, across) / eighth);
    return across == 0 && up == 0 ? '.' : heads[(turn + 8) % 8];
}

static void draw_arrows(const bb__window *w, const bb__series *s, char mark)
{
    double *const *c = s->column;
    (void)mark;
    for (int64_t i = 0; i < s->n; i++) {
        double x = c[0][i] + c[2][i], y = c[1][i] + c[3][i];
        if (!can_place(w, c[0][i], c[1][i]) || !can_place(w, x, y))
            continue;
        place from = place_of(w, c[0][i], c[1][i]), to = place_of(w, x, y);
        draw_segment(w, from, to, '.');
        put(w, to, head_of(w, from, to));
    }
}

/* --- contours: where the number of levels below differs from that of a neighbour -------------- */

/* The grid's number at a place, between its four neighbours; NaN outside the grid. */
static double grid_value(const bb__series *s, double x, double y)
{
    double across = (x - s->x_low) / (s->x_high - s->x_low) * (double)(s->columns - 1);
    double up = (y - s->y_low) / (s->y_high - s->y_low) * (double)(s->rows - 1);
    const double edge = 1e-9;
    if (!(across >= -edge && across <= (double)(s->columns - 1) + edge && up >= -edge &&
          up <= (double)(s->rows - 1) + edge))
        return NAN;
    int64_t c = (int64_t)fmin(fmax(across, 0), (double)(s->columns - 2));
    int64_t r = (int64_t)fmin(fmax(up, 0), (double)(s->rows - 2));
    double u = across - (double)c, v = up - (double)r;
    const double *z = s->column[0] + r * s->columns + c;
    return (1 - v) * ((1 - u) * z[0] + u * z[1]) +
           v * ((1 - u) * z[s->columns] + u * z[s->columns + 1]);
}

static int levels_below(const bb__window *w, const bb__series *s, int column, int row)
{
    double across = (double)column / (w->width - 1), up = 1 - (double)row / (w->height - 1);
    double z =
        grid_value(s, bb__scale_value(&w->scales.x, across), bb__scale_value(&w->scales.y, up));
    if (isnan(z))
        return -1;
    int below = 0;
    while (below < s->n_levels && s->levels[below] < z)
        below++;
    return below;
}

static void draw_contours(const bb__window *w, const bb__series *s, char mark)
{
    (void)mark;
    for (int row = 0; row < w->height; row++)
        for (int column = 0; column < w->width; column++) {
            int here = levels_below(w, s, column, row);
            int neighbours[] = {column + 1 < w->width ? levels_below(w, s, column + 1, row) : here,
                                row + 1 < w->height ? levels_below(w, s, column, row + 1) : here};
            for (int i = 0; i < 2; i++) {
                int least = here < neighbours[i] ? here : neighbours[i];
                if (here != neighbours[i] && least >= 0)
                    bb__canvas_put(w->canvas, w->x + column, w->y + row,
                                   (unsigned char)bb__contour_mark(least));
            }
        }
}

/* --- bars ------------------------------------------------------------------------------------- */

static void draw_bar(const bb__window *w, double left, double right, double top, char mark,
                     bool is_top)
{
    int first = (int)floor(fmax(0, left) * w->width + 1e-9);
    int last = (int)ceil(fmin(1, right) * w->width - 1e-9) - 1;
    int up = row_of(w, fmin(fmax(top, 0), 1));
    for (int column = first; column <= (last > first ? last : first) && column < w->width; column++)
        for (int row = up; row < (is_top ? up + 1 : w->height); row++)
            bb__canvas_put(w->canvas, w->x + column, w->y + row, (unsigned char)mark);
}

static void draw_tops(const bb__window *w, const bb__series *s, char mark, bool is_top)
{
    double *const *c = s->column;
    for (int64_t i = 0; i < s->n; i++)
        if (c[2][i] > 0 && can_place(w, c[0][i], c[2][i]) && can_place(w, c[1][i], c[2][i])) {
            place left = place_of(w, c[0][i], c[2][i]), right = place_of(w, c[1][i], c[2][i]);
            if (right.x > 0 && left.x < 1)
                draw_bar(w, left.x, right.x, left.y, mark, is_top);
        }
}

static void draw_histogram(const bb__window *w, const bb__series *s, char mark)
{
    draw_tops(w, s, mark, false);
}

/* --- images ----------------------------------------------------------------------------------- */

/* The mean of the finite pixels that a cell covers; NaN when there is none. */
static double mean_of_cell(const bb__window *w, const bb__series *s, int column, int row)
{
    int64_t left = column * s->columns / w->width, right = (column + 1) * s->columns / w->width;
    int64_t top = row * s->rows / w->height, bottom = (row + 1) * s->rows / w->height;
    double sum = 0, count = 0;
    for (int64_t r = top; r < (bottom > top ? bottom : top + 1); r++)
        for (int64_t c = left; c < (right > left ? right : left + 1); c++) {
            double pixel = s->column[0][r * s->columns + c];
            sum += isfinite(pixel) ? pixel : 0;
            count += isfinite(pixel);
        }
    return count > 0 ? sum / count : NAN;
}

static void draw_image(const bb__window *w, const bb__series *s, char mark)
{
    static const char ramp[] = " .:-=+*#%@";
    const int steps = sizeof ramp - 1;
    double low = 0, high = 0;
    (void)mark;
    if (!bb__plot_extent(s->n, s->column[0], &low, &high) || !(low < high))
        return;
    for (int row = 0; row < w->height; row++)
        for (int column = 0; column < w->width; column++) {
            double dark = (mean_of_cell(w, s, column, row) - low) / (high - low);
            int step = dark >= 0 ? (int)fmin(dark * steps, steps - 1) : 0;
            if (step > 0)
                bb__canvas_put(w->canvas, w->x + column, w->y + row, (unsigned char)ramp[step]);
        }
}

static void (*const draws[BB__PLOT_KINDS])(const bb__window *w, const bb__series *s, char mark) = {
    [BB__LINE] = draw_line,     [BB__POINTS] = draw_points,     [BB__PATH] = draw_path,
    [BB__ARROWS] = draw_arrows, [BB__CONTOURS] = draw_contours, [BB__HISTOGRAM] = draw_histogram,
    [BB__IMAGE] = draw_image,
};

void bb__draw_series(const bb__window *w, const bb__panel *panel)
{
    int i = 0;
    for (const bb__series *s = panel->first; s; s = s->next)
        draws[s->kind](w, s, bb__series_mark(i++));
    i = 0;
    for (const bb__series *s = panel->first; s; s = s->next, i++)
        if (s->kind == BB__HISTOGRAM) /* a higher one may have hidden it */
            draw_tops(w, s, bb__series_mark(i), true);
}
