/* SPDX-License-Identifier: MIT */
/* Differentiation: walks from y back to what it is differentiated by, calls each op's rule, and
 * sums what arrives at a node in the order of arrival. All that it does is append nodes.
 *
 * Ids are a topological order of a graph, so the walk is one pass over ids from y's downwards. */
#include <bibun/grad.h>
#include <bibun/ops.h>

#include "node.h"

typedef struct walk {
    bb_graph *g;
    bb_node *y;
    bool *depends;     /* by id: leads to one of wrt */
    bb_node **adjoint; /* by id: the gradient so far; NULL for none */
} walk;

static bool fails(bb_graph *g)
{
    return g->status != BB_OK;
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
        reject(g, y, "it is no scalar and there is no cotangent");
    for (int i = 0; i < wrt.count; i++) {
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

/* Marks the nodes through which y depends on wrt; returns the highest differentiation order among
 * them. */
static int mark(walk *w, bb_nodes wrt)
{
    int order = w->y->order;
    for (int i = 0; i < wrt.count; i++)
        if (wrt.items[i]->id <= w->y->id)
            w->depends[wrt.items[i]->id] = true;
    for (int id = 0; id <= w->y->id; id++) {
        const bb_node *node = w->g->nodes[id];
        for (int k = 0; !w->depends[id] && k < node->n_in; k++)
            w->depends[id] = w->depends[node->in[k]->id];
        if (w->depends[id] && node->order > order)
            order = node->order;
    }
    return order;
}

static void contribute(walk *w, bb_node *node, int i, bb_node *part)
{
    bb_node *in = node->in[i];
    if (part->kind == BB_NODE_INERT)
        return;
    if (!bb_dtype_is_float(in->type.dtype)) {
        bb__graph_fail(w->g, BB_BAD_GRADIENT, "grad", BB_NODES(node, in),
                       "the gradient leads through an integer");
        return;
    }
    if (part->type.dtype != in->type.dtype || !bb_shape_equal(part->type.shape, in->type.shape)) {
        bb__graph_fail(w->g, BB_BAD_GRADIENT, "grad", BB_NODES(in, part),
                       "the rule of %s gives operand %d a gradient of another type", node->op->name,
                       i + 1);
        return;
    }
    bb_node **sum = &w->adjoint[in->id];
    *sum = *sum ? bb_add(*sum, part) : part;
}

static void differentiate(walk *w, bb_node *node)
{
    bb_node *dy = w->adjoint[node->id];
    if (!node->op->backward) {
        bb__graph_fail(w->g, BB_BAD_GRADIENT, "grad", BB_NODES(node), "%s has no gradient rule",
                       node->op->name);
        return;
    }
    for (int i = 0; i < node->n_in && !fails(w->g); i++) {
        if (!w->depends[node->in[i]->id])
            continue;
        bb_node *part = node->op->backward(node, dy, i);
        if (part)
            contribute(w, node, i, part);
    }
}

static void walk_back(walk *w, bb_node *cotangent, bb_nodes wrt)
{
    bb_graph *g = w->g;
    int order = mark(w, wrt), outer_order = g->order;
    const bb_node *outer_origin = g->origin;
    g->order = order + 1;
    g->origin = w->y;
    if (w->depends[w->y->id])
        w->adjoint[w->y->id] =
            cotangent ? cotangent : bb_full(g, w->y->type.dtype, w->y->type.shape, 1.0);
    for (int id = w->y->id; id >= 0 && !fails(g); id--) {
        bb_node *node = g->nodes[id];
        if (!w->adjoint[id] || !node->op)
            continue;
        g->origin = node;
        differentiate(w, node);
    }
    g->order = outer_order;
    g->origin = outer_origin;
}

bb_status bb_grads(bb_node *y, bb_node *cotangent, bb_nodes wrt, bb_node **grads_out)
{
    bb_graph *g = bb_node_graph(y);
    bb_node *inert = g ? &g->inert : bb__nowhere("grad");
    for (int i = 0; i < wrt.count; i++)
        grads_out[i] = inert;
    if (!g || fails(g))
        return g ? g->status : BB_BAD_ARGUMENT;
    check_operands(g, y, cotangent, wrt);
    if (fails(g))
        return g->status;

    size_t n = (size_t)y->id + 1;
    walk w = {.g = g,
              .y = y,
              .depends = bb_memory_zeroed(n, sizeof *w.depends),
              .adjoint = bb_memory_zeroed(n, sizeof *w.adjoint)};
    if (w.depends && w.adjoint)
        walk_back(&w, cotangent, wrt);
    else
        bb__graph_fail(g, BB_OUT_OF_MEMORY, "grad", (bb_nodes){0, NULL}, "out of memory");
    for (int i = 0; i < wrt.count && !fails(g); i++) {
        bb_node *x = wrt.items[i];
        bb_node *d = x->id <= y->id ? w.adjoint[x->id] : NULL;
        grads_out[i] = d ? d : bb_full(g, x->type.dtype, x->type.shape, 0.0);
    }
    for (int i = 0; i < wrt.count && fails(g); i++)
        grads_out[i] = inert;
    bb_memory_release(w.depends);
    bb_memory_release(w.adjoint);
    return g->status;
}

bb_node *bb_grad(bb_node *y, bb_node *x)
{
    bb_node *d = NULL;
    bb_grads(y, NULL, BB_NODES(x), &d);
    return d;
}
