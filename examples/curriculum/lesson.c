/* SPDX-License-Identifier: MIT */
/* A lesson's life: its command line, and what must not fail. */
#include "lesson_parts.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

_Noreturn void lesson__stop(const lesson *l, int status, const char *format, ...)
{
    va_list list;
    fflush(stdout);
    fprintf(stderr, "%s: ", l->program);
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    fputc('\n', stderr);
    exit(status);
}

/* --- the command line ------------------------------------------------------------------------- */

static void read_text(lesson *l, const char *option, const char *text, void *place)
{
    if (!text || !*text)
        lesson__stop(l, 2, "%s needs a value", option);
    *(const char **)place = text;
}

static void read_seed(lesson *l, const char *option, const char *text, void *place)
{
    char *last = NULL;
    errno = 0;
    unsigned long long number =
        text && isdigit((unsigned char)*text) ? strtoull(text, &last, 10) : 0;
    if (!last || *last || errno)
        lesson__stop(l, 2, "%s takes a number from 0, not \"%s\"", option, text ? text : "");
    *(uint64_t *)place = number;
}

static void read_quick(lesson *l, const char *option, const char *text, void *place)
{
    (void)l, (void)option, (void)text;
    *(bool *)place = true;
}

static const struct option {
    const char *name, *value, *help;
    void (*read)(lesson *l, const char *option, const char *text, void *place);
    size_t place;
} options[] = {
    {"--out", "DIR", "write the pictures and figures.tsv there", read_text, offsetof(lesson, out)},
    {"--mnist", "DIR", "with MNIST's IDX files, plain or gz", read_text, offsetof(lesson, mnist)},
    {"--weights", "FILE", "trained weights", read_text, offsetof(lesson, weights)},
    {"--seed", "N", "of all random numbers [1]", read_seed, offsetof(lesson, seed)},
    {"--quick", NULL, "fewer iterations, for tests", read_quick, offsetof(lesson, quick)},
};
enum { OPTIONS = sizeof options / sizeof options[0] };

static _Noreturn void print_help(lesson *l, const char *title)
{
    printf("usage: %s [option]...\n%s\n\n", l->program, title);
    for (int i = 0; i < OPTIONS; i++)
        printf("  %-9s %-5s %s\n", options[i].name, options[i].value ? options[i].value : "",
               options[i].help);
    printf("  %-9s %-5s %s\n", "--help", "", "this text");
    bb_memory_release(l);
    exit(0);
}

static void read_options(lesson *l, int argc, char **argv, const char *title)
{
    for (int i = 1; i < argc; i++) {
        const struct option *o = options;
        while (o < options + OPTIONS && strcmp(argv[i], o->name) != 0)
            o++;
        if (strcmp(argv[i], "--help") == 0)
            print_help(l, title);
        if (o == options + OPTIONS)
            lesson__stop(l, 2, "unknown option \"%s\"; --help lists them", argv[i]);
        i += o->value != NULL;
        o->read(l, o->name, i < argc ? argv[i] : NULL, (char *)l + o->place);
    }
}

/* --- begin and end ---------------------------------------------------------------------------- */

static void open_table(lesson *l)
{
    lesson__path_text path;
    lesson__path(l, path, "", "figures", ".tsv");
    if (mkdir(l->out, 0777) != 0 && errno != EEXIST)
        lesson__stop(l, 1, "%s: %s", l->out, strerror(errno));
    l->table = fopen(path, "w");
    if (!l->table)
        lesson__stop(l, 1, "%s: %s", path, strerror(errno));
    lesson__row(l, "kind", "name", "expected", "obtained", "ok");
}

lesson *lesson_begin(int argc, char **argv, const char *number, const char *title)
{
    lesson *l = bb_memory_zeroed(1, sizeof *l);
    if (!l)
        lesson__stop(&(lesson){.program = argv[0]}, 1, "out of memory");
    l->program = argv[0];
    l->number = number;
    l->seed = 1;
    read_options(l, argc, argv, title);
    printf("%s. %s\n", number, title);
    if (l->out)
        open_table(l);
    return l;
}

int lesson_end(lesson *l)
{
    int status = l->matched == l->figures ? 0 : 1;
    printf("%d of %d figures match\n", l->matched, l->figures);
    if (fflush(stdout) != 0 || ferror(stdout))
        lesson__stop(l, 1, "the standard output cannot be written");
    bool bad = l->table && ferror(l->table);
    if (l->table && (fclose(l->table) != 0 || bad))
        lesson__stop(l, 1, "%s/figures.tsv: cannot be written", l->out);
    digits_free(&l->digits);
    for (int i = 0; i < l->row_count; i++) {
        bb_tensor_release(l->rows[i].images);
        bb_tensor_release(l->rows[i].labels);
    }
    bb_memory_release(l);
    return status;
}

const char *lesson_out(const lesson *l)
{
    return l->out;
}

const char *lesson_mnist(const lesson *l)
{
    return l->mnist;
}

const char *lesson_weights(const lesson *l)
{
    return l->weights;
}

uint64_t lesson_seed(const lesson *l)
{
    return l->seed;
}

bool lesson_quick(const lesson *l)
{
    return l->quick;
}

/* --- what must not fail ----------------------------------------------------------------------- */

void lesson_need(lesson *l, bool holds, const char *message)
{
    if (!holds)
        lesson__stop(l, 1, "%s", message);
}

bb_program *lesson_compile(lesson *l, bb_graph *g, bb_nodes outputs)
{
    bb_program *program = bb_compile(g, outputs);
    if (!program)
        lesson__stop(l, 1, "%s", bb_graph_error(g));
    return program;
}

void lesson_run(lesson *l, bb_program *program, bb_feeds feeds)
{
    bb_status status = bb_run(program, feeds);
    const char *text = bb_program_error(program);
    if (status != BB_OK)
        lesson__stop(l, 1, "%s", text ? text : bb_status_text(status));
}

bb_tensor *lesson_eval(lesson *l, bb_node *node, bb_feeds feeds)
{
    bb_error error = {0};
    bb_tensor *value = bb_eval(node, feeds, &error);
    lesson_need(l, value != NULL, error.text);
    return value;
}

double lesson_number(lesson *l, bb_node *node, bb_feeds feeds)
{
    bb_error error = {0};
    double number = bb_eval_number(node, feeds, &error);
    lesson_need(l, error.status == BB_OK, error.text);
    return number;
}

lesson_set lesson_rows(lesson *l, lesson_set set, int64_t first, int64_t count)
{
    lesson_set rows = {bb_tensor_rows(set.images, first, count),
                       bb_tensor_rows(set.labels, first, count)};
    lesson_need(l, rows.images && rows.labels, "too few rows");
    lesson_need(l, l->row_count < MOST_ROWS, "too many parts of sets");
    return l->rows[l->row_count++] = rows;
}

bb_batches *lesson_batches(lesson *l, lesson_set set, int64_t size, bb_batch_order order)
{
    bb_error error = {0};
    bb_batches *batches = bb_batches_new(set.images, set.labels, size, order, l->seed, &error);
    lesson_need(l, batches != NULL, error.text);
    return batches;
}

double lesson_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Images of bytes become pixels. */
static void make_pixels(const lesson *l, digits *d)
{
    bb_error error = {0};
    bb_graph *g = bb_graph_new();
    bb_tensor *pixels = bb_eval(digits_pixels(d, bb_constant(g, d->images)), BB_NO_FEEDS, &error);
    bb_graph_free(g);
    if (!pixels)
        lesson__stop(l, 1, "%s", error.text);
    bb_tensor_release(d->images);
    d->images = pixels;
}

static void read_digits(lesson *l)
{
    bb_error error = {0};
    bb_status status =
        l->mnist ? digits_read_mnist(l->mnist, &l->digits, &error)
                 : digits_read_csv(BIBUN_DATA "/digits.csv.gz", l->seed, &l->digits, &error);
    if (status != BB_OK)
        lesson__stop(l, 1, "%s", error.text);
    make_pixels(l, &l->digits.train);
    make_pixels(l, &l->digits.test);
}

lesson_digits lesson_read_digits(lesson *l)
{
    if (!l->digits.train.images)
        read_digits(l);
    const digit_sets *sets = &l->digits;
    int64_t pixels = bb_tensor_shape(sets->train.images).dim[1];
    return (lesson_digits){{sets->train.images, sets->train.labels},
                           {sets->test.images, sets->test.labels},
                           (int)lround(sqrt((double)pixels))};
}
