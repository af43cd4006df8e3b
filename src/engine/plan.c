/* SPDX-License-Identifier: MIT */
/* The memory plan: every root's place, found by walking the order once, unit by unit, and counting
 * uses.
 *
 * A value's memory is free for others after its last use, views included. A value may take over an
 * input's memory when this is the input's last use; a value that is to be stored is computed
 * straight into its parameter when nobody reads the old numbers later. Outputs live in
 * tensors of their own. */
#include "plan.h"

#include <limits.h>

/* The place in the order after the section that begins at `at`. */
static int end_of_section(const bb__ir *ir, int at)
{
    int section = ir->section[ir->order[at]], end = at + 1;
    while (end < ir->n_order && ir->section[ir->order[end]] == section)
        end++;
    return end;
}

static void count_uses(bb__planner *p)
{
    const bb__ir *ir = p->ir;
    for (size_t v = 0; v < ir->count; v++) {
        p->last_read[v] = -1;
        if (ir->host[v] >= 0)
            p->is_host[ir->host[v]] = true;
    }
    for (int at = 0; at < ir->n_order; at++) {
        const bb__value *value = &ir->values[ir->order[at]];
        if (!bb__is_computed(ir, ir->order[at]))
            continue;
        for (int i = 0; i < value->n_in; i++) {
            int owner = bb__owner_of(ir, value->in[i]);
            p->uses[owner]++;
            if (!value->op->is_store || i != 0)
                p->last_read[owner] = at;
        }
    }
}

/* Of the unit of v, in which a head runs before all others, also before maps with lower numbers. */
static bool runs_after(const bb__ir *ir, int member, int v)
{
    return v == ir->unit[v] ? member != v : member > v;
}

/* Whether v may be written element by element over `root`: each input of its unit that lies there
 * is the whole of it, in row-major order, no later member reads it, and of strips each reads only
 * what it writes over itself. */
static bool may_overwrite(const bb__ir *ir, int v, int root)
{
    const size_t bytes = bb__bytes(ir->values[v].type);
    for (int member = ir->unit[v]; member >= 0; member = ir->next[member]) {
        const bb__value *value = &ir->values[member];
        for (int i = 0; i < value->n_in; i++) {
            const bb__value *in = &ir->values[value->in[i]];
            bool may = !value->op->forward || (value->op->inplace >> i & 1u);
            may = may && (ir->strips[member] == 1 || bb__rowwise(ir, member) >> i & 1U);
            if (in->root == root && (!may || runs_after(ir, member, v) || !in->contiguous ||
                                     in->layout.offset != 0 || bb__bytes(in->type) != bytes))
                return false;
        }
    }
    return true;
}

/* The place of a parameter that v may be computed into. */
static bool store_in_place(bb__planner *p, int v, int at)
{
    const bb__ir *ir = p->ir;
    int store = ir->spared[v];
    if (store < 0 || ir->options.no_inplace || bb__root_of(ir, v) != v || ir->early[v])
        return false; /* what is early is computed before a fault */
    int param = bb__root_of(ir, ir->values[store].in[0]);
    if (p->last_read[param] > at || !may_overwrite(ir, v, param))
        return false;
    p->plan->stored[store] = true;
    p->plan->n_inplace++;
    p->plan->places[v] =
        (bb__place){.home = BB__TENSOR, .tensor = ir->values[param].tensor, .last = INT_MAX};
    return true;
}

static int uses_in_unit(const bb__ir *ir, int unit, int root)
{
    int n = 0;
    for (int member = unit; member >= 0; member = ir->next[member])
        for (int i = 0; i < ir->values[member].n_in; i++)
            n += bb__root_of(ir, ir->values[member].in[i]) == root;
    return n;
}

/* Whether a unit finds this root in memory: from before, or from its head. */
static bool is_outer(const bb__ir *ir, int root, int unit)
{
    return ir->values[root].op &&
           (ir->unit[root] != unit || (root == unit && !bb__tile_of(ir, &ir->values[root])));
}

/* Where scratch memory comes from, and a value's memory. */
static bb__blocks *scratch_blocks(bb__planner *p)
{
    return p->pool ? p->pool : &p->blocks;
}

static bb__blocks *blocks_of(bb__planner *p, int v)
{
    return p->pooled[v] ? p->pool : &p->blocks;
}

/* An operand of `reader`, which is v or a member of its unit before it, that v may be written over,
 * where `dies` says so of it; -1. */
static int dying_operand(const bb__planner *p, int v, int reader, bb__dies_fn dies)
{
    const bb__ir *ir = p->ir;
    const bb__value *reading = &ir->values[reader];
    for (int i = 0; i < reading->n_in; i++) {
        const int root = bb__root_of(ir, reading->in[i]);
        if (is_outer(ir, root, ir->unit[v]) &&
            bb__bytes(ir->values[root].type) == bb__bytes(ir->values[v].type) && dies(p, root, v) &&
            may_overwrite(ir, v, root))
            return root;
    }
    return -1;
}

int bb__to_overwrite(const bb__planner *p, int v, bb__dies_fn dies)
{
    const bb__ir *ir = p->ir;
    if (ir->options.no_inplace || ir->options.no_reuse)
        return -1;
    int root = dying_operand(p, v, v, dies);
    for (int m = ir->unit[v]; root < 0 && bb__tile_of(ir, &ir->values[v]) && m >= 0;
         m = ir->next[m])
        if (m < v && bb__tile_of(ir, &ir->values[m]))
            root = dying_operand(p, v, m, dies);
    return root;
}

/* Whether a root has memory of its own, where v's would be, which is free after v's unit. */
static bool dies(const bb__planner *p, int root, int v)
{
    const bb__ir *ir = p->ir;
    return ir->host[root] < 0 && p->plan->places[root].home == BB__ARENA &&
           p->pooled[root] == p->pooled[v] && p->uses[root] == uses_in_unit(ir, ir->unit[v], root);
}

/* Takes over the memory of one of its operands, or of one of an elementwise value's unit, whose
 * earlier members have read it by then. */
static bool take_over_input(bb__planner *p, int v)
{
    const int root = bb__to_overwrite(p, v, dies);
    if (root < 0)
        return false;
    p->plan->places[v] = p->plan->places[root];
    p->plan->n_inplace++;
    p->uses[root] = -1; /* its memory is not its own any more */
    return true;
}

static bool take_block(bb__planner *p, int v)
{
    bb__place *place = &p->plan->places[v];
    p->placed[v] = true;
    place->home = BB__ARENA;
    return bb__blocks_take(blocks_of(p, v), bb__bytes(p->ir->values[v].type), &place->offset);
}

/* Within the owner's memory, which the first of those that lie in it takes. */
static bool place_in_host(bb__planner *p, int v)
{
    const bb__ir *ir = p->ir;
    const int owner = ir->host[v];
    if (p->plan->places[owner].home != BB__TENSOR && !p->placed[owner] && !take_block(p, owner))
        return false;
    p->plan->places[v] = p->plan->places[owner];
    p->plan->places[v].last = INT_MAX; /* it is the owner's memory that dies */
    p->plan->places[v].offset +=
        (size_t)ir->host_offset[v] * bb_dtype_size(ir->values[v].type.dtype);
    return true;
}

static bool place_value(bb__planner *p, int v, int at)
{
    if (p->plan->places[v].home == BB__SLOT)
        return true;
    if (p->ir->host[v] >= 0)
        return place_in_host(p, v);
    return p->plan->places[v].home == BB__TENSOR || p->placed[v] || store_in_place(p, v, at) ||
           take_over_input(p, v) || take_block(p, v);
}

static bool place_scratch(bb__planner *p, int v, int at)
{
    enum { FEW = 8 };
    const bb__ir *ir = p->ir;
    const bb__value *value = &ir->values[v];
    if (!value->op->scratch)
        return true;
    bb_array few[FEW], out = bb__array_of(ir, v, NULL);
    bb_array *in = value->n_in <= FEW ? few : bb_memory_zeroed((size_t)value->n_in, sizeof *in);
    if (!in)
        return false;
    const int strips = ir->strips[v], slots = bb__strip_slots(strips);
    const uint32_t split = strips > 1 ? bb__rowwise(ir, v) : 0;
    for (int i = 0; i < value->n_in; i++) {
        in[i] = bb__array_of(ir, value->in[i], NULL);
        if (strips > 1 && split >> i & 1U)
            in[i].shape.dim[0] /= strips;
    }
    if (strips > 1)
        out.shape.dim[0] /= strips;
    size_t bytes = value->op->scratch(value->attrs, value->n_in, in, &out);
    if (in != few)
        bb_memory_release(in);
    if (bytes > SIZE_MAX - BB__ALIGN || (bytes + BB__ALIGN) > SIZE_MAX / (size_t)slots)
        return false;
    bytes = slots > 1 ? bb__aligned(bytes) * (size_t)slots : bytes;
    p->plan->scratch_bytes[at] = bytes;
    return bytes == 0 || bb__blocks_take(scratch_blocks(p), bytes, &p->plan->scratch[at]);
}

static bool release_scratch(bb__planner *p, int at)
{
    const size_t bytes = p->plan->scratch_bytes[at];
    return bytes == 0 || bb__blocks_give(scratch_blocks(p), p->plan->scratch[at], bytes);
}

/* Gives back the memory of `root` after step `at`. */
static bool retire(bb__planner *p, int root, int at)
{
    bb__place *place = &p->plan->places[root];
    if (!p->ir->values[root].op || place->home != BB__ARENA)
        return true;
    place->last = at;
    return p->ir->options.no_reuse ||
           bb__blocks_give(blocks_of(p, root), place->offset, bb__bytes(p->ir->values[root].type));
}

bool bb__release_operands(bb__planner *p, int v, int at, bool pooled)
{
    const bb__value *value = &p->ir->values[v];
    /* an output, which lives in a tensor */
    const bool is_unread = p->uses[v] == 0 && !p->ir->inner[v] && p->ir->host[v] < 0;
    for (int i = 0; i < value->n_in; i++) {
        int owner = bb__owner_of(p->ir, value->in[i]);
        if (p->pooled[owner] == pooled && p->uses[owner] > 0 && --p->uses[owner] == 0 &&
            !p->ir->inner[owner] && !retire(p, owner, at))
            return false;
    }
    return !is_unread || p->pooled[v] != pooled || retire(p, v, at);
}

/* Places what the order has at `first` to `end` - 1. */
static bool place_together(bb__planner *p, int first, int end)
{
    const bb__ir *ir = p->ir;
    for (int at = first; at < end; at++) {
        int v = ir->order[at];
        if (!bb__has_step(p, v))
            continue;
        p->plan->value_bytes += bb__bytes(ir->values[v].type);
        if (!ir->inner[v] && (!place_value(p, v, at) || !place_scratch(p, v, at)))
            return false;
    }
    return true;
}

/* Frees after place `last` what this was the last to read. */
static bool release_together(bb__planner *p, int first, int end, int last, bool pooled)
{
    for (int at = first; at < end; at++) {
        const int v = p->ir->order[at];
        if (bb__has_step(p, v) &&
            (!bb__release_operands(p, v, last, pooled) || !release_scratch(p, at)))
            return false;
    }
    return true;
}

bool bb__plan_together(bb__planner *p, int first, int end, int last, bool pooled)
{
    return place_together(p, first, end) && release_together(p, first, end, last, pooled);
}

/* The slots lie behind what outlives them. */
static bool plan_section(bb__planner *p, int first, int end)
{
    const bool has_slots = p->ir->strips[p->ir->order[first]] > 1;
    bb__block slots = {0};
    return (!has_slots || bb__place_locals(p, first, end)) && place_together(p, first, end) &&
           (!has_slots || bb__place_slots(p, first, end, &slots)) &&
           release_together(p, first, end, end - 1, false) &&
           bb__blocks_give(&p->blocks, slots.offset, slots.size);
}

static bool walk(bb__planner *p)
{
    const bb__ir *ir = p->ir;
    for (int at = 0, end; at < ir->n_order; at = end) {
        const bool is_fork = ir->fork[ir->order[at]] >= 0;
        end = is_fork ? bb__end_of_fork(ir, at) : end_of_section(ir, at);
        if (!(is_fork ? bb__plan_fork : plan_section)(p, at, end))
            return false;
    }
    p->plan->arena_bytes = p->blocks.top;
    return true;
}

/* Leaves live in tensors or feeds; outputs get tensors of their own, one for each value. */
static bool place_fixed(bb__planner *p)
{
    const bb__ir *ir = p->ir;
    for (size_t v = 0; v < ir->count; v++) {
        const bb__value *value = &ir->values[v];
        p->plan->places[v] = (bb__place){.home = value->tensor                  ? BB__TENSOR
                                                 : value->kind == BB_NODE_INPUT ? BB__FEED
                                                                                : BB__ARENA,
                                         .tensor = value->tensor,
                                         .last = INT_MAX};
    }
    for (int i = 0; i < ir->n_outputs; i++) {
        const bb__value *value = &ir->values[ir->outputs[i]];
        bb__place *place = &p->plan->places[ir->outputs[i]];
        if (value->op->is_effect)
            continue;
        if (!place->tensor) {
            p->plan->outputs[i] = bb_tensor_new(value->type.dtype, value->type.shape);
            if (!p->plan->outputs[i])
                return false;
        } else {
            p->plan->outputs[i] = bb_tensor_retain(place->tensor);
        }
        *place = (bb__place){.home = BB__TENSOR, .tensor = p->plan->outputs[i], .last = INT_MAX};
    }
    return true;
}

bool bb__plan_memory(const bb__ir *ir, bb__plan *plan)
{
    size_t n = ir->count, steps = (size_t)ir->n_order;
    bb__planner p = {
        .ir = ir,
        .plan = plan,
        .uses = bb_memory_zeroed(n, sizeof *p.uses),
        .last_read = bb_memory_zeroed(n, sizeof *p.last_read),
        .placed = bb_memory_zeroed(n, sizeof *p.placed),
        .is_host = bb_memory_zeroed(n, sizeof *p.is_host),
        .pooled = bb_memory_zeroed(n, sizeof *p.pooled),
    };
    plan->places = bb_memory_zeroed(n, sizeof *plan->places);
    plan->stored = bb_memory_zeroed(n, sizeof *plan->stored);
    plan->slot_bytes = bb_memory_zeroed(n, sizeof *plan->slot_bytes);
    plan->scratch = bb_memory_zeroed(steps, sizeof *plan->scratch);
    plan->scratch_bytes = bb_memory_zeroed(steps, sizeof *plan->scratch_bytes);
    plan->outputs = bb_memory_zeroed((size_t)ir->n_outputs, sizeof *plan->outputs);
    bool fits = p.uses && p.last_read && p.placed && p.is_host && p.pooled && plan->places &&
                plan->stored && plan->slot_bytes && plan->scratch && plan->scratch_bytes &&
                plan->outputs;
    if (fits) {
        count_uses(&p);
        fits = place_fixed(&p) && walk(&p);
    }
    bb_memory_release(p.uses);
    bb_memory_release(p.last_read);
    bb_memory_release(p.placed);
    bb_memory_release(p.is_host);
    bb_memory_release(p.pooled);
    bb__blocks_free(&p.blocks);
    return fits;
}

void bb__plan_free(bb__plan *plan, int n_outputs)
{
    for (int i = 0; plan->outputs && i < n_outputs; i++)
        bb_tensor_release(plan->outputs[i]);
    bb_memory_release(plan->places);
    bb_memory_release(plan->stored);
    bb_memory_release(plan->slot_bytes);
    bb_memory_release(plan->scratch);
    bb_memory_release(plan->scratch_bytes);
    bb_memory_release(plan->outputs);
    *plan = (bb__plan){0};
}
