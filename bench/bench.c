/* SPDX-License-Identifier: MIT */
/* bench [--threads N] [NAME]...: prints a line for each named workload, or for all: the median
 * time of a run over seven timed blocks of runs. The name "graph" stands for the cost of graphs:
 * nanoseconds a node to build and to compile, and the memory that a plan needs. */
#include "workloads.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { REPEATS = 7, WARM_UP = 3 };
static const double budget = 1.0; /* seconds of all repeats of a workload */

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *seconds)
{
    qsort(seconds, REPEATS, sizeof *seconds, by_size);
    return seconds[REPEATS / 2];
}

/* Seconds of `count` runs; negative when one fails. */
static double time_runs(bb_program *program, bb_feeds feeds, long count)
{
    double start = now();
    for (long i = 0; i < count; i++)
        if (bb_run(program, feeds) != BB_OK)
            return -1;
    return now() - start;
}

/* Median seconds of a run; negative when one fails. */
static double measure(bb_program *program, bb_feeds feeds)
{
    if (time_runs(program, feeds, WARM_UP) < 0)
        return -1;
    double once = time_runs(program, feeds, 1);
    if (once < 0)
        return -1;
    double fit = budget / REPEATS / (once > 1e-7 ? once : 1e-7);
    long count = fit > 1 ? (long)fit : 1;
    double seconds[REPEATS];
    for (int i = 0; i < REPEATS; i++) {
        seconds[i] = time_runs(program, feeds, count) / (double)count;
        if (seconds[i] < 0)
            return -1;
    }
    return median(seconds);
}

static bb_program *compile(model *m)
{
    return bb_compile(m->graph, (bb_nodes){m->n_outputs, m->outputs});
}

static bool run_workload(const workload *w, int threads)
{
    model m = {.params = bb_params_new(0)};
    w->build(&m);
    model_feed(&m);
    bb_program *program = compile(&m);
    if (program && threads > 0)
        bb_program_set_threads(program, threads);
    double seconds = program ? measure(program, (bb_feeds){m.n_inputs, m.feeds}) : -1;
    if (seconds >= 0)
        printf("%-26s %12.1f us\n", w->name, seconds * 1e6);
    else
        fprintf(stderr, "%s: %s\n", w->name,
                program ? bb_program_error(program) : bb_graph_error(m.graph));
    fflush(stdout);
    bb_program_free(program);
    bb_params_free(m.params);
    model_free(&m);
    return seconds >= 0;
}

/* Builds and compiles once; seconds of each, the nodes, and what the plan needs. */
static bool build_once(const workload *w, bb_params *params, double *build_out, double *compile_out,
                       int *nodes_out, bb_program_stats *stats_out)
{
    model m = {.params = params};
    double start = now();
    w->build(&m);
    double built = now();
    bb_program *program = compile(&m);
    double compiled = now();
    bool ok = program != NULL;
    if (ok) {
        *build_out = built - start;
        *compile_out = compiled - built;
        *nodes_out = bb_graph_node_count(m.graph);
        *stats_out = bb_program_stats_of(program);
    } else {
        fprintf(stderr, "%s: %s\n", w->name, bb_graph_error(m.graph));
    }
    bb_program_free(program);
    model_free(&m);
    return ok;
}

static bool run_graph_cost(const workload *w)
{
    double build[REPEATS], compiled[REPEATS];
    int nodes = 0;
    bb_program_stats stats = {0};
    bb_params *params = bb_params_new(0); /* made in the first repeat, found in the others */
    bool ok = true;
    for (int i = 0; ok && i < REPEATS; i++)
        ok = build_once(w, params, &build[i], &compiled[i], &nodes, &stats);
    bb_params_free(params);
    if (!ok)
        return false;
    printf("%-26s %12.0f build ns a node (%d nodes)\n", w->name, median(build) * 1e9 / nodes,
           nodes);
    printf("%-26s %12.0f compile ns a node\n", w->name, median(compiled) * 1e9 / nodes);
    printf("%-26s %12zu bytes at most, %zu bytes of values: %.3f\n", w->name, stats.peak_bytes,
           stats.value_bytes, (double)stats.peak_bytes / (double)stats.value_bytes);
    return true;
}

static bool wanted(const char *name, int n_names, char **names)
{
    for (int i = 0; i < n_names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return n_names == 0;
}

static bool known(const char *name)
{
    for (int i = 0; i < n_workloads; i++)
        if (strcmp(name, workloads[i].name) == 0)
            return true;
    return strcmp(name, "graph") == 0;
}

static int read_threads(int argc, char **argv)
{
    char *end;
    long threads = argc > 2 ? strtol(argv[2], &end, 10) : 0;
    return argc > 2 && !*end && threads > 0 && threads <= 1024 ? (int)threads : -1;
}

int main(int argc, char **argv)
{
    int threads = 0, first = 1;
    if (argc > 1 && strcmp(argv[1], "--threads") == 0) {
        threads = read_threads(argc, argv);
        first = 3;
    }
    bool usage = threads < 0;
    for (int i = first; i < argc; i++)
        usage = usage || !known(argv[i]);
    if (usage) {
        fprintf(stderr, "usage: %s [--threads N] [mlp_seed | mlp_infer1 | ... | graph]...\n",
                argv[0]);
        return 2;
    }

    int n_names = argc > first ? argc - first : 0;
    bool ok = true;
    for (int i = 0; i < n_workloads; i++)
        if (wanted(workloads[i].name, n_names, argv + first))
            ok = run_workload(&workloads[i], threads) && ok;
    for (int i = 0; i < n_graph_costs; i++)
        if (wanted("graph", n_names, argv + first))
            ok = run_graph_cost(&graph_costs[i]) && ok;
    return ok ? 0 : 1;
}
