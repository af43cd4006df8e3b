/* SPDX-License-Identifier: MIT */
/* Private to plan*.c: what is known while memory is planned. */
#ifndef BIBUN_PLAN_H
#define BIBUN_PLAN_H

#include "engine.h"

typedef struct bb__planner {
    const bb__ir *ir;
    bb__plan *plan;
    bb__blocks blocks;
    bb__blocks *pool; /* of the branch whose values are being placed; else NULL */
    int *uses;        /* by owner: steps that still read its memory */
    int *last_read;   /* by owner: the last place in the order that reads it */
    bool *placed;     /* by value: a host, or a local value, that has its memory */
    bool *is_host;    /* by value: others lie in its memory */
    bool *pooled;     /* by value: lives in one branch, and in its pool */
} bb__planner;

static inline int bb__root_of(const bb__ir *ir, int v)
{
    return ir->values[v].root;
}

/* The value whose memory holds v's root. */
static inline int bb__owner_of(const bb__ir *ir, int v)
{
    const int root = bb__root_of(ir, v);
    return ir->host[root] >= 0 ? ir->host[root] : root;
}

static inline bool bb__has_step(const bb__planner *p, int v)
{
    return bb__is_computed(p->ir, v) && !p->plan->stored[v];
}

/* plan.c: places the values at `first` to `end` - 1 of the order, which are computed together. What
 * they read, if it is pooled or if it is not, is free after place `last`. */
bool bb__plan_together(bb__planner *p, int first, int end, int last, bool pooled);
/* Counts that v has read its operands, those that are pooled or those that are not, and after place
 * `at` frees what nobody reads any more, also of v itself. */
bool bb__release_operands(bb__planner *p, int v, int at, bool pooled);

/* Whether the memory of `root`, which v's unit reads, is free after it. */
typedef bool (*bb__dies_fn)(const bb__planner *p, int root, int v);
/* plan.c: what v may be written over of what it or, where it is elementwise, members of its unit
 * before it read; -1. */
int bb__to_overwrite(const bb__planner *p, int v, bb__dies_fn dies);

/* plan_branches.c: the same for a fork, at `first` to `end` - 1 of the order. */
bool bb__plan_fork(bb__planner *p, int first, int end);

/* plan_locals.c: places the locals of the section at `first` to `end` - 1 of the order within a
 * slot. */
bool bb__place_locals(bb__planner *p, int first, int end);
/* Takes memory for the section's slots, one for each strip that is computed at a time. */
bool bb__place_slots(bb__planner *p, int first, int end, bb__block *slots_out);

#endif
