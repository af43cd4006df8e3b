/* SPDX-License-Identifier: MIT */
/* Hosts: which values are computed in their places within the result of an op that only puts its
 * operands side by side, or one in another order, so that it has nothing to copy.
 *
 * A hosted value lies in its host's memory and has one host at most; a host has a larger number, or
 * its operands all lie in the other's memory as they do in its own. Nothing there is overwritten:
 * parts lie apart, each is written by what computes it alone, the plan counts all that reads them
 * as reading the host, and nothing takes over the memory of either. */
#include "host.h"

typedef struct placement {
    bb__ir *ir;
    int *reads;      /* by value: by how many operands it is read */
    bool *is_output; /* by value */
} placement;

/* Whether `in` is all of its root in row-major order. */
static bool is_whole(const bb__ir *ir, int in)
{
    const bb__value *value = &ir->values[in], *root = &ir->values[value->root];
    return value->contiguous && value->layout.offset == 0 &&
           bb__bytes(value->type) == bb__bytes(root->type) && bb__bytes(value->type) > 0;
}

static bool may_be_hosted(const placement *p, int v)
{
    const bb__value *value = &p->ir->values[v];
    return value->op && bb__has_work(value->op) && p->ir->host[v] < 0 && !p->is_output[v] &&
           !p->ir->local[v];
}

/* Strided results: an operand lies there with other strides than row-major ones. */

/* The values that lead to an operand, each of which the next one alone reads. */
static bool find_chain(const placement *p, int in, bb__chain *c)
{
    const bb__ir *ir = p->ir;
    for (c->n = 0; c->n < BB__CHAIN && p->reads[in] == 1; in = ir->values[in].in[0]) {
        c->at[c->n++] = in;
        if (ir->values[in].root == in)
            return true;
    }
    return false;
}

/* Operands of operands that are looked at; deeper ones are copied. */
enum { DEEP = 8 };
static bool fits_strided(const placement *p, int in, const bb_layout *there, int depth,
                         bb__chain *c);

/* Whether all operands of a value with such a layout lie in their places there. */
static bool fit_strided(const placement *p, bb__value value, const bb_layout *layout, int depth)
{
    bb__chain c;
    value.layout = *layout;
    value.contiguous = false;
    bb_layout *there = bb__places_in(p->ir, &value);
    bool fits = there && depth < DEEP;
    for (int i = 0; fits && i < value.n_in; i++)
        fits = there[i].offset >= 0 && fits_strided(p, value.in[i], &there[i], depth + 1, &c);
    bb_memory_release(there);
    return fits;
}

/* Whether a value can be computed with other strides: maps write any but those that a copy had
 * better turn, some ops those that leave the last dimension dense, and what only puts operands side
 * by side is made where they all are. */
static bool can_be_strided(const placement *p, int v, const bb_layout *layout, int depth)
{
    const bb__ir *ir = p->ir;
    const bb__value *value = &ir->values[v];
    const int last = value->type.shape.ndim - 1;
    if (bb__tile_of(ir, value) || !value->op->writes_strided)
        return bb__tile_of(ir, value) != NULL && !bb__is_turned(&value->type, layout->stride);
    if (value->op->parts)
        return fit_strided(p, *value, layout, depth);
    return last >= 0 && value->type.shape.dim[last] > 1 && layout->stride[last] == 1;
}

/* Whether an operand can lie there, though not in row-major order; fills the chain that leads to
 * it. */
static bool fits_strided(const placement *p, int in, const bb_layout *there, int depth,
                         bb__chain *c)
{
    const int v = p->ir->values[in].root;
    return may_be_hosted(p, v) && find_chain(p, in, c) && bb__lay_chain(p->ir, c, there) &&
           can_be_strided(p, v, &c->layout[c->n - 1], depth);
}

/* Hosts. */

static void settle(bb__ir *ir, int v, int host, const bb_layout *there)
{
    ir->host[v] = host;
    ir->host_offset[v] = there->offset;
}

/* Any step writes its result in row-major order. With other strides only the op that puts the
 * operand into its place may read it. */
static bool fits_in_order(const placement *p, int in, const bb_layout *there)
{
    return bb__is_row_major(p->ir->values[in].type.shape, there->stride) && is_whole(p->ir, in) &&
           may_be_hosted(p, p->ir->values[in].root);
}

static void place_in_order(placement *p, int in, int host, const bb_layout *there)
{
    if (there->offset >= 0 && fits_in_order(p, in, there))
        settle(p->ir, p->ir->values[in].root, host, there);
}

static void place_strided(placement *p, int in, int host, const bb_layout *there)
{
    bb__chain c;
    if (there->offset < 0 || fits_in_order(p, in, there) || !fits_strided(p, in, there, 0, &c))
        return;
    settle(p->ir, p->ir->values[in].root, host, there);
    for (int i = 0; i < c.n; i++) {
        bb__value *value = &p->ir->values[c.at[i]];
        value->layout = c.layout[i];
        value->contiguous = bb__is_row_major(value->type.shape, value->layout.stride);
    }
}

/* Whether all operands lie in another host as they would in this one, which is then a part of the
 * other's memory. */
static void share(const placement *p, int v, const bb_layout *there)
{
    bb__ir *ir = p->ir;
    const bb__value *value = &ir->values[v];
    const int host = ir->host[ir->values[value->in[0]].root];
    const int64_t start = ir->host_offset[ir->values[value->in[0]].root] - there[0].offset;
    for (int i = 0; i < value->n_in; i++) {
        int in = value->in[i], root = ir->values[in].root;
        if (ir->host[root] < 0 || ir->host[root] == v || ir->host[root] != host ||
            ir->host_offset[root] - there[i].offset != start || !is_whole(ir, in) ||
            !bb__is_row_major(ir->values[in].type.shape, there[i].stride))
            return;
    }
    if (p->is_output[v] || ir->host[v] >= 0)
        return;
    ir->host[v] = host;
    ir->host_offset[v] = start;
}

static bool puts_side_by_side(const bb__ir *ir, int v)
{
    const bb__value *value = &ir->values[v];
    return ir->needed[v] && value->op && value->op->parts && value->root == v;
}

static bool take_in(placement *p, int v)
{
    const bb__value *value = &p->ir->values[v];
    bb_layout *there = bb__places_in(p->ir, value);
    if (there && value->contiguous)
        share(p, v, there);
    for (int i = 0; there && i < value->n_in; i++) {
        place_in_order(p, value->in[i], v, &there[i]);
        place_strided(p, value->in[i], v, &there[i]);
    }
    const bool fits = there != NULL;
    bb_memory_release(there);
    return fits;
}

/* Operands that are hosts, too, or in a host that only puts one elsewhere, before these may take in
 * what they are put together of. */
static bool take_in_hosts(placement *p, int v)
{
    const bb__value *value = &p->ir->values[v];
    bb_layout *there = bb__places_in(p->ir, value);
    for (int i = 0; there && i < value->n_in; i++)
        if (value->n_in == 1 || puts_side_by_side(p->ir, p->ir->values[value->in[i]].root))
            place_strided(p, value->in[i], v, &there[i]);
    const bool fits = there != NULL;
    bb_memory_release(there);
    return fits;
}

/* From the host of a host to the value whose memory it is; hosts of larger numbers are done. */
static void find_owners(bb__ir *ir)
{
    for (int v = (int)ir->count - 1; v >= 0; v--)
        while (ir->host[v] >= 0 && ir->host[ir->host[v]] >= 0) {
            ir->host_offset[v] += ir->host_offset[ir->host[v]];
            ir->host[v] = ir->host[ir->host[v]];
        }
}

/* Hosts of larger numbers first, where a host lies strided in another. */
static bool find_hosts(placement *p)
{
    bb__ir *ir = p->ir;
    const int n = (int)ir->count;
    for (int v = 0; v < n; v++) {
        ir->host[v] = -1;
        for (int i = 0; ir->needed[v] && i < ir->values[v].n_in; i++)
            p->reads[ir->values[v].in[i]]++;
    }
    for (int i = 0; i < ir->n_outputs; i++)
        p->is_output[ir->outputs[i]] = true;
    for (int v = n - 1; !ir->options.no_inplace && v >= 0; v--)
        if (puts_side_by_side(ir, v) &&
            !(ir->values[v].contiguous ? take_in_hosts(p, v) : take_in(p, v)))
            return false;
    for (int v = 0; !ir->options.no_inplace && v < n; v++)
        if (puts_side_by_side(ir, v) && ir->values[v].contiguous && !take_in(p, v))
            return false;
    find_owners(ir);
    return true;
}

bool bb__find_hosts(bb__ir *ir)
{
    placement p = {.ir = ir,
                   .reads = bb_memory_zeroed(ir->count, sizeof *p.reads),
                   .is_output = bb_memory_zeroed(ir->count, sizeof *p.is_output)};
    ir->host = bb_memory_zeroed(ir->count, sizeof *ir->host);
    ir->host_offset = bb_memory_zeroed(ir->count, sizeof *ir->host_offset);
    bool fits = p.reads && p.is_output && ir->host && ir->host_offset && find_hosts(&p);
    bb_memory_release(p.reads);
    bb_memory_release(p.is_output);
    return fits;
}
