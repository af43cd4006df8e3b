/* SPDX-License-Identifier: MIT */
/* Ranges in parts: each once, whoever works on it, by threads that help one another, or by the
 * caller alone. */
#include "float_mode.h"
#include "kernels.h"

#include <criterion/criterion.h>
#include <omp.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

typedef struct parts {
    int64_t n, grain;
    unsigned char *covered;
    bool cut_by_grain;
} parts;

static void cover(void *context, int64_t first, int64_t last)
{
    parts *p = context;
    if (first % p->grain != 0 || (last - first != p->grain && last != p->n))
        p->cut_by_grain = false;
    for (int64_t i = first; i < last; i++)
        p->covered[i]++;
}

/* Also by more threads than there are processors. */
Test(parallel, covers_a_range_once_in_parts_of_the_grain)
{
    static const int64_t sizes[] = {0, 1, 9, 10, 11, 1000, 1005};
    static const int counts[] = {0, 1, 2, 3, 4, 64, 70};
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++)
        for (size_t t = 0; t < sizeof counts / sizeof counts[0]; t++) {
            unsigned char covered[1005] = {0};
            parts p = {sizes[s], 10, covered, true};
            bb_parallel(p.n, p.grain, counts[t], cover, &p);
            cr_assert(p.cut_by_grain);
            for (int64_t i = 0; i < 1005; i++)
                cr_assert_eq(covered[i], i < p.n);
        }
}

enum { PLACES = 8 };

static void note_slot(void *context, int64_t first, int64_t last)
{
    int *slots = context;
    for (int64_t i = first; i < last; i++)
        slots[i] = bb__thread_slot();
}

/* A call of its own from each place, and what the place's slot was before and after. */
static void call_again(void *context, int64_t first, int64_t last)
{
    int(*slots)[PLACES + 2] = context;
    for (int64_t i = first; i < last; i++) {
        slots[i][PLACES] = bb__thread_slot();
        bb_parallel(PLACES, 1, PLACES, note_slot, slots[i]);
        slots[i][PLACES + 1] = bb__thread_slot();
    }
}

/* A call within a range goes on alone and has scratch memory for one thread. */
Test(parallel, slots_are_below_the_threads_of_their_call)
{
    int slots[PLACES][PLACES + 2];
    bb_parallel(PLACES, 1, PLACES, call_again, slots);
    for (int i = 0; i < PLACES; i++) {
        const int own = slots[i][PLACES];
        cr_assert(own >= 0 && own < PLACES, "%d", own);
        cr_assert_eq(slots[i][PLACES + 1], own);
        for (int k = 0; k < PLACES; k++)
            cr_assert_eq(slots[i][k], 0, "%d in a call by %d", slots[i][k], own);
    }
}

static void note_count(void *context, int64_t first, int64_t last)
{
    int *counts = context;
    for (int64_t i = first; i < last; i++)
        counts[i] = bb_thread_count();
}

/* Who asks within a part, or within an OpenMP region, is told that there is one. */
Test(parallel, names_a_number_of_threads)
{
    int counts[PLACES] = {0}, inside = 0;
    cr_assert_geq(bb_thread_count(), 1);
    cr_assert_eq(bb_thread_count(), omp_get_max_threads());
    bb_parallel(PLACES, 1, 2, note_count, counts);
    for (int i = 0; i < PLACES; i++)
        cr_assert_eq(counts[i], 1);
#pragma omp parallel num_threads(2) reduction(+ : inside)
    inside = bb_thread_count();
    cr_assert(inside == 1 || inside == 2, "%d", inside); /* one for each thread */
}

/* Shares. */

enum { PARTS = 16 };

typedef struct race {
    atomic_int done;
    bool is_helped; /* written by the first part alone */
} race;

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* The first part is done once all others are, or half a minute has passed. */
static void wait_for_others(void *context, int64_t first, int64_t last)
{
    static const double patience = 30;
    race *r = context;
    const double start = seconds();
    (void)last;
    if (first == 0) {
        while (atomic_load(&r->done) < PARTS - 1 && seconds() - start < patience)
            nanosleep(&(struct timespec){0, 100000}, NULL);
        r->is_helped = atomic_load(&r->done) == PARTS - 1;
    }
    atomic_fetch_add(&r->done, 1);
}

static bool has_threads(int wanted)
{
    int count = 1;
#pragma omp parallel num_threads(wanted)
#pragma omp master
    count = omp_get_num_threads();
    return count == wanted;
}

/* Of the share of a thread that is held up nothing else waits. */
Test(parallel, who_is_done_helps)
{
    race r = {0};
    if (!has_threads(2))
        cr_skip_test("one thread");
    bb_parallel(PARTS, 1, 2, wait_for_others, &r);
    cr_expect(r.is_helped);
    cr_expect_eq(atomic_load(&r.done), PARTS);
}

/* Teams. */

static void add_up(void *context, int64_t first, int64_t last)
{
    atomic_llong *sum = context;
    for (int64_t i = first; i < last; i++)
        atomic_fetch_add_explicit(sum, i, memory_order_relaxed);
}

static bool adds_up(int threads)
{
    enum { N = 100 };
    atomic_llong sum = 0;
    bb_parallel(N, 1, threads, add_up, &sum);
    return atomic_load(&sum) == N * (N - 1) / 2;
}

static bool flushes(void)
{
    return (bb__float_mode() & bb__float_mode_flushing(0)) != 0;
}

enum { MOST_THREADS = 4 };

/* A part for each thread, none of which ends before all have begun, or the first has given up. */
typedef struct meeting {
    int threads;
    atomic_int here;
    atomic_bool is_over;
    bool is_met;
    bool flushes[MOST_THREADS];
} meeting;

static void meet(void *context, int64_t first, int64_t last)
{
    static const double patience = 1e-3;
    meeting *m = context;
    const double start = seconds();
    (void)last;
    m->flushes[first] = flushes();
    atomic_fetch_add(&m->here, 1);
    if (first == 0) {
        while (atomic_load(&m->here) < m->threads && seconds() - start < patience)
            sched_yield();
        m->is_met = atomic_load(&m->here) == m->threads;
        atomic_store(&m->is_over, true);
    }
    while (!atomic_load(&m->is_over))
        sched_yield();
}

/* Whether so many threads come to a job; each part has the caller's floating-point mode, whoever
 * works on it. */
static bool all_come(int threads)
{
    meeting m = {.threads = threads};
    bb_parallel(threads, 1, threads, meet, &m);
    for (int i = 0; i < threads; i++)
        cr_assert_eq(m.flushes[i], flushes());
    return m.is_met;
}

/* To the first jobs of a team they may not, nor to those of a caller that was kept waiting. */
static bool all_come_in_time(int threads)
{
    enum { SHORT_ONES = 64 }; /* until the caller tries again not to be alone */
    static const double patience = 30;
    const double start = seconds();
    bool have_come = false;
    while (!have_come && seconds() - start < patience) {
        have_come = all_come(threads);
        for (int i = 0; i < SHORT_ONES && !have_come; i++)
            adds_up(threads);
    }
    return have_come;
}

/* Threads that wait look for work for a while and then sleep; whoever sleeps is called. */
Test(parallel, threads_that_sleep_are_called)
{
    if (!has_threads(2))
        cr_skip_test("one thread");
    for (int i = 0; i < 20; i++) {
        cr_assert(all_come_in_time(2), "%d", i);
        nanosleep(&(struct timespec){0, 5000000}, NULL);
    }
}

Test(parallel, threads_have_the_mode_of_their_caller)
{
    if (!has_threads(2))
        cr_skip_test("one thread");
    const unsigned own = bb__float_mode();
    cr_assert(all_come_in_time(2));
    bb__float_mode_set(bb__float_mode_flushing(own));
    cr_assert(all_come_in_time(2));
    bb__float_mode_set(own);
    cr_assert(all_come_in_time(2));
}

/* A thread that is told to do more than it leads threads for gets others. */
Test(parallel, teams_grow)
{
    static const int threads[] = {2, 3, 64, 2, 9, 1, 70};
    for (int i = 2; i <= MOST_THREADS && has_threads(i); i++)
        cr_assert(all_come_in_time(i), "%d threads", i);
    for (int round = 0; round < 3; round++)
        for (size_t i = 0; i < sizeof threads / sizeof threads[0]; i++)
            cr_assert(adds_up(threads[i]), "%d threads", threads[i]);
}

static void *lead(void *context)
{
    bool *fits = context;
    *fits = true;
    for (int i = 0; i < 200; i++)
        *fits = *fits && adds_up(3);
    return NULL;
}

/* Several threads, each with others of its own, which end with it. */
Test(parallel, every_thread_leads_its_own)
{
    enum { LEADERS = 4, ROUNDS = 10 };
    for (int round = 0; round < ROUNDS; round++) {
        pthread_t leaders[LEADERS];
        bool fits[LEADERS];
        for (int i = 0; i < LEADERS; i++)
            cr_assert_eq(pthread_create(&leaders[i], NULL, lead, &fits[i]), 0);
        for (int i = 0; i < LEADERS; i++) {
            pthread_join(leaders[i], NULL);
            cr_assert(fits[i]);
        }
    }
}

static pthread_key_t late;

static void call_late(void *context)
{
    bool *fits = context;
    *fits = adds_up(2);
}

static void *end_with_a_call(void *context)
{
    bool *fits = context;
    *fits = adds_up(2) && pthread_key_create(&late, call_late) == 0 &&
            pthread_setspecific(late, context) == 0;
    return NULL;
}

/* What else ends with a thread, after its team, may call for threads. */
Test(parallel, a_thread_that_ends_may_call)
{
    bool fits = false;
    pthread_t thread;
#ifdef __clang__
    cr_skip_test("with Clang's OpenMP no call of OpenMP is possible then");
#endif
    cr_assert_eq(pthread_create(&thread, NULL, end_with_a_call, &fits), 0);
    pthread_join(thread, NULL);
    cr_assert(fits);
}

/* What the address sanitizer has put around its frame nobody would take away. */
__attribute__((no_sanitize_address)) static void *call_until_cancelled(void *context)
{
    for (;;) {
        adds_up(3);
        atomic_store((atomic_bool *)context, true);
        pthread_testcancel();
    }
    return NULL;
}

/* It ends between calls, whatever they wait for. */
Test(parallel, a_caller_can_be_cancelled)
{
    for (int round = 0; round < 10; round++) {
        atomic_bool has_begun = false;
        pthread_t thread;
        cr_assert_eq(pthread_create(&thread, NULL, call_until_cancelled, &has_begun), 0);
        while (!atomic_load(&has_begun))
            nanosleep(&(struct timespec){0, 100000}, NULL);
        pthread_cancel(thread);
        pthread_join(thread, NULL);
    }
}

/* Asked at exit: who was forked has lost the threads whose memory it still has. */
int __lsan_is_turned_off(void);
static bool is_forked;

int __lsan_is_turned_off(void)
{
    return is_forked;
}

/* A process that was forked has lost them, and gets its own; it is forked once all have come, for
 * the address sanitizer's allocator does not bear it while they do. It exits as others do: after
 * _exit Clang's OpenMP would leave a file of shared memory under its number, at which the next
 * process of that number fails. */
Test(parallel, a_forked_process_has_its_own)
{
    if (!has_threads(2))
        cr_skip_test("one thread");
    cr_assert(all_come_in_time(2));
    const pid_t child = fork();
    cr_assert_geq(child, 0);
    is_forked = child == 0;
    if (is_forked)
        exit(adds_up(2) && adds_up(3) ? 0 : 1);
    int status = -1;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    cr_assert(adds_up(2));
}

/* Judging. */

static void sleep_long(void *context, int64_t first, int64_t last)
{
    (void)context, (void)first, (void)last;
    nanosleep(&(struct timespec){0, 20000000}, NULL);
}

/* Asleep, as one whose core is another's, it has not worked, whatever the clock says; which is
 * looked at once a job was long. On a busy machine the one before may have been held up itself, and
 * the next be run alone. */
Test(parallel, a_caller_that_is_held_up_goes_on_alone)
{
    if (!has_threads(2))
        cr_skip_test("one thread");
    cr_expect(all_come_in_time(2));
    static const double patience = 30;
    const double start = seconds();
    bool is_alone = false;
    for (int jobs = 2; !is_alone && seconds() - start < patience; jobs = 5 - jobs) {
        for (int job = 0; job < jobs; job++)
            bb_parallel(2, 1, 2, sleep_long, NULL);
        is_alone = !all_come(2);
    }
    cr_expect(is_alone);
}
