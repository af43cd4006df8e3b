/* SPDX-License-Identifier: MIT */
/* Binding of steps: kernels with their operands, maps and tails, sections and forks. */
#include "bind.h"
#include "host.h"

static void *memory_of(const bb__binder *b, int root)
{
    const bb__place *place = &b->plan->places[root];
    if (place->home == BB__ARENA || place->home == BB__SLOT)
        return b->program->memory + place->offset;
    return place->home == BB__TENSOR ? (char *)bb_tensor_data(place->tensor) + place->offset : NULL;
}

static void bind_input(bb__binder *b, int v, bb_array *in)
{
    int root = b->ir->values[v].root, entry = b->entry_of[root];
    *in = bb__array_of(b->ir, v, memory_of(b, root));
    if (entry < 0)
        return;
    size_t offset =
        (size_t)b->ir->values[v].layout.offset * bb_dtype_size(b->ir->values[v].type.dtype);
    b->program->entries[entry].slots[b->slots[entry]++] = (bb__slot){&in->data, offset};
}

static void *copy_attrs(bb__binder *b, const bb__value *value)
{
    void *attrs = bb__bind_take(b, value->op->attrs_size, 1);
    return attrs ? memcpy(attrs, value->attrs ? value->attrs : "",
                          value->attrs ? value->op->attrs_size : 0)
                 : NULL;
}

/* A map before it has memory. */
typedef struct numbering {
    int first;                    /* value, of those that follow one another in the unit */
    int inputs[BB__MAP_OPERANDS]; /* distinct values, n_in of them */
    int n_in, n_ops;
    int n_strided; /* results that are not row-major */
} numbering;

/* The number of a value among the map's ops; -1 when it is none of them. */
static int op_number(const bb__ir *ir, int first, int v)
{
    int number = 0, member = ir->unit[v] == ir->unit[first] ? first : -1;
    for (; member >= 0 && member != v; member = ir->next[member])
        number++;
    return member == v ? number : -1;
}

/* The number of a value among the inputs, of which the head of the unit and all views of it that
 * the map reads are one; n_in when it is none of them. */
static int input_number(const bb__ir *ir, const numbering *n, int v)
{
    const bool is_head = ir->unit[v] == ir->unit[n->first];
    int number = 0;
    while (number < n->n_in && n->inputs[number] != v &&
           !(is_head && ir->unit[n->inputs[number]] == ir->unit[v]))
        number++;
    return number;
}

static numbering number_map(const bb__ir *ir, int first)
{
    numbering n = {.first = first};
    for (int v = first; v >= 0; v = ir->next[v], n.n_ops++) {
        n.n_strided += !ir->values[v].contiguous;
        for (int i = 0; i < ir->values[v].n_in; i++) {
            const int in = ir->values[v].in[i];
            if (op_number(ir, first, in) < 0 && input_number(ir, &n, in) == n.n_in)
                n.inputs[n.n_in++] = in;
        }
    }
    return n;
}

/* The arithmetic that an op says it is, if its operands are what that has: an op may say what
 * cannot be. */
static bb_arithmetic arithmetic_of(const bb__ir *ir, const bb__value *value)
{
    static const int operands[] = {
        [BB_ARITHMETIC_ADD] = 2,    [BB_ARITHMETIC_SUB] = 2,   [BB_ARITHMETIC_MUL] = 2,
        [BB_ARITHMETIC_DIV] = 2,    [BB_ARITHMETIC_AXPBY] = 2, [BB_ARITHMETIC_NEG] = 1,
        [BB_ARITHMETIC_SQUARE] = 1, [BB_ARITHMETIC_SQRT] = 1};
    enum { FACTORS = 2 * sizeof(double) };
    const unsigned kind = (unsigned)value->op->arithmetic;
    bool fits = kind < sizeof operands / sizeof *operands && operands[kind] == value->n_in &&
                (kind != BB_ARITHMETIC_AXPBY || value->op->attrs_size == FACTORS);
    for (int i = 0; fits && i < value->n_in; i++)
        fits = ir->values[value->in[i]].type.dtype == value->type.dtype;
    return fits ? value->op->arithmetic : BB_ARITHMETIC_NONE;
}

/* A result with other strides than row-major ones goes where the map's next array says. */
static bool fill_map_op(bb__binder *b, int v, const numbering *n, bb__map *m, bb_array *in,
                        bb__map_op *op)
{
    const bb__value *value = &b->ir->values[v];
    const bool is_strided = !value->contiguous;
    op->attrs = copy_attrs(b, value);
    op->tile = bb__tile_of(b->ir, value);
    op->arithmetic = arithmetic_of(b->ir, value);
    op->n_in = value->n_in;
    for (int i = 0; i < value->n_in; i++) {
        const int earlier = op_number(b->ir, n->first, value->in[i]);
        op->in[i] = earlier < 0 ? input_number(b->ir, n, value->in[i]) : m->n_in + earlier;
    }
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
static bool make_map(bb__binder *b, int first, bb__step *step)
{
    const bb__ir *ir = b->ir;
    const numbering n = number_map(ir, first);
    const size_t arrays = (size_t)(n.n_in + n.n_strided), ops = (size_t)n.n_ops;
    bb__map *m = step->map = bb__bind_take(b, 1, sizeof *m);
    bb_array *in = bb__bind_take(b, arrays, sizeof *in);
    if (!m || !in || !(m->in = bb__bind_take(b, arrays, sizeof *m->in)) ||
        !(m->ops = bb__bind_take(b, ops, sizeof *m->ops)) ||
        !(step->ops = bb__bind_take(b, ops, sizeof *step->ops)))
        return false;
    m->n_in = n.n_in;
    m->n_ops = step->n_ops = n.n_ops;
    for (int k = 0; k < m->n_in; k++) {
        bind_input(b, n.inputs[k], &in[k]);
        m->in[k].local = bb__local_bytes(ir, ir->values[n.inputs[k]].root);
    }
    for (int v = first, k = 0; v >= 0; v = ir->next[v], k++) {
        step->ops[k] = ir->values[v].op;
        if (!fill_map_op(b, v, &n, m, in, &m->ops[k]))
            return false;
    }
    step->map_in = in;
    m->may_stream = step->strips == 1;
    bb__map_prepare(m, in, ir->values[first].type.shape);
    return true;
}

/* How the head of a unit is given to its op a strip at a time. */
static bool cut_head(bb__binder *b, int at, bb__step *step)
{
    const int v = b->ir->order[at];
    const bb__value *value = &b->ir->values[v];
    step->split = bb__rowwise(b->ir, v);
    step->strip_scratch = b->plan->scratch_bytes[at] / (size_t)bb__strip_slots(step->strips);
    step->result_local = bb__local_bytes(b->ir, v);
    step->local = bb__bind_take(b, (size_t)value->n_in, sizeof *step->local);
    for (int i = 0; step->local && i < value->n_in; i++)
        step->local[i] = bb__local_bytes(b->ir, b->ir->values[value->in[i]].root);
    return step->local != NULL;
}

/* One value by its op's forward, which runs what follows in the unit as its tail. */
static bool make_kernel(bb__binder *b, int at, bb__step *step)
{
    const int v = b->ir->order[at], tail = b->ir->next[v];
    const bb__value *value = &b->ir->values[v];
    bb_array *in = bb__bind_take(b, (size_t)value->n_in, sizeof *in);
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

/* Whether an operand lies in its place in the result, where it is neither read nor written. */
static bool is_in_place(const bb_array *in, const bb_array *out, const bb_layout *there)
{
    const int64_t offset = there->offset * (int64_t)bb_dtype_size(out->dtype);
    bool is_there = there->offset >= 0 && in->data == (char *)out->data + offset;
    for (int i = 0; is_there && i < in->shape.ndim; i++)
        is_there = in->shape.dim[i] == 1 || in->stride[i] == there->stride[i];
    return is_there;
}

/* What an op reads, and, of one that puts its operands side by side, does not write. */
static bool count_operands(const bb__ir *ir, const bb__value *value, bb__step *step)
{
    const bool has_parts = value->op->parts && step->call.n_in;
    bb_layout *there = has_parts ? bb__places_in(ir, value) : NULL;
    if (has_parts && !there)
        return false;
    for (int i = 0; i < step->call.n_in; i++) {
        const bb_array *in = &step->call.in[i];
        if (there && is_in_place(in, &step->result, &there[i]))
            step->bytes -= (double)bb__bytes(ir->values[value->in[i]].type);
        else
            step->bytes += bytes_read(in);
    }
    bb_memory_release(there);
    return true;
}

static bool make_step(bb__binder *b, int at, bb__step *step)
{
    const bb__ir *ir = b->ir;
    const int unit = ir->order[at];
    const bb__value *value = &ir->values[unit];
    bb_program *p = b->program;
    step->call.op = value->op;
    step->call.fault = &p->fault;
    step->strips = ir->strips[unit];
    step->slot_bytes = b->plan->slot_bytes[unit];
    if (step->strips > 1 && !(step->spent = bb__bind_take(b, (size_t)bb__strip_slots(step->strips),
                                                          sizeof *step->spent)))
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
    if (!count_operands(ir, value, step))
        return false;
    for (int i = 0; step->map && i < step->map->n_in; i++)
        if (!step->call.tail || step->map_in[i].data != step->result.data)
            step->bytes += bytes_read(&step->map_in[i]);
    return true;
}

/* The fork that begins with this step, at this place of the order. */
static bool make_fork(bb__binder *b, int at, bb__step *step)
{
    const bb__ir *ir = b->ir;
    bb__fork *fork = step->fork = bb__bind_take(b, 1, sizeof *fork);
    const int end = bb__end_of_fork(ir, at);
    if (!fork)
        return false;
    for (int branch = at; branch < end; branch = bb__end_of_branch(ir, branch))
        fork->n_branches++;
    fork->first = bb__bind_take(b, (size_t)fork->n_branches + 1, sizeof *fork->first);
    if (!fork->first)
        return false;
    for (int branch = 0; at < end; branch++)
        for (const int stop = bb__end_of_branch(ir, at); at < stop; at++)
            fork->first[branch + 1] = fork->n_steps += bb__is_step(b, ir->order[at]);
    fork->work = *ir->forks[ir->fork[ir->order[end - 1]]];
    b->program->stats.branched += fork->n_steps;
    return true;
}

bool bb__make_steps(bb__binder *b)
{
    bb_program *p = b->program;
    for (int at = 0; at < b->ir->n_order; at++)
        p->n_steps += bb__is_step(b, b->ir->order[at]);
    for (size_t v = 0; v < b->ir->count; v++) {
        p->stats.hosted += b->ir->host[v] >= 0;
        p->stats.views +=
            b->ir->needed[v] && b->ir->values[v].op && b->ir->values[v].root != (int)v;
    }
    p->steps = bb__bind_take(b, (size_t)p->n_steps, sizeof *p->steps);
    for (int at = 0, k = 0, section = -1, fork = -1, first = 0; p->steps && at < b->ir->n_order;
         at++) {
        const int v = b->ir->order[at];
        if (!bb__is_step(b, v))
            continue;
        if (b->ir->fork[v] >= 0 && b->ir->fork[v] != fork && !make_fork(b, at, &p->steps[k]))
            return false;
        fork = b->ir->fork[v];
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
