/* SPDX-License-Identifier: MIT */
/* Figures of a lesson: whatever is said of one on the terminal stands in figures.tsv as well, a
 * line each: kind, name, expected, obtained, ok. */
#include "lesson_parts.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* A field may have neither tabs nor line ends. */
static void put_field(FILE *table, const char *text, char end_mark)
{
    for (; *text; text++)
        fputc(strchr("\t\n\r", *text) ? ' ' : *text, table);
    fputc(end_mark, table);
}

void lesson__row(const lesson *l, const char *kind, const char *name, const char *expected,
                 const char *obtained, const char *ok)
{
    if (!l->table)
        return;
    const char *fields[] = {kind, name, expected, obtained, ok};
    for (int i = 0; i < 5; i++)
        put_field(l->table, fields[i], i < 4 ? '\t' : '\n');
}

static void judge(lesson *l, const char *kind, const char *name, const char *expected,
                  const char *obtained, bool ok)
{
    l->figures++;
    l->matched += ok;
    lesson__row(l, kind, name, expected, obtained, ok ? "yes" : "no");
    printf("%-7s %s", ok ? "ok" : "DIFFERS", name);
    if (strcmp(kind, "true") != 0)
        printf("%*s %-20s expected %s", (int)fmax(0, 40 - (double)strlen(name)), "", obtained,
               expected);
    putchar('\n');
}

typedef char number_text[64];

/* A whole number as such; else the shortest text of at most `most` digits that reads back as the
 * same number, else that many digits. */
static const char *text_of(number_text buffer, double x, int most)
{
    if (x == trunc(x) && fabs(x) < 1e15) {
        snprintf(buffer, sizeof(number_text), "%.0f", x == 0 ? 0 : x); /* -0 is 0 */
        return buffer;
    }
    for (int i = 1; i <= most; i++) {
        snprintf(buffer, sizeof(number_text), "%.*g", i, x);
        if (strtod(buffer, NULL) == x)
            break;
    }
    return buffer;
}

/* As many digits as a comparison to `tolerance` says something about. */
static int digits_of(double x, double tolerance)
{
    if (!(tolerance > 0) || !isfinite(x))
        return 17;
    double size = fabs(x) > 0 && fabs(x) < 1 ? floor(log10(fabs(x))) + 1 : 1;
    return (int)fmax(4, fmin(17, size + ceil(-log10(tolerance))));
}

static bool matches(double expected, double obtained, double tolerance)
{
    if (!isfinite(expected) || !isfinite(obtained))
        return expected == obtained || (isnan(expected) && isnan(obtained));
    return fabs(obtained - expected) <= tolerance * fmax(1, fabs(expected));
}

void lesson_exact(lesson *l, const char *name, double expected, double obtained, double tolerance)
{
    number_text wanted, got;
    judge(l, "exact", name, text_of(wanted, expected, 17),
          text_of(got, obtained, digits_of(obtained, tolerance)),
          matches(expected, obtained, tolerance));
}

void lesson_band(lesson *l, const char *name, double low, double high, double obtained)
{
    number_text least, most, got;
    char band[2 * sizeof(number_text) + 8];
    snprintf(band, sizeof band, "%s to %s", text_of(least, low, 17), text_of(most, high, 17));
    judge(l, "band", name, band, text_of(got, obtained, 6), low <= obtained && obtained <= high);
}

void lesson_report(lesson *l, const char *name, double obtained, const char *unit)
{
    number_text got;
    char with_unit[sizeof(number_text) + 64];
    bool has_unit = unit && *unit;
    snprintf(with_unit, sizeof with_unit, "%s%s%s", text_of(got, obtained, 6), has_unit ? " " : "",
             has_unit ? unit : "");
    printf("%-7s %-40s %s\n", "", name, with_unit);
    lesson__row(l, "report", name, "", with_unit, "");
}

double lesson_largest_gap(int64_t n, const double *a, const double *b)
{
    double largest = 0;
    for (int64_t i = 0; i < n && !isnan(largest); i++) {
        double gap = fabs(a[i] - b[i]);
        largest = gap <= largest ? largest : gap;
    }
    return largest;
}

void lesson_true(lesson *l, const char *name, bool holds)
{
    judge(l, "true", name, "true", holds ? "true" : "false", holds);
}

void lesson_note(lesson *l, const char *format, ...)
{
    char text[1024];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    puts(text);
    lesson__row(l, "note", text, "", "", "");
}

const char *lesson_text(lesson *l, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vsnprintf(l->text, sizeof l->text, format, list);
    va_end(list);
    return l->text;
}
