/* SPDX-License-Identifier: MIT */
/* Private to the kernels: threads that stand by for what one of them has to do. */
#ifndef BIBUN_TEAM_H
#define BIBUN_TEAM_H

#include "kernels.h"

/* A range that is run in parts of `grain`. */
typedef struct bb__job {
    int64_t n, grain;
    bb_range_fn range;
    void *context;
} bb__job;

static inline int64_t bb__job_parts(const bb__job *j)
{
    return (j->n - 1) / j->grain + 1;
}

typedef struct bb__team bb__team;

/* The team that the calling thread leads, of so many threads or more, itself among them; made when
 * it is first asked for, and ended with the thread. A smaller one or NULL where no other can be
 * had. */
bb__team *bb__team_of_caller(int threads);

/* Runs all parts of the job, by the caller, who leads, and up to threads - 1 others; returns when
 * the caller has nothing more to do than to wait for them, which it then must. */
void bb__team_work(bb__team *team, const bb__job *job, int threads);
void bb__team_wait(bb__team *team, int threads);

/* Both by the caller alone, whether it leads a team or not. */
void bb__job_run_alone(const bb__job *job);

/* Whether the calling thread is in a part of a job. */
bool bb__is_at_work(void);

#endif
