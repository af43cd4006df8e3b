/* SPDX-License-Identifier: MIT */
/* The memory plan of sections: where, within a strip's memory, each local value lies. */
#include "plan.h"

/* Places what is local of a unit within a slot, and frees what it was the last to read. */
static bool place_unit_locals(bb__planner *p, int first, int end, bb__blocks *slot)
{
    const bb__ir *ir = p->ir;
    for (int at = first; at < end; at++) {
        const int v = ir->order[at];
        bb__place *place = &p->plan->places[v];
        if (!ir->local[v] || !bb__has_step(p, v))
            continue;
        place->home = BB__SLOT;
        p->placed[v] = true;
        if (!bb__blocks_take(slot, (size_t)bb__local_bytes(ir, v), &place->offset))
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

bool bb__place_locals(bb__planner *p, int first, int end, bb__block *slots_out)
{
    const bb__ir *ir = p->ir;
    const size_t slots = (size_t)bb__strip_slots(ir->strips[ir->order[first]]);
    bb__blocks slot = {0};
    bool fits = true;
    for (int at = first, stop; fits && at < end; at = stop) {
        stop = bb__end_of_unit(ir, at);
        fits = place_unit_locals(p, at, stop, &slot);
    }
    fits = fits && slot.top <= SIZE_MAX / slots;
    slots_out->size = fits ? slot.top * slots : 0;
    fits = fits && bb__blocks_take(&p->blocks, slots_out->size, &slots_out->offset);
    for (int at = first; fits && at < end; at++) {
        bb__place *place = &p->plan->places[ir->order[at]];
        p->plan->slot_bytes[ir->order[at]] = slot.top;
        place->offset += place->home == BB__SLOT ? slots_out->offset : 0;
    }
    bb__blocks_free(&slot);
    return fits;
}
