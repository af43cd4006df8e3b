/* SPDX-License-Identifier: MIT */
/* A number of a command line, which is accepted whole or not at all. */
#include "read_number.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

bool read_number(const char *name, const char *text, int64_t least, int64_t most,
                 int64_t *number_out)
{
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (!errno && end != text && !*end && number >= least && number <= most) {
        *number_out = number;
        return true;
    }
    fprintf(stderr, "%s takes %lld to %lld, not \"%s\"\n", name, (long long)least, (long long)most,
            text);
    return false;
}
