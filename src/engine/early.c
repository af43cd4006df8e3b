/* SPDX-License-Identifier: MIT */
/* Which values are early: what may find fault with its data and what that needs, so that a run that
 * fails has changed no parameter. */
#include "engine.h"

/* Whether the index of v, which faults at nothing else, was found within its bounds by a value
 * before; bounds[i] is the narrowest that value i was checked for so far. */
static bool is_checked(const bb__ir *ir, int v, int64_t *bounds)
{
    enum { MOST = 8 };
    const bb__value *value = &ir->values[v];
    bb_type in[MOST];
    if (!value->op->index || value->n_in > MOST)
        return false;
    for (int i = 0; i < value->n_in; i++)
        in[i] = ir->values[value->in[i]].type;
    int64_t bound;
    const int operand = value->op->index(value->attrs, in, &bound);
    if (operand < 0 || operand >= value->n_in) /* an op may say what cannot be */
        return false;
    int64_t *narrowest = &bounds[value->in[operand]];
    if (*narrowest <= bound)
        return true;
    *narrowest = bound;
    return false;
}

bool bb__mark_early(bb__ir *ir)
{
    int64_t *bounds = bb_memory_zeroed(ir->count, sizeof *bounds);
    ir->early = bb_memory_zeroed(ir->count, sizeof *ir->early);
    if (!bounds || !ir->early) {
        bb_memory_release(bounds);
        return false;
    }
    for (size_t v = 0; v < ir->count; v++)
        bounds[v] = INT64_MAX;
    for (int v = 0; v < (int)ir->count; v++) {
        const bb_op *op = ir->needed[v] ? ir->values[v].op : NULL;
        ir->early[v] = op && op->may_fault && !is_checked(ir, v, bounds);
    }
    for (int v = (int)ir->count - 1; v >= 0; v--)
        for (int i = 0; ir->early[v] && i < ir->values[v].n_in; i++)
            ir->early[ir->values[v].in[i]] = true;
    bb_memory_release(bounds);
    return true;
}
