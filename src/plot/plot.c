/* SPDX-License-Identifier: MIT */
/* A plot, its panels and their axes; the first failure sticks, and nothing is changed after it. */
#include "plot_parts.h"

#include <math.h>
#include <string.h>

/* --- the plot --------------------------------------------------------------------------------- */

bool bb__plot_copy(char **out, const char *text)
{
    *out = NULL;
    if (!text)
        return true;
    *out = bb_memory_resize(NULL, strlen(text) + 1);
    if (*out)
        strcpy(*out, text);
    return *out != NULL;
}

void bb__plot_no_memory(bb_plot *p)
{
    bb_fail(&p->error, BB_OUT_OF_MEMORY, "plot: out of memory");
}

bool bb__plot_is_good(const bb_plot *p)
{
    return p && p->error.status == BB_OK;
}

static void free_panel(bb__panel *panel)
{
    for (bb__series *s = panel->first, *next; s; s = next) {
        next = s->next;
        bb__series_free(s);
    }
    bb_memory_release(panel->title);
    bb_memory_release(panel->x.label);
    bb_memory_release(panel->y.label);
    bb_memory_release(panel);
}

static bool add_panel(bb_plot *p, const char *title)
{
    bb__panel *panel = bb_memory_zeroed(1, sizeof *panel);
    if (!panel || !bb__plot_copy(&panel->title, title)) {
        bb_memory_release(panel);
        return false;
    }
    *(p->last ? &p->last->next : &p->first) = panel;
    p->last = panel;
    p->panels++;
    return true;
}

bb_plot *bb_plot_new(const char *title)
{
    bb_plot *p = bb_memory_zeroed(1, sizeof *p);
    if (p && bb__plot_copy(&p->title, title) && add_panel(p, NULL))
        return p;
    bb_plot_free(p);
    return NULL;
}

void bb_plot_free(bb_plot *p)
{
    if (!p)
        return;
    for (bb__panel *panel = p->first, *next; panel; panel = next) {
        next = panel->next;
        free_panel(panel);
    }
    bb_memory_release(p->title);
    bb_memory_release(p);
}

const char *bb_plot_error(const bb_plot *p)
{
    if (!p)
        return "plot: out of memory";
    return p->error.status == BB_OK ? NULL : p->error.text;
}

/* A panel to which nothing has been told is the one that is begun. */
static bool is_untouched(const bb__panel *panel)
{
    const bb__axis *x = &panel->x, *y = &panel->y;
    return !panel->title && !panel->first && !panel->equal && !x->label && !y->label &&
           !x->is_log && !y->is_log && !x->is_set && !y->is_set;
}

void bb_plot_panel(bb_plot *p, const char *title)
{
    if (!bb__plot_is_good(p))
        return;
    bool done = p->panels == 1 && is_untouched(p->last) ? bb__plot_copy(&p->last->title, title)
                                                        : add_panel(p, title);
    if (!done)
        bb__plot_no_memory(p);
}

void bb_plot_columns(bb_plot *p, int columns)
{
    if (!bb__plot_is_good(p))
        return;
    if (columns < 1)
        bb_fail(&p->error, BB_BAD_ARGUMENT, "plot: %d columns of panels", columns);
    p->columns = columns;
}

/* --- axes ------------------------------------------------------------------------------------- */

static void set_label(bb_plot *p, bb__axis *axis, const char *label)
{
    bb_memory_release(axis->label);
    if (!bb__plot_copy(&axis->label, label))
        bb__plot_no_memory(p);
}

void bb_plot_axes(bb_plot *p, const char *x_label, const char *y_label)
{
    if (!bb__plot_is_good(p))
        return;
    set_label(p, &p->last->x, x_label);
    set_label(p, &p->last->y, y_label);
}

/* A logarithmic axis whose set range has numbers that have no logarithm is a mistake, whichever of
 * both was told first. */
static void check_axis(bb_plot *p, const bb__axis *axis, const char *name)
{
    const double finest = 1e-12, largest = 1e300;
    double size = fmax(fabs(axis->low), fabs(axis->high));
    if (!axis->is_set)
        return;
    if (!(axis->high - axis->low > finest * size) || size > largest)
        bb_fail(&p->error, BB_BAD_ARGUMENT, "plot: the %s range %g to %g is none", name, axis->low,
                axis->high);
    else if (axis->is_log && axis->low <= 0)
        bb_fail(&p->error, BB_BAD_ARGUMENT,
                "plot: the %s range begins at %g, which has no logarithm", name, axis->low);
}

void bb_plot_log(bb_plot *p, bool x, bool y)
{
    if (!bb__plot_is_good(p))
        return;
    p->last->x.is_log = x;
    p->last->y.is_log = y;
    check_axis(p, &p->last->x, "x");
    if (bb__plot_is_good(p))
        check_axis(p, &p->last->y, "y");
}

static void set_range(bb_plot *p, bb__axis *axis, const char *name, double low, double high)
{
    axis->is_set = true;
    axis->low = low;
    axis->high = high;
    check_axis(p, axis, name);
}

void bb_plot_x_range(bb_plot *p, double low, double high)
{
    if (bb__plot_is_good(p))
        set_range(p, &p->last->x, "x", low, high);
}

void bb_plot_y_range(bb_plot *p, double low, double high)
{
    if (bb__plot_is_good(p))
        set_range(p, &p->last->y, "y", low, high);
}

void bb_plot_equal_axes(bb_plot *p)
{
    if (bb__plot_is_good(p))
        p->last->equal = true;
}
