/* SPDX-License-Identifier: MIT */
/* The options of character models as one table: a name, a place in the settings, and bounds. */
#include "char_options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum kind { TEXT, WHOLE, REAL } kind;

typedef struct option {
    const char *name, *value, *help;
    kind kind;
    size_t place;
    double least, most;
} option;

#define PLACE(field) offsetof(char_lm, field)
static const option options[] = {
    {"--text", "a file", "to learn from [some sonnets]", TEXT, PLACE(text), 0, 0},
    {"--width", "1 to 4096", "features of each place", WHOLE, PLACE(width), 1, 4096},
    {"--layers", "1 to 99", "layers", WHOLE, PLACE(layers), 1, 99},
    {"--heads", "1 to 99", "of attention, a divisor of the width", WHOLE, PLACE(heads), 1, 99},
    {"--dropout", "0 to 0.9", "share of features dropped in training", REAL, PLACE(dropout), 0,
     0.9},
    {"--context", "2 to 4096", "characters that are seen at once", WHOLE, PLACE(context), 2, 4096},
    {"--batch", "1 to 4096", "texts in a batch", WHOLE, PLACE(batch), 1, 4096},
    {"--rate", "0 to 1", "learning rate at its highest", REAL, PLACE(rate), 0, 1},
    {"--iterations", "1 to 1000000000", "batches to train on", WHOLE, PLACE(iterations), 1, 1e9},
    {"--sample", "0 to 1000000", "characters to write in the end", WHOLE, PLACE(sample), 0, 1e6},
    {"--seed", "0 to 2147483647", "of weights, batches and the sample", WHOLE, PLACE(seed), 0,
     2147483647},
    {"--threads", "1 to 1024", "[as many as there are cores]", WHOLE, PLACE(threads), 1, 1024},
};
enum { OPTIONS = sizeof options / sizeof options[0] };

static void print_help(const char_lm *s, const char *program)
{
    printf("usage: %s [option value]...\n%s\n\n", program, s->about);
    for (const option *o = options; o < options + OPTIONS; o++) {
        const char *place = (const char *)s + o->place;
        printf("  %-13s %-18s %s", o->name, o->value, o->help);
        if (o->kind == WHOLE && *(const int64_t *)place != 0)
            printf(" [%lld]", (long long)*(const int64_t *)place);
        if (o->kind == REAL)
            printf(" [%g]", *(const double *)place);
        printf("\n");
    }
    printf("  %-13s %-18s %s\n", "--help", "", "this text");
}

/* Whether the whole text is a value of the option; then it is put in its place. */
static bool read_value(const option *o, const char *text, char *place)
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

static const option *find(const char *name)
{
    for (const option *o = options; o < options + OPTIONS; o++)
        if (strcmp(name, o->name) == 0)
            return o;
    return NULL;
}

int char_options_read(char_lm *s, int argc, char **argv)
{
    for (int i = 1; i < argc; i += 2) {
        if (strcmp(argv[i], "--help") == 0) {
            print_help(s, argv[0]);
            return 0;
        }
        const option *o = find(argv[i]);
        const char *text = i + 1 < argc ? argv[i + 1] : "";
        if (!o)
            fprintf(stderr, "%s: unknown option \"%s\"; --help lists them\n", argv[0], argv[i]);
        else if (!read_value(o, text, (char *)s + o->place))
            fprintf(stderr, "%s: %s takes %s, not \"%s\"\n", argv[0], o->name, o->value, text);
        else
            continue;
        return 2;
    }
    return -1;
}
