/* SPDX-License-Identifier: MIT */
/* Fusion: which elementwise values are computed together, tile by tile, as one unit.
 *
 * A value joins the unit of an operand that is elementwise too, has its shape, and is read as it
 * stands. So that units depend on one another in no circle, each value has a stage, which rises
 * along every other way that leaves an elementwise value; a unit has one stage. A unit is numbered
 * by its first value. */
#include "engine.h"

#include <limits.h>

typedef struct fuser {
    bb__ir *ir;
    int *stage;
    int *leader; /* by value: towards the first of its component */
    int *mark;   /* by value: the last stage it may have; then the last unit it was counted for */
    int *last;   /* by leader: the last value of the unit that is filled now; its size below */
    int *ops, *operands;
} fuser;

static bool is_elementwise(const bb__ir *ir, int v)
{
    const bb__value *value = &ir->values[v];
    return ir->needed[v] && value->op && value->root == v && bb__tile_of(ir, value);
}

static bool can_join(const bb__ir *ir, int from, int to, const bool *early)
{
    return is_elementwise(ir, from) && is_elementwise(ir, to) && early[from] == early[to] &&
           bb_shape_equal(ir->values[from].type.shape, ir->values[to].type.shape);
}

static int find(fuser *f, int v)
{
    while (f->leader[v] != v)
        v = f->leader[v] = f->leader[f->leader[v]];
    return v;
}

static void join(fuser *f, int a, int b)
{
    a = find(f, a);
    b = find(f, b);
    f->leader[a > b ? a : b] = a > b ? b : a;
}

static bool rises(const bb__ir *ir, int from, int to, const bool *early)
{
    return is_elementwise(ir, from) && !can_join(ir, from, to, early);
}

/* The first stage in which each value can be computed. Inputs have smaller numbers, so one pass
 * knows the stages of all operands. */
static void find_first_stages(fuser *f, const bool *early)
{
    const bb__ir *ir = f->ir;
    for (int v = 0; v < (int)ir->count; v++)
        for (int i = 0; ir->needed[v] && i < ir->values[v].n_in; i++) {
            int in = ir->values[v].in[i], least = f->stage[in] + rises(ir, in, v, early);
            f->stage[v] = f->stage[v] > least ? f->stage[v] : least;
        }
}

/* Whether at most one operand is of v's size, so that nothing is lost when v is computed later: its
 * operand is kept in its place. */
static bool can_wait(const bb__ir *ir, int v)
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

/* Moves what only later elementwise values read to the stage of the first of these: the derivative
 * of an activation is then computed where it is used. */
static void postpone(fuser *f, const bool *early)
{
    bb__ir *ir = f->ir;
    int *bound = f->mark;
    for (int v = 0; v < (int)ir->count; v++)
        bound[v] = INT_MAX;
    for (int i = 0; i < ir->n_outputs; i++)
        bound[ir->outputs[i]] = f->stage[ir->outputs[i]];
    for (int v = (int)ir->count - 1; v >= 0; v--) {
        if (!ir->needed[v])
            continue;
        if (bound[v] != INT_MAX && bound[v] > f->stage[v] && is_elementwise(ir, v) &&
            can_wait(ir, v))
            f->stage[v] = bound[v];
        for (int i = 0; i < ir->values[v].n_in; i++) {
            int in = ir->values[v].in[i], most = f->stage[v] - rises(ir, in, v, early);
            bound[in] = bound[in] < most ? bound[in] : most;
        }
    }
}

static void find_components(fuser *f, const bool *early)
{
    const bb__ir *ir = f->ir;
    for (int v = 0; v < (int)ir->count; v++)
        f->leader[v] = v;
    for (int v = 0; v < (int)ir->count; v++)
        for (int i = 0; ir->needed[v] && i < ir->values[v].n_in; i++) {
            int in = ir->values[v].in[i];
            if (f->stage[in] == f->stage[v] && can_join(ir, in, v, early))
                join(f, in, v);
        }
}

/* How many operands v would add to the unit. */
static int new_operands(const fuser *f, int v, int unit)
{
    const bb__value *value = &f->ir->values[v];
    int n = 0;
    for (int i = 0; i < value->n_in; i++)
        n += f->ir->unit[value->in[i]] != unit && f->mark[value->in[i]] != unit;
    return n;
}

static void append(fuser *f, int v, int component, int unit)
{
    bb__ir *ir = f->ir;
    const bb__value *value = &ir->values[v];
    ir->unit[v] = unit;
    if (unit == v) {
        f->ops[component] = f->operands[component] = 0;
    } else {
        ir->next[f->last[component]] = v;
        ir->n_fused++;
    }
    f->operands[component] += new_operands(f, v, unit);
    for (int i = 0; i < value->n_in; i++)
        if (ir->unit[value->in[i]] != unit)
            f->mark[value->in[i]] = unit;
    f->ops[component]++;
    f->last[component] = v;
}

/* Cuts components into units of limited size, in the order of numbers. */
static void make_units(fuser *f)
{
    bb__ir *ir = f->ir;
    for (int v = 0; v < (int)ir->count; v++) {
        int component = find(f, v);
        ir->unit[v] = v;
        ir->next[v] = f->mark[v] = -1;
        bool fits = component != v && !ir->options.no_fuse && f->ops[component] < BB__MAP_OPS;
        int unit = fits ? ir->unit[f->last[component]] : v;
        if (fits && f->operands[component] + new_operands(f, v, unit) > BB__MAP_OPERANDS)
            unit = v;
        append(f, v, component, unit);
    }
}

/* What nobody outside of its unit reads needs no memory. */
static void find_inner(fuser *f)
{
    bb__ir *ir = f->ir;
    for (int v = 0; v < (int)ir->count; v++)
        ir->inner[v] = is_elementwise(ir, v);
    for (int v = 0; v < (int)ir->count; v++)
        for (int i = 0; ir->needed[v] && i < ir->values[v].n_in; i++) {
            int in = ir->values[v].in[i];
            if (ir->unit[in] != ir->unit[v])
                ir->inner[in] = false;
        }
    for (int i = 0; i < ir->n_outputs; i++)
        ir->inner[ir->outputs[i]] = false;
}

bool bb__fuse(bb__ir *ir, const bool *early)
{
    size_t n = ir->count;
    fuser f = {
        .ir = ir,
        .stage = bb_memory_zeroed(n, sizeof *f.stage),
        .leader = bb_memory_zeroed(n, sizeof *f.leader),
        .mark = bb_memory_zeroed(n, sizeof *f.mark),
        .last = bb_memory_zeroed(n, sizeof *f.last),
        .ops = bb_memory_zeroed(n, sizeof *f.ops),
        .operands = bb_memory_zeroed(n, sizeof *f.operands),
    };
    ir->unit = bb_memory_zeroed(n, sizeof *ir->unit);
    ir->next = bb_memory_zeroed(n, sizeof *ir->next);
    ir->inner = bb_memory_zeroed(n, sizeof *ir->inner);
    bool fits = f.stage && f.leader && f.mark && f.last && f.ops && f.operands && ir->unit &&
                ir->next && ir->inner;
    if (fits) {
        find_first_stages(&f, early);
        postpone(&f, early);
        find_components(&f, early);
        make_units(&f);
        find_inner(&f);
    }
    void *const blocks[] = {f.stage, f.leader, f.mark, f.last, f.ops, f.operands};
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++)
        bb_memory_release(blocks[i]);
    return fits;
}
