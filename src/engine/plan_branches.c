/* SPDX-License-Identifier: MIT */
/* The memory plan of forks: what lives in one branch has memory that the other branches never use
 * while they run, its pool; everything else that a fork reads is free after all of it. */
#include "plan.h"

static bool is_together(const bb__ir *ir, int a, int b)
{
    return ir->fork[a] == ir->fork[b] && ir->branch[a] == ir->branch[b];
}

/* Values of the fork that only their own branch reads. Hosts and what lies in them are none, since
 * other branches may write there, too. */
static void find_pooled(bb__planner *p, int first, int end)
{
    const bb__ir *ir = p->ir;
    for (int at = first; at < end; at++) {
        const int v = ir->order[at];
        p->pooled[v] = bb__has_step(p, v) && ir->host[v] < 0 && !p->placed[v] &&
                       p->plan->places[v].home == BB__ARENA && !p->is_host[v] &&
                       p->last_read[v] < end;
    }
    for (int at = first; at < end; at++)
        for (int i = 0; i < ir->values[ir->order[at]].n_in; i++) {
            const int owner = bb__owner_of(ir, ir->values[ir->order[at]].in[i]);
            if (!is_together(ir, owner, ir->order[at]))
                p->pooled[owner] = false;
        }
}

/* Places a branch of a fork whose last place is `last`, first as if its pool began at 0. */
static bool place_branch(bb__planner *p, int first, int end, int last, bb__block *pool_out)
{
    const bb__ir *ir = p->ir;
    bb__blocks pool = {0};
    bool fits = true;
    p->pool = &pool;
    for (int at = first, stop; fits && at < end; at = stop) {
        stop = bb__end_of_unit(ir, at);
        fits = bb__plan_together(p, at, stop, last, true);
    }
    p->pool = NULL;
    pool_out->size = fits ? pool.top : 0;
    fits = fits && bb__blocks_take(&p->blocks, pool_out->size, &pool_out->offset);
    for (int at = first; fits && at < end; at++) {
        bb__place *place = &p->plan->places[ir->order[at]];
        if (p->pooled[ir->order[at]] && place->home == BB__ARENA)
            place->offset += pool_out->offset;
        p->plan->scratch[at] += pool_out->offset;
    }
    bb__blocks_free(&pool);
    return fits;
}

bool bb__plan_fork(bb__planner *p, int first, int end)
{
    const bb__ir *ir = p->ir;
    bb__block *pools = bb_memory_zeroed((size_t)(end - first), sizeof *pools);
    bool fits = pools != NULL;
    int n = 0;
    if (fits)
        find_pooled(p, first, end);
    for (int at = first, stop; fits && at < end; at = stop) {
        stop = bb__end_of_branch(ir, at);
        fits = place_branch(p, at, stop, end - 1, &pools[n++]);
    }
    for (int at = first; fits && at < end; at++)
        fits = !bb__has_step(p, ir->order[at]) ||
               bb__release_operands(p, ir->order[at], end - 1, false);
    for (int i = 0; fits && i < n; i++)
        fits = bb__blocks_give(&p->blocks, pools[i].offset, pools[i].size);
    bb_memory_release(pools);
    return fits;
}
