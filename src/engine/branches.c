/* SPDX-License-Identifier: MIT */
/* Branches: which small units that are neighbours in the order are computed at the same time, since
 * some need none of the others.
 *
 * They form a fork, which is put into the order of its branches; each is run by one thread from its
 * first unit to its last. Units are in one branch where one reads what the other computes, or a
 * parameter that the other may write. Kernels in a fork have one thread each, so large ones are in
 * none. No result depends on forks. */
#include "forks.h"

#include <string.h>

/* A unit of the stretch that reads a parameter which is stored, and where in `readers` the one
 * before it is; -1. */
typedef struct reader {
    int param, unit, before;
} reader;

/* The units of the stretch, and the forks among them. */
typedef struct arrangement {
    int units[BB__STRETCH];
    double seconds[BB__STRETCH];
    bb__fork_range ranges[BB__STRETCH];
    int n_ranges;
} arrangement;

typedef struct seeker {
    bb__ir *ir;
    int *from;       /* the order as it was */
    int n_done;      /* values that are in their places */
    int *store_of;   /* by value: the store of this parameter; -1 */
    int *target;     /* by value: the parameter that it may be computed in, or stores; -1 */
    int *unit_index; /* by unit: its number in the stretch; -1 */
    int *reader;     /* by value: the latest of this parameter in `readers`; -1 */
    reader *readers;
    size_t n_readers, readers_capacity;
    bb__stretch stretch;
    bb__fork_range ranges[BB__STRETCH];
    int n_ranges;
    arrangement was;
} seeker;

static double bytes_of(const bb__ir *ir, int unit)
{
    double bytes = 0;
    for (int v = unit; v >= 0; v = ir->next[v]) {
        const bb__value *value = &ir->values[v];
        bytes += ir->inner[v] ? 0 : (double)bb__bytes(value->type);
        for (int i = 0; i < value->n_in; i++)
            if (ir->unit[ir->values[value->in[i]].root] != unit)
                bytes += (double)bb__bytes(ir->values[value->in[i]].type);
    }
    return bytes;
}

/* How long a unit with so many bytes takes one thread: an estimate, also from its operations. A
 * store takes no time, as what it stores is mostly computed in place. */
static double seconds_of(const bb__ir *ir, int unit, double bytes)
{
    /* seconds; operations, of what takes a tail and of others, and bytes in a second */
    static const double a_step = 100e-9, head = 40e9, other = 5e9, memory = 20e9;
    const bool has_head = ir->values[unit].op->takes_tail;
    if (ir->values[unit].op->is_store)
        return 0;
    double seconds = a_step + bytes / memory;
    for (int v = unit; v >= 0; v = ir->next[v]) {
        const bb__value *value = &ir->values[v];
        if (value->op == value->node->op)
            seconds += bb_node_flops(value->node) / (has_head && v == unit ? head : other);
    }
    return seconds;
}

/* Whether a unit, which takes so long and has so many bytes, may be computed while others are.
 * Large ones are for all threads together, and those with many bytes for strips. */
static bool may_branch(const bb__ir *ir, int unit, double seconds, double bytes)
{
    static const double most_seconds = 1e-3, most_bytes = 1 << 22;
    for (int v = unit; v >= 0; v = ir->next[v]) {
        const bb_op *op = ir->values[v].op;
        const bool may_fault = op->may_fault && ir->early[v]; /* else another has found no fault */
        if (op->is_impure || may_fault || (op->is_effect && !op->is_store))
            return false;
    }
    return (seconds <= most_seconds && bytes <= most_bytes) || ir->options.all_branches;
}

/* Pairs. */

static bool add_pair(seeker *s, int i, int other)
{
    bb__stretch *t = &s->stretch;
    if (other < 0 || other >= i)
        return true;
    if (!bb__grow(&t->edges, &t->capacity, t->n_edges + 1, sizeof *t->edges))
        return false;
    t->edges[t->n_edges++] = other;
    return true;
}

static bool add_value_pair(seeker *s, int i, int v)
{
    return add_pair(s, i, s->unit_index[s->ir->unit[v]]);
}

static bool note_reader(seeker *s, int i, int param)
{
    if (!bb__grow(&s->readers, &s->readers_capacity, s->n_readers + 1, sizeof *s->readers))
        return false;
    s->readers[s->n_readers] = (reader){param, i, s->reader[param]};
    s->reader[param] = (int)s->n_readers++;
    return true;
}

/* What computes an operand of unit i, or may be computed in a parameter that it reads; the store
 * itself comes after all readers. */
static bool pair_operands(seeker *s, int i, const bb__value *value)
{
    const bb__ir *ir = s->ir;
    bool fits = true;
    for (int k = 0; fits && k < value->n_in; k++) {
        const int root = ir->values[value->in[k]].root, store = s->store_of[root];
        if (ir->values[root].op)
            fits = add_value_pair(s, i, root);
        if (fits && store >= 0)
            fits = add_value_pair(s, i, ir->values[store].in[1]) && note_reader(s, i, root);
    }
    return fits;
}

/* And what reads what it may write. */
static bool pair_unit(seeker *s, int i)
{
    const bb__ir *ir = s->ir;
    bb__stretch *t = &s->stretch;
    bool fits = true;
    t->pairs[i] = (int)t->n_edges;
    for (int v = t->first[i]; fits && v >= 0; v = ir->next[v]) {
        fits = pair_operands(s, i, &ir->values[v]);
        for (int r = s->target[v] >= 0 ? s->reader[s->target[v]] : -1; fits && r >= 0;
             r = s->readers[r].before)
            fits = add_pair(s, i, s->readers[r].unit);
    }
    t->pairs[i + 1] = (int)t->n_edges;
    return fits;
}

/* All units in turn. */
static bool pair_units(seeker *s)
{
    bool fits = true;
    s->stretch.n_edges = 0;
    for (int i = 0; fits && i < s->stretch.n; i++)
        fits = pair_unit(s, i);
    for (size_t r = 0; r < s->n_readers; r++)
        s->reader[s->readers[r].param] = -1;
    s->n_readers = 0;
    return fits;
}

/* Stretches. */

/* Fills the stretch from a place of the order on, past what cannot be in it, and returns the place
 * after it. */
static int take_stretch(seeker *s, int at)
{
    const bb__ir *ir = s->ir;
    bb__stretch *t = &s->stretch;
    t->n = 0;
    for (; at < ir->n_order && t->n < BB__STRETCH; at++) {
        const int v = s->from[at];
        if (!bb__is_computed(ir, v) || ir->unit[v] != v)
            continue;
        const double bytes = bytes_of(ir, v), seconds = seconds_of(ir, v, bytes);
        const bool fits = may_branch(ir, v, seconds, bytes);
        if (!fits && t->n > 0)
            break;
        if (!fits)
            continue;
        s->unit_index[v] = t->n;
        t->first[t->n] = v;
        t->seconds[t->n++] = seconds;
    }
    while (at < ir->n_order && ir->unit[s->from[at]] != s->from[at]) /* to the end of a unit */
        at++;
    return at;
}

static void place_unit(seeker *s, int unit, int fork, int branch)
{
    bb__ir *ir = s->ir;
    for (int v = unit; v >= 0; v = ir->next[v]) {
        ir->fork[v] = fork;
        ir->branch[v] = branch;
        ir->order[s->n_done++] = v;
    }
}

static bool place_fork(seeker *s, bb__fork_range range)
{
    bb__ir *ir = s->ir;
    const int units = range.end - range.first, *first = s->stretch.first + range.first;
    int branch[BB__STRETCH];
    bb__fork_work *work = bb__arena_take(&ir->arena, sizeof *work);
    if (!work)
        return false;
    const int n = bb__number_branches(&s->stretch, range, ir->options.all_branches, branch, work);
    work->is_always = ir->options.all_branches;
    ir->forks[first[0]] = n > 1 ? work : NULL;
    for (int b = 0; b < n; b++)
        for (int i = 0; i < units; i++)
            if (branch[i] == b)
                place_unit(s, first[i], n > 1 ? first[0] : -1, b);
    return true;
}

/* What forks gain in all, as a share of what the stretch takes one thread; false when memory runs
 * out. */
static bool find_forks(seeker *s, double *gain_out)
{
    double gain = 0, all = 0;
    if (!pair_units(s))
        return false;
    s->n_ranges = bb__find_forks(&s->stretch, s->ir->options.all_branches, s->ranges);
    for (int k = 0; k < s->n_ranges; k++)
        gain += s->ranges[k].gain;
    for (int i = 0; i < s->stretch.n; i++)
        all += s->stretch.seconds[i];
    *gain_out = all > 0 ? gain / all : 0;
    return true;
}

static void keep(const seeker *s, arrangement *a)
{
    memcpy(a->units, s->stretch.first, sizeof a->units);
    memcpy(a->seconds, s->stretch.seconds, sizeof a->seconds);
    memcpy(a->ranges, s->ranges, sizeof a->ranges);
    a->n_ranges = s->n_ranges;
}

static void put_back(seeker *s, const arrangement *a)
{
    memcpy(s->stretch.first, a->units, sizeof a->units);
    memcpy(s->stretch.seconds, a->seconds, sizeof a->seconds);
    memcpy(s->ranges, a->ranges, sizeof a->ranges);
    s->n_ranges = a->n_ranges;
    for (int i = 0; i < s->stretch.n; i++)
        s->unit_index[a->units[i]] = i;
}

/* Puts late units behind the others; false if they are. */
static bool move_late(seeker *s, const arrangement *was, const bool *late)
{
    bb__stretch *t = &s->stretch;
    bool moves = false;
    for (int is_late = 0, n = 0; is_late < 2; is_late++)
        for (int i = 0; i < t->n; i++) {
            if (late[i] != is_late)
                continue;
            moves = moves || i != n;
            t->first[n] = was->units[i];
            t->seconds[n] = was->seconds[i];
            s->unit_index[was->units[i]] = n++;
        }
    return moves;
}

/* Large units that may come last stand between branches that are better computed at the same time,
 * as the gradients of one network's weights do between the gradients of two: they come last where
 * forks then gain so much more that it is worth what they read, which lives as long. False when
 * memory runs out. */
static bool find_forks_in_best_order(seeker *s)
{
    static const double worth = 0.02; /* of the time */
    arrangement *was = &s->was;
    bool late[BB__STRETCH];
    double gain, gain_late;
    if (!find_forks(s, &gain))
        return false;
    bb__find_late(&s->stretch, late);
    keep(s, was);
    if (!move_late(s, was, late))
        return true;
    if (!find_forks(s, &gain_late))
        return false;
    if (gain_late > gain + worth)
        return true;
    put_back(s, was);
    return pair_units(s);
}

/* The stretch again, with what takes no step before it. */
static bool place_stretch(seeker *s, int at, int end)
{
    bb__ir *ir = s->ir;
    const bb__stretch *t = &s->stretch;
    for (; at < end; at++)
        if (s->unit_index[ir->unit[s->from[at]]] < 0)
            ir->order[s->n_done++] = s->from[at];
    for (int i = 0, k = 0; i < t->n;) {
        if (k < s->n_ranges && s->ranges[k].first == i) {
            if (!place_fork(s, s->ranges[k]))
                return false;
            i = s->ranges[k++].end;
        } else {
            place_unit(s, t->first[i++], -1, 0);
        }
    }
    return true;
}

static bool seek(seeker *s)
{
    const bb__ir *ir = s->ir;
    bool fits = true;
    for (int at = 0, end; fits && at < ir->n_order; at = end) {
        end = take_stretch(s, at);
        fits = find_forks_in_best_order(s) && place_stretch(s, at, end);
        for (int i = 0; i < s->stretch.n; i++)
            s->unit_index[s->stretch.first[i]] = -1;
    }
    return fits;
}

static void note_stores(seeker *s)
{
    const bb__ir *ir = s->ir;
    for (int v = 0; v < (int)ir->count; v++)
        s->store_of[v] = s->target[v] = s->unit_index[v] = s->reader[v] = -1;
    for (int at = 0; at < ir->n_order; at++) {
        const bb__value *value = &ir->values[ir->order[at]];
        s->from[at] = ir->order[at];
        if (!value->op->is_store)
            continue;
        const int param = ir->values[value->in[0]].root;
        s->store_of[param] = ir->order[at];
        s->target[ir->order[at]] = param;
        if (ir->spared[value->in[1]] == ir->order[at])
            s->target[value->in[1]] = param;
    }
}

static bool take_memory(seeker *s)
{
    bb__ir *ir = s->ir;
    bb__stretch *t = &s->stretch;
    const size_t n = ir->count;
    s->from = bb_memory_zeroed(n, sizeof *s->from);
    s->store_of = bb_memory_zeroed(n, sizeof *s->store_of);
    s->target = bb_memory_zeroed(n, sizeof *s->target);
    s->unit_index = bb_memory_zeroed(n, sizeof *s->unit_index);
    s->reader = bb_memory_zeroed(n, sizeof *s->reader);
    t->first = bb_memory_zeroed(BB__STRETCH, sizeof *t->first);
    t->seconds = bb_memory_zeroed(BB__STRETCH, sizeof *t->seconds);
    t->pairs = bb_memory_zeroed(BB__STRETCH + 1, sizeof *t->pairs);
    ir->fork = bb_memory_zeroed(n, sizeof *ir->fork);
    ir->branch = bb_memory_zeroed(n, sizeof *ir->branch);
    ir->forks = bb_memory_zeroed(n, sizeof *ir->forks);
    return s->from && s->store_of && s->target && s->unit_index && s->reader && t->first &&
           t->seconds && t->pairs && ir->fork && ir->branch && ir->forks;
}

static void release_memory(seeker *s)
{
    bb__stretch *t = &s->stretch;
    void *const blocks[] = {s->from,    s->store_of, s->target,  s->unit_index, s->reader,
                            s->readers, t->first,    t->seconds, t->pairs,      t->edges};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        bb_memory_release(blocks[i]);
    bb_memory_release(s);
}

bool bb__find_branches(bb__ir *ir)
{
    seeker *s = bb_memory_zeroed(1, sizeof *s);
    if (!s)
        return false;
    s->ir = ir;
    bool fits = take_memory(s);
    for (size_t v = 0; fits && v < ir->count; v++)
        ir->fork[v] = -1;
    if (fits && !ir->options.no_branches) {
        note_stores(s);
        fits = seek(s);
    }
    release_memory(s);
    return fits;
}
