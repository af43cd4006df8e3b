/* SPDX-License-Identifier: MIT */
/* Fusion: which elementwise values are computed together, tile by tile, as one unit.
 *
 * A value joins the unit of an operand that is elementwise too, has its shape, and is read as it
 * stands. A unit may have a head, a value such as a matrix product whose op runs the rest of the
 * unit, its tail, on what it has finished. So that units depend on one another in no circle, each
 * value has a stage, which rises along every other way that leaves an elementwise value or a head;
 * a unit has one stage. A unit is numbered by its head, else by its first value. */
#include "engine.h"

#include <limits.h>

typedef struct fuser {
    bb__ir *ir;
    int *stage;
    int *leader; /* by value: towards the first of its component */
    int *mark;   /* by value: the last stage it may have; then the last unit it was counted for */
    int *last;   /* by leader: the last value of the unit that is filled now; its size below */
    int *ops, *operands;
    bool *is_headed;
    bool *has_no_tail; /* by value: of what could take one */
    bool *waits;       /* by value: may wait for its first reader, whatever it reads */
    int *tail; /* by value that takes a tail: what the first elementwise reader reads, itself or a
                * view of all of it; -1 */
} fuser;

/* Whether v is all of its root, as it stands there, by views each of which is that and has one
 * operand: so that it can be read as soon as its root can, and no view of another kind lies
 * between. */
static bool is_all(const bb__ir *ir, int v)
{
    const size_t bytes = bb__bytes(ir->values[ir->values[v].root].type);
    for (int at = v; ir->values[at].root != at; at = ir->values[at].in[0]) {
        const bb__value *view = &ir->values[at];
        if (view->n_in != 1 || !view->contiguous || view->layout.offset != 0 ||
            bb__bytes(view->type) != bytes)
            return false;
    }
    return true;
}

/* The value that takes a tail of which v is all; -1 when there is none. */
static int head_of(const fuser *f, int v)
{
    const int root = f->ir->values[v].root;
    return f->tail[root] >= 0 && is_all(f->ir, v) ? root : -1;
}

/* A result that a sum in stages reads is kept in any case; what follows it is better computed in
 * the strips of that sum, where it need not be kept. */
static void mark_tailless(fuser *f)
{
    const bb__ir *ir = f->ir;
    for (int v = 0; v < (int)ir->count; v++)
        if (ir->needed[v] && bb__is_in_stages(ir, v))
            f->has_no_tail[ir->values[ir->values[v].in[0]].root] = true;
}

static void find_heads(fuser *f)
{
    const bb__ir *ir = f->ir;
    for (int v = 0; v < (int)ir->count; v++)
        f->tail[v] = -1;
    mark_tailless(f);
    for (int v = 0; !ir->options.no_fuse && v < (int)ir->count; v++) {
        for (int i = 0; bb__is_elementwise(ir, v) && i < ir->values[v].n_in; i++) {
            int in = ir->values[v].in[i], root = ir->values[in].root;
            const bb_op *op = ir->values[root].op;
            if (op && op->takes_tail && !f->has_no_tail[root] && f->tail[root] < 0 &&
                is_all(ir, in))
                f->tail[root] = in;
        }
    }
}

/* Whether `to` may be computed in the unit of `from`, or on what the head that `from` is
 * finishes. */
static bool can_join(const fuser *f, int from, int to)
{
    const bb__ir *ir = f->ir;
    const bb_shape shape = ir->values[from].type.shape;
    int head = head_of(f, from);
    bool fits = head >= 0 ? bb_shape_equal(ir->values[f->tail[head]].type.shape, shape)
                          : bb__is_elementwise(ir, from);
    return fits && bb__is_elementwise(ir, to) &&
           ir->early[head >= 0 ? head : from] == ir->early[to] &&
           bb_shape_equal(shape, ir->values[to].type.shape);
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

/* Whether the way from `from` to its reader leaves a unit. */
static bool rises(const fuser *f, int from, int to)
{
    int head = head_of(f, from);
    if (head >= 0 && head_of(f, to) == head)
        return false; /* another view of the same */
    return (head >= 0 || bb__is_elementwise(f->ir, from)) && !can_join(f, from, to);
}

/* The first stage in which each value can be computed. Inputs have smaller numbers, so one pass
 * knows the stages of all operands. */
static void find_first_stages(fuser *f)
{
    const bb__ir *ir = f->ir;
    for (int v = 0; v < (int)ir->count; v++)
        for (int i = 0; ir->needed[v] && i < ir->values[v].n_in; i++) {
            int in = ir->values[v].in[i], least = f->stage[in] + rises(f, in, v);
            f->stage[v] = f->stage[v] > least ? f->stage[v] : least;
        }
}

/* Moves what only later elementwise values read to the stage of the first of these: the derivative
 * of an activation is then computed where it is used. */
static void postpone(fuser *f)
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
        if (bound[v] != INT_MAX && bound[v] > f->stage[v] && bb__is_elementwise(ir, v) &&
            (bb__can_wait(ir, v) || f->waits[v]))
            f->stage[v] = bound[v];
        for (int i = 0; i < ir->values[v].n_in; i++) {
            int in = ir->values[v].in[i], most = f->stage[v] - rises(f, in, v);
            bound[in] = bound[in] < most ? bound[in] : most;
        }
    }
}

static void find_components(fuser *f)
{
    const bb__ir *ir = f->ir;
    for (int v = 0; v < (int)ir->count; v++)
        f->leader[v] = v;
    for (int v = 0; v < (int)ir->count; v++)
        for (int i = 0; ir->needed[v] && i < ir->values[v].n_in; i++) {
            int in = ir->values[v].in[i];
            int head = head_of(f, in);
            if (f->stage[in] == f->stage[v] && can_join(f, in, v))
                join(f, head >= 0 ? head : in, v);
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
        f->is_headed[component] = false;
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

/* Puts a head before a unit, which has one operand more then, its result; or begins one with it. */
static void set_head(fuser *f, int v, int component, int unit)
{
    bb__ir *ir = f->ir;
    f->is_headed[component] = true;
    if (unit == v) {
        f->ops[component] = 0;
        f->operands[component] = 1;
        f->last[component] = v;
        return;
    }
    for (int member = unit; member >= 0; member = ir->next[member])
        ir->unit[member] = v;
    ir->next[v] = unit;
    ir->n_fused++;
    f->operands[component]++;
}

/* Cuts components into units of limited size, in the order of numbers. A unit has one head at most;
 * further ones of its component are units by themselves. */
static void make_units(fuser *f)
{
    bb__ir *ir = f->ir;
    for (int v = 0; v < (int)ir->count; v++) {
        const int component = find(f, v), root = ir->values[v].root;
        const bool is_head = f->tail[v] >= 0, is_new = component == v || ir->options.no_fuse;
        int unit = is_new ? v : ir->unit[f->last[component]];
        ir->unit[v] = v;
        ir->next[v] = f->mark[v] = -1;
        if (!is_head && head_of(f, v) == root) {
            ir->unit[v] = ir->unit[root];
            continue;
        }
        const int more = is_head ? 1 : new_operands(f, v, unit);
        if (unit != v &&
            (f->ops[component] >= BB__MAP_OPS || f->operands[component] + more > BB__MAP_OPERANDS))
            unit = v;
        if (!is_head)
            append(f, v, component, unit);
        else if (is_new || (unit != v && !f->is_headed[component]))
            set_head(f, v, component, unit);
    }
}

/* What nobody outside of its unit reads needs no memory. */
static void find_inner(fuser *f)
{
    bb__ir *ir = f->ir;
    for (int v = 0; v < (int)ir->count; v++)
        ir->inner[v] = bb__is_elementwise(ir, v);
    for (int v = 0; v < (int)ir->count; v++)
        for (int i = 0; ir->needed[v] && i < ir->values[v].n_in; i++) {
            int in = ir->values[v].in[i];
            if (ir->unit[in] != ir->unit[v])
                ir->inner[in] = false;
        }
    for (int i = 0; i < ir->n_outputs; i++)
        ir->inner[ir->outputs[i]] = false;
}

bool bb__fuse(bb__ir *ir)
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
        .is_headed = bb_memory_zeroed(n, sizeof *f.is_headed),
        .has_no_tail = bb_memory_zeroed(n, sizeof *f.has_no_tail),
        .waits = bb_memory_zeroed(n, sizeof *f.waits),
        .tail = bb_memory_zeroed(n, sizeof *f.tail),
    };
    ir->unit = bb_memory_zeroed(n, sizeof *ir->unit);
    ir->next = bb_memory_zeroed(n, sizeof *ir->next);
    ir->inner = bb_memory_zeroed(n, sizeof *ir->inner);
    bool fits = f.stage && f.leader && f.mark && f.last && f.ops && f.operands && f.is_headed &&
                f.has_no_tail && f.waits && f.tail && ir->unit && ir->next && ir->inner;
    fits = fits && bb__pull_early(ir, f.waits);
    if (fits) {
        find_heads(&f);
        find_first_stages(&f);
        postpone(&f);
        find_components(&f);
        make_units(&f);
        find_inner(&f);
    }
    void *const blocks[] = {f.stage,    f.leader,    f.mark,        f.last,  f.ops,
                            f.operands, f.is_headed, f.has_no_tail, f.waits, f.tail};
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++)
        bb_memory_release(blocks[i]);
    return fits;
}
