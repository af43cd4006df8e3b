/* SPDX-License-Identifier: MIT */
/* Private to plan*.c: what is known while memory is planned. */
#ifndef BIBUN_PLAN_H
#define BIBUN_PLAN_H

#include "engine.h"

typedef struct bb__planner {
    const bb__ir *ir;
    bb__plan *plan;
    bb__blocks blocks;
    int *uses;      /* by owner: steps that still read its memory */
    int *last_read; /* by owner: the last place in the order that reads it */
    int *store_of;  /* by value: a store of it; -1 */
    bool *placed;   /* by value: a host, or a local value, that has its memory */
} bb__planner;

static inline int bb__root_of(const bb__ir *ir, int v)
{
    return ir->values[v].root;
}

static inline bool bb__has_step(const bb__planner *p, int v)
{
    return bb__is_computed(p->ir, v) && !p->plan->stored[v];
}

/* plan_locals.c: memory for the locals of the section at `first` to `end` - 1 of the order, a slot
 * for each strip that is computed at a time: its start and its size. */
bool bb__place_locals(bb__planner *p, int first, int end, bb__block *slots_out);

#endif
