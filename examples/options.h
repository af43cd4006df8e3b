/* SPDX-License-Identifier: MIT */
/* Command lines of texts and numbers, as one table of a program's options. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stddef.h>
#include <stdint.h>

typedef enum option_kind { TEXT, WHOLE, REAL } option_kind;

typedef struct option {
    const char *name, *value, *help; /* `value`: what it takes, in words */
    option_kind kind;
    size_t offset;      /* in the settings, of a const char *, an int64_t or a double */
    double least, most; /* of a number */
} option;

/* Reads the command line over the settings; -1, or what main returns at once: 0 after --help, which
 * begins with the sentence `about`, 2 after a message on stderr. The last option has no name. */
int options_read(const char *about, const option *options, void *settings, int argc, char **argv);

#endif
