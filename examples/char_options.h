/* SPDX-License-Identifier: MIT */
/* The command line of char_lm.c. */
#ifndef CHAR_OPTIONS_H
#define CHAR_OPTIONS_H

#include "char_lm.h"

/* Reads the options over the settings; -1, or what main returns at once: 0 after --help, 2 after a
 * message on stderr. */
int char_options_read(char_lm *s, int argc, char **argv);

#endif
