/* SPDX-License-Identifier: MIT */
/* Hosts: which values are computed in their places within the result of an op that only puts its
 * operands side by side, so that it has nothing to copy.
 *
 * A hosted value lies in its host's memory and has one host at most; a host has a larger number, or
 * its operands all lie in the other's memory as they do in its own. Nothing there is overwritten:
 * parts lie apart, each is written by what computes it alone, the plan counts all that reads them
 * as reading the host, and nothing takes over the memory of either. */
#include "engine.h"

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

/* Spaced results: an operand lies there with other strides than row-major ones. */

/* A value and the views of it that lead to an operand, each of which the next one alone reads. */
enum { CHAIN = 8, DEEP = 8 };
typedef struct chain {
    int n, at[CHAIN]; /* from the operand to the value */
    bb_layout layout[CHAIN];
} chain;

static bool find_chain(const placement *p, int in, chain *c)
{
    const bb__ir *ir = p->ir;
    for (c->n = 0; c->n < CHAIN && p->reads[in] == 1; in = ir->values[in].in[0]) {
        c->at[c->n++] = in;
        if (ir->values[in].root == in)
            return true;
    }
    return false;
}

/* The strides of a value of which an operand, that has all of its elements in some order, lies
 * there; false where none say it. */
static bool strides_for(const bb__ir *ir, int in, const bb_layout *there, int64_t *stride_out)
{
    const bb__value *view = &ir->values[in], *root = &ir->values[view->root];
    bb_shape sorted = {0}; /* its dimensions as they follow one another in the value */
    int64_t own[BB_MAX_DIMS], other[BB_MAX_DIMS], expected = 1;
    for (int d = 0; d < view->type.shape.ndim; d++) {
        int at = sorted.ndim;
        if (view->type.shape.dim[d] == 1)
            continue;
        for (; at > 0 && own[at - 1] < view->layout.stride[d]; at--) {
            sorted.dim[at] = sorted.dim[at - 1];
            own[at] = own[at - 1];
            other[at] = other[at - 1];
        }
        sorted.dim[at] = view->type.shape.dim[d];
        own[at] = view->layout.stride[d];
        other[at] = there->stride[d];
        sorted.ndim++;
    }
    for (int i = sorted.ndim - 1; i >= 0; expected *= sorted.dim[i--])
        if (own[i] != expected)
            return false;
    return view->layout.offset == 0 && expected > 0 &&
           expected == bb_shape_count(root->type.shape) &&
           bb__restride(sorted, other, root->type.shape, stride_out);
}

/* Lays out the values of a chain anew, as far as it ends in that operand being there. */
static bool lay_chain(const bb__ir *ir, chain *c, const bb_layout *there)
{
    const bb_shape *shape = &ir->values[c->at[0]].type.shape;
    c->layout[c->n - 1].offset = 0;
    if (!strides_for(ir, c->at[0], there, c->layout[c->n - 1].stride))
        return false;
    for (int i = c->n - 2; i >= 0; i--) {
        const bb__value *view = &ir->values[c->at[i]];
        const bb_type *type = &ir->values[c->at[i + 1]].type;
        if (!view->op->view(view->attrs, type, &c->layout[i + 1], &view->type, &c->layout[i]))
            return false;
    }
    for (int d = 0; d < shape->ndim; d++)
        if (shape->dim[d] != 1 && c->layout[0].stride[d] != there->stride[d])
            return false;
    return c->layout[0].offset == 0;
}

/* Where a part lies that a value's op puts beside others: from row-major strides of the value to
 * those that it has; false where a dimension of the part is not within one of the value's. */
static bool respace(const bb__value *value, const bb_type *part, bb_layout *there)
{
    const bb_shape *shape = &value->type.shape;
    const int64_t offset = there->offset;
    int64_t stride[BB_MAX_DIMS], last[BB_MAX_DIMS]; /* of the part, in each dimension */
    if (bb_shape_count(*shape) == 0 || bb_shape_count(part->shape) == 0)
        return false;
    bb__strides(*shape, stride);
    there->offset = 0;
    for (int k = 0; k < shape->ndim; k++) {
        last[k] = offset / stride[k] % shape->dim[k];
        there->offset += last[k] * value->layout.stride[k];
    }
    for (int d = 0; d < part->shape.ndim; d++) {
        const int64_t step = there->stride[d], size = part->shape.dim[d];
        int k = 0;
        while (k < shape->ndim && (shape->dim[k] == 1 || stride[k] > step))
            k++;
        if (size == 1)
            continue;
        if (k == shape->ndim || step % stride[k] != 0)
            return false;
        last[k] += (size - 1) * (step / stride[k]);
        there->stride[d] = step / stride[k] * value->layout.stride[k];
        if (last[k] >= shape->dim[k])
            return false;
    }
    return true;
}

/* Where each operand lies in a value; false when memory runs out. One that has no place there has
 * a negative offset. */
static bool find_places(const bb__ir *ir, const bb__value *value, bb_layout **there_out)
{
    bb_layout *there = bb_memory_zeroed((size_t)value->n_in, sizeof *there);
    bb_type *types = bb_memory_zeroed((size_t)value->n_in, sizeof *types);
    for (int i = 0; there && types && i < value->n_in; i++)
        types[i] = ir->values[value->in[i]].type;
    if (there && types)
        value->op->parts(value->attrs, value->n_in, types, there);
    for (int i = 0; there && types && !value->contiguous && i < value->n_in; i++)
        if (!respace(value, &types[i], &there[i]))
            there[i].offset = -1;
    const bool fits = there && types;
    bb_memory_release(types);
    *there_out = there;
    return fits;
}

static bool fits_spaced(const placement *p, int in, const bb_layout *there, int depth, chain *c);

/* Whether a value can be computed with other strides: maps write any, some ops those that leave the
 * last dimension dense, and one that puts operands side by side has nothing to write where these
 * can all lie in their places. */
static bool writes_spaced(const placement *p, int v, const bb_layout *layout, int depth)
{
    const bb__ir *ir = p->ir;
    bb__value value = ir->values[v];
    const int last = value.type.shape.ndim - 1;
    if (bb__tile_of(ir, &value))
        return true;
    if (value.op->writes_spaced)
        return last >= 0 && value.type.shape.dim[last] > 1 && layout->stride[last] == 1;
    if (!value.op->parts || depth == DEEP)
        return false;
    bb_layout *there;
    chain c;
    value.layout = *layout;
    value.contiguous = false;
    bool fits = find_places(ir, &value, &there);
    for (int i = 0; fits && i < value.n_in; i++)
        fits = there[i].offset >= 0 && fits_spaced(p, value.in[i], &there[i], depth + 1, &c);
    bb_memory_release(there);
    return fits;
}

static bool may_be_hosted(const placement *p, int v)
{
    const bb__value *value = &p->ir->values[v];
    return value->op && bb__has_work(value->op) && p->ir->host[v] < 0 && !p->is_output[v];
}

/* Whether an operand can lie there, though not in row-major order; fills the chain that leads to
 * it. */
static bool fits_spaced(const placement *p, int in, const bb_layout *there, int depth, chain *c)
{
    const int v = p->ir->values[in].root;
    return may_be_hosted(p, v) && find_chain(p, in, c) && lay_chain(p->ir, c, there) &&
           writes_spaced(p, v, &c->layout[c->n - 1], depth);
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

static void place_spaced(placement *p, int in, int host, const bb_layout *there)
{
    chain c;
    if (there->offset < 0 || fits_in_order(p, in, there) || !fits_spaced(p, in, there, 0, &c))
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
    if (p->is_output[v])
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
    bb_layout *there;
    const bool fits = find_places(p->ir, value, &there);
    if (fits && value->contiguous)
        share(p, v, there);
    for (int i = 0; fits && i < value->n_in; i++) {
        place_in_order(p, value->in[i], v, &there[i]);
        place_spaced(p, value->in[i], v, &there[i]);
    }
    bb_memory_release(there);
    return fits;
}

/* Operands that are hosts, too, or in a host that only puts one elsewhere, before these may take in
 * what they are put together of. */
static bool take_in_hosts(placement *p, int v)
{
    const bb__value *value = &p->ir->values[v];
    bb_layout *there;
    const bool fits = find_places(p->ir, value, &there);
    for (int i = 0; fits && i < value->n_in; i++)
        if (value->n_in == 1 || puts_side_by_side(p->ir, p->ir->values[value->in[i]].root))
            place_spaced(p, value->in[i], v, &there[i]);
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

/* Hosts of larger numbers first, where a host lies spaced in another. */
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
