/* SPDX-License-Identifier: MIT */
/* Binding: from values and places to a program with addresses, so that a run only follows pointers:
 * where feeds go, what is written, what dies when. */
#include "bind.h"

#include <limits.h>

static bool make_entries(bb__binder *b)
{
    const bb__ir *ir = b->ir;
    bb_program *p = b->program;
    int n = 0;
    for (size_t v = 0; v < ir->count; v++) {
        bool wanted = ir->needed[v] && ir->values[v].kind == BB_NODE_INPUT && !ir->values[v].op;
        b->entry_of[v] = wanted ? n++ : -1;
    }
    p->entries = bb__bind_take(b, (size_t)n, sizeof *p->entries);
    b->slots = bb__bind_take(b, (size_t)n, sizeof *b->slots);
    if (!p->entries || !b->slots)
        return false;
    p->n_entries = n;
    for (size_t v = 0; v < ir->count; v++)
        if (b->entry_of[v] >= 0)
            p->entries[b->entry_of[v]].node = ir->values[v].node;
    for (int at = 0; at < ir->n_order; at++) {
        const bb__value *value = &ir->values[ir->order[at]];
        for (int i = 0; bb__is_run(b, ir->order[at]) && i < value->n_in; i++) {
            int entry = b->entry_of[ir->values[value->in[i]].root];
            if (entry >= 0)
                p->entries[entry].n_slots++;
        }
    }
    for (int i = 0; i < n; i++)
        if (!(p->entries[i].slots =
                  bb__bind_take(b, (size_t)p->entries[i].n_slots, sizeof(bb__slot))))
            return false;
    return true;
}

/* Where memory dies, for poisoning, in the order of the steps: counts by step, then their sums,
 * then places. */
static bool note_deaths(bb__binder *b)
{
    const bb__ir *ir = b->ir;
    bb_program *p = b->program;
    size_t n = (size_t)ir->n_order;
    p->deaths = bb__bind_take(b, n, sizeof *p->deaths);
    int *step_at = bb__bind_take(b, n, sizeof *step_at),
        *first = bb__bind_take(b, n + 2, sizeof *first);
    if (!p->deaths || !step_at || !first)
        return false;
    for (int at = 0, k = -1; at < ir->n_order; at++)
        step_at[at] = k += bb__is_step(b, ir->order[at]);
    for (int pass = 0; pass < 2; pass++) {
        for (int at = 0; at < ir->n_order; at++) {
            int v = ir->order[at];
            const bb__place *place = &b->plan->places[v];
            if (!bb__is_run(b, v) || ir->inner[v] || place->home != BB__ARENA ||
                place->last == INT_MAX)
                continue;
            int step = step_at[place->last];
            if (pass == 0)
                first[step + 1]++;
            else
                p->deaths[first[step]++] =
                    (bb__death){step, p->memory + place->offset, bb__bytes(ir->values[v].type)};
        }
        for (int k = 0; pass == 0 && k < p->n_steps; k++)
            first[k + 1] += first[k];
    }
    p->n_deaths = p->n_steps ? first[p->n_steps - 1] : 0;
    return true;
}

static void write_to(bb_program *p, bb_tensor *tensor)
{
    if (tensor && bb_tensor_bytes(tensor))
        p->written[p->n_written++] = (bb__region){bb_tensor_data(tensor), bb_tensor_bytes(tensor)};
}

/* What a feed must not lie in. */
static bool note_written(bb__binder *b)
{
    const bb__ir *ir = b->ir;
    bb_program *p = b->program;
    int stores = 0;
    for (int at = 0; at < ir->n_order; at++)
        stores += ir->values[ir->order[at]].op->is_store;
    p->written = bb__bind_take(b, (size_t)(stores + p->n_outputs), sizeof *p->written);
    if (!p->written)
        return false;
    for (int i = 0; i < p->n_outputs; i++)
        write_to(p, p->outputs[i]);
    for (int at = 0; at < ir->n_order; at++) {
        const bb__value *value = &ir->values[ir->order[at]];
        if (value->op->is_store)
            write_to(p, ir->values[ir->values[value->in[0]].root].tensor);
    }
    return true;
}

/* Parameters and constants must outlive the graph's use of them. */
static bool retain_tensors(bb__binder *b)
{
    const bb__ir *ir = b->ir;
    bb_program *p = b->program;
    p->retained = bb__bind_take(b, ir->count, sizeof *p->retained);
    for (size_t v = 0; p->retained && v < ir->count; v++)
        if (ir->needed[v] && ir->values[v].tensor)
            p->retained[p->n_retained++] = bb_tensor_retain(ir->values[v].tensor);
    return p->retained != NULL;
}

static bool share_outputs(bb__binder *b)
{
    bb_program *p = b->program;
    size_t n = (size_t)b->ir->n_outputs;
    p->outputs = bb__bind_take(b, n, sizeof *p->outputs);
    p->output_nodes = bb__bind_take(b, n, sizeof *p->output_nodes);
    if (!p->outputs || !p->output_nodes)
        return false;
    for (size_t i = 0; i < n; i++)
        p->outputs[i] = bb_tensor_retain(b->plan->outputs[i]);
    p->n_outputs = (int)n;
    return true;
}

bb_program *bb__bind(const bb__ir *ir, const bb__plan *plan)
{
    bb_program *p = bb_memory_zeroed(1, sizeof *p);
    if (!p)
        return NULL;
    bb__binder b = {.ir = ir, .plan = plan, .program = p};
    p->graph = ir->graph;
    bb__graph_retain(p->graph);
    p->poison = ir->options.poison;
    p->memory_bytes = plan->arena_bytes;
    p->memory = bb__new_aligned(plan->arena_bytes ? plan->arena_bytes : 1);
    b.entry_of = bb_memory_zeroed(ir->count, sizeof *b.entry_of);
    bool fits = p->memory && b.entry_of && make_entries(&b) && bb__make_steps(&b) &&
                note_deaths(&b) && retain_tensors(&b) && share_outputs(&b) && note_written(&b);
    bb_memory_release(b.entry_of);
    if (!fits)
        return bb_program_free(p), NULL;
    p->stats.nodes = ir->n_nodes;
    p->stats.merged = ir->n_merged;
    p->stats.folded = ir->n_folded;
    p->stats.fused = ir->n_fused;
    p->stats.steps = p->n_steps;
    p->stats.inplace = plan->n_inplace;
    p->stats.peak_bytes = plan->arena_bytes;
    p->stats.value_bytes = plan->value_bytes;
    bb_program_set_threads(p, bb_thread_count());
    return p;
}
