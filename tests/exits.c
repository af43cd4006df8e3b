/* SPDX-License-Identifier: MIT */
/* Processes that end just after their first work: no thread that stands by may keep one from its
 * end, or crash it there. What goes wrong does so once in hundreds, when processors are busy, so
 * many processes run, a few at once. */
#include <bibun/parallel.h>

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 64, AT_ONCE = 4, PARTS = 16 };

static atomic_int done;

static void count(void *context, int64_t first, int64_t last)
{
    (void)context;
    atomic_fetch_add(&done, (int)(last - first));
}

/* Registered before there is a thread, it runs once they have gone: its work is done alone. */
static void work_late(void)
{
    atomic_store(&done, 0);
    bb_parallel(PARTS, 1, 2, count, NULL);
    if (atomic_load(&done) != PARTS)
        _exit(2);
}

static void work_and_exit(int kind)
{
    if (kind % 2 == 1 && atexit(work_late) != 0)
        _exit(3);
    bb_parallel(PARTS, 1, 2 + kind / 2, count, NULL);
    exit(atomic_load(&done) == PARTS ? 0 : 1);
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
