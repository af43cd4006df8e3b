/* SPDX-License-Identifier: MIT */
/* Strips: which neighbouring units are computed together, a few rows of all of them after the
 * other, so that what one leaves the next finds in the cache, and threads meet once.
 *
 * Rows are what the first dimension counts. Within such a section a strip of a value is an equal
 * part of its memory, and what one unit leaves of a strip is all that another reads there. How many
 * strips there are depends on shapes alone. A section stores no parameter; what it reads is free
 * after its last unit, and a value written over an operand overwrites only what its own strip
 * reads.
 *
 * Small units in between that need all rows of something, as the sum of what groups of rows gave
 * and the update of a parameter by it, wait until the section is over. */
#include "engine.h"

#include <math.h>

typedef struct section {
    int first, last; /* places in the order: of its first unit, and after its last value */
    int units;
    int64_t rows; /* a divisor of all first dimensions */
    double bytes; /* of what goes with the rows */
} section;

typedef struct seeker {
    bb__ir *ir;
    bool *is_stored; /* by value */
    bool *is_inside; /* by root: computed in the section that is open */
    bool *waits;     /* by root: computed after it */
    int *from;       /* the order as it was */
    int *waiting;    /* values of the order that wait */
    int n_waiting, n_done;
    section open;
} seeker;

static int64_t common_divisor(int64_t a, int64_t b)
{
    while (b > 0) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static int64_t rows_of(const bb__ir *ir, int v)
{
    const bb_shape *shape = &ir->values[v].type.shape;
    return shape->ndim > 0 ? shape->dim[0] : 1;
}

/* The operands of which a row of v needs but that row, by bits; 0 when rows are not apart. */
uint32_t bb__rowwise(const bb__ir *ir, int v)
{
    const bb__value *value = &ir->values[v];
    bb_type in[BB__ROWWISE_INPUTS];
    if (bb__tile_of(ir, value))
        return UINT32_MAX;
    if (!value->op->rows || value->n_in > BB__ROWWISE_INPUTS)
        return 0;
    for (int i = 0; i < value->n_in; i++)
        in[i] = ir->values[value->in[i]].type;
    const uint32_t split = value->op->rows(value->attrs, in, &value->type);
    for (int i = 0; i < value->n_in; i++) /* an op may say what cannot be */
        if (split >> i & 1U && (in[i].shape.ndim == 0 || in[i].shape.dim[0] != rows_of(ir, v)))
            return 0;
    return split;
}

/* Whether a row of a view lies in the same part of its root's memory for every row. */
static bool keeps_rows(const bb__ir *ir, int in)
{
    const bb__value *value = &ir->values[in];
    const bb_shape *shape = &value->type.shape;
    const int64_t step = shape->ndim > 0 ? value->layout.stride[0] : 0;
    int64_t reach = value->layout.offset;
    if (step <= 0 || step * shape->dim[0] != bb_shape_count(ir->values[value->root].type.shape))
        return false;
    for (int d = 1; d < shape->ndim; d++) {
        if (value->layout.stride[d] < 0)
            return false;
        reach += (shape->dim[d] - 1) * value->layout.stride[d];
    }
    return reach < step;
}

/* Of a view those of its elements, if that are fewer than its root has. */
static double bytes_read(const bb__ir *ir, int in)
{
    const size_t all = bb__bytes(ir->values[ir->values[in].root].type);
    const size_t seen = bb__bytes(ir->values[in].type);
    return (double)(seen < all ? seen : all);
}

/* Whether the operands of v that the open section computes are read row by row; counts the bytes of
 * those that are not, which every strip reads again, and of what comes from before the section. */
static bool reads_rows(const seeker *s, int v, double *whole_out, double *moved_out)
{
    const bb__ir *ir = s->ir;
    const uint32_t split = bb__rowwise(ir, v);
    for (int i = 0; i < ir->values[v].n_in; i++) {
        const int in = ir->values[v].in[i], root = ir->values[in].root;
        const bool is_split = i < 32 && split >> i & 1U;
        if (s->waits[root] || (s->is_inside[root] && !(is_split && keeps_rows(ir, in))))
            return false;
        if (!s->is_inside[root] && ir->unit[root] != ir->unit[v])
            *(is_split ? moved_out : whole_out) += bytes_read(ir, in);
    }
    return split != 0;
}

/* Whether the unit of v can be a part of the open section; then it is in *grown_out. A product by a
 * large matrix cannot: it is faster when all rows are given to it at once. */
static bool can_grow(const seeker *s, int v, section *grown_out)
{
    enum { MOST_UNITS = 64, SMALL = 1 << 15 }; /* bytes */
    const bb__ir *ir = s->ir;
    section grown = s->open;
    double whole = 0;
    for (; v >= 0; v = ir->next[v], grown.last++) {
        const bb__value *value = &ir->values[v];
        if (value->root != v || value->op->is_effect || value->op->is_impure ||
            value->op->may_fault || ir->fork[v] >= 0 || s->is_stored[v] ||
            !bb__bytes(value->type) || !reads_rows(s, v, &whole, &grown.bytes))
            return false;
        grown.rows = common_divisor(rows_of(ir, v), grown.rows);
        grown.bytes += ir->inner[v] ? 0 : (double)bb__bytes(value->type);
    }
    grown.units++;
    *grown_out = grown;
    return grown.rows > 1 && grown.units <= MOST_UNITS &&
           (whole <= SMALL || ir->options.all_strips);
}

/* The number of strips: so many that what lives of one at a time stays in a second-level cache, and
 * as many as may be computed at a time where each has enough to do; where there is so little that
 * threads would meet more often than they work, a few. An even number, or a large one, that threads
 * can share. */
static int strips_of(const section *s)
{
    static const double strip_bytes = 1 << 20, fair_bytes = 1 << 18, little = 1 << 19,
                        share = 1 << 16;
    enum { FEW = 4, MANY = 8, MOST = 1 << 16 };
    const bool is_little = s->bytes < little;
    const double even = fmin(BB__SLOTS, s->bytes / fair_bytes);
    const double wanted =
        is_little ? fmin(FEW, s->bytes / share) : fmax(fmax(FEW, even), s->bytes / strip_bytes);
    int best = 1;
    for (int n = 2;
         n <= s->rows && n <= (is_little ? FEW : MOST) && n <= 2 * wanted && best < wanted; n++)
        if (s->rows % n == 0 && (n % 2 == 0 || n >= MANY))
            best = n;
    return best;
}

static void close_section(seeker *s)
{
    bb__ir *ir = s->ir;
    const section *open = &s->open;
    const bool all = ir->options.all_strips && open->rows < INT32_MAX;
    const int strips = all && open->units ? (int)open->rows : open->units > 1 ? strips_of(open) : 1;
    for (int at = open->first; at < open->last; at++) {
        const int v = ir->order[at];
        s->is_inside[v] = false;
        if (strips > 1) {
            ir->strips[v] = strips;
            ir->section[v] = ir->order[open->first];
        }
    }
    for (int i = 0; i < s->n_waiting; i++) {
        s->waits[s->waiting[i]] = false;
        ir->order[s->n_done++] = s->waiting[i];
    }
    s->n_waiting = 0;
    s->open = (section){.first = s->n_done, .last = s->n_done};
}

/* Whether a value that is no part of the open section may be computed after it, though units that
 * come later are a part: what it reads lives as long. */
static bool may_wait(const seeker *s, int v)
{
    enum { LITTLE = 16 };
    const bb__ir *ir = s->ir;
    const bb__value *value = &ir->values[v];
    double bytes = (double)bb__bytes(value->type);
    for (int i = 0; i < value->n_in; i++)
        bytes += (double)bb__bytes(ir->values[ir->values[value->in[i]].root].type);
    return s->open.units && !value->op->may_fault && bytes * LITTLE <= s->open.bytes;
}

/* Whether any operand waits. */
static bool must_wait(const seeker *s, int v)
{
    const bb__ir *ir = s->ir;
    for (int i = 0; i < ir->values[v].n_in; i++)
        if (s->waits[ir->values[ir->values[v].in[i]].root])
            return true;
    return false;
}

static bool unit_may_wait(const seeker *s, int v)
{
    for (; v >= 0; v = s->ir->next[v])
        if (!may_wait(s, v))
            return false;
    return true;
}

/* Goes on with the unit of v, in the open section, after it, or in a new one. */
static void take_unit(seeker *s, int v)
{
    bb__ir *ir = s->ir;
    section grown;
    bool fits = can_grow(s, v, &grown);
    if (!fits && unit_may_wait(s, v)) {
        for (; v >= 0; v = ir->next[v]) {
            s->waits[v] = true;
            s->waiting[s->n_waiting++] = v;
        }
        return;
    }
    if (!fits && s->open.units) {
        close_section(s);
        fits = can_grow(s, v, &grown);
    }
    if (fits)
        s->open = grown;
    for (; v >= 0; v = ir->next[v]) {
        s->is_inside[v] = fits;
        ir->order[s->n_done++] = v;
    }
    if (!fits)
        close_section(s);
}

/* Goes on with a value that takes no step, a view or a group of effects; it may lie between units
 * of a section. */
static void take_other(seeker *s, int v)
{
    if (must_wait(s, v)) {
        s->waits[v] = true;
        s->waiting[s->n_waiting++] = v;
        return;
    }
    s->ir->order[s->n_done++] = v;
    if (s->open.units == 0)
        close_section(s);
    else
        s->open.last++;
}

static void seek(seeker *s)
{
    const bb__ir *ir = s->ir;
    for (int at = 0; at < ir->n_order; at++) {
        const int v = s->from[at];
        if (!bb__is_computed(ir, v))
            take_other(s, v);
        else if (ir->unit[v] == v) /* the others of its unit follow it */
            take_unit(s, v);
    }
    close_section(s);
}

/* What the units of its section alone read needs no memory but for the strips that are worked
 * on. */
static void find_locals(bb__ir *ir)
{
    for (int v = 0; v < (int)ir->count; v++)
        ir->local[v] = ir->strips[v] > 1 && bb__is_computed(ir, v) && !ir->inner[v];
    for (int v = 0; v < (int)ir->count; v++)
        for (int i = 0; ir->needed[v] && i < ir->values[v].n_in; i++) {
            const int root = ir->values[ir->values[v].in[i]].root;
            if (ir->values[v].root == v && ir->section[v] != ir->section[root])
                ir->local[root] = false;
        }
    for (int i = 0; i < ir->n_outputs; i++)
        ir->local[ir->outputs[i]] = false;
}

bool bb__find_strips(bb__ir *ir)
{
    const size_t n = ir->count;
    seeker s = {.ir = ir,
                .is_stored = bb_memory_zeroed(n, sizeof *s.is_stored),
                .is_inside = bb_memory_zeroed(n, sizeof *s.is_inside),
                .waits = bb_memory_zeroed(n, sizeof *s.waits),
                .from = bb_memory_zeroed(n, sizeof *s.from),
                .waiting = bb_memory_zeroed(n, sizeof *s.waiting)};
    ir->section = bb_memory_zeroed(n, sizeof *ir->section);
    ir->strips = bb_memory_zeroed(n, sizeof *ir->strips);
    ir->local = bb_memory_zeroed(n, sizeof *ir->local);
    bool fits = s.is_stored && s.is_inside && s.waits && s.from && s.waiting && ir->section &&
                ir->strips && ir->local;
    for (int v = 0; fits && v < (int)n; v++) {
        ir->section[v] = ir->unit[v];
        ir->strips[v] = 1;
        if (ir->needed[v] && ir->values[v].op && ir->values[v].op->is_store)
            s.is_stored[ir->values[v].in[1]] = true;
    }
    for (int at = 0; fits && at < ir->n_order; at++)
        s.from[at] = ir->order[at];
    if (fits && !ir->options.no_fuse && !ir->options.no_strips)
        seek(&s);
    if (fits)
        find_locals(ir);
    bb_memory_release(s.is_stored);
    bb_memory_release(s.is_inside);
    bb_memory_release(s.waits);
    bb_memory_release(s.from);
    bb_memory_release(s.waiting);
    return fits;
}
