/* SPDX-License-Identifier: MIT */
/* Private to bind.c and bind_steps.c: what is known while a program is made. */
#ifndef BIBUN_BIND_H
#define BIBUN_BIND_H

#include "engine.h"

#include <string.h>

typedef struct bb__binder {
    const bb__ir *ir;
    const bb__plan *plan;
    bb_program *program;
    int *entry_of; /* by value: its entry; -1 */
    int *slots;    /* by entry: slots filled so far */
} bb__binder;

static inline bool bb__is_run(const bb__binder *b, int v)
{
    return bb__is_computed(b->ir, v) && !b->plan->stored[v];
}

/* Whether a step begins with v: the others of its unit are in the same one. */
static inline bool bb__is_step(const bb__binder *b, int v)
{
    return b->ir->unit[v] == v && bb__is_run(b, v);
}

/* From the program's arena, zeroed; NULL when memory runs out. */
static inline void *bb__bind_take(bb__binder *b, size_t count, size_t size)
{
    void *block = bb__arena_take(&b->program->arena, count * size + 1);
    return block ? memset(block, 0, count * size) : NULL;
}

/* bind_steps.c: fills steps, and what feeds they read; false when memory runs out. */
bool bb__make_steps(bb__binder *b);

#endif
