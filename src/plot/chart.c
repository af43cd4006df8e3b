/* SPDX-License-Identifier: MIT */
/* A plot as characters: panels stand side by side as far as they have room, each with title, axes
 * with round numbers, and key. No line is longer than the width that was asked for. */
#include "plot_parts.h"

#include <math.h>
#include <string.h>

enum {
    USUAL_WIDTH = 72,
    LEAST_WIDTH = 24,
    MOST_WIDTH = 1000,
    GAP = 2,          /* between panels */
    CHART_WIDTH = 32, /* a panel that is narrower stands alone */
    WIDE_IMAGE = 32,
    MOST_IMAGE_HEIGHT = 200,
    COLUMNS_A_TICK = 12,
    ROWS_A_TICK = 3,
    DIGITS = 6
};

/* A panel's place on the canvas, from the top: title, label of y, window, axis, numbers of x, label
 * of x, key. */
typedef struct layout {
    const bb__panel *panel;
    const bb__series *image; /* NULL: a chart with axes */
    int x, width;
    int margin; /* columns of the numbers of y, and the axis */
    int top;    /* rows above the window */
    bb__window window;
    int y_ticks, x_ticks;
    double y_tick[BB__MOST_TICKS], x_tick[BB__MOST_TICKS];
} layout;

static int least(int a, int b)
{
    return a < b ? a : b;
}

static int clamp(int low, int x, int high)
{
    return x < low ? low : least(x, high);
}

/* --- the key: an entry a labelled series, and one a contour ----------------------------------- */

typedef struct key {
    bb__canvas *canvas; /* NULL: only measure */
    int left, width, x, y;
} key;

static void put_entry(key *k, char mark, const char *text)
{
    char lead[3] = {mark, ' ', '\0'};
    int width = least(2 + bb__text_width(text), k->width);
    if (k->x > 0 && k->x + width > k->width) {
        k->x = 0;
        k->y++;
    }
    if (k->canvas) {
        bb__canvas_text(k->canvas, k->left + k->x, k->y, 2, lead);
        bb__canvas_text(k->canvas, k->left + k->x + 2, k->y, width - 2, text);
    }
    k->x += width + 3;
}

/* Returns the first row below the key. */
static int put_key(const bb__panel *panel, bb__canvas *canvas, int left, int top, int width)
{
    key k = {canvas, left, width, 0, top};
    char text[BB__NUMBER_TEXT];
    int i = 0;
    for (const bb__series *s = panel->first; s; s = s->next, i++) {
        for (int level = 0; level < s->n_levels; level++)
            put_entry(&k, bb__contour_mark(level), bb__plot_number(text, s->levels[level], DIGITS));
        if (s->label)
            put_entry(&k, s->kind == BB__ARROWS ? '>' : bb__series_mark(i), s->label);
    }
    return k.x > 0 ? k.y + 1 : k.y;
}

/* --- layout ----------------------------------------------------------------------------------- */

static int least_width(const bb__panel *panel, int width)
{
    const bb__series *image = bb__panel_image(panel);
    if (!image)
        return least(CHART_WIDTH, width);
    int64_t wanted = 2 * image->columns <= WIDE_IMAGE ? 2 * image->columns : image->columns;
    return wanted < width ? (int)wanted : width;
}

/* A pixel is two columns wide and a row high, or smaller by a whole number, or as it fits. */
static void size_image(bb__window *w, const bb__series *image, int width)
{
    int64_t columns = image->columns, rows = image->rows;
    if (2 * columns <= width) {
        w->width = (int)(2 * columns);
    } else {
        w->width = columns <= width ? (int)columns : width;
        rows = (rows * w->width + 2 * columns - 1) / (2 * columns);
    }
    w->height = rows < MOST_IMAGE_HEIGHT ? (int)rows : MOST_IMAGE_HEIGHT;
}

static double length_of(const bb__scale *s)
{
    return s->high - s->low;
}

/* A row is as high as two columns are wide. */
static void make_equal(bb__window *w)
{
    const bb__scales *s = &w->scales;
    if (s->x.is_log || s->y.is_log)
        return;
    double column = length_of(&s->x) / (w->width - 1);
    double row = length_of(&s->y) / (w->height - 1) / 2;
    if (column < row)
        w->width = clamp(least(COLUMNS_A_TICK, w->width), (int)lround(length_of(&s->x) / row) + 1,
                         w->width);
    else
        w->height = clamp(ROWS_A_TICK, (int)lround(length_of(&s->y) / column / 2) + 1, w->height);
}

static void size_chart(layout *l)
{
    bb__window *w = &l->window;
    char text[BB__NUMBER_TEXT];
    w->height = clamp(10, l->width / 4, 16);
    l->y_ticks = bb__scale_ticks(&w->scales.y, w->height / ROWS_A_TICK, l->y_tick);
    for (int i = 0; i < l->y_ticks; i++) {
        int width = (int)strlen(bb__plot_number(text, l->y_tick[i], DIGITS)) + 2;
        l->margin = width > l->margin ? width : l->margin;
    }
    w->width = l->width - l->margin;
    if (l->panel->equal)
        make_equal(w);
    l->x_ticks = bb__scale_ticks(&w->scales.x, clamp(3, w->width / COLUMNS_A_TICK, 8), l->x_tick);
}

static layout layout_of(const bb__panel *panel, int x, int width)
{
    layout l = {.panel = panel, .image = bb__panel_image(panel), .x = x, .width = width};
    l.window.scales = bb__plot_scales(panel);
    if (l.image)
        size_image(&l.window, l.image, width);
    else
        size_chart(&l);
    l.top = (panel->title != NULL) + (panel->y.label != NULL);
    l.window.x = x + l.margin;
    return l;
}

/* Rows of the panel above its key. */
static int key_top(const layout *l)
{
    return l->top + l->window.height + (l->image ? 0 : 2) + (l->panel->x.label != NULL);
}

static int height_of(const layout *l)
{
    return put_key(l->panel, NULL, 0, key_top(l), l->width);
}

/* --- drawing ---------------------------------------------------------------------------------- */

static void put_middle(const layout *l, int middle, int y, const char *text)
{
    bb__canvas *canvas = l->window.canvas;
    int width = least(bb__text_width(text), l->width);
    int x = clamp(l->x, middle - width / 2, l->x + l->width - width);
    bb__canvas_text(canvas, x, y, width, text);
}

static void draw_y_axis(const layout *l)
{
    const bb__window *w = &l->window;
    char text[BB__NUMBER_TEXT];
    for (int row = 0; row < w->height; row++)
        bb__canvas_put(w->canvas, w->x - 1, w->y + row, '|');
    for (int i = 0; i < l->y_ticks; i++) {
        double place = bb__scale_place(&w->scales.y, l->y_tick[i]);
        int row = w->y + (int)lround((1 - place) * (w->height - 1));
        bb__plot_number(text, l->y_tick[i], DIGITS);
        bb__canvas_text(w->canvas, w->x - 2 - (int)strlen(text), row, l->margin, text);
        bb__canvas_put(w->canvas, w->x - 1, row, '+');
    }
}

static void draw_x_axis(const layout *l)
{
    const bb__window *w = &l->window;
    char text[BB__NUMBER_TEXT];
    int y = w->y + w->height, free_from = l->x;
    for (int column = -1; column < w->width; column++)
        bb__canvas_put(w->canvas, w->x + column, y, column < 0 ? '+' : '-');
    for (int i = 0; i < l->x_ticks; i++) {
        double place = bb__scale_place(&w->scales.x, l->x_tick[i]);
        int column = w->x + (int)lround(place * (w->width - 1));
        int width = (int)strlen(bb__plot_number(text, l->x_tick[i], DIGITS));
        int x = clamp(l->x, column - width / 2, l->x + l->width - width);
        bb__canvas_put(w->canvas, column, y, '+');
        if (x < free_from)
            continue;
        bb__canvas_text(w->canvas, x, y + 1, width, text);
        free_from = x + width + 1;
    }
}

static void draw_panel(layout *l, bb__canvas *canvas, int y)
{
    const bb__panel *panel = l->panel;
    bb__window *w = &l->window;
    w->canvas = canvas;
    w->y = y + l->top;
    int middle = w->x + w->width / 2;
    if (panel->title)
        put_middle(l, middle, y, panel->title);
    if (panel->y.label)
        bb__canvas_text(canvas, l->x, w->y - 1, l->width, panel->y.label);
    if (!l->image) {
        draw_y_axis(l);
        draw_x_axis(l);
    }
    bb__draw_series(w, panel);
    int bottom = y + key_top(l);
    if (panel->x.label)
        put_middle(l, middle, bottom - 1, panel->x.label);
    put_key(panel, canvas, l->x, bottom, l->width);
}

/* --- rows of panels --------------------------------------------------------------------------- */

/* As many panels side by side as asked for and as have room. */
static int panels_a_row(const bb_plot *p, int width)
{
    int widest = 1;
    for (const bb__panel *panel = p->first; panel; panel = panel->next) {
        int need = least_width(panel, width);
        widest = need > widest ? need : widest;
    }
    int wanted = p->columns ? least(p->columns, p->panels) : p->panels;
    return clamp(1, (width + GAP) / (widest + GAP), wanted);
}

/* Draws `count` panels from `panel` on; false when memory runs out. */
static bool print_row(const bb__panel *panel, int count, int per_row, FILE *file, int width)
{
    int each = (width - GAP * (per_row - 1)) / per_row, height = 1;
    const bb__panel *next = panel;
    for (int i = 0; i < count; i++, next = next->next) {
        layout l = layout_of(next, 0, each);
        int need = height_of(&l);
        height = need > height ? need : height;
    }
    bb__canvas canvas;
    if (!bb__canvas_begin(&canvas, width, height))
        return false;
    for (int i = 0; i < count; i++, panel = panel->next) {
        layout l = layout_of(panel, i * (each + GAP), each);
        draw_panel(&l, &canvas, 0);
    }
    bb__canvas_write(&canvas, file);
    bb__canvas_end(&canvas);
    return true;
}

static void print_title(const bb_plot *p, FILE *file, int width)
{
    int room = width;
    const char *text = p->title;
    for (uint32_t code; text && (code = bb__next_code(&text)) != 0;) {
        room -= bb__code_width(code);
        if (room < 0)
            break;
        bb__put_code(file, code);
    }
    if (p->title)
        fputc('\n', file);
}

bb_status bb_plot_print(bb_plot *p, FILE *file, int width)
{
    if (!p)
        return BB_OUT_OF_MEMORY;
    if (p->error.status != BB_OK)
        return p->error.status;
    if (!file || (width != 0 && width < LEAST_WIDTH))
        return BB_BAD_ARGUMENT;
    width = width == 0 ? USUAL_WIDTH : least(width, MOST_WIDTH);

    print_title(p, file, width);
    int per_row = panels_a_row(p, width), left = p->panels;
    bool done = true;
    for (const bb__panel *panel = p->first; done && panel;) {
        int count = least(per_row, left);
        if (panel != p->first)
            fputc('\n', file);
        done = print_row(panel, count, per_row, file, width);
        for (int i = 0; i < count; i++)
            panel = panel->next;
        left -= count;
    }
    if (!done)
        bb_fail(&p->error, BB_OUT_OF_MEMORY, "plot: out of memory");
    bool written = fflush(file) == 0 && !ferror(file);
    return !done ? BB_OUT_OF_MEMORY : written ? BB_OK : BB_BAD_FILE;
}
