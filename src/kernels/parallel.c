/* SPDX-License-Identifier: MIT */
/* The one place that decides about threads: ranges cut into parts by size alone, so that no result
 * can depend on how many threads work on them. */
#include "float_mode.h"
#include "kernels.h"

#include <omp.h>
#include <stdatomic.h>
#include <time.h>

typedef struct job {
    int64_t n, grain;
    bb__range_fn range;
    void *context;
} job;

static void run_part(const job *j, int64_t part)
{
    int64_t first = part * j->grain, left = j->n - first;
    j->range(j->context, first, left < j->grain ? j->n : first + j->grain);
}

/* A thread whose core another program holds, or that has to wait for the caller's, can keep a
 * region waiting for milliseconds, a thousand times the work. After a region that was slower than
 * the caller alone would have been, the caller does go on alone, each time for more regions;
 * results do not depend on it. */
enum { LEAST_ALONE = 64, MOST_ALONE = 4096 };
static _Thread_local int alone; /* regions still to be run alone */
static _Thread_local int next_alone = LEAST_ALONE;

/* In the region after a long one the caller's work is told by its processor's time, which takes a
 * call of the system: by the clock a caller whose core somebody else held looks busy. */
static _Thread_local bool is_watched;

static double processor_time(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void judge(double busy, double total, int threads)
{
    static const double usual_wait = 500e-6, is_long = 2e-3; /* seconds */
    is_watched = total > is_long;
    if (total <= threads * busy + usual_wait) {
        next_alone = LEAST_ALONE;
        return;
    }
    alone = next_alone;
    if (next_alone < MOST_ALONE)
        next_alone *= 2;
}

static _Thread_local int slot; /* the number of this thread in the region that it works in */

int bb__thread_slot(void)
{
    return slot;
}

/* Each thread begins with a share of neighbouring parts, the same in each region, so that it finds
 * in its caches what it left there; then it helps those that are slower: cores differ, and others
 * use them. */
enum { SHARES = 64 }; /* of more threads some begin with the same */

typedef struct share {
    _Alignas(64) atomic_llong next;
    int64_t end;
} share;

static void run_share(const job *j, share *s)
{
    int64_t part;
    while (atomic_load_explicit(&s->next, memory_order_relaxed) < s->end &&
           (part = atomic_fetch_add_explicit(&s->next, 1, memory_order_relaxed)) < s->end)
        run_part(j, part);
}

static void run_region(const job *j, int64_t parts, int threads)
{
    share shares[SHARES];
    const int count = threads < SHARES ? threads : SHARES;
    for (int i = 0; i < count; i++) {
        atomic_init(&shares[i].next, bb__deal(parts, count, i));
        shares[i].end = bb__deal(parts, count, i + 1);
    }
    double (*const time_of)(void) = is_watched ? processor_time : omp_get_wtime;
    double start = omp_get_wtime(), begin = time_of(), busy = 0;
    const unsigned mode = bb__float_mode();
#pragma omp parallel num_threads(threads)
    {
        const unsigned own = bb__float_mode();
        slot = omp_get_thread_num();
        const int first = slot;
        bb__float_mode_set(mode); /* the caller's */
        for (int i = 0; i < count; i++)
            run_share(j, &shares[(first + i) % count]);
        slot = 0;
#pragma omp master
        busy = time_of() - begin;
        bb__float_mode_set(own);
    }
    judge(busy, omp_get_wtime() - start, threads);
}

/* Who calls from within a range has scratch memory of its own, as for one thread. */
static void run_alone(const job *j, int64_t parts)
{
    const int outer = slot;
    slot = 0;
    for (int64_t part = 0; part < parts; part++)
        run_part(j, part);
    slot = outer;
}

void bb__parallel(int64_t n, int64_t grain, int threads, bb__range_fn range, void *context)
{
    const job j = {n, grain < 1 ? 1 : grain, range, context};
    if (n <= 0)
        return;
    int64_t parts = (n - 1) / j.grain + 1;
    if (parts > 1 && threads > 1 && !omp_in_parallel()) {
        if (alone == 0) {
            run_region(&j, parts, parts < threads ? (int)parts : threads);
            return;
        }
        alone--;
    }
    run_alone(&j, parts);
}

/* More threads than this only cost memory, which OpenMP ends the process for when there is none. */
static int most_threads(void)
{
    enum { PER_PROCESSOR = 4, AT_LEAST = 64 };
    int most = PER_PROCESSOR * omp_get_num_procs();
    return most < AT_LEAST ? AT_LEAST : most;
}

int bb__clamp_threads(int threads)
{
    int most = most_threads();
    return threads < 1 ? 1 : threads > most ? most : threads;
}

int bb__thread_count(void)
{
    return omp_in_parallel() ? 1 : omp_get_max_threads();
}
