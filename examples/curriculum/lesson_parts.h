/* SPDX-License-Identifier: MIT */
/* Private to lesson*.c: what a lesson holds. */
#ifndef LESSON_PARTS_H
#define LESSON_PARTS_H

#include "lesson.h"

#include "digits.h"

#include <stdio.h>

enum { MOST_ROWS = 8 };

struct lesson {
    const char *program, *number, *out, *mnist, *weights;
    uint64_t seed;
    bool quick;
    int figures, matched;
    bool told_gnuplot, told_dot; /* what to install is said once */
    FILE *table;                 /* figures.tsv, NULL without --out */
    char text[256];              /* lesson_text's */
    digit_sets digits;
    lesson_set rows[MOST_ROWS]; /* lesson_rows' */
    int row_count;
};

/* Ends the program with the message and the status. */
_Noreturn void lesson__stop(const lesson *l, int status, const char *format, ...) BB_PRINTF(3, 4);

/* A line of figures.tsv. */
void lesson__row(const lesson *l, const char *kind, const char *name, const char *expected,
                 const char *obtained, const char *ok);

/* "DIR/prefix-name.suffix", without the dash when the prefix is empty. */
typedef char lesson__path_text[1024];
void lesson__path(const lesson *l, lesson__path_text path, const char *prefix, const char *name,
                  const char *suffix);

#endif
