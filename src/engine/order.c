/* SPDX-License-Identifier: MIT */
/* The order in which units of values are computed: Kahn's algorithm over what the outputs need, by
 * number, which keeps forward before backward and each gradient near its operands.
 *
 * Four rules besides data flow. What is early (early.c) goes first, so that a run that fails has
 * changed no parameter. A store runs after everything that reads its parameter's old numbers. What
 * leads to stores alone goes as soon as it is ready, so that gradients die young; the value that is
 * stored waits for the parameter's other readers where that makes no cycle, for then it can be
 * computed in place. And a few numbers that need leaves alone go before that, so that a step, which
 * is written down last, has its rate at hand.
 */
#include "engine.h"

#include <assert.h>

typedef struct edge {
    int from, to;
    bool soft; /* may be broken */
} edge;

typedef struct edges {
    edge *items;
    size_t count, capacity;
} edges;

typedef struct heap {
    int64_t *keys;
    size_t count;
} heap;

typedef struct scheduler {
    bb__ir *ir;
    edges edges;
    int *first; /* by unit: its edges in `sorted` */
    edge *sorted;
    int *hard, *soft; /* by unit: edges still to come in */
    int *uses;
    bool *prepared; /* a few numbers that need leaves alone */
    bool *eager;    /* leads to stores alone */
    bool *done;
    heap ready, blocked; /* blocked: by soft edges alone */
} scheduler;

static bool is_scheduled(const bb__ir *ir, int v)
{
    return ir->needed[v] && ir->values[v].op;
}

/* Between the units of two values. */
static bool add_edge(scheduler *s, int from, int to, bool soft)
{
    edges *list = &s->edges;
    from = s->ir->unit[from];
    to = s->ir->unit[to];
    if (from == to)
        return true;
    if (!bb__grow(&list->items, &list->capacity, list->count + 1, sizeof *list->items))
        return false;
    list->items[list->count++] = (edge){from, to, soft};
    return true;
}

static void heap_push(heap *h, int64_t key)
{
    size_t i = h->count++;
    for (; i > 0 && h->keys[(i - 1) / 2] > key; i = (i - 1) / 2)
        h->keys[i] = h->keys[(i - 1) / 2];
    h->keys[i] = key;
}

static int64_t heap_pop(heap *h)
{
    int64_t least = h->keys[0], last = h->keys[--h->count];
    size_t i = 0, child;
    while ((child = 2 * i + 1) < h->count) {
        if (child + 1 < h->count && h->keys[child + 1] < h->keys[child])
            child++;
        if (h->keys[child] >= last)
            break;
        h->keys[i] = h->keys[child];
        i = child;
    }
    h->keys[i] = last;
    return least;
}

/* Inputs have smaller numbers, so one pass from the back marks all that is needed. */
static void mark_needed(bb__ir *ir)
{
    for (int i = 0; i < ir->n_outputs; i++)
        ir->needed[ir->outputs[i]] = true;
    for (int v = (int)ir->count - 1; v >= 0; v--)
        for (int i = 0; ir->needed[v] && i < ir->values[v].n_in; i++)
            ir->needed[ir->values[v].in[i]] = true;
}

static void count_uses(scheduler *s)
{
    const bb__ir *ir = s->ir;
    for (int v = 0; v < (int)ir->count; v++)
        for (int i = 0; is_scheduled(ir, v) && i < ir->values[v].n_in; i++)
            s->uses[ir->values[v].in[i]]++;
}

static void mark_eager(scheduler *s)
{
    const bb__ir *ir = s->ir;
    for (size_t v = 0; v < ir->count; v++)
        s->eager[v] = true;
    for (int i = 0; i < ir->n_outputs; i++)
        s->eager[ir->outputs[i]] = false;
    for (int v = (int)ir->count - 1; v >= 0; v--) {
        if (!is_scheduled(ir, v))
            continue;
        bool leads_to_stores = ir->values[v].op->is_effect || (s->uses[v] > 0 && s->eager[v]);
        s->eager[v] = leads_to_stores;
        for (int i = 0; !leads_to_stores && i < ir->values[v].n_in; i++)
            s->eager[ir->values[v].in[i]] = false;
    }
}

static bool data_edges(scheduler *s)
{
    const bb__ir *ir = s->ir;
    for (int v = 0; v < (int)ir->count; v++) {
        const bb__value *value = &ir->values[v];
        for (int i = 0; is_scheduled(ir, v) && i < value->n_in; i++)
            if (ir->values[value->in[i]].op && !add_edge(s, value->in[i], v, false))
                return false;
    }
    return true;
}

/* The store of each parameter, by the parameter's value; -1 for none. */
static bool store_edges(scheduler *s, const int *store_of)
{
    const bb__ir *ir = s->ir;
    for (int v = 0; v < (int)ir->count; v++) {
        const bb__value *value = &ir->values[v];
        if (!is_scheduled(ir, v) || value->root != v)
            continue;
        for (int i = 0; i < value->n_in; i++) {
            int store = store_of[ir->values[value->in[i]].root];
            if (store < 0 || store == v)
                continue;
            int stored = ir->values[store].in[1];
            if (!add_edge(s, v, store, false))
                return false;
            const bool may_wait = ir->values[stored].op && !ir->early[stored];
            if (stored != v && may_wait && !add_edge(s, v, stored, true))
                return false;
        }
    }
    return true;
}

/* Brings the edges into the order of their sources, and counts what comes in. */
static void sort_edges(scheduler *s)
{
    size_t n = s->ir->count;
    for (size_t i = 0; i < s->edges.count; i++) {
        const edge *e = &s->edges.items[i];
        s->first[e->from + 1]++;
        (e->soft ? s->soft : s->hard)[e->to]++;
    }
    for (size_t v = 0; v < n; v++)
        s->first[v + 1] += s->first[v];
    for (size_t i = s->edges.count; i-- > 0;) {
        const edge *e = &s->edges.items[i];
        s->sorted[--s->first[e->from + 1]] = *e;
    }
    for (size_t v = 0; v < n; v++) /* the loop above has moved each start one place on */
        s->first[v] = s->first[v + 1];
    s->first[n] = (int)s->edges.count;
}

/* Marks a few numbers that need leaves and one another alone, and views of them: the rate of a step
 * and what it is made of. */
static void mark_prepared(scheduler *s)
{
    enum { FEW_BYTES = 256 };
    const bb__ir *ir = s->ir;
    for (int v = 0; v < (int)ir->count; v++) {
        const bb__value *value = &ir->values[v];
        bool is_prepared = bb__bytes(ir->values[value->root].type) <= FEW_BYTES;
        for (int i = 0; is_prepared && is_scheduled(ir, v) && i < value->n_in; i++)
            is_prepared = s->prepared[value->in[i]] || !ir->values[value->in[i]].op;
        s->prepared[v] = is_prepared && is_scheduled(ir, v) && !value->op->is_effect;
    }
}

static bool is_all_of(const bb__ir *ir, int unit, const bool *marked)
{
    for (int v = unit; v >= 0; v = ir->next[v])
        if (!marked[v])
            return false;
    return true;
}

static int64_t key_of(const scheduler *s, int unit)
{
    enum { EARLY, PREPARED, EAGER, OTHER };
    const int64_t class = s->ir->early[unit]                    ? EARLY
                          : is_all_of(s->ir, unit, s->prepared) ? PREPARED
                          : is_all_of(s->ir, unit, s->eager)    ? EAGER
                                                                : OTHER;
    return class << 32 | unit;
}

static void arrive(scheduler *s, int v)
{
    if (s->hard[v] == 0 && !s->done[v])
        heap_push(s->soft[v] == 0 ? &s->ready : &s->blocked, key_of(s, v));
}

static void run_kahn(scheduler *s)
{
    bb__ir *ir = s->ir;
    for (int v = 0; v < (int)ir->count; v++)
        if (is_scheduled(ir, v) && ir->unit[v] == v)
            arrive(s, v);
    while (s->ready.count > 0 || s->blocked.count > 0) {
        int v = (int)(heap_pop(s->ready.count > 0 ? &s->ready : &s->blocked) & INT32_MAX);
        if (s->done[v])
            continue;
        s->done[v] = true;
        for (int member = v; member >= 0; member = ir->next[member])
            ir->order[ir->n_order++] = member;
        for (int i = s->first[v]; i < s->first[v + 1]; i++) {
            const edge *e = &s->sorted[i];
            int left = --(e->soft ? s->soft : s->hard)[e->to];
            if (left == 0)
                arrive(s, e->to);
        }
    }
    for (int v = 0; v < (int)ir->count; v++) /* units depend on one another in no circle */
        assert(!is_scheduled(ir, v) || s->done[ir->unit[v]]);
}

static bool schedule(scheduler *s, int *store_of)
{
    bb__ir *ir = s->ir;
    size_t n = ir->count;
    mark_needed(ir);
    for (size_t v = 0; v < n; v++)
        store_of[v] = ir->spared[v] = -1;
    for (size_t v = 0; v < n; v++)
        if (is_scheduled(ir, (int)v) && ir->values[v].op->is_store) {
            store_of[ir->values[ir->values[v].in[0]].root] = (int)v;
            ir->spared[ir->values[v].in[1]] = (int)v; /* one of several */
        }
    count_uses(s);
    mark_eager(s);
    mark_prepared(s);
    if (!bb__mark_early(ir) || !bb__fuse(ir) || !data_edges(s) || !store_edges(s, store_of))
        return false;
    s->sorted = bb_memory_zeroed(s->edges.count, sizeof *s->sorted);
    if (!s->sorted)
        return false;
    sort_edges(s);
    run_kahn(s);
    return true;
}

bool bb__order(bb__ir *ir)
{
    size_t n = ir->count;
    int *store_of = bb_memory_zeroed(n, sizeof *store_of);
    scheduler s = {
        .ir = ir,
        .first = bb_memory_zeroed(n + 1, sizeof *s.first),
        .hard = bb_memory_zeroed(n, sizeof *s.hard),
        .soft = bb_memory_zeroed(n, sizeof *s.soft),
        .uses = bb_memory_zeroed(n, sizeof *s.uses),
        .prepared = bb_memory_zeroed(n, sizeof *s.prepared),
        .eager = bb_memory_zeroed(n, sizeof *s.eager),
        .done = bb_memory_zeroed(n, sizeof *s.done),
        .ready = {bb_memory_zeroed(2 * n, sizeof *s.ready.keys), 0},
        .blocked = {bb_memory_zeroed(2 * n, sizeof *s.blocked.keys), 0},
    };
    ir->needed = bb_memory_zeroed(n, sizeof *ir->needed);
    ir->spared = bb_memory_zeroed(n, sizeof *ir->spared);
    ir->order = bb_memory_zeroed(n, sizeof *ir->order);
    bool fits = store_of && ir->spared && s.first && s.hard && s.soft && s.uses && s.prepared &&
                s.eager && s.done && s.ready.keys && s.blocked.keys && ir->needed && ir->order &&
                schedule(&s, store_of);
    void *const blocks[] = {store_of, s.edges.items, s.first,      s.sorted,
                            s.hard,   s.soft,        s.uses,       s.prepared,
                            s.eager,  s.done,        s.ready.keys, s.blocked.keys};
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++)
        bb_memory_release(blocks[i]);
    return fits;
}
