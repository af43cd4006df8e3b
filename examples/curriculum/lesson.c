/* SPDX-License-Identifier: MIT */
/* What the curriculum's programs share. Whatever is said of a figure on the terminal stands in
 * figures.tsv as well, a line each: kind, name, expected, obtained, ok. */
#include "lesson.h"

#include "digits.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

struct lesson {
    const char *program, *number, *out, *mnist, *weights;
    uint64_t seed;
    bool quick;
    int figures, matched;
    bool told_gnuplot, told_dot; /* what to install is said once */
    FILE *table;                 /* figures.tsv, NULL without --out */
    digit_sets digits;
};

static _Noreturn void end(const char *program, int status, const char *format, ...) BB_PRINTF(3, 4);

static _Noreturn void end(const char *program, int status, const char *format, ...)
{
    va_list list;
    fflush(stdout);
    fprintf(stderr, "%s: ", program);
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
        end(l->program, 2, "%s needs a value", option);
    *(const char **)place = text;
}

static void read_seed(lesson *l, const char *option, const char *text, void *place)
{
    char *last = NULL;
    errno = 0;
    unsigned long long number =
        text && isdigit((unsigned char)*text) ? strtoull(text, &last, 10) : 0;
    if (!last || *last || errno)
        end(l->program, 2, "%s takes a number from 0, not \"%s\"", option, text ? text : "");
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

static _Noreturn void print_help(const char *program, const char *title)
{
    printf("usage: %s [option]...\n%s\n\n", program, title);
    for (int i = 0; i < OPTIONS; i++)
        printf("  %-9s %-5s %s\n", options[i].name, options[i].value ? options[i].value : "",
               options[i].help);
    printf("  %-9s %-5s %s\n", "--help", "", "this text");
    exit(0);
}

static void read_options(lesson *l, int argc, char **argv, const char *title)
{
    for (int i = 1; i < argc; i++) {
        const struct option *o = options;
        while (o < options + OPTIONS && strcmp(argv[i], o->name) != 0)
            o++;
        if (strcmp(argv[i], "--help") == 0)
            print_help(l->program, title);
        if (o == options + OPTIONS)
            end(l->program, 2, "unknown option \"%s\"; --help lists them", argv[i]);
        i += o->value != NULL;
        o->read(l, o->name, i < argc ? argv[i] : NULL, (char *)l + o->place);
    }
}

/* --- the table of figures --------------------------------------------------------------------- */

/* A field may have neither tabs nor line ends. */
static void put_field(FILE *table, const char *text, char end_mark)
{
    for (; *text; text++)
        fputc(strchr("\t\n\r", *text) ? ' ' : *text, table);
    fputc(end_mark, table);
}

static void put_row(const lesson *l, const char *kind, const char *name, const char *expected,
                    const char *obtained, const char *ok)
{
    if (!l->table)
        return;
    const char *fields[] = {kind, name, expected, obtained, ok};
    for (int i = 0; i < 5; i++)
        put_field(l->table, fields[i], i < 4 ? '\t' : '\n');
}

static void judge(lesson *l, const char *kind, const char *name, const char *expected,
                  const char *obtained, bool ok)
{
    l->figures++;
    l->matched += ok;
    put_row(l, kind, name, expected, obtained, ok ? "yes" : "no");
    printf("%-7s %s", ok ? "ok" : "DIFFERS", name);
    if (strcmp(kind, "true") != 0)
        printf("%*s %-20s expected %s", (int)fmax(0, 40 - (double)strlen(name)), "", obtained,
               expected);
    putchar('\n');
}

typedef char number_text[64];

/* A whole number as such; else the shortest text of at most `most` digits that reads back as the
 * same number, else that many digits. */
static const char *text_of(number_text buffer, double x, int most)
{
    if (x == trunc(x) && fabs(x) < 1e15) {
        snprintf(buffer, sizeof(number_text), "%.0f", x);
        return buffer;
    }
    for (int i = 1; i <= most; i++) {
        snprintf(buffer, sizeof(number_text), "%.*g", i, x);
        if (strtod(buffer, NULL) == x)
            break;
    }
    return buffer;
}

/* As many digits as a comparison to `tolerance` says something about. */
static int digits_of(double x, double tolerance)
{
    if (!(tolerance > 0) || !isfinite(x))
        return 17;
    double size = fabs(x) > 0 && fabs(x) < 1 ? floor(log10(fabs(x))) + 1 : 1;
    return (int)fmax(4, fmin(17, size + ceil(-log10(tolerance))));
}

static bool matches(double expected, double obtained, double tolerance)
{
    if (!isfinite(expected) || !isfinite(obtained))
        return expected == obtained || (isnan(expected) && isnan(obtained));
    return fabs(obtained - expected) <= tolerance * fmax(1, fabs(expected));
}

void lesson_exact(lesson *l, const char *name, double expected, double obtained, double tolerance)
{
    number_text wanted, got;
    judge(l, "exact", name, text_of(wanted, expected, 17),
          text_of(got, obtained, digits_of(obtained, tolerance)),
          matches(expected, obtained, tolerance));
}

void lesson_band(lesson *l, const char *name, double low, double high, double obtained)
{
    number_text least, most, got;
    char band[2 * sizeof(number_text) + 8];
    snprintf(band, sizeof band, "%s to %s", text_of(least, low, 17), text_of(most, high, 17));
    judge(l, "band", name, band, text_of(got, obtained, 6), low <= obtained && obtained <= high);
}

void lesson_report(lesson *l, const char *name, double obtained, const char *unit)
{
    number_text got;
    char with_unit[sizeof(number_text) + 64];
    bool has_unit = unit && *unit;
    snprintf(with_unit, sizeof with_unit, "%s%s%s", text_of(got, obtained, 6), has_unit ? " " : "",
             has_unit ? unit : "");
    printf("%-7s %-40s %s\n", "", name, with_unit);
    put_row(l, "report", name, "", with_unit, "");
}

void lesson_true(lesson *l, const char *name, bool holds)
{
    judge(l, "true", name, "true", holds ? "true" : "false", holds);
}

void lesson_note(lesson *l, const char *format, ...)
{
    char text[1024];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    puts(text);
    put_row(l, "note", text, "", "", "");
}

/* --- begin and end ---------------------------------------------------------------------------- */

typedef char path_text[1024];

static void path_of(const lesson *l, path_text path, const char *prefix, const char *name,
                    const char *suffix)
{
    int length = snprintf(path, sizeof(path_text), "%s/%s%s%s%s", l->out, prefix,
                          *prefix ? "-" : "", name, suffix);
    if (length >= (int)sizeof(path_text))
        end(l->program, 1, "%s: the name is too long", l->out);
}

static void open_table(lesson *l)
{
    path_text path;
    path_of(l, path, "", "figures", ".tsv");
    if (mkdir(l->out, 0777) != 0 && errno != EEXIST)
        end(l->program, 1, "%s: %s", l->out, strerror(errno));
    l->table = fopen(path, "w");
    if (!l->table)
        end(l->program, 1, "%s: %s", path, strerror(errno));
    put_row(l, "kind", "name", "expected", "obtained", "ok");
}

lesson *lesson_begin(int argc, char **argv, const char *number, const char *title)
{
    lesson *l = bb_memory_zeroed(1, sizeof *l);
    if (!l)
        end(argv[0], 1, "out of memory");
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
    bool bad = l->table && ferror(l->table);
    if (l->table && (fclose(l->table) != 0 || bad))
        end(l->program, 1, "%s/figures.tsv: cannot be written", l->out);
    digits_free(&l->digits);
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

/* --- pictures --------------------------------------------------------------------------------- */

static void tell_once(bool *told, const char *text)
{
    if (!*told)
        puts(text);
    *told = true;
}

static void picture_made(const lesson *l, const char *path)
{
    printf("picture %s\n", path);
    put_row(l, "picture", strrchr(path, '/') + 1, "", "", "");
}

void lesson_plot(lesson *l, bb_plot *plot, const char *name)
{
    bool drawn = false;
    if (l->out) {
        path_text path;
        bb_error error = {0};
        path_of(l, path, l->number, name, ".svg");
        if (bb_plot_save(plot, path, &drawn, &error) != BB_OK)
            end(l->program, 1, "%s", error.text);
        if (drawn)
            picture_made(l, path);
        else
            tell_once(&l->told_gnuplot, "no gnuplot: install gnuplot-nox for the pictures");
    }
    bb_status status = drawn ? BB_OK : bb_plot_print(plot, stdout, 0);
    if (status != BB_OK)
        end(l->program, 1, "plot: %s", bb_status_text(status));
    bb_plot_free(plot);
}

/* Whether dot is there; ends the program when it fails. */
static bool draw_graph(const lesson *l, char *dot_path, char *svg_path)
{
    extern char **environ;
    char *arguments[] = {"dot", "-Tsvg", dot_path, "-o", svg_path, NULL};
    pid_t child;
    int state;
    if (posix_spawnp(&child, "dot", NULL, NULL, arguments, environ) != 0)
        return false;
    while (waitpid(child, &state, 0) < 0)
        if (errno != EINTR)
            end(l->program, 1, "dot: %s", strerror(errno));
    if (!WIFEXITED(state) || (WEXITSTATUS(state) != 0 && WEXITSTATUS(state) != 127))
        end(l->program, 1, "%s: dot failed", dot_path);
    return WEXITSTATUS(state) == 0;
}

void lesson_graph(lesson *l, const bb_graph *g, const char *name, const bb_dot_options *wanted)
{
    if (!l->out)
        return;
    path_text dot_path, svg_path;
    path_of(l, dot_path, l->number, name, ".dot");
    path_of(l, svg_path, l->number, name, ".svg");
    bb_status status = bb_dot_save(g, dot_path, wanted);
    if (status != BB_OK)
        end(l->program, 1, "%s: %s", dot_path, bb_status_text(status));
    if (draw_graph(l, dot_path, svg_path))
        picture_made(l, svg_path);
    else
        tell_once(&l->told_dot, "no dot: install graphviz for the pictures of graphs");
}

/* --- what must not fail ----------------------------------------------------------------------- */

void lesson_need(lesson *l, bool holds, const char *message)
{
    if (!holds)
        end(l->program, 1, "%s", message);
}

bb_program *lesson_compile(lesson *l, bb_graph *g, bb_nodes outputs)
{
    bb_program *program = bb_compile(g, outputs);
    if (!program)
        end(l->program, 1, "%s", bb_graph_error(g));
    return program;
}

void lesson_run(lesson *l, bb_program *program, bb_feeds feeds)
{
    bb_status status = bb_run(program, feeds);
    const char *text = bb_program_error(program);
    if (status != BB_OK)
        end(l->program, 1, "%s", text ? text : bb_status_text(status));
}

lesson_digits lesson_read_digits(lesson *l)
{
    bb_error error = {0};
    bb_status status = BB_OK;
    if (!l->digits.train.images)
        status = l->mnist
                     ? digits_read_mnist(l->mnist, &l->digits, &error)
                     : digits_read_csv(BIBUN_DATA "/digits.csv.gz", l->seed, &l->digits, &error);
    if (status != BB_OK)
        end(l->program, 1, "%s", error.text);
    const digit_sets *sets = &l->digits;
    int64_t pixels = bb_tensor_shape(sets->train.images).dim[1];
    return (lesson_digits){sets->train.images, sets->train.labels, sets->test.images,
                           sets->test.labels, (int)lround(sqrt((double)pixels))};
}
