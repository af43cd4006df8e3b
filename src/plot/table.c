/* SPDX-License-Identifier: MIT */
/* The numbers of a plot as text: all of them, in aligned columns, whatever the picture leaves out.
 * Lines that are not numbers begin with '#'. */
#include "plot_parts.h"

#include <string.h>

enum { DIGITS = 9, GAP = 2 };

static const struct {
    const char *name;
    int columns; /* 0: a grid */
    const char *heads[BB__PLOT_COLUMNS];
} kinds[BB__PLOT_KINDS] = {
    [BB__LINE] = {"line", 2, {"x", "y"}},
    [BB__POINTS] = {"points", 2, {"x", "y"}},
    [BB__PATH] = {"path", 2, {"x", "y"}},
    [BB__ARROWS] = {"arrows", 4, {"x", "y", "dx", "dy"}},
    [BB__CONTOURS] = {.name = "contours"},
    [BB__HISTOGRAM] = {"histogram", 3, {"from", "to", "count"}},
    [BB__IMAGE] = {.name = "image"},
};

static int number_width(int64_t n, const double *numbers)
{
    int widest = 0;
    char text[BB__NUMBER_TEXT];
    for (int64_t i = 0; i < n; i++) {
        int width = (int)strlen(bb__plot_number(text, numbers[i], DIGITS));
        widest = width > widest ? width : widest;
    }
    return widest;
}

static void put_right(FILE *file, int width, const char *text)
{
    fprintf(file, "%*s", width - bb__text_width(text), "");
    bb__put_text(file, text);
}

static void put_number(FILE *file, int width, double number)
{
    char text[BB__NUMBER_TEXT];
    put_right(file, width, bb__plot_number(text, number, DIGITS));
}

/* The labels of the axes stand above the columns of x and y. */
static const char *head_of(const bb__panel *panel, const bb__series *s, int column)
{
    bool is_point = s->kind != BB__HISTOGRAM && column < 2;
    const char *label = !is_point ? NULL : column == 0 ? panel->x.label : panel->y.label;
    return label ? label : kinds[s->kind].heads[column];
}

static void put_columns(FILE *file, const bb__panel *panel, const bb__series *s)
{
    int columns = kinds[s->kind].columns, widths[BB__PLOT_COLUMNS];
    fputc('#', file);
    for (int c = 0; c < columns; c++) {
        const char *head = head_of(panel, s, c);
        int wide = number_width(s->n, s->column[c]), need = bb__text_width(head);
        widths[c] = GAP + (wide > need ? wide : need);
        put_right(file, widths[c] - (c == 0), head);
    }
    fputc('\n', file);
    for (int64_t i = 0; i < s->n; i++) {
        for (int c = 0; c < columns; c++)
            put_number(file, widths[c], s->column[c][i]);
        fputc('\n', file);
    }
}

static void put_range(FILE *file, const char *name, double low, double high)
{
    char from[BB__NUMBER_TEXT], to[BB__NUMBER_TEXT];
    fprintf(file, ", %s %s to %s", name, bb__plot_number(from, low, DIGITS),
            bb__plot_number(to, high, DIGITS));
}

static void put_grid(FILE *file, const bb__series *s)
{
    char text[BB__NUMBER_TEXT];
    fprintf(file, "# %lld rows of %lld columns", (long long)s->rows, (long long)s->columns);
    if (s->kind == BB__CONTOURS) {
        put_range(file, "x", s->x_low, s->x_high);
        put_range(file, "y", s->y_low, s->y_high);
        fputs("; levels", file);
        for (int i = 0; i < s->n_levels; i++)
            fprintf(file, " %s", bb__plot_number(text, s->levels[i], DIGITS));
    }
    fputc('\n', file);
    int width = GAP + number_width(s->n, s->column[0]);
    for (int64_t i = 0; i < s->n; i++) {
        put_number(file, width, s->column[0][i]);
        if ((i + 1) % s->columns == 0)
            fputc('\n', file);
    }
}

static void put_series(FILE *file, const bb__panel *panel, const bb__series *s)
{
    fprintf(file, "\n# %s", kinds[s->kind].name);
    if (s->label) {
        fputs(": ", file);
        bb__put_text(file, s->label);
    }
    fputc('\n', file);
    if (kinds[s->kind].columns)
        put_columns(file, panel, s);
    else
        put_grid(file, s);
}

static void put_head(FILE *file, const bb__panel *panel, int number, int count)
{
    if (count == 1 && !panel->title)
        return;
    fprintf(file, "\n# panel %d of %d", number, count);
    if (panel->title) {
        fputs(": ", file);
        bb__put_text(file, panel->title);
    }
    fputc('\n', file);
}

void bb__plot_table(const bb_plot *p, FILE *file)
{
    int number = 1;
    fputs("# ", file);
    bb__put_text(file, p->title ? p->title : "plot");
    fputc('\n', file);
    for (const bb__panel *panel = p->first; panel; panel = panel->next) {
        put_head(file, panel, number++, p->panels);
        for (const bb__series *s = panel->first; s; s = s->next)
            put_series(file, panel, s);
    }
}
