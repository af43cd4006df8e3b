/* SPDX-License-Identifier: MIT */
/* ops --list: the names of all cases.
 * ops [--threads N] [--json] [--profile] [NAME]...: prints a line for each named case, or for all:
 * the median time of a run, and sums that stand for its results (op_case_sum), after three runs.
 * Every case has a process of its own, so one that fails is a line like the others.
 * ops --sums FILE: runs the cases of a file of lines "name sum ..." and compares the sums. */
#include "ops.h"
#include "timing.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RUNS_BEFORE = 3, TEXT = 1024 };
static const double budget = 0.15;                   /* seconds of all repeats of a case */
static const double tolerance = 2e-4, least = 1e-30; /* of sums, relative and not */

typedef struct options {
    int threads;
    bool json, profile;
} options;

typedef struct session {
    model m;
    bb_program *program;
    bb_feeds feeds;
} session;

static void end(session *s)
{
    bb_program_free(s->program);
    bb_params_free(s->m.params);
    model_free(&s->m);
}

/* Builds a case and runs it as often as PyTorch's side does; NULL, or what went wrong. */
static const char *begin(session *s, const op_case *c, const options *o)
{
    *s = (session){.m = {.params = bb_params_new(0)}};
    op_case_build(c, &s->m);
    s->feeds = (bb_feeds){s->m.n_inputs, s->m.feeds};
    s->program = bb_compile(s->m.graph, (bb_nodes){s->m.n_outputs, s->m.outputs});
    if (!s->program)
        return bb_graph_error(s->m.graph);
    if (o->threads > 0)
        bb_program_set_threads(s->program, o->threads);
    time_runs(s->program, s->feeds, RUNS_BEFORE);
    return bb_program_error(s->program);
}

/* The sums of all outputs but effects; how many. */
static int sums_of(const session *s, double sums[MODEL_OUTPUTS])
{
    int n = 0;
    for (int i = 0; i < s->m.n_outputs; i++) {
        const bb_tensor *value = bb_program_value(s->program, s->m.outputs[i]);
        if (value)
            sums[n++] = op_case_sum(value);
    }
    return n;
}

static void print_failure(const char *name, const char *text, const options *o)
{
    if (o->json) {
        printf("{\"name\": \"%s\", \"error\": \"", name);
        for (; *text; text++)
            putchar(*text == '"' || *text == '\\' || *text == '\n' ? ' ' : *text);
        printf("\"}\n");
    } else {
        printf("%-26s failed: %s\n", name, text);
    }
}

static void print_result(const char *name, double seconds, int n, const double *sums,
                         const options *o)
{
    printf(o->json ? "{\"name\": \"%s\", \"us\": %.3f, \"sums\": \"" : "%-26s %12.1f us  ", name,
           seconds * 1e6);
    for (int i = 0; i < n; i++)
        printf("%s%.9g", i ? " " : "", sums[i]);
    printf(o->json ? "\"}\n" : "\n");
}

static bool run_case(const op_case *c, const options *o)
{
    session s;
    double sums[MODEL_OUTPUTS];
    const char *error = begin(&s, c, o);
    int n = error ? 0 : sums_of(&s, sums);
    double seconds = error ? -1 : median_run(s.program, s.feeds, budget);
    error = seconds < 0 && !error ? bb_program_error(s.program) : error;
    if (error)
        print_failure(c->name, error, o);
    else
        print_result(c->name, seconds, n, sums, o);
    if (!error && o->profile)
        profile_runs(s.program, s.feeds);
    end(&s);
    return !error;
}

/* In a process of its own. */
static bool run_apart(const op_case *c, const options *o)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        bool ok = run_case(c, o);
        fflush(stdout);
        _exit(ok ? 0 : 1);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) < 0) {
        print_failure(c->name, "no process", o);
        return false;
    }
    if (WIFSIGNALED(status)) {
        char text[32];
        snprintf(text, sizeof text, "signal %d", WTERMSIG(status));
        print_failure(c->name, text, o);
    }
    return status == 0;
}

static const op_case *find(const char *name)
{
    for (int i = 0; i < n_op_cases; i++)
        if (strcmp(name, op_cases[i].name) == 0)
            return &op_cases[i];
    return NULL;
}

static bool compare_sums(const char *name, int n, const double *sums, char *text)
{
    int i = 0;
    for (char *next; i < MODEL_OUTPUTS; text = next, i++) {
        double wanted = strtod(text, &next);
        if (next == text)
            break;
        if (i < n && !(fabs(sums[i] - wanted) <= tolerance * fabs(wanted) + least)) {
            printf("%s: sum %d is %.9g, not %.9g\n", name, i + 1, sums[i], wanted);
            return false;
        }
    }
    if (i != n)
        printf("%s: %d sums, not %d\n", name, n, i);
    return i == n;
}

/* Whether a line "name sum ..." is what the case gives; says so where it is not. */
static bool check_line(char *line)
{
    char *sums_text = line + strcspn(line, " \n");
    if (*sums_text)
        *sums_text++ = '\0';
    const op_case *c = find(line);
    if (!c) {
        printf("%s: no such case\n", line);
        return false;
    }
    session s;
    double sums[MODEL_OUTPUTS];
    const char *error = begin(&s, c, &(options){0});
    if (error)
        printf("%s: %s\n", line, error);
    bool ok = !error && compare_sums(line, sums_of(&s, sums), sums, sums_text);
    end(&s);
    return ok;
}

static int check_file(const char *path)
{
    FILE *file = fopen(path, "r");
    char line[TEXT];
    int right = 0, wrong = 0;
    while (file && fgets(line, sizeof line, file))
        if (check_line(line))
            right++;
        else
            wrong++;
    if (file)
        fclose(file);
    printf("%d cases as in %s, %d not\n", right, path, wrong);
    return right > 0 && wrong == 0 ? 0 : 1;
}

static const char usage[] =
    "usage: ops --list | --sums FILE | [--threads N] [--json] [--profile] [NAME]...\n"
    "Prints of each case the median time of a run and sums of its results; --profile adds a table\n"
    "of its steps, --list prints the names, --sums compares with the sums of a file.\n";

/* The place of the first name; -1 for a mistake. */
static int read_options(int argc, char **argv, options *o)
{
    int i = 1;
    char *end = "";
    for (; *end == '\0' && i < argc && strncmp(argv[i], "--", 2) == 0; i++)
        if (strcmp(argv[i], "--json") == 0)
            o->json = true;
        else if (strcmp(argv[i], "--profile") == 0)
            o->profile = true;
        else if (strcmp(argv[i], "--threads") == 0 && i + 1 < argc)
            o->threads = (int)strtol(argv[++i], &end, 10);
        else
            return -1;
    for (int k = i; k < argc; k++)
        if (!find(argv[k]))
            return -1;
    return *end || o->threads < 0 || o->threads > 1024 ? -1 : i;
}

int main(int argc, char **argv)
{
    options o = {0};
    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return fputs(usage, stdout) < 0;
    if (argc == 3 && strcmp(argv[1], "--sums") == 0)
        return check_file(argv[2]);
    bool list = argc == 2 && strcmp(argv[1], "--list") == 0, ok = true;
    int first = list ? 1 : read_options(argc, argv, &o);
    if (first < 0) {
        fprintf(stderr, "%s: not understood; --list prints the names\n%s", argv[0], usage);
        return 2;
    }
    for (int i = 0; i < n_op_cases; i++)
        if (list)
            puts(op_cases[i].name);
        else if (first == argc)
            ok = run_apart(&op_cases[i], &o) && ok;
    for (int i = first; !list && i < argc; i++)
        ok = run_apart(find(argv[i]), &o) && ok;
    return ok ? 0 : 1;
}
