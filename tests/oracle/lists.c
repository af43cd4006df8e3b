/* SPDX-License-Identifier: MIT */
/* Reading the oracle's lists of exceptions; a line without its reason is an error. */
#include "lists.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

/* Cuts the line at " | " into `count` fields; false when there are not so many. */
static bool cut(char *line, int count, const char **fields_out)
{
    for (int i = 0; i < count; i++) {
        fields_out[i] = line;
        line = i < count - 1 ? strstr(line, " | ") : line;
        if (!line)
            return false;
        if (i < count - 1) {
            *line = 0;
            line += 3;
        }
    }
    return fields_out[count - 1][0] != 0;
}

static bool read_entry(list_entry *e, int n_fields)
{
    const char *fields[4] = {"", "", "", ""};
    e->line[strcspn(e->line, "\n")] = 0;
    if (!cut(e->line, n_fields, fields))
        return false;
    e->name = fields[0];
    e->order = n_fields == 4 ? fields[1] : "";
    e->situation = n_fields == 4 ? fields[2] : "";
    e->reason = fields[n_fields - 1];
    return true;
}

bb_status list_read(list *l, const char *path, int fields, bb_error *error_out)
{
    FILE *file = fopen(path, "r");
    bb_status status = BB_OK;
    if (!file)
        return bb_fail(error_out, BB_BAD_FILE, "cannot read %s", path);
    while (status == BB_OK && l->count < MAX_ENTRIES &&
           fgets(l->entries[l->count].line, (int)sizeof(l->entries[0].line), file)) {
        list_entry *e = &l->entries[l->count];
        if (e->line[0] == '#' || e->line[0] == '\n')
            continue;
        if (read_entry(e, fields))
            l->count++;
        else
            status =
                bb_fail(error_out, BB_BAD_FORMAT, "%s: not %d fields: %s", path, fields, e->line);
    }
    fclose(file);
    if (status == BB_OK && l->count == MAX_ENTRIES)
        status = bb_fail(error_out, BB_BAD_FORMAT, "%s: more than %d entries", path, MAX_ENTRIES);
    return status;
}

const char *list_use(list *l, const char *name, const char *order, const char *situation)
{
    for (int i = 0; i < l->count; i++) {
        list_entry *e = &l->entries[i];
        if (fnmatch(e->name, name, 0) == 0 && fnmatch(e->order, order, 0) == 0 &&
            fnmatch(e->situation, situation, 0) == 0) {
            e->uses++;
            return e->reason;
        }
    }
    return NULL;
}
