/* SPDX-License-Identifier: MIT */
/* The memory plan of sections: where, within a strip's memory, each local value lies. */
#include "plan.h"

/* Whether a root has a place in the slot, which is free after v's unit. */
static bool dies(const bb__planner *p, int root, int v)
{
    const bb__ir *ir = p->ir;
    return ir->local[root] && p->placed[root] && p->last_read[root] >= 0 &&
           ir->unit[ir->order[p->last_read[root]]] == ir->unit[v];
}

/* Over an operand, or in a place of its own. */
static bool place_local(bb__planner *p, int v, bb__blocks *slot)
{
    bb__place *place = &p->plan->places[v];
    const int root = bb__to_overwrite(p, v, dies);
    place->home = BB__SLOT;
    p->placed[v] = true;
    if (root < 0)
        return bb__blocks_take(slot, (size_t)bb__local_bytes(p->ir, v), &place->offset);
    place->offset = p->plan->places[root].offset;
    p->plan->n_inplace++;
    p->placed[root] = false; /* its place is not its own any more */
    return true;
}

/* Places what is local of a unit within a slot, and frees what it was the last to read. */
static bool place_unit_locals(bb__planner *p, int first, int end, bb__blocks *slot)
{
    const bb__ir *ir = p->ir;
    for (int at = first; at < end; at++) {
        const int v = ir->order[at];
        if (ir->local[v] && bb__has_step(p, v) && !place_local(p, v, slot))
            return false;
    }
    for (int at = first; at < end; at++)
        for (int i = 0; bb__has_step(p, ir->order[at]) && i < ir->values[ir->order[at]].n_in; i++) {
            const int root = bb__root_of(ir, ir->values[ir->order[at]].in[i]);
            if (!ir->local[root] || !p->placed[root] || p->last_read[root] >= end)
                continue;
            p->placed[root] = false;
            if (!bb__blocks_give(slot, p->plan->places[root].offset,
                                 (size_t)bb__local_bytes(ir, root)))
                return false;
        }
    return true;
}

bool bb__place_locals(bb__planner *p, int first, int end)
{
    const bb__ir *ir = p->ir;
    bb__blocks slot = {0};
    bool fits = true;
    for (int at = first, stop; fits && at < end; at = stop) {
        stop = bb__end_of_unit(ir, at);
        fits = place_unit_locals(p, at, stop, &slot);
    }
    for (int at = first; at < end; at++)
        p->plan->slot_bytes[ir->order[at]] = slot.top;
    bb__blocks_free(&slot);
    return fits;
}

bool bb__place_slots(bb__planner *p, int first, int end, bb__block *slots_out)
{
    const bb__ir *ir = p->ir;
    const size_t bytes = p->plan->slot_bytes[ir->order[first]];
    const size_t slots = (size_t)bb__strip_slots(ir->strips[ir->order[first]]);
    if (bytes > SIZE_MAX / slots)
        return false;
    slots_out->size = bytes * slots;
    if (!bb__blocks_take(&p->blocks, slots_out->size, &slots_out->offset))
        return false;
    for (int at = first; at < end; at++) {
        bb__place *place = &p->plan->places[ir->order[at]];
        place->offset += place->home == BB__SLOT ? slots_out->offset : 0;
    }
    return true;
}
