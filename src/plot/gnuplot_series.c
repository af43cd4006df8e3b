/* SPDX-License-Identifier: MIT */
/* Series in gnuplot's language: the numbers as data blocks, and how each kind is drawn. Numbers
 * that cannot be shown are left out here, so that gnuplot never meets one. */
#include "gnuplot.h"

#include <math.h>

enum {
    FEW_POINTS = 400, /* lines of so many can be told apart by dashes */
    MANY_POINTS = 2000
};

/* Okabe and Ito, "Color Universal Design", 2008; their yellow is too light for white. */
static const char *const colours[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                      "#e69f00", "#56b4e9", "#000000"};
static const int shapes[] = {7, 5, 9, 13, 11, 15, 6};
static const int dashes[] = {1, 2, 4, 5, 3, 6};
#define PICK(table, i) ((table)[(size_t)(i) % (sizeof(table) / sizeof((table)[0]))])

void bb__script_number(FILE *file, double number)
{
    char text[BB__NUMBER_TEXT];
    fputs(isfinite(number) ? bb__plot_number(text, number, 17) : "NaN", file);
}

/* --- data blocks ------------------------------------------------------------------------------ */

static bool can_show(const bb__panel *panel, double x, double y)
{
    const bb__scale x_scale = {.is_log = panel->x.is_log}, y_scale = {.is_log = panel->y.is_log};
    return bb__scale_has(&x_scale, x) && bb__scale_has(&y_scale, y);
}

/* An empty line interrupts a line. */
static void put_points(FILE *file, const bb__panel *panel, const bb__series *s)
{
    int columns = s->kind == BB__ARROWS ? 4 : 2;
    for (int64_t i = 0; i < s->n; i++) {
        double x = s->column[0][i], y = s->column[1][i];
        bool shown = can_show(panel, x, y);
        if (columns == 4)
            shown = shown && can_show(panel, x + s->column[2][i], y + s->column[3][i]);
        for (int c = 0; shown && c < columns; c++) {
            bb__script_number(file, s->column[c][i]);
            fputc(' ', file);
        }
        fputc('\n', file);
    }
}

/* Middle, height and width. */
static void put_bars(FILE *file, const bb__panel *panel, const bb__series *s)
{
    for (int64_t i = 0; i < s->n; i++) {
        double from = s->column[0][i], to = s->column[1][i], count = s->column[2][i];
        if (!can_show(panel, from, count))
            continue;
        bb__script_number(file, from / 2 + to / 2);
        fputc(' ', file);
        bb__script_number(file, count);
        fputc(' ', file);
        bb__script_number(file, to - from);
        fputc('\n', file);
    }
}

static double along(double low, double high, int64_t i, int64_t n)
{
    double part = (double)i / (double)(n - 1);
    return low * (1 - part) + high * part;
}

static void put_grid(FILE *file, const bb__panel *panel, const bb__series *s)
{
    (void)panel;
    const bb__scale any = {.is_log = false};
    bool is_image = s->kind == BB__IMAGE;
    for (int64_t i = 0; i < s->n; i++) {
        int64_t r = i / s->columns, c = i % s->columns;
        bb__script_number(file, is_image ? (double)c : along(s->x_low, s->x_high, c, s->columns));
        fputc(' ', file);
        bb__script_number(file, is_image ? (double)r : along(s->y_low, s->y_high, r, s->rows));
        fputc(' ', file);
        bb__script_number(file, bb__scale_has(&any, s->column[0][i]) ? s->column[0][i] : NAN);
        fputs(c + 1 < s->columns ? "\n" : "\n\n", file);
    }
}

/* --- how kinds are drawn ---------------------------------------------------------------------- */

static void style_line(FILE *file, const bb__series *s, bb__look look)
{
    fprintf(file, "using 1:2 with lines linewidth %s dashtype %d linecolor rgb '%s'",
            s->n > MANY_POINTS  ? "1"
            : s->n > FEW_POINTS ? "1.5"
                                : "2",
            s->n > FEW_POINTS ? 1 : PICK(dashes, look.line), PICK(colours, look.series));
}

static void style_points(FILE *file, const bb__series *s, bb__look look)
{
    fprintf(file, "using 1:2 with points pointtype %d pointsize %s linecolor rgb '%s'",
            PICK(shapes, look.series), s->n > FEW_POINTS ? "0.35" : "0.7",
            PICK(colours, look.series));
}

static void style_path(FILE *file, const bb__series *s, bb__look look)
{
    fprintf(file,
            "using 1:2 with linespoints linewidth 1.5 pointtype %d pointsize %s "
            "linecolor rgb '%s'",
            PICK(shapes, look.series), s->n > FEW_POINTS ? "0.35" : "0.6",
            PICK(colours, look.series));
}

static void style_arrows(FILE *file, const bb__series *s, bb__look look)
{
    (void)s;
    fprintf(file,
            "using 1:2:3:4 with vectors head filled size screen 0.008,20,60 linewidth 1.2 "
            "linecolor rgb '%s'",
            PICK(colours, look.series));
}

/* The colour of a contour is the number of its level. */
static void style_contours(FILE *file, const bb__series *s, bb__look look)
{
    (void)look;
    fputs("using 1:2:(0.5", file);
    for (int k = 1; k < s->n_levels; k++) {
        fputs(" + ($3 > ", file);
        bb__script_number(file, s->levels[k - 1] / 2 + s->levels[k] / 2);
        fputc(')', file);
    }
    fputs(") with lines linewidth 1.2 linecolor palette", file);
}

static void style_histogram(FILE *file, const bb__series *s, bb__look look)
{
    (void)s;
    fprintf(file,
            "using 1:2:3 with boxes fillstyle transparent solid 0.55 border rgb '%s' "
            "linecolor rgb '%s'",
            PICK(colours, look.series), PICK(colours, look.series));
}

/* SVG smooths an image, and PNG shows seams between pixels that are drawn one by one; a single row
 * is no image for gnuplot. */
static void style_image(FILE *file, const bb__series *s, bb__look look)
{
    if (s->rows > 1 && s->columns > 1)
        fprintf(file, "using 1:2:3 with image%s", look.is_png ? "" : " pixels");
    else
        fputs("using 1:2:(0.5):(0.5):3 with boxxyerror fillstyle solid noborder fillcolor palette",
              file);
}

static const struct {
    void (*put_data)(FILE *file, const bb__panel *panel, const bb__series *s);
    void (*put_style)(FILE *file, const bb__series *s, bb__look look);
} kinds[BB__PLOT_KINDS] = {
    [BB__LINE] = {put_points, style_line},       [BB__POINTS] = {put_points, style_points},
    [BB__PATH] = {put_points, style_path},       [BB__ARROWS] = {put_points, style_arrows},
    [BB__CONTOURS] = {put_grid, style_contours}, [BB__HISTOGRAM] = {put_bars, style_histogram},
    [BB__IMAGE] = {put_grid, style_image},
};

static bool has_numbers(const bb__series *s)
{
    const bb__scale any = {.is_log = false};
    int64_t i = 0;
    while (i < s->n && !bb__scale_has(&any, s->column[0][i]))
        i++;
    return i < s->n;
}

/* gnuplot makes contours of the block $dn to the block $cn; without numbers that is an error. */
static void put_contours(FILE *file, const bb__series *s, int n)
{
    if (!has_numbers(s)) {
        fprintf(file, "$c%d << END\nEND\n", n);
        return;
    }
    fputs("set contour base\nunset surface\nset cntrparam levels discrete ", file);
    for (int k = 0; k < s->n_levels; k++) {
        fputs(k ? "," : "", file);
        bb__script_number(file, s->levels[k]);
    }
    fprintf(file, "\nset table $c%d\nsplot $d%d using 1:2:3 with lines\nunset table\n", n, n);
}

/* Series number n of all is the block $dn. */
void bb__script_data(FILE *file, const bb_plot *p)
{
    int n = 0;
    for (const bb__panel *panel = p->first; panel; panel = panel->next)
        for (const bb__series *s = panel->first; s; s = s->next, n++) {
            fprintf(file, "$d%d << END\n", n);
            kinds[s->kind].put_data(file, panel, s);
            fputs("END\n", file);
            if (s->kind == BB__CONTOURS)
                put_contours(file, s, n);
        }
}

void bb__script_style(FILE *file, const bb__series *s, bb__look look)
{
    kinds[s->kind].put_style(file, s, look);
}
