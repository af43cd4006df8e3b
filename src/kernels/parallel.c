/* SPDX-License-Identifier: MIT */
/* The one place that decides about threads: ranges cut into parts by size alone, so that no result
 * can depend on how many threads work on them. */
#include "team.h"

#include <omp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

/* Judging. */

/* A thread whose core another program holds, or that has to wait for the caller's, can keep a job
 * waiting for milliseconds, a thousand times the work. After one that was slower than the caller
 * alone would have been, the caller does go on alone: for some times as long as it had to wait,
 * each time for longer, until a job goes well again. Results do not depend on it. */
enum { LEAST_FACTOR = 4, MOST_FACTOR = 256 };
static _Thread_local double owed; /* seconds of jobs still to be run alone */
static _Thread_local int factor = LEAST_FACTOR;

/* In the job after a long one the caller's work is told by its processor's time, which takes a call
 * of the system: by the clock a caller whose core somebody else held looks busy. */
static _Thread_local bool is_watched;

static double processor_time(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void judge(double busy, double total, int threads)
{
    static const double usual_wait = 500e-6, is_long = 2e-3, most_owed = 1; /* seconds */
    const double waited = total - threads * busy;
    is_watched = total > is_long;
    if (waited <= usual_wait) {
        factor = LEAST_FACTOR;
        return;
    }
    owed = factor * waited < most_owed ? factor * waited : most_owed;
    if (factor < MOST_FACTOR)
        factor *= 2;
}

static void run_together(bb__team *team, const bb__job *j, int threads)
{
    double (*const time_of)(void) = is_watched ? processor_time : omp_get_wtime;
    const double start = omp_get_wtime(), begin = is_watched ? processor_time() : start;
    bb__team_work(team, j, threads);
    const double busy = time_of() - begin;
    bb__team_wait(team, threads);
    judge(busy, omp_get_wtime() - start, threads);
}

/* A caller that is cancelled ends afterwards. */
static void share_or_run_alone(const bb__job *j, int threads)
{
    int cancels;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancels);
    bb__team *team = bb__team_of_caller(threads);
    if (team)
        run_together(team, j, threads);
    else
        bb__job_run_alone(j);
    pthread_setcancelstate(cancels, NULL);
}

/* Who calls from within a part, or from a parallel region of its own, works alone. */
static bool is_within(void)
{
    return bb__is_at_work() || omp_in_parallel();
}

static void pay_alone(const bb__job *j)
{
    const double start = omp_get_wtime();
    bb__job_run_alone(j);
    owed -= omp_get_wtime() - start;
}

void bb_parallel(int64_t n, int64_t grain, int threads, bb_range_fn range, void *context)
{
    const bb__job j = {n, grain < 1 ? 1 : grain, range, context};
    if (n <= 0)
        return;
    threads = (int)bb__lower(bb__job_parts(&j), bb__clamp_threads(threads));
    if (threads == 1 || is_within())
        bb__job_run_alone(&j);
    else if (owed > 0)
        pay_alone(&j);
    else
        share_or_run_alone(&j, threads);
}

/* Numbers of threads. */

int bb__processors(void)
{
    static atomic_int known; /* 0: not yet */
    int count = atomic_load_explicit(&known, memory_order_relaxed);
    if (!count) {
        count = omp_get_num_procs();
        atomic_store_explicit(&known, count, memory_order_relaxed);
    }
    return count;
}

/* More threads than this only cost memory, which OpenMP ends the process for when there is none. */
int bb__clamp_threads(int threads)
{
    enum { PER_PROCESSOR = 4, AT_LEAST = 64 };
    const int many = PER_PROCESSOR * bb__processors(), most = many < AT_LEAST ? AT_LEAST : many;
    return threads < 1 ? 1 : threads > most ? most : threads;
}

int bb_thread_count(void)
{
    return is_within() ? 1 : omp_get_max_threads();
}
