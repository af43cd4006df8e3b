/* SPDX-License-Identifier: MIT */
/* Which values are early: what may find fault with its data and what that needs, so that a run that
 * fails has changed no parameter. What early values give may join them, so that less is kept for
 * later. */
#include "engine.h"

/* The operand of v that is an index, at which alone it faults, and what must be above all of it; -1
 * where there is none, for an op may say what cannot be. */
static int index_of(const bb__ir *ir, int v, int64_t *bound_out)
{
    const bb__value *value = &ir->values[v];
    bb_type in[BB__ROWWISE_INPUTS];
    *bound_out = INT64_MAX;
    if (!value->op->index || value->root != v || value->n_in > BB__ROWWISE_INPUTS)
        return -1;
    for (int i = 0; i < value->n_in; i++)
        in[i] = ir->values[value->in[i]].type;
    const int operand = value->op->index(value->attrs, in, bound_out);
    const bool fits = operand >= 0 && operand < value->n_in && *bound_out != INT64_MAX;
    return fits ? value->in[operand] : -1;
}

/* Whether v may find a fault that no value before it finds. bounds[i] is the narrowest that value i
 * was checked for so far; v may narrow it. */
static bool finds_faults(const bb__ir *ir, int v, int64_t *bounds)
{
    const bb_op *op = ir->needed[v] ? ir->values[v].op : NULL;
    int64_t bound;
    if (!op || !op->may_fault)
        return false;
    const int index = index_of(ir, v, &bound);
    if (index < 0)
        return true;
    const bool is_news = bound < bounds[index];
    bounds[index] = is_news ? bound : bounds[index];
    return is_news;
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
    for (int v = 0; v < (int)ir->count; v++)
        ir->early[v] = finds_faults(ir, v, bounds);
    for (int v = (int)ir->count - 1; v >= 0; v--)
        for (int i = 0; ir->early[v] && i < ir->values[v].n_in; i++)
            ir->early[ir->values[v].in[i]] = true;
    bb_memory_release(bounds);
    return true;
}

bool bb__can_wait(const bb__ir *ir, int v)
{
    const bb__value *value = &ir->values[v];
    int large = -1;
    for (int i = 0; i < value->n_in; i++) {
        int root = ir->values[value->in[i]].root;
        if (root == large ||
            bb_shape_count(ir->values[root].type.shape) * 4 <= bb_shape_count(value->type.shape))
            continue;
        if (large >= 0)
            return false;
        large = root;
    }
    return true;
}

/* Early for company. */

typedef struct puller {
    bb__ir *ir;
    bool *at_hand; /* by value: given by early values and leaves */
    bool *waits;
    int *late; /* by root: readings by values that are not early */
} puller;

/* What is to be had of early values: those themselves, leaves, and elementwise values and views of
 * what is. */
static void find_at_hand(puller *p)
{
    const bb__ir *ir = p->ir;
    for (int v = 0; v < (int)ir->count; v++) {
        const bb__value *value = &ir->values[v];
        bool all = ir->needed[v] && (value->root != v || bb__is_elementwise(ir, v));
        for (int i = 0; all && i < value->n_in; i++)
            all = p->at_hand[value->in[i]];
        p->at_hand[v] = !value->op || ir->early[v] || (all && value->n_in > 0);
    }
}

/* Notes that a value reads its operands late, or with -1 that it does not any more. */
static void count_readings(puller *p, int v, int by)
{
    const bb__ir *ir = p->ir;
    for (int i = 0; ir->values[v].root == v && i < ir->values[v].n_in; i++)
        p->late[ir->values[ir->values[v].in[i]].root] += by;
}

/* Some values at hand, and what they read. */
enum { CLOSURE = 16 };
typedef struct closure {
    int n, values[CLOSURE], readings[CLOSURE];
} closure;

/* Counts a reading of a value, which is the closure's if it is not a leaf; false when it is
 * full. */
static bool add_reading(closure *c, const bb__ir *ir, int root)
{
    int k = 0;
    while (k < c->n && c->values[k] != root)
        k++;
    if (!ir->values[root].op)
        return true;
    if (k == CLOSURE)
        return false;
    if (k == c->n) {
        c->values[c->n] = root;
        c->readings[c->n++] = 0;
    }
    c->readings[k]++;
    return true;
}

/* Whether fewer values as large as v have to be kept for later when v is computed early: it and
 * what it needs that is not early yet, if others read that, instead of early ones that nobody else
 * reads late. */
static bool saves_memory(const puller *p, int v)
{
    const bb__ir *ir = p->ir;
    closure c = {.n = 1, .values = {v}};
    int kept = 0;
    for (int k = 0; k < c.n; k++) {
        const bb__value *value = &ir->values[c.values[k]];
        for (int i = 0; !ir->early[c.values[k]] && i < value->n_in; i++)
            if (!add_reading(&c, ir, ir->values[value->in[i]].root))
                return false;
    }
    for (int k = 0; k < c.n; k++) {
        const int member = c.values[k];
        const bool is_large = bb_shape_count(ir->values[member].type.shape) * 4 >
                              bb_shape_count(ir->values[v].type.shape);
        const bool is_read_else = c.readings[k] < p->late[member];
        if (is_large)
            kept += ir->early[member] ? -!is_read_else : is_read_else;
    }
    return kept < 0;
}

/* What early values and leaves alone give, and would not wait for a later one, either is early,
 * too, with all that it needs, or does wait, whichever keeps less: of gelu the slope, which three
 * give, is computed with the value and kept in their stead. */
static void pull(puller *p)
{
    bb__ir *ir = p->ir;
    find_at_hand(p);
    for (int v = 0; v < (int)ir->count; v++)
        if (ir->needed[v] && ir->values[v].op && !ir->early[v])
            count_readings(p, v, 1);
    for (int v = (int)ir->count - 1; v >= 0; v--) {
        if (!ir->needed[v] || !ir->values[v].op || !p->at_hand[v])
            continue;
        const bool was_early = ir->early[v];
        if (!was_early && p->late[v] > 0 && bb__is_elementwise(ir, v) && !bb__can_wait(ir, v)) {
            const bool is_pulled = ir->spared[v] < 0 && saves_memory(p, v);
            ir->early[v] = is_pulled;
            p->waits[v] = !is_pulled;
            if (is_pulled)
                count_readings(p, v, -1);
        }
        for (int i = 0; ir->early[v] && i < ir->values[v].n_in; i++) {
            const int in = ir->values[v].in[i];
            if (!ir->early[in])
                count_readings(p, in, -1);
            ir->early[in] = true;
        }
    }
}

bool bb__pull_early(bb__ir *ir, bool *waits)
{
    puller p = {ir, bb_memory_zeroed(ir->count, sizeof *p.at_hand), waits,
                bb_memory_zeroed(ir->count, sizeof *p.late)};
    const bool fits = p.at_hand && p.late;
    if (fits)
        pull(&p);
    bb_memory_release(p.at_hand);
    bb_memory_release(p.late);
    return fits;
}
