/* SPDX-License-Identifier: MIT */
/* Numbers of command lines. */
#ifndef READ_NUMBER_H
#define READ_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* Reads the whole text or nothing; false after a message on stderr that names the option. */
bool read_number(const char *name, const char *text, int64_t least, int64_t most,
                 int64_t *number_out);

#endif
