/* SPDX-License-Identifier: MIT */
/* What a plot is made of, and what its files give one another.
 *
 * A plot without an error is whole: every series has all its numbers. Each file that shows series
 * has a table by kind. */
#ifndef BIBUN_PLOT_PARTS_H
#define BIBUN_PLOT_PARTS_H

#include <bibun/plot.h>

typedef enum bb__plot_kind {
    BB__LINE,
    BB__POINTS,
    BB__PATH,
    BB__ARROWS,
    BB__CONTOURS,
    BB__HISTOGRAM,
    BB__IMAGE,
    BB__PLOT_KINDS
} bb__plot_kind;

enum { BB__PLOT_COLUMNS = 4 };

/* Columns by kind: x, y; arrows x, y, dx, dy; histograms from, to, count. Grids have z alone, of
 * rows * columns, over x_low .. x_high and y_low .. y_high. */
typedef struct bb__series {
    struct bb__series *next;
    bb__plot_kind kind;
    char *label; /* NULL: not in the key */
    int64_t n;
    double *column[BB__PLOT_COLUMNS];
    int64_t rows, columns;
    double x_low, x_high, y_low, y_high;
    int n_levels;
    double *levels;
} bb__series;

typedef struct bb__axis {
    char *label; /* NULL: none */
    bool is_log, is_set;
    double low, high; /* when is_set */
} bb__axis;

typedef struct bb__panel {
    struct bb__panel *next;
    char *title; /* NULL: none */
    bb__axis x, y;
    bool equal;
    bb__series *first, *last;
} bb__panel;

struct bb_plot {
    char *title; /* NULL: none */
    int columns; /* 0: all panels in one row */
    int panels;
    bb__panel *first, *last;
    bb_error error;
};

/* --- plot.c and series.c ---------------------------------------------------------------------- */

/* Neither NULL nor failed. */
bool bb__plot_is_good(const bb_plot *p);
void bb__plot_no_memory(bb_plot *p);
/* A copy that bb_memory_release frees; false when memory runs out. NULL stays NULL. */
bool bb__plot_copy(char **out, const char *text);
void bb__series_free(bb__series *s);

/* --- scale.c: where numbers lie on an axis ---------------------------------------------------- */

/* low may be above high (the rows of an image); they differ, and are above 0 when is_log. */
typedef struct bb__scale {
    double low, high;
    bool is_log;
} bb__scale;

typedef struct bb__scales {
    bb__scale x, y;
} bb__scales;

/* The ranges that were set, or else those of all that the panel shows, widened to round numbers. */
bb__scales bb__plot_scales(const bb__panel *panel);

/* The panel's image; NULL when it has none. */
const bb__series *bb__panel_image(const bb__panel *panel);

/* Whether a number can be shown. */
bool bb__scale_has(const bb__scale *s, double value);
/* 0 at low, 1 at high. */
double bb__scale_place(const bb__scale *s, double value);
double bb__scale_value(const bb__scale *s, double place);

/* About `most` (2 to 10) round numbers inside the scale; returns how many. */
enum { BB__MOST_TICKS = 32 };
int bb__scale_ticks(const bb__scale *s, int most, double ticks[BB__MOST_TICKS]);

/* The least and the largest finite number; false when there is none. */
bool bb__plot_extent(int64_t n, const double *values, double *low, double *high);

/* --- number.c: numbers and words as text ------------------------------------------------------ */

/* The shortest decimal of at most `digits` digits that is the number to so many, with a point in
 * every locale; "nan", "inf", "-inf". Returns the buffer. */
enum { BB__NUMBER_TEXT = 40 };
const char *bb__plot_number(char buffer[BB__NUMBER_TEXT], double value, int digits);

/* The next code point of UTF-8 text, which is moved on; a control character becomes a blank, and a
 * byte that is not UTF-8 becomes '?'. 0 at the end. */
uint32_t bb__next_code(const char **text);
/* Columns that a code point takes on a terminal: 0, 1 or 2. */
int bb__code_width(uint32_t code);
int bb__text_width(const char *text); /* of NULL 0 */
/* Writes a code point as UTF-8. */
void bb__put_code(FILE *file, uint32_t code);
/* Writes text as bb__next_code reads it. */
void bb__put_text(FILE *file, const char *text);

/* --- canvas.c: a sheet of characters ---------------------------------------------------------- */

typedef struct bb__canvas {
    int width, height;
    uint32_t *cells; /* code points; 0: a blank */
} bb__canvas;

bool bb__canvas_begin(bb__canvas *c, int width, int height); /* false when memory runs out */
void bb__canvas_end(bb__canvas *c);
/* Off the sheet, nothing happens. */
void bb__canvas_put(bb__canvas *c, int x, int y, uint32_t code);
/* Text cut to `room` columns. */
void bb__canvas_text(bb__canvas *c, int x, int y, int room, const char *text);
void bb__canvas_write(const bb__canvas *c, FILE *file); /* without blanks at the ends of lines */

/* --- marks.c: series as characters ------------------------------------------------------------ */

/* A window of the canvas, and the scales of its edges. */
typedef struct bb__window {
    bb__canvas *canvas;
    int x, y, width, height;
    bb__scales scales;
} bb__window;

/* The mark of series number `i` of a panel, and of contour number `i` of a series. */
char bb__series_mark(int i);
char bb__contour_mark(int i);
void bb__draw_series(const bb__window *w, const bb__panel *panel);

/* --- table.c and gnuplot.c -------------------------------------------------------------------- */

/* Writes all numbers as columns. */
void bb__plot_table(const bb_plot *p, FILE *file);

/* Writes what gnuplot is to do; the picture goes to where gnuplot writes by itself. */
void bb__plot_script(const bb_plot *p, FILE *file, bool is_png);

#endif
