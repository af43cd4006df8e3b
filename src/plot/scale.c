/* SPDX-License-Identifier: MIT */
/* Axes: the range that a panel shows, and round numbers in it; a scale is never empty. */
#include "plot_parts.h"

#include <math.h>

/* beyond, differences of numbers overflow, or vanish */
static const double largest = 1e300, least = 1e-300;

static bool can_show(double value, bool is_log)
{
    return fabs(value) <= largest && (!is_log || value >= least);
}

bool bb__plot_extent(int64_t n, const double *values, double *low, double *high)
{
    bool any = false;
    for (int64_t i = 0; i < n; i++) {
        if (!isfinite(values[i]))
            continue;
        *low = any ? fmin(*low, values[i]) : values[i];
        *high = any ? fmax(*high, values[i]) : values[i];
        any = true;
    }
    return any;
}

/* --- what a panel shows ----------------------------------------------------------------------- */

typedef struct range {
    const bb__axis *axis;
    double low, high;
    bool any, is_exact; /* is_exact: not to be widened */
} range;

typedef struct ranges {
    range x, y;
} ranges;

static bool is_inside(const bb__axis *axis, double value)
{
    return can_show(value, axis->is_log) &&
           (!axis->is_set || (axis->low <= value && value <= axis->high));
}

static void include(range *r, double value)
{
    r->low = r->any ? fmin(r->low, value) : value;
    r->high = r->any ? fmax(r->high, value) : value;
    r->any = true;
}

static void include_point(ranges *r, double x, double y)
{
    if (!is_inside(r->x.axis, x) || !is_inside(r->y.axis, y))
        return;
    include(&r->x, x);
    include(&r->y, y);
}

static void include_points(ranges *r, const bb__series *s)
{
    for (int64_t i = 0; i < s->n; i++)
        include_point(r, s->column[0][i], s->column[1][i]);
}

static void include_arrows(ranges *r, const bb__series *s)
{
    double *const *c = s->column;
    for (int64_t i = 0; i < s->n; i++) {
        double x = c[0][i] + c[2][i], y = c[1][i] + c[3][i];
        if (!can_show(x, false) || !can_show(y, false))
            continue;
        include_point(r, c[0][i], c[1][i]);
        include_point(r, x, y);
    }
}

static void include_bars(ranges *r, const bb__series *s)
{
    double base = r->y.axis->is_log ? 0.5 : 0;
    for (int64_t i = 0; i < s->n; i++) {
        include_point(r, s->column[0][i], base);
        include_point(r, s->column[1][i], fmax(1, s->column[2][i]));
    }
}

static void include_edges(range *r, double a, double b)
{
    if (can_show(a, r->axis->is_log))
        include(r, a);
    if (can_show(b, r->axis->is_log))
        include(r, b);
    r->is_exact = true;
}

static void include_grid(ranges *r, const bb__series *s)
{
    include_edges(&r->x, s->x_low, s->x_high);
    include_edges(&r->y, s->y_low, s->y_high);
}

static void (*const includes[BB__PLOT_KINDS])(ranges *r, const bb__series *s) = {
    [BB__LINE] = include_points,   [BB__POINTS] = include_points, [BB__PATH] = include_points,
    [BB__ARROWS] = include_arrows, [BB__CONTOURS] = include_grid, [BB__HISTOGRAM] = include_bars,
    [BB__IMAGE] = include_grid,
};

/* --- round numbers ---------------------------------------------------------------------------- */

/* The least of 1, 2, 5 times a power of ten that is not below `length`. */
static double round_step(double length)
{
    double power = pow(10, floor(log10(length)));
    for (int i = 0; i < 3; i++) {
        double step = (double[]){1, 2, 5}[i] * power;
        if (step >= length * (1 - 1e-9))
            return step;
    }
    return 10 * power;
}

static void widen(range *r)
{
    if (!r->any)
        *r = (range){
            .axis = r->axis, .low = r->axis->is_log ? 1 : 0, .high = r->axis->is_log ? 10 : 1};
    else if (r->axis->is_log) {
        double ratio = r->high / r->low, factor = ratio > 1 + 1e-9 ? pow(ratio, 0.04) : sqrt(10);
        r->low /= factor;
        r->high *= factor;
    } else {
        double size = fmax(fabs(r->low), fabs(r->high));
        if (!(r->high - r->low > fmax(1e-12 * size, least))) {
            double half = size > 10 * least ? size / 10 : 0.5;
            r->low -= half;
            r->high += half;
        }
        double step = round_step((r->high - r->low) / 8);
        r->low = step * floor(r->low / step + 1e-9);
        r->high = step * ceil(r->high / step - 1e-9);
    }
}

static bb__scale scale_of(range *r, bool is_flipped)
{
    const bb__axis *axis = r->axis;
    if (axis->is_set)
        return (bb__scale){axis->low, axis->high, axis->is_log};
    if (!r->is_exact || !(r->low < r->high))
        widen(r);
    if (is_flipped)
        return (bb__scale){r->high, r->low, axis->is_log};
    return (bb__scale){r->low, r->high, axis->is_log};
}

bb__scales bb__plot_scales(const bb__panel *panel)
{
    ranges r = {.x.axis = &panel->x, .y.axis = &panel->y};
    for (const bb__series *s = panel->first; s; s = s->next)
        includes[s->kind](&r, s);
    bb__scale x = scale_of(&r.x, false);
    return (bb__scales){x, scale_of(&r.y, bb__panel_image(panel) != NULL)};
}

const bb__series *bb__panel_image(const bb__panel *panel)
{
    const bb__series *s = panel->first;
    while (s && s->kind != BB__IMAGE)
        s = s->next;
    return s;
}

/* --- places ----------------------------------------------------------------------------------- */

bool bb__scale_has(const bb__scale *s, double value)
{
    return can_show(value, s->is_log);
}

double bb__scale_place(const bb__scale *s, double value)
{
    if (s->is_log)
        return (log(value) - log(s->low)) / (log(s->high) - log(s->low));
    return (value - s->low) / (s->high - s->low);
}

double bb__scale_value(const bb__scale *s, double place)
{
    if (s->is_log)
        return exp(log(s->low) + place * (log(s->high) - log(s->low)));
    return s->low + place * (s->high - s->low);
}

static int multiples(double low, double high, double step, double *first)
{
    *first = ceil(low / step - 1e-9);
    return (int)(floor(high / step + 1e-9) - *first) + 1;
}

/* A single tick would not tell the scale; rather more than `most` of them then. */
static int even_ticks(double low, double high, int most, double *ticks)
{
    double step = round_step((high - low) / most / 3), finer = step, first;
    while (multiples(low, high, step, &first) > most) {
        finer = step;
        step = round_step(step * 1.5);
    }
    if (multiples(low, high, step, &first) < 2)
        step = finer;
    int count = multiples(low, high, step, &first);
    for (int i = 0; i < count; i++)
        ticks[i] = (first + i) * step;
    return count;
}

static int decade_ticks(double low, double high, int most, double *ticks)
{
    int first = (int)ceil(log10(low) - 1e-9), last = (int)floor(log10(high) + 1e-9);
    int stride = (last - first) / most + 1, count = 0;
    for (int i = first; i <= last; i += stride)
        ticks[count++] = pow(10, i);
    return count;
}

int bb__scale_ticks(const bb__scale *s, int most, double ticks[BB__MOST_TICKS])
{
    double low = fmin(s->low, s->high), high = fmax(s->low, s->high);
    int count = s->is_log ? decade_ticks(low, high, most, ticks) : 0;
    return count > 1 ? count : even_ticks(low, high, most, ticks);
}
