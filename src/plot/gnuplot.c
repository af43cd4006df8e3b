/* SPDX-License-Identifier: MIT */
/* A plot in gnuplot's language: the data, then the panels. Words of the user stand in double quotes
 * only, with what has a meaning there (quote, backslash, backquote) as an octal number. */
#include "gnuplot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHART_WIDTH = 560,
    CHART_HEIGHT = 420,
    IMAGE_SIZE = 150, /* of a panel with an image, when there are several */
    LARGE_IMAGE = 360,
    TITLE_HEIGHT = 40, /* of the plot, and of a panel with an image */
    KEY_ROW = 20,
    LETTER = 8,  /* of the key, about */
    SAMPLE = 95, /* of the key, with its gaps */
    FONT = 14,
    TITLE_FONT = 18,
    LEAST_FONT = 8,
    MARGIN = 20,
    MOST_TICKS = 9,
    FEW_TICKS = 6,
    LABELS = 40 /* characters of all of an axis's tick labels, beyond which they are too many */
};

/* What all panels have in common; width and height are those of a panel. */
typedef struct page {
    FILE *file;
    bool is_png;
    int columns, rows, width, height;
} page;

static void put_quoted(FILE *file, const char *text)
{
    fputc('"', file);
    for (uint32_t code; (code = bb__next_code(&text)) != 0;) {
        bool is_special = code == '"' || code == '\\' || code == '`';
        if (is_special)
            fprintf(file, "\\%03o", (unsigned)code);
        else
            bb__put_code(file, code);
    }
    fputc('"', file);
}

/* --- panels ----------------------------------------------------------------------------------- */

/* Powers of ten, of which one is no everyday number. */
static bool are_powers(int count, const double *ticks)
{
    bool is_far = false;
    for (int i = 0; i < count; i++) {
        double power = log10(ticks[i]);
        if (!(fabs(power - round(power)) < 1e-9))
            return false;
        is_far = is_far || power < -2.5 || power > 3.5;
    }
    return is_far;
}

static void put_power(FILE *file, int power)
{
    static const uint32_t raised[] = {0x2070, 0xb9,   0xb2,   0xb3,   0x2074,
                                      0x2075, 0x2076, 0x2077, 0x2078, 0x2079};
    const int size = abs(power);
    fputs("10", file);
    if (power < 0)
        bb__put_code(file, 0x207b);
    for (int unit = size >= 100 ? 100 : size >= 10 ? 10 : 1; unit > 0; unit /= 10)
        bb__put_code(file, raised[size / unit % 10]);
}

static int label_length(int count, const double *ticks)
{
    char text[BB__NUMBER_TEXT];
    size_t length = 0;
    for (int i = 0; i < count; i++)
        length += strlen(bb__plot_number(text, ticks[i], 12));
    return (int)length;
}

/* Few enough that their labels do not touch. */
static void put_ticks(FILE *file, char name, const bb__axis *axis, const bb__scale *scale)
{
    char text[BB__NUMBER_TEXT];
    double ticks[BB__MOST_TICKS];
    int count = bb__scale_ticks(scale, axis->is_log ? FEW_TICKS : MOST_TICKS, ticks);
    if (count > FEW_TICKS && label_length(count, ticks) > LABELS)
        count = bb__scale_ticks(scale, FEW_TICKS, ticks);
    bool powers = axis->is_log && are_powers(count, ticks);
    fprintf(file, "set %ctics (", name);
    for (int i = 0; i < count; i++) {
        fputs(i ? ", '" : "'", file);
        if (powers)
            put_power(file, (int)round(log10(ticks[i])));
        else
            fputs(bb__plot_number(text, ticks[i], 12), file);
        fputs("' ", file);
        bb__script_number(file, ticks[i]);
    }
    fputs(")\n", file);
}

static void put_range(FILE *file, char name, const bb__axis *axis, const bb__scale *scale)
{
    fprintf(file, "set %crange [", name);
    bb__script_number(file, scale->low);
    fputc(':', file);
    bb__script_number(file, scale->high);
    fputs("]\n", file);
    if (axis->is_log)
        fprintf(file, "set logscale %c\n", name);
}

/* One colour a level, from light to dark, named beside the panel when there are several. */
static void put_level_colours(FILE *file, const bb__series *s)
{
    char text[BB__NUMBER_TEXT];
    int stride = (s->n_levels + 19) / 20;
    fprintf(file,
            "set palette defined (0 '%s', 1 '#045a8d') maxcolors %d\n"
            "set cbrange [0:%d]\n",
            s->n_levels > 1 ? "#a6bddb" : "#045a8d", s->n_levels, s->n_levels);
    fputs(s->n_levels > 1 ? "set colorbox\nset cbtics (" : "unset colorbox\nset cbtics (", file);
    for (int i = 0; i < s->n_levels; i += stride)
        fprintf(file, "%s'%s' %d.5", i ? ", " : "", bb__plot_number(text, s->levels[i], 4), i);
    fputs(") scale 0\n", file);
}

static void put_greys(FILE *file, const bb__series *s)
{
    double low = 0, high = 0;
    bb__plot_extent(s->n, s->column[0], &low, &high);
    low = fmin(fmax(low, -1e300), 1e300); /* as far as numbers are shown */
    high = fmin(high, 1e300);
    fputs("set palette defined (0 'white', 1 'black')\nunset colorbox\nset cbrange [", file);
    bb__script_number(file, low);
    fputc(':', file);
    bb__script_number(file, high > low ? high : low + 1 + fabs(low));
    fputs("]\n", file);
}

static const bb__series *contours_of(const bb__panel *panel)
{
    const bb__series *s = panel->first;
    while (s && s->kind != BB__CONTOURS)
        s = s->next;
    return s;
}

static void put_colours(FILE *file, const bb__panel *panel)
{
    const bb__series *image = bb__panel_image(panel), *contours = contours_of(panel);
    if (image)
        put_greys(file, image);
    else if (contours)
        put_level_colours(file, contours);
}

static bool has_key(const bb__panel *panel)
{
    const bb__series *s = panel->first;
    while (s && !s->label)
        s = s->next;
    return s != NULL;
}

/* Text and a font in which it is not longer than `room`, as far as it can be read then. */
static void put_text(const page *g, const char *what, const char *text, int size, int room)
{
    int width = bb__text_width(text);
    while (size > LEAST_FONT && 0.6 * size * width > room)
        size--;
    fprintf(g->file, "%s ", what);
    put_quoted(g->file, text);
    fprintf(g->file, " font ',%d'", g->is_png ? size * 3 / 4 : size);
}

static void put_label(const page *g, const char *what, const char *text, int room)
{
    if (!text)
        return;
    put_text(g, what, text, FONT, room);
    fputc('\n', g->file);
}

static void put_look(const page *g, const bb__panel *panel)
{
    bool is_image = bb__panel_image(panel) != NULL;
    fputs(has_key(panel) ? "set key below Left reverse height 1.5\n" : "unset key\n", g->file);
    if (is_image)
        fputs("unset xtics\nunset ytics\nset border linecolor rgb '#b0b0b0'\n", g->file);
    else
        fputs("set grid linecolor rgb '#dddddd' linetype 1\nset border linecolor rgb '#606060'\n"
              "set tics nomirror out scale 0.6 textcolor rgb 'black'\n"
              "set xtics offset 0,0.3\nset xlabel offset 0,0.6\n"
              "set ylabel offset -0.5,0\n",
              g->file);
    if (is_image && !has_key(panel) && !panel->x.label && !panel->y.label)
        fprintf(g->file, "set margins 1,1,1,%d\n", panel->title ? 3 : 1);
    if (is_image || panel->equal)
        fputs("set size ratio -1\n", g->file);
    if (!is_image && !contours_of(panel))
        fputs("set rmargin 3.5\n", g->file); /* half of the last label of x */
    put_label(g, "set title", panel->title, g->width - MARGIN);
    put_label(g, "set xlabel", panel->x.label, g->width - 2 * MARGIN);
    put_label(g, "set ylabel", panel->y.label, g->height - 2 * MARGIN);
}

static void put_panel(const page *g, const bb__panel *panel, int n)
{
    bb__scales scales = bb__plot_scales(panel);
    FILE *file = g->file;
    fputs("reset\n", file);
    put_look(g, panel);
    put_range(file, 'x', &panel->x, &scales.x);
    put_range(file, 'y', &panel->y, &scales.y);
    if (!bb__panel_image(panel)) {
        put_ticks(file, 'x', &panel->x, &scales.x);
        put_ticks(file, 'y', &panel->y, &scales.y);
    }
    put_colours(file, panel);
    fputs("plot NaN notitle", file); /* a panel may have nothing else */
    bb__look look = {.is_png = g->is_png};
    for (const bb__series *s = panel->first; s; s = s->next, look.series++) {
        fprintf(file, ", $%c%d ", s->kind == BB__CONTOURS ? 'c' : 'd', n + look.series);
        bb__script_style(file, s, look);
        look.line += s->kind == BB__LINE;
        fputs(s->label ? " title " : " notitle", file);
        if (s->label)
            put_quoted(file, s->label);
    }
    fputc('\n', file);
}

/* --- the whole -------------------------------------------------------------------------------- */

static bool all_images(const bb_plot *p)
{
    const bb__panel *panel = p->first;
    while (panel && bb__panel_image(panel))
        panel = panel->next;
    return !panel;
}

/* Rows that the longest key takes, about, when it is as wide as a panel. */
static int key_rows(const bb_plot *p, int panel_width)
{
    int most = 0;
    for (const bb__panel *panel = p->first; panel; panel = panel->next) {
        int entries = 0, longest = 0;
        for (const bb__series *s = panel->first; s; s = s->next) {
            int width = bb__text_width(s->label);
            entries += s->label != NULL;
            longest = width > longest ? width : longest;
        }
        int columns = panel_width / (SAMPLE + LETTER * longest);
        int rows = columns > 1 ? (entries + columns - 1) / columns : entries;
        most = rows > most ? rows : most;
    }
    return most;
}

static page page_of(const bb_plot *p, FILE *file, bool is_png)
{
    page g = {.file = file, .is_png = is_png};
    bool images = all_images(p);
    g.columns = p->columns && p->columns < p->panels ? p->columns : p->panels;
    g.rows = (p->panels + g.columns - 1) / g.columns;
    g.width = !images ? CHART_WIDTH : p->panels > 1 ? IMAGE_SIZE : LARGE_IMAGE;
    int keys = key_rows(p, g.width);
    g.height = (images ? g.width + (p->panels > 1 ? TITLE_HEIGHT : 0) : CHART_HEIGHT) +
               (keys > 1 ? (keys - 1) * KEY_ROW : 0);
    return g;
}

static void put_terminal(const page *g, int width, int height)
{
    const char *look = "noenhanced background rgb 'white'";
    if (g->is_png)
        fprintf(g->file,
                "if (strstrt(GPVAL_TERMINALS, ' pngcairo ')) {\n"
                "set terminal pngcairo size %d,%d font 'sans,%d' %s\n} else {\n"
                "set terminal png size %d,%d %s\n}\n",
                width, height, FONT * 3 / 4, look, width, height, look);
    else
        fprintf(g->file, "set terminal svg size %d,%d font 'sans-serif,%d' %s\n", width, height,
                FONT, look);
}

void bb__plot_script(const bb_plot *p, FILE *file, bool is_png)
{
    page g = page_of(p, file, is_png);
    int width = g.columns * g.width;
    fputs("set encoding utf8\n", file);
    bb__script_data(file, p);
    put_terminal(&g, width, g.rows * g.height + (p->title ? TITLE_HEIGHT : 0));
    fprintf(file, "set multiplot layout %d,%d", g.rows, g.columns);
    if (p->title)
        put_text(&g, " title", p->title, TITLE_FONT, width - MARGIN);
    fputc('\n', file);
    int n = 0;
    for (const bb__panel *panel = p->first; panel; panel = panel->next) {
        put_panel(&g, panel, n);
        for (const bb__series *s = panel->first; s; s = s->next)
            n++;
    }
    fputs("unset multiplot\n", file);
}
