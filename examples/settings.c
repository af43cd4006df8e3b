/* SPDX-License-Identifier: MIT */
/* The options of mnist.c as one table: each has a name, a place in the settings, and a reader that
 * accepts the whole text of a value or nothing. */
#include "settings.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct option option;
struct option {
    const char *name, *value, *help;
    bool (*read)(const option *o, const char *text, void *place);
    size_t place;
    int64_t least, most;
};

static const struct {
    const char *name;
    bb_node *(*apply)(bb_node *x);
} activations[] = {{"relu", bb_relu}, {"sigmoid", bb_sigmoid}, {"tanh", bb_tanh}};

static bool read_text(const option *o, const char *text, void *place)
{
    (void)o;
    *(const char **)place = text;
    return *text != '\0';
}

static bool read_integer(const option *o, const char *text, void *place)
{
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno || end == text || *end || number < o->least || number > o->most)
        return false;
    *(int64_t *)place = number;
    return true;
}

static bool read_rate(const option *o, const char *text, void *place)
{
    (void)o;
    char *end;
    double number = strtod(text, &end);
    if (end == text || *end || !isfinite(number) || number <= 0)
        return false;
    *(double *)place = number;
    return true;
}

static bool read_activation(const option *o, const char *text, void *place)
{
    (void)o;
    for (size_t i = 0; i < sizeof activations / sizeof activations[0]; i++)
        if (strcmp(text, activations[i].name) == 0) {
            *(bb_node * (**)(bb_node *)) place = activations[i].apply;
            return true;
        }
    return false;
}

#define PLACE(field) offsetof(settings, field)
static const option options[] = {
    {"--mnist", "a folder", "with MNIST's IDX files, plain or gz", read_text, PLACE(mnist), 0, 0},
    {"--digits", "a file", "of digits to use instead of the embedded ones", read_text,
     PLACE(digits), 0, 0},
    {"--hidden", "1 to 100000", "units in the hidden layer [50]", read_integer, PLACE(hidden), 1,
     100000},
    {"--activation", "relu, sigmoid or tanh", "of the hidden layer [relu]", read_activation,
     PLACE(activation), 0, 0},
    {"--rate", "a number above 0", "learning rate [0.1]", read_rate, PLACE(rate), 0, 0},
    {"--iterations", "1 to 1000000000", "batches to train on [10000]", read_integer,
     PLACE(iterations), 1, 1000000000},
    {"--batch", "1 to 1000000", "digits in a batch [100]", read_integer, PLACE(batch), 1, 1000000},
    {"--seed", "0 to 2147483647", "of weights, split and batches [1]", read_integer, PLACE(seed), 0,
     2147483647},
    {"--threads", "1 to 1024", "threads [as many as there are cores]", read_integer, PLACE(threads),
     1, 1024},
    {"--dot", "a file", "to write the training graph to, for Graphviz", read_text, PLACE(dot), 0,
     0},
};
enum { OPTIONS = sizeof options / sizeof options[0] };

void settings_print_help(const char *program)
{
    printf("usage: %s [option value]...\n"
           "Trains a network of two layers to read handwritten digits.\n\n",
           program);
    for (int i = 0; i < OPTIONS; i++)
        printf("  %-13s %-22s %s\n", options[i].name, options[i].value, options[i].help);
    printf("  %-13s %-22s %s\n", "--help", "", "this text");
}

static const option *find(const char *name)
{
    for (int i = 0; i < OPTIONS; i++)
        if (strcmp(name, options[i].name) == 0)
            return &options[i];
    return NULL;
}

bool settings_read(settings *s, int argc, char **argv)
{
    for (int i = 1; i < argc; i += 2) {
        if (strcmp(argv[i], "--help") == 0) {
            s->help = true;
            return true;
        }
        const option *o = find(argv[i]);
        if (!o) {
            fprintf(stderr, "%s: unknown option \"%s\"; --help lists them\n", argv[0], argv[i]);
            return false;
        }
        const char *text = i + 1 < argc ? argv[i + 1] : "";
        if (!o->read(o, text, (char *)s + o->place)) {
            fprintf(stderr, "%s: %s takes %s, not \"%s\"\n", argv[0], o->name, o->value, text);
            return false;
        }
    }
    return true;
}
