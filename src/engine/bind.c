/* SPDX-License-Identifier: MIT */
/* Binding: from values and places to steps with addresses, so that a run only follows pointers. */
#include "engine.h"

#include <limits.h>
#include <string.h>

typedef struct binder {
    const bb__ir *ir;
    const bb__plan *plan;
    bb_program *program;
    int *entry_of; /* by value: its entry; -1 */
    int *slots;    /* by entry: slots filled so far */
} binder;

static bool is_run(const binder *b, int v)
{
    return bb__is_computed(b->ir, v) && !b->plan->stored[v];
}

/* Whether a step begins with v: the others of its unit are in the same one. */
static bool is_step(const binder *b, int v)
{
    return b->ir->unit[v] == v && is_run(b, v);
}

static void *take(binder *b, size_t count, size_t size)
{
    void *block = bb__arena_take(&b->program->arena, count * size + 1);
    return block ? memset(block, 0, count * size) : NULL;
}

static bool make_entries(binder *b)
{
    const bb__ir *ir = b->ir;
    bb_program *p = b->program;
    int n = 0;
    for (size_t v = 0; v < ir->count; v++) {
        bool wanted = ir->needed[v] && ir->values[v].kind == BB_NODE_INPUT && !ir->values[v].op;
        b->entry_of[v] = wanted ? n++ : -1;
    }
    p->entries = take(b, (size_t)n, sizeof *p->entries);
    b->slots = take(b, (size_t)n, sizeof *b->slots);
    if (!p->entries || !b->slots)
        return false;
    p->n_entries = n;
    for (size_t v = 0; v < ir->count; v++)
        if (b->entry_of[v] >= 0)
            p->entries[b->entry_of[v]].node = ir->values[v].node;
    for (int at = 0; at < ir->n_order; at++) {
        const bb__value *value = &ir->values[ir->order[at]];
        for (int i = 0; is_run(b, ir->order[at]) && i < value->n_in; i++) {
            int entry = b->entry_of[ir->values[value->in[i]].root];
            if (entry >= 0)
                p->entries[entry].n_slots++;
        }
    }
    for (int i = 0; i < n; i++)
        if (!(p->entries[i].slots = take(b, (size_t)p->entries[i].n_slots, sizeof(bb__slot))))
            return false;
    return true;
}

static void *memory_of(const binder *b, int root)
{
    const bb__place *place = &b->plan->places[root];
    if (place->home == BB__ARENA || place->home == BB__SLOT)
        return b->program->memory + place->offset;
    return place->home == BB__TENSOR ? (char *)bb_tensor_data(place->tensor) + place->offset : NULL;
}

static void bind_input(binder *b, int v, bb_array *in)
{
    int root = b->ir->values[v].root, entry = b->entry_of[root];
    *in = bb__array_of(b->ir, v, memory_of(b, root));
    if (entry < 0)
        return;
    size_t offset =
        (size_t)b->ir->values[v].layout.offset * bb_dtype_size(b->ir->values[v].type.dtype);
    b->program->entries[entry].slots[b->slots[entry]++] = (bb__slot){&in->data, offset};
}

static void *copy_attrs(binder *b, const bb__value *value)
{
    void *attrs = take(b, value->op->attrs_size, 1);
    return attrs ? memcpy(attrs, value->attrs ? value->attrs : "",
                          value->attrs ? value->op->attrs_size : 0)
                 : NULL;
}

/* The number of an operand in a map that begins with `first`: of an input, or behind these of an
 * earlier op. The head of the unit and all views of it that the map reads are one input. */
static int operand_number(binder *b, bb__map *m, bb_array *in, int *inputs, int first, int v)
{
    const bb__ir *ir = b->ir;
    int number = 0, member = ir->unit[v] == ir->unit[first] ? first : -1;
    for (; member >= 0 && member != v; member = ir->next[member])
        number++;
    if (member == v)
        return number + BB__MAP_OPERANDS; /* moved down once all inputs are known */
    const bool is_head = ir->unit[v] == ir->unit[first];
    for (number = 0; number < m->n_in; number++)
        if (inputs[number] == v || (is_head && ir->unit[inputs[number]] == ir->unit[v]))
            return number;
    inputs[m->n_in] = v;
    bind_input(b, v, &in[m->n_in]);
    return m->n_in++;
}

/* How many inputs a map can have, and how many ops it has. */
static int most_inputs(const bb__ir *ir, int first, int *n_ops_out)
{
    int n = 0;
    *n_ops_out = 0;
    for (int v = first; v >= 0; v = ir->next[v], ++*n_ops_out)
        n += ir->values[v].n_in;
    return n < BB__MAP_OPERANDS ? n : BB__MAP_OPERANDS;
}

/* A result with other strides than row-major ones goes where the map's next array says. */
static bool fill_map_op(binder *b, int v, bb__map *m, bb_array *in, bb__map_op *op)
{
    const bb__value *value = &b->ir->values[v];
    const bool is_strided = !value->contiguous;
    op->attrs = copy_attrs(b, value);
    op->tile = bb__tile_of(b->ir, value);
    op->n_in = value->n_in;
    op->local = bb__local_bytes(b->ir, v);
    op->dtype = value->type.dtype;
    op->out = b->ir->inner[v] || is_strided ? NULL : memory_of(b, v);
    if (is_strided) {
        op->to = m->n_in + m->n_to++;
        in[op->to] = bb__array_of(b->ir, v, memory_of(b, v));
    }
    return op->attrs != NULL;
}

/* The elementwise values of a unit, from `first` on, as one map with its distinct inputs. */
static bool make_map(binder *b, int first, bb__step *step)
{
    const bb__ir *ir = b->ir;
    int inputs[BB__MAP_OPERANDS], n_ops, n_in = most_inputs(ir, first, &n_ops), k = 0;
    bb__map *m = step->map = take(b, 1, sizeof *m);
    bb_array *in = take(b, (size_t)(n_in + n_ops), sizeof *in);
    if (!m || !in || !(m->in = take(b, (size_t)(n_in + n_ops), sizeof *m->in)) ||
        !(m->ops = take(b, (size_t)n_ops, sizeof *m->ops)) ||
        !(step->ops = take(b, (size_t)n_ops, sizeof *step->ops)))
        return false;
    for (int v = first; v >= 0; v = ir->next[v], k++) {
        step->ops[k] = ir->values[v].op;
        for (int i = 0; i < ir->values[v].n_in; i++)
            m->ops[k].in[i] = operand_number(b, m, in, inputs, first, ir->values[v].in[i]);
    }
    m->n_ops = n_ops;
    k = 0;
    for (int v = first; v >= 0; v = ir->next[v], k++)
        if (!fill_map_op(b, v, m, in, &m->ops[k]))
            return false;
    for (k = 0; k < n_ops; k++)
        for (int i = 0; i < m->ops[k].n_in; i++)
            if (m->ops[k].in[i] >= BB__MAP_OPERANDS)
                m->ops[k].in[i] += m->n_in - BB__MAP_OPERANDS;
    step->map_in = in;
    for (k = 0; k < m->n_in; k++)
        m->in[k].local = bb__local_bytes(ir, ir->values[inputs[k]].root);
    m->may_stream = step->strips == 1;
    bb__map_prepare(m, in, ir->values[first].type.shape);
    return true;
}

/* How the head of a unit is given to its op a strip at a time. */
static bool cut_head(binder *b, int at, bb__step *step)
{
    const int v = b->ir->order[at];
    const bb__value *value = &b->ir->values[v];
    step->split = bb__rowwise(b->ir, v);
    step->strip_scratch = b->plan->scratch_bytes[at] / (size_t)bb__strip_slots(step->strips);
    step->result_local = bb__local_bytes(b->ir, v);
    step->local = take(b, (size_t)value->n_in, sizeof *step->local);
    for (int i = 0; step->local && i < value->n_in; i++)
        step->local[i] = bb__local_bytes(b->ir, b->ir->values[value->in[i]].root);
    return step->local != NULL;
}

/* One value by its op's forward, which runs what follows in the unit as its tail. */
static bool make_kernel(binder *b, int at, bb__step *step)
{
    const int v = b->ir->order[at], tail = b->ir->next[v];
    const bb__value *value = &b->ir->values[v];
    bb_array *in = take(b, (size_t)value->n_in, sizeof *in);
    if (!in || !(step->call.attrs = copy_attrs(b, value)))
        return false;
    for (int i = 0; i < value->n_in; i++)
        bind_input(b, value->in[i], &in[i]);
    step->call.in = in;
    step->call.n_in = value->n_in;
    step->result = bb__array_of(b->ir, v, memory_of(b, v));
    if (step->strips > 1 && !cut_head(b, at, step))
        return false;
    if (b->plan->scratch_bytes[at])
        step->call.scratch = b->program->memory + b->plan->scratch[at];
    if (tail < 0)
        return true;
    if (!make_map(b, tail, step))
        return false;
    step->tail = bb__map_tail(step->map);
    step->call.tail = &step->tail;
    return true;
}

/* What repeats is read once. */
static double bytes_read(const bb_array *in)
{
    double bytes = (double)bb_dtype_size(in->dtype);
    for (int i = 0; i < in->shape.ndim; i++)
        bytes *= in->stride[i] || !in->shape.dim[i] ? (double)in->shape.dim[i] : 1;
    return bytes;
}

static bool make_step(binder *b, int at, bb__step *step)
{
    const bb__ir *ir = b->ir;
    const int unit = ir->order[at];
    const bb__value *value = &ir->values[unit];
    bb_program *p = b->program;
    step->call.op = value->op;
    step->call.fault = &p->fault;
    step->strips = ir->strips[unit];
    step->slot_bytes = b->plan->slot_bytes[unit];
    if (step->strips > 1 &&
        !(step->spent = take(b, (size_t)bb__strip_slots(step->strips), sizeof *step->spent)))
        return false;
    p->stats.stripped += step->strips > 1;
    step->call.out = &step->result;
    for (int v = unit; v >= 0; v = ir->next[v]) {
        if (!ir->inner[v]) {
            step->out = bb__array_of(ir, v, memory_of(b, v));
            step->node = ir->values[v].node;
        }
        const bool is_asked_for = ir->values[v].op == ir->values[v].node->op; /* else a copy */
        step->flops +=
            is_asked_for && !ir->values[v].is_rest ? bb_node_flops(ir->values[v].node) : 0;
        const bool is_passed_on = v == unit && ir->next[v] >= 0; /* from a head, in the cache */
        if (!ir->inner[v] && (!is_passed_on || bb__tile_of(ir, value)))
            step->bytes += (double)bb__bytes(ir->values[v].type);
        p->stats.copies += !is_asked_for;
    }
    p->stats.flops += step->flops;
    if (!(bb__tile_of(ir, value) ? make_map(b, unit, step) : make_kernel(b, at, step)))
        return false;
    for (int i = 0; i < step->call.n_in; i++)
        step->bytes += bytes_read(&step->call.in[i]);
    for (int i = 0; step->map && i < step->map->n_in; i++)
        if (!step->call.tail || step->map_in[i].data != step->result.data)
            step->bytes += bytes_read(&step->map_in[i]);
    return true;
}

static bool make_steps(binder *b)
{
    bb_program *p = b->program;
    for (int at = 0; at < b->ir->n_order; at++)
        p->n_steps += is_step(b, b->ir->order[at]);
    for (size_t v = 0; v < b->ir->count; v++) {
        p->stats.hosted += b->ir->host[v] >= 0;
        p->stats.views +=
            b->ir->needed[v] && b->ir->values[v].op && b->ir->values[v].root != (int)v;
    }
    p->steps = take(b, (size_t)p->n_steps, sizeof *p->steps);
    for (int at = 0, k = 0, section = -1, first = 0; p->steps && at < b->ir->n_order; at++) {
        const int v = b->ir->order[at];
        if (!is_step(b, v))
            continue;
        if (b->ir->section[v] != section)
            first = k;
        section = b->ir->section[v];
        p->steps[first].section++;
        if (!make_step(b, at, &p->steps[k++]))
            return false;
    }
    for (int i = 0; i < p->n_entries; i++)
        p->entries[i].n_slots = b->slots[i]; /* a unit reads an operand once, whoever shares it */
    return p->steps != NULL;
}

/* Where memory dies, for poisoning, in the order of the steps: counts by step, then their sums,
 * then places. */
static bool note_deaths(binder *b)
{
    const bb__ir *ir = b->ir;
    bb_program *p = b->program;
    size_t n = (size_t)ir->n_order;
    p->deaths = take(b, n, sizeof *p->deaths);
    int *step_at = take(b, n, sizeof *step_at), *first = take(b, n + 2, sizeof *first);
    if (!p->deaths || !step_at || !first)
        return false;
    for (int at = 0, k = -1; at < ir->n_order; at++)
        step_at[at] = k += is_step(b, ir->order[at]);
    for (int pass = 0; pass < 2; pass++) {
        for (int at = 0; at < ir->n_order; at++) {
            int v = ir->order[at];
            const bb__place *place = &b->plan->places[v];
            if (!is_run(b, v) || ir->inner[v] || place->home != BB__ARENA || place->last == INT_MAX)
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
static bool note_written(binder *b)
{
    const bb__ir *ir = b->ir;
    bb_program *p = b->program;
    int stores = 0;
    for (int at = 0; at < ir->n_order; at++)
        stores += ir->values[ir->order[at]].op->is_store;
    p->written = take(b, (size_t)(stores + p->n_outputs), sizeof *p->written);
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
static bool retain_tensors(binder *b)
{
    const bb__ir *ir = b->ir;
    bb_program *p = b->program;
    p->retained = take(b, ir->count, sizeof *p->retained);
    for (size_t v = 0; p->retained && v < ir->count; v++)
        if (ir->needed[v] && ir->values[v].tensor)
            p->retained[p->n_retained++] = bb_tensor_retain(ir->values[v].tensor);
    return p->retained != NULL;
}

static bool share_outputs(binder *b)
{
    bb_program *p = b->program;
    size_t n = (size_t)b->ir->n_outputs;
    p->outputs = take(b, n, sizeof *p->outputs);
    p->output_nodes = take(b, n, sizeof *p->output_nodes);
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
    binder b = {.ir = ir, .plan = plan, .program = p};
    p->graph = ir->graph;
    bb__graph_retain(p->graph);
    p->poison = ir->options.poison;
    p->memory_bytes = plan->arena_bytes;
    p->memory = bb__new_aligned(plan->arena_bytes ? plan->arena_bytes : 1);
    b.entry_of = bb_memory_zeroed(ir->count, sizeof *b.entry_of);
    bool fits = p->memory && b.entry_of && make_entries(&b) && make_steps(&b) && note_deaths(&b) &&
                retain_tensors(&b) && share_outputs(&b) && note_written(&b);
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
    bb_program_set_threads(p, bb__thread_count());
    return p;
}
