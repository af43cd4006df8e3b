/* SPDX-License-Identifier: MIT */
/* Runs are timed in blocks, of which the median counts. */
#include "timing.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

double now(void)
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

double median(double *seconds)
{
    qsort(seconds, REPEATS, sizeof *seconds, by_size);
    return seconds[REPEATS / 2];
}

double time_runs(bb_program *program, bb_feeds feeds, long count)
{
    double start = now();
    for (long i = 0; i < count; i++)
        if (bb_run(program, feeds) != BB_OK)
            return -1;
    return now() - start;
}

double median_run(bb_program *program, bb_feeds feeds, double budget)
{
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

void profile_runs(bb_program *program, bb_feeds feeds)
{
    enum { RUNS = 20 };
    bb_program_set_profiling(program, true);
    for (int i = 0; i < RUNS && bb_run(program, feeds) == BB_OK; i++)
        ;
    bb_program_set_profiling(program, false);
    bb_program_print_profile(program, stdout);
}
