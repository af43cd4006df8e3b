/* SPDX-License-Identifier: MIT */
/* Private to branches.c and forks.c: stretches of the order in which forks are sought. */
#ifndef BIBUN_FORKS_H
#define BIBUN_FORKS_H

#include "engine.h"

enum { BB__STRETCH = 1024 }; /* units at most */

/* Neighbouring units that may all be computed beside others, and which of them must not be at the
 * same time: the pairs of unit i are edges[pairs[i]] to edges[pairs[i + 1] - 1], all smaller. */
typedef struct bb__stretch {
    int n;
    int *first;      /* of each unit its first value */
    double *seconds; /* how long it takes one thread */
    int *pairs, *edges;
    size_t n_edges, capacity;
} bb__stretch;

/* Units first to end - 1, in branches: by unit of the stretch. */
typedef struct bb__fork_range {
    int first, end;
    double gain; /* seconds, with two threads */
} bb__fork_range;

/* forks.c: the forks that pay, by place, none over another, into `ranges`, which has room for
 * BB__STRETCH; returns how many. With `all`, any that has two branches. */
int bb__find_forks(const bb__stretch *s, bool all, bb__fork_range *ranges);

/* Which units may as well be last, since they lead to no large one: the gradients of weights. They
 * are large themselves, or need such a one. */
void bb__find_late(const bb__stretch *s, bool *late);

/* Sets branch[i - first] for the units of a fork, in 0 .. the number that it returns - 1, and what
 * there is to do. Branches are put together until each is worth a thread's asking, and they are few
 * enough for each to have memory of its own. */
int bb__number_branches(const bb__stretch *s, bb__fork_range range, bool all, int *branch,
                        bb__fork_work *work_out);

#endif
