/* SPDX-License-Identifier: MIT */
/* bench --info: the library's build and what it has chosen.
 * bench [--threads N] [--json] [--profile] [--no-fuse] [--no-strips] [--no-branches] [NAME]...:
 * prints a line for each named workload, or for all: the median time of a run over seven timed
 * blocks of runs, its floating-point operations, the bytes that it must at least move, and by how
 * much resident memory grew (which is right for the first workload of a process: later ones find
 * memory that those before have given back). "graph" stands for the cost of graphs: nanoseconds a
 * node to build and to compile, and the memory that a plan needs; "machine" for the machine's own
 * ceilings; "orders" for the times of a function, its gradient and its Hessian's product. */
#include "timing.h"
#include "workloads.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WARM_UP = 3 };
static const double budget = 1.0; /* seconds of all repeats of a workload */

/* Median seconds of a run; negative when one fails. */
static double measure(bb_program *program, bb_feeds feeds)
{
    return time_runs(program, feeds, WARM_UP) < 0 ? -1 : median_run(program, feeds, budget);
}

/* The largest resident memory so far, in bytes; 0 where there is no /proc. Not getrusage's: that
 * starts with what the program had that started this one. */
static double resident_peak(void)
{
    FILE *file = fopen("/proc/self/status", "r");
    char line[128];
    long kilobytes = 0;
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "VmHWM: %ld", &kilobytes) == 1)
            break;
    if (file)
        fclose(file);
    return 1024.0 * (double)kilobytes;
}

/* Resident memory, which is the largest from now on. */
static double resident_now(void)
{
    FILE *file = fopen("/proc/self/clear_refs", "w");
    if (file) {
        fputs("5", file);
        fclose(file);
    }
    return resident_peak();
}

typedef struct options {
    int threads;
    bool json, profile;
    bb_compile_options without; /* passes that are left out, to see what they bring */
} options;

typedef struct result {
    double seconds, moved, grown; /* bytes moved at least, bytes that resident memory grew by */
    bb_program_stats stats;
} result;

static void print_result(const char *name, const result *r, const options *o)
{
    if (o->json)
        printf("{\"name\": \"%s\", \"us\": %.3f, \"flops\": %.0f, \"bytes\": %.0f, "
               "\"peak_bytes\": %zu, \"value_bytes\": %zu, \"rss_bytes\": %.0f, \"steps\": %d, "
               "\"branched\": %d}\n",
               name, r->seconds * 1e6, r->stats.flops, r->moved, r->stats.peak_bytes,
               r->stats.value_bytes, r->grown, r->stats.steps, r->stats.branched);
    else
        printf("%-26s %12.1f us %9.1f Mflop %8.1f MB %8.1f MB grown\n", name, r->seconds * 1e6,
               r->stats.flops * 1e-6, r->moved * 1e-6, r->grown * 1e-6);
    fflush(stdout);
}

/* Inputs, parameters and outputs, once each. */
static double least_bytes(const model *m, const bb_program *program)
{
    double bytes = 0;
    for (int i = 0; i < m->n_inputs; i++)
        bytes += (double)bb_tensor_bytes(m->values[i]);
    for (int i = 0; i < bb_params_count(m->params); i++)
        bytes += (double)bb_tensor_bytes(bb_params_tensor(m->params, i));
    for (int i = 0; i < m->n_outputs; i++) {
        const bb_tensor *value = bb_program_value(program, m->outputs[i]);
        bytes += value ? (double)bb_tensor_bytes(value) : 0;
    }
    return bytes;
}

static void print_error(const char *name, const model *m, const bb_program *program)
{
    fprintf(stderr, "%s: %s\n", name,
            program ? bb_program_error(program) : bb_graph_error(m->graph));
}

static bb_program *compile(model *m, const options *o)
{
    return bb_compile_with(m->graph, (bb_nodes){m->n_outputs, m->outputs}, &o->without);
}

/* Prints its line unless `seconds_out` takes the time. */
static bool run_workload(const workload *w, const options *o, double *seconds_out)
{
    double before = resident_now();
    model m = {.params = bb_params_new(0)};
    w->build(&m);
    model_feed(&m);
    bb_feeds feeds = {m.n_inputs, m.feeds};
    bb_program *program = compile(&m, o);
    if (program && o->threads > 0)
        bb_program_set_threads(program, o->threads);
    double seconds = program ? measure(program, feeds) : -1;
    if (seconds_out) {
        *seconds_out = seconds;
    } else if (seconds >= 0) {
        double grown = resident_peak() - before;
        print_result(
            w->name,
            &(result){seconds, least_bytes(&m, program), grown, bb_program_stats_of(program)}, o);
        if (o->profile)
            profile_runs(program, feeds);
    } else {
        print_error(w->name, &m, program);
    }
    bb_program_free(program);
    bb_params_free(m.params);
    model_free(&m);
    return seconds >= 0;
}

/* Starts the threads and the libraries under ours, whose code and stacks are no workload's. */
static bool start_libraries(const options *o)
{
    model m = {0};
    build_first_use(&m);
    model_feed(&m);
    bb_program *program = compile(&m, o);
    if (program && o->threads > 0)
        bb_program_set_threads(program, o->threads);
    bool ok = program && bb_run(program, (bb_feeds){m.n_inputs, m.feeds}) == BB_OK;
    if (!ok)
        print_error("first use", &m, program);
    bb_program_free(program);
    model_free(&m);
    return ok;
}

/* What derivatives cost beside the function; the bounds are those of matrix products: two more for
 * a gradient, six more for a Hessian product. */
static bool run_orders(const options *o)
{
    double seconds[3];
    bool ok = true;
    for (int i = 0; i < 3; i++)
        ok = run_workload(&orders[i], o, &seconds[i]) && ok;
    if (ok) {
        printf("%-26s %12.1f us\n", "function", seconds[0] * 1e6);
        printf("%-26s %12.1f us, %.2f functions (bound 3)\n", "gradient", seconds[1] * 1e6,
               seconds[1] / seconds[0]);
        printf("%-26s %12.1f us, %.2f functions (bound 9)\n", "Hessian product", seconds[2] * 1e6,
               seconds[2] / seconds[0]);
    }
    return ok;
}

/* Builds and compiles once; seconds of each, the nodes, and what the plan needs. */
static bool build_once(const workload *w, bb_params *params, double *build_out, double *compile_out,
                       int *nodes_out, bb_program_stats *stats_out)
{
    model m = {.params = params};
    double start = now();
    w->build(&m);
    double built = now();
    bb_program *program = bb_compile(m.graph, (bb_nodes){m.n_outputs, m.outputs});
    double compiled = now();
    bool ok = program != NULL;
    if (ok) {
        *build_out = built - start;
        *compile_out = compiled - built;
        *nodes_out = bb_graph_node_count(m.graph);
        *stats_out = bb_program_stats_of(program);
    } else {
        print_error(w->name, &m, NULL);
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
    for (int i = 0; i < n_ceilings; i++)
        if (strcmp(name, ceilings[i].name) == 0)
            return true;
    return strcmp(name, "graph") == 0 || strcmp(name, "machine") == 0 ||
           strcmp(name, "orders") == 0;
}

/* The options into *o; the place of the first name, or -1 for a mistake, which is *wrong_out. */
static int read_options(int argc, char **argv, options *o, const char **wrong_out)
{
    int i = 1;
    for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
        *wrong_out = argv[i];
        if (strcmp(argv[i], "--json") == 0)
            o->json = true;
        else if (strcmp(argv[i], "--profile") == 0)
            o->profile = true;
        else if (strcmp(argv[i], "--no-strips") == 0)
            o->without.no_strips = true;
        else if (strcmp(argv[i], "--no-branches") == 0)
            o->without.no_branches = true;
        else if (strcmp(argv[i], "--no-fuse") == 0)
            o->without.no_fuse = true;
        else if (strcmp(argv[i], "--threads") == 0 && i + 1 < argc)
            o->threads = (int)strtol(argv[++i], NULL, 10);
        else
            return -1;
        if (o->threads < 0 || o->threads > 1024)
            return -1;
    }
    for (int k = i; k < argc; k++)
        if (!known(*wrong_out = argv[k]))
            return -1;
    return i;
}

static void print_usage(const char *program, FILE *file)
{
    fprintf(file,
            "usage: %s --info | [--threads N] [--json] [--profile] [--no-fuse] [--no-strips] "
            "[--no-branches] [NAME]...\n"
            "Prints of each the median time of a run, its floating-point operations, the bytes of\n"
            "its inputs, parameters and outputs, and by how much resident memory grew; --profile\n"
            "adds a table of its steps, --info says what was chosen on this machine.\n"
            "names: graph machine orders",
            program);
    for (int i = 0; i < n_workloads; i++)
        fprintf(file, " %s", workloads[i].name);
    fprintf(file, "\n");
}

int main(int argc, char **argv)
{
    options o = {0};
    char info[BB_BUILD_TEXT];
    if (argc == 2 && strcmp(argv[1], "--info") == 0) {
        puts(bb_build_info(info, sizeof info));
        return 0;
    }
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        print_usage(argv[0], stdout);
        return 0;
    }
    const char *wrong = NULL;
    int first = read_options(argc, argv, &o, &wrong), n_names = argc - first;
    char **names = argv + (first > 0 ? first : 0);
    if (first < 0) {
        fprintf(stderr, "%s: %s is not understood here\n", argv[0], wrong);
        print_usage(argv[0], stderr);
        return 2;
    }
    bool ok = start_libraries(&o);
    for (int i = 0; i < n_ceilings; i++)
        if (n_names > 0 &&
            (wanted(ceilings[i].name, n_names, names) || wanted("machine", n_names, names)))
            ok = run_workload(&ceilings[i], &o, NULL) && ok;
    for (int i = 0; i < n_workloads; i++)
        if (wanted(workloads[i].name, n_names, names))
            ok = run_workload(&workloads[i], &o, NULL) && ok;
    for (int i = 0; i < n_graph_costs; i++)
        if (wanted("graph", n_names, names))
            ok = run_graph_cost(&graph_costs[i]) && ok;
    if (n_names > 0 && wanted("orders", n_names, names))
        ok = run_orders(&o) && ok;
    return ok ? 0 : 1;
}
