/* SPDX-License-Identifier: MIT */
/* Processes that end just after their first work: no thread that stands by may keep one from its
 * end, or crash it there. What goes wrong may do so once in a thousand times, when processors are
 * busy, so many processes run, a few at once. */
#include <bibun/parallel.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 64, AT_ONCE = 4, PARTS = 16 };

/* Asked at exit: in a forked process the leak sanitizer does not see what Clang's OpenMP keeps. */
int __lsan_is_turned_off(void);

int __lsan_is_turned_off(void)
{
    return true;
}

typedef struct work {
    pthread_t caller;
    atomic_int done, by_others;
    bool waits; /* the caller in its first part, so that others would come */
} work;

static void count(void *context, int64_t first, int64_t last)
{
    work *w = context;
    atomic_fetch_add(&w->done, (int)(last - first));
    if (!pthread_equal(pthread_self(), w->caller))
        atomic_fetch_add(&w->by_others, 1);
    else if (w->waits && first == 0)
        nanosleep(&(struct timespec){0, 2000000}, NULL);
}

static void do_work(work *w, int threads, bool waits)
{
    *w = (work){.caller = pthread_self(), .waits = waits};
    bb_parallel(PARTS, 1, threads, count, w);
    if (atomic_load(&w->done) != PARTS)
        _exit(2);
}

/* Registered before there is a thread, it runs once they have gone. */
static void work_late(void)
{
    work w;
    do_work(&w, 2, true);
    if (atomic_load(&w.by_others) > 0)
        _exit(3);
}

static void work_and_exit(int kind)
{
    work w;
    if (kind % 2 == 1 && atexit(work_late) != 0)
        _exit(4);
    do_work(&w, 2 + kind / 2, false);
    exit(0);
}

int main(void)
{
    int failed = 0;
    for (int round = 0; round < ROUNDS; round++) {
        pid_t children[AT_ONCE];
        for (int i = 0; i < AT_ONCE; i++) {
            children[i] = fork();
            if (children[i] == 0)
                work_and_exit(i);
        }
        for (int i = 0; i < AT_ONCE; i++) {
            int status = -1;
            if (waitpid(children[i], &status, 0) != children[i] || status != 0) {
                fprintf(stderr, "process %d of round %d: status %#x\n", i, round, (unsigned)status);
                failed++;
            }
        }
    }
    return failed > 0;
}
