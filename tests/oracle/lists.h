/* SPDX-License-Identifier: MIT */
/* Lists of exceptions with their reasons: lines of fields separated by " | ", of which the last is
 * the reason; '#' begins a comment. All fields but the reason are patterns as of file names. */
#ifndef BIBUN_ORACLE_LISTS_H
#define BIBUN_ORACLE_LISTS_H

#include <bibun/status.h>

enum { MAX_ENTRIES = 400 };

typedef struct list_entry {
    char line[400];
    const char *name, *order, *situation, *reason;
    int uses;
} list_entry;

typedef struct list {
    int count;
    list_entry entries[MAX_ENTRIES];
} list;

/* Lines of 4 fields (name, order, situation, reason) or of 2 (name, reason). */
bb_status list_read(list *l, const char *path, int fields, bb_error *error_out);

/* The reason of the first entry that fits, which counts as used; NULL when there is none. */
const char *list_use(list *l, const char *name, const char *order, const char *situation);

#endif
