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

/* Any step writes its result in row-major order; maps can write it with other strides, too, which
 * only the op that puts it into its place may then read. */
static bool can_lie(const placement *p, int in, const bb_layout *there)
{
    const bb__ir *ir = p->ir;
    int v = ir->values[in].root;
    const bb__value *value = &ir->values[v];
    if (!value->op || !bb__has_work(value->op) || ir->host[v] >= 0 || !is_whole(ir, in) ||
        p->is_output[v])
        return false;
    return bb__is_row_major(ir->values[in].type.shape, there->stride) ||
           (in == v && p->reads[v] == 1 && bb__tile_of(ir, value));
}

static void settle(placement *p, int in, int host, const bb_layout *there)
{
    bb__ir *ir = p->ir;
    int v = ir->values[in].root;
    bb__value *value = &ir->values[v];
    ir->host[v] = host;
    ir->host_offset[v] = there->offset;
    if (bb__is_row_major(ir->values[in].type.shape, there->stride))
        return;
    value->contiguous = false;
    for (int d = 0; d < value->type.shape.ndim; d++)
        value->layout.stride[d] = there->stride[d];
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

static bool take_in(placement *p, int v)
{
    bb__ir *ir = p->ir;
    const bb__value *value = &ir->values[v];
    bb_layout *there = bb_memory_zeroed((size_t)value->n_in, sizeof *there);
    bb_type *types = bb_memory_zeroed((size_t)value->n_in, sizeof *types);
    bool fits = there && types;
    for (int i = 0; fits && i < value->n_in; i++)
        types[i] = ir->values[value->in[i]].type;
    if (fits) {
        value->op->parts(value->attrs, value->n_in, types, there);
        share(p, v, there);
        for (int i = 0; i < value->n_in; i++)
            if (can_lie(p, value->in[i], &there[i]))
                settle(p, value->in[i], v, &there[i]);
    }
    bb_memory_release(there);
    bb_memory_release(types);
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
    for (int v = 0; !ir->options.no_inplace && v < n; v++)
        if (ir->needed[v] && ir->values[v].op && ir->values[v].op->parts &&
            ir->values[v].root == v && !take_in(p, v))
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
