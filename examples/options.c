/* SPDX-License-Identifier: MIT */
/* Values of a command line, each of which is accepted whole or not at all. */
#include "options.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_text(const option *o)
{
    return o->least == 0 && o->most == 0;
}

/* Numbers of the settings are what they are without options. */
static void print_help(const option *o, const char *settings)
{
    for (; o->name; o++) {
        printf("  %-13s %-18s %s", o->name, o->value, o->help);
        if (!is_text(o) && *(const int64_t *)(const void *)(settings + o->place) != 0)
            printf(" [%lld]", (long long)*(const int64_t *)(const void *)(settings + o->place));
        printf("\n");
    }
    printf("  %-13s %-18s %s\n", "--help", "", "this text");
}

static bool read_value(const option *o, const char *text, void *place)
{
    char *end;
    if (is_text(o)) {
        *(const char **)place = text;
        return *text != '\0';
    }
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno || end == text || *end || number < o->least || number > o->most)
        return false;
    *(int64_t *)place = number;
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
        else if (!read_value(o, text, (char *)settings + o->place))
            fprintf(stderr, "%s: %s takes %s, not \"%s\"\n", argv[0], o->name, o->value, text);
        else
            continue;
        return 2;
    }
    return -1;
}
