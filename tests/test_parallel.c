/* SPDX-License-Identifier: MIT */
/* Ranges in parts: each once, whoever works on it, by threads that help one another, or by the
 * caller alone. */
#include "kernels.h"

#include <criterion/criterion.h>
#include <omp.h>
#include <stdatomic.h>
#include <time.h>

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

/* Also by more threads than there are shares. */
Test(parallel, covers_a_range_once_in_parts_of_the_grain)
{
    static const int64_t sizes[] = {0, 1, 9, 10, 11, 1000, 1005};
    static const int counts[] = {0, 1, 2, 3, 4, 64, 70};
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++)
        for (size_t t = 0; t < sizeof counts / sizeof counts[0]; t++) {
            unsigned char covered[1005] = {0};
            parts p = {sizes[s], 10, covered, true};
            bb__parallel(p.n, p.grain, counts[t], cover, &p);
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
        bb__parallel(PLACES, 1, PLACES, note_slot, slots[i]);
        slots[i][PLACES + 1] = bb__thread_slot();
    }
}

/* A call within a range goes on alone and has scratch memory for one thread. */
Test(parallel, slots_are_below_the_threads_of_their_call)
{
    int slots[PLACES][PLACES + 2];
    bb__parallel(PLACES, 1, PLACES, call_again, slots);
    for (int i = 0; i < PLACES; i++) {
        const int own = slots[i][PLACES];
        cr_assert(own >= 0 && own < PLACES, "%d", own);
        cr_assert_eq(slots[i][PLACES + 1], own);
        for (int k = 0; k < PLACES; k++)
            cr_assert_eq(slots[i][k], 0, "%d in a call by %d", slots[i][k], own);
    }
}

Test(parallel, names_a_number_of_threads)
{
    cr_assert_geq(bb__thread_count(), 1);
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

static bool has_two_threads(void)
{
    int count = 1;
#pragma omp parallel num_threads(2)
#pragma omp master
    count = omp_get_num_threads();
    return count == 2;
}

/* Of the share of a thread that is held up nothing else waits. */
Test(parallel, who_is_done_helps)
{
    race r = {0};
    if (!has_two_threads())
        cr_skip_test("one thread");
    bb__parallel(PARTS, 1, 2, wait_for_others, &r);
    cr_expect(r.is_helped);
    cr_expect_eq(atomic_load(&r.done), PARTS);
}

/* Judging. */

static void sleep_long(void *context, int64_t first, int64_t last)
{
    (void)context, (void)first, (void)last;
    nanosleep(&(struct timespec){0, 20000000}, NULL);
}

static void note_region(void *context, int64_t first, int64_t last)
{
    bool *is_alone = context;
    for (int64_t i = first; i < last; i++)
        is_alone[i] = !omp_in_parallel();
}

/* Asleep, as one whose core is another's, it has not worked, whatever the clock says; which is
 * looked at once a region was long. */
Test(parallel, a_caller_that_is_held_up_goes_on_alone)
{
    bool is_alone[2] = {false};
    for (int region = 0; region < 2; region++)
        bb__parallel(2, 1, 2, sleep_long, NULL);
    bb__parallel(2, 1, 2, note_region, is_alone);
    cr_expect(is_alone[0] && is_alone[1]);
}
