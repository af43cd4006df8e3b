/* SPDX-License-Identifier: MIT */
/* What mnist.c can be told on its command line. */
#ifndef SETTINGS_H
#define SETTINGS_H

#include <bibun/bibun.h>

typedef struct settings {
    const char *mnist;  /* a folder, or NULL: the embedded digits */
    const char *digits; /* their file */
    const char *dot;    /* NULL: no picture */
    bb_node *(*activation)(bb_node *x);
    double rate;
    int64_t hidden, iterations, batch, seed;
    int64_t threads; /* 0: as many as OpenMP says */
    bool help;
} settings;

/* Reads the options over what `s` holds; false after a message on stderr. */
bool settings_read(settings *s, int argc, char **argv);

void settings_print_help(const char *program);

#endif
