/* SPDX-License-Identifier: MIT */
/* Differentiation: walks from y back to what it is differentiated by, calls each op's rule, and
 * sums what arrives at a node in the order of arrival; only what ops can join (bb_op.join) waits
 * until all has arrived. All that it does is append nodes.
 *
 * Ids are a topological order of a graph, so the walk is one pass over ids from y's downwards. Ways
 * that lead through an integer end there; where no other way leads on, that is an error. */
#include <bibun/grad.h>
#include <bibun/ops.h>

#include "node.h"

/* A part of a gradient that waits for others of its op. */
typedef struct part {
    bb_node *node;
    const struct part *earlier;
} part;

typedef struct walk {
    bb_graph *g;
    bb_node *y;
    bool *on_way;         /* by id: between one of wrt and y */
    bool *lost;           /* by id: on a way from y that leads through an integer */
    bb_node **adjoint;    /* by id: the gradient so far; NULL for none */
    const part **waiting; /* by id: the latest part that waits; NULL for none */
    bb__arena arena;      /* of parts */
} walk;

static bool fails(bb_graph *g)
{
    return bb__failed(g);
}

static void reject(bb_graph *g, bb_node *node, const char *reason)
{
    bb__graph_fail(g, BB_BAD_GRADIENT, "grad", (bb_nodes){1, &node}, "%s", reason);
}

static void check_operands(bb_graph *g, bb_node *y, bb_node *cotangent, bb_nodes wrt)
{
    if (!bb_dtype_is_float(y->type.dtype) || (y->op && y->op->is_effect))
        reject(g, y, "only f32 and f64 have a gradient");
    else if (!cotangent && bb_shape_count(y->type.shape) != 1)
        reject(g, y, "it is no single number: take its sum or mean, or give bb_grads a cotangent");
    if (!wrt.items && wrt.count > 0)
        reject(g, y, "the list of nodes to differentiate by is NULL");
    for (int i = 0; wrt.items && i < wrt.count; i++) {
        bb_node *x = wrt.items[i];
        if (!x || x->graph != g)
            bb__graph_fail(g, BB_BAD_GRAPH, "grad", BB_NODES(y),
                           "operand %d to differentiate by %s", i + 1,
                           !x                         ? "is NULL"
                           : x->kind == BB_NODE_INERT ? "is the result of a failed call"
                                                      : "belongs to another graph");
        else if (!bb_dtype_is_float(x->type.dtype))
            reject(g, x, "only f32 and f64 can be differentiated by");
    }
    if (cotangent && !fails(g) &&
        (cotangent->graph != g || cotangent->type.dtype != y->type.dtype ||
         !bb_shape_equal(cotangent->type.shape, y->type.shape)))
        bb__graph_fail(g, BB_BAD_SHAPE, "grad", BB_NODES(y, cotangent),
                       cotangent->graph != g
                           ? "the cotangent belongs to another graph"
                           : "the cotangent does not have the type of what is differentiated");
}

static void mark_dependent(const walk *w, bb_nodes wrt, bool *depends)
{
    for (int i = 0; i < wrt.count; i++)
        if (wrt.items[i]->id <= w->y->id)
            depends[wrt.items[i]->id] = true;
    for (int id = 0; id <= w->y->id; id++) {
        const bb_node *node = w->g->nodes[id];
        for (int k = 0; !depends[id] && k < node->n_in; k++)
            depends[id] = depends[node->in[k]->id];
    }
}

/* Marks the nodes through which y depends on wrt; returns the highest differentiation order among
 * them. `depends` is all false. */
static int mark_ways(walk *w, bb_nodes wrt, bool *depends)
{
    int order = w->y->order;
    mark_dependent(w, wrt, depends);
    w->on_way[w->y->id] = depends[w->y->id];
    for (int id = w->y->id; id >= 0; id--) {
        const bb_node *node = w->g->nodes[id];
        for (int k = 0; w->on_way[id] && k < node->n_in; k++)
            w->on_way[node->in[k]->id] = depends[node->in[k]->id];
        if (w->on_way[id] && node->order > order)
            order = node->order;
    }
    return order;
}

static void add_to(bb_node **sum, bb_node *node)
{
    *sum = *sum ? bb_add(*sum, node) : node;
}

static void wait_in_line(walk *w, int id, bb_node *node)
{
    part *last = bb__arena_take(&w->arena, sizeof *last);
    if (!last) {
        bb__graph_no_memory(w->g, "grad");
        return;
    }
    *last = (part){node, w->waiting[id]};
    w->waiting[id] = last;
}

/* Adds what waits for a node: the latest part's op joins all that are its own, if it can. */
static void add_waiting(walk *w, int id)
{
    const part *latest = w->waiting[id];
    int count = 0;
    for (const part *p = latest; p && p->node->op == latest->node->op; p = p->earlier)
        count++;
    bb_node **nodes = bb__arena_take(&w->arena, ((size_t)count + 1) * sizeof(bb_node *));
    if (!nodes) {
        bb__graph_no_memory(w->g, "grad");
        return;
    }
    w->waiting[id] = latest;
    for (int i = count; i-- > 0; w->waiting[id] = w->waiting[id]->earlier)
        nodes[i] = w->waiting[id]->node;
    bb_node *joined = count > 1 ? latest->node->op->join((bb_nodes){count, nodes}) : NULL;
    if (joined)
        add_to(&w->adjoint[id], joined);
    for (int i = 0; !joined && i < count; i++)
        add_to(&w->adjoint[id], nodes[i]);
}

static void contribute(walk *w, bb_node *node, int i, bb_node *given)
{
    bb_node *in = node->in[i];
    if (given->graph != w->g) {
        bb__graph_fail(w->g, BB_BAD_GRADIENT, "grad", BB_NODES(node),
                       "the rule of %s gave no node of this graph for operand %d", node->op->name,
                       i + 1);
        return;
    }
    if (given->kind == BB_NODE_INERT) /* the graph has failed, and says why */
        return;
    if (given->type.dtype != in->type.dtype || !bb_shape_equal(given->type.shape, in->type.shape)) {
        bb__graph_fail(w->g, BB_BAD_GRADIENT, "grad", BB_NODES(in, given),
                       "the rule of %s gives operand %d a gradient of another %s", node->op->name,
                       i + 1, given->type.dtype != in->type.dtype ? "type" : "shape");
        return;
    }
    if (given->op && given->op->join)
        wait_in_line(w, in->id, given);
    else
        add_to(&w->adjoint[in->id], given);
}

/* One operand of a node whose gradient is dy, NULL on lost ways; these end at a rule of zero. */
static void lead_on(walk *w, bb_node *node, bb_node *dy, int i)
{
    bb_node *in = node->in[i];
    if (dy && !node->op->backward) {
        bb__graph_fail(w->g, BB_BAD_GRADIENT, "grad", BB_NODES(node), "%s has no gradient rule",
                       node->op->name);
        return;
    }
    if (!dy && node->op->backward == bb_backward_zero) /* says that it is a constant */
        return;
    bb_node *given = dy ? node->op->backward(node, dy, i) : NULL;
    if (given && (bb_dtype_is_float(in->type.dtype) || given->graph != w->g))
        contribute(w, node, i, given);
    else if (given || !dy || in->type.dtype == BB_I32)
        w->lost[in->id] = true;
}

static void walk_back(walk *w, bb_node *cotangent)
{
    bb_graph *g = w->g;
    g->origin = w->y;
    if (w->on_way[w->y->id])
        w->adjoint[w->y->id] =
            cotangent ? cotangent : bb_full(g, w->y->type.dtype, w->y->type.shape, 1.0);
    for (int id = w->y->id; id >= 0; id--) {
        bb_node *node = g->nodes[id];
        if (!w->adjoint[id] && !w->waiting[id] && !w->lost[id])
            continue;
        g->origin = node;
        while (w->waiting[id] && !fails(g))
            add_waiting(w, id);
        for (int i = 0; i < node->n_in && !fails(g); i++)
            if (w->on_way[node->in[i]->id])
                lead_on(w, node, w->adjoint[id], i);
    }
}

static void collect(walk *w, bb_nodes wrt, bb_node **grads_out)
{
    for (int i = 0; i < wrt.count && !fails(w->g); i++) {
        bb_node *x = wrt.items[i];
        bool is_later = x->id > w->y->id;
        if (!is_later && w->adjoint[x->id])
            grads_out[i] = w->adjoint[x->id];
        else if (!is_later && w->lost[x->id])
            bb__graph_fail(w->g, BB_BAD_GRADIENT, "grad", BB_NODES(x, w->y),
                           "the only way leads through an integer");
        else
            grads_out[i] = bb_full(w->g, x->type.dtype, x->type.shape, 0.0);
    }
}

/* The nodes made meanwhile take an order of their own, and the call site and scope of the node
 * whose rule makes them. */
static void differentiate(walk *w, bb_node *cotangent, bb_nodes wrt, bool *depends,
                          bb_node **grads_out)
{
    bb_graph *g = w->g;
    int outer_order = g->order;
    const bb_node *outer_origin = g->origin;
    g->order = mark_ways(w, wrt, depends) + 1;
    walk_back(w, cotangent);
    g->origin = outer_origin;
    collect(w, wrt, grads_out);
    g->order = outer_order;
}

bb_status bb_grads(bb_node *y, bb_node *cotangent, bb_nodes wrt, bb_node **grads_out)
{
    bb_graph *g = bb_node_graph(y);
    bb_node *inert = g ? &g->inert : bb__nowhere("grad");
    if (!grads_out && wrt.count > 0)
        return BB_BAD_ARGUMENT;
    for (int i = 0; i < wrt.count; i++)
        grads_out[i] = inert;
    if (!g || fails(g))
        return g ? g->error.status : BB_BAD_ARGUMENT;
    check_operands(g, y, cotangent, wrt);
    if (fails(g))
        return g->error.status;

    size_t n = (size_t)y->id + 1;
    bool *depends = bb_memory_zeroed(n, sizeof *depends);
    walk w = {.g = g,
              .y = y,
              .on_way = bb_memory_zeroed(n, sizeof *w.on_way),
              .lost = bb_memory_zeroed(n, sizeof *w.lost),
              .adjoint = bb_memory_zeroed(n, sizeof *w.adjoint),
              .waiting = bb_memory_zeroed(n, sizeof *w.waiting)};
    if (depends && w.on_way && w.lost && w.adjoint && w.waiting)
        differentiate(&w, cotangent, wrt, depends, grads_out);
    else
        bb__graph_no_memory(g, "grad");
    for (int i = 0; i < wrt.count && fails(g); i++)
        grads_out[i] = inert;
    void *const blocks[] = {depends, w.on_way, w.lost, w.adjoint, w.waiting};
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++)
        bb_memory_release(blocks[i]);
    bb__arena_free(&w.arena);
    return g->error.status;
}

bb_node *bb_grad(bb_node *y, bb_node *x)
{
    bb_node *d = NULL;
    bb_grads(y, NULL, BB_NODES(x), &d);
    return d;
}
