/* SPDX-License-Identifier: MIT */
/* Values of a command line, each of which is accepted whole or not at all. */
#include "options.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Behind a number its default, which is what the settings have, in brackets; a whole one that is 0
 * has none. */
static void print_help(const option *o, const char *settings)
{
    for (; o->name; o++) {
        const char *place = settings + o->offset;
        printf("  %-13s %-18s %s", o->name, o->value, o->help);
        if (o->kind == WHOLE && *(const int64_t *)(const void *)place != 0)
            printf(" [%lld]", (long long)*(const int64_t *)(const void *)place);
        if (o->kind == REAL)
            printf(" [%g]", *(const double *)(const void *)place);
        printf("\n");
    }
    printf("  %-13s %-18s %s\n", "--help", "", "this text");
}

/* Whether the whole text is a value of the option; then it is put in its place. */
static bool read_value(const option *o, const char *text, void *place)
{
    char *end = NULL;
    errno = 0;
    if (o->kind == TEXT) {
        *(const char **)place = text;
        return *text != '\0';
    }
    double number = o->kind == REAL ? strtod(text, &end) : (double)strtoll(text, &end, 10);
    if (errno || end == text || *end || !(number >= o->least && number <= o->most))
        return false;
    if (o->kind == REAL)
        *(double *)place = number;
    else
        *(int64_t *)place = (int64_t)number;
    return true;
}

static const option *find(const option *o, const char *name)
{
    while (o->name && strcmp(name, o->name) != 0)
        o++;
    return o->name ? o : NULL;
}

int options_read(const char *about, const option *options, void *settings, int argc, char **argv)
{
    for (int i = 1; i < argc; i += 2) {
        if (strcmp(argv[i], "--help") == 0) {
            printf("usage: %s [option value]...\n%s\n\n", argv[0], about);
            print_help(options, settings);
            return 0;
        }
        const option *o = find(options, argv[i]);
        const char *text = i + 1 < argc ? argv[i + 1] : "";
        if (!o)
            fprintf(stderr, "%s: unknown option \"%s\"; --help lists them\n", argv[0], argv[i]);
        else if (!read_value(o, text, (char *)settings + o->offset))
            fprintf(stderr, "%s: %s takes %s, not \"%s\"\n", argv[0], o->name, o->value, text);
        else
            continue;
        return 2;
    }
    return -1;
}
