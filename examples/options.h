/* SPDX-License-Identifier: MIT */
/* Command lines of texts and whole numbers, as one table of a program's options. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stddef.h>
#include <stdint.h>

typedef struct option {
    const char *name, *value, *help; /* `value`: what it takes, in words */
    size_t place;                    /* in the settings, of an int64_t or a const char * */
    int64_t least, most;             /* both 0 of a text */
} option;

/* Reads the command line over the settings; -1, or what main returns at once: 0 after --help, which
 * begins with the sentence `about`, 2 after a message on stderr. The last option has no name. */
int options_read(const char *about, const option *options, void *settings, int argc, char **argv);

#endif
