/* SPDX-License-Identifier: MIT */
/* Checks of operands: what passes here can only fail in a rule. */
#include "calculus.h"

bb_node *bb__no_memory(bb_node *x, const char *name)
{
    return bb_fail_node(x, NULL, name, BB_OUT_OF_MEMORY, "out of memory");
}

/* The first failure of a graph sticks, so that another one only returns the inert node. */
bb_status bb__give_inert(bb_node *node, int n, bb_node **results)
{
    bb_node *inert = node;
    if (bb_node_kind_of(node) != BB_NODE_INERT)
        inert = bb_fail_node(node, NULL, "calculus", BB_BAD_ARGUMENT, "failed");
    for (int i = 0; i < n; i++)
        results[i] = inert;
    return bb_graph_status(bb_node_graph(inert));
}

static bool refuse(bb_node **inert_out, bb_node *inert)
{
    *inert_out = inert;
    return false;
}

bool bb__operands_fit(const char *name, bb_node *beside, bb__operands of, bb_node **inert_out)
{
    int count = of.nodes.items ? of.nodes.count : 0;
    for (int i = 0; i < count; i++) {
        bb_node *x = of.nodes.items[i];
        if (!x)
            return refuse(inert_out, bb_fail_node(beside, NULL, name, BB_BAD_ARGUMENT,
                                                  "%s %d is NULL", of.what, i + 1));
        beside = beside ? beside : x;
        if (bb_node_kind_of(beside) == BB_NODE_INERT)
            return refuse(inert_out, beside);
        if (bb_node_graph(x) != bb_node_graph(beside))
            return refuse(inert_out,
                          bb_fail_node(beside, NULL, name, BB_BAD_GRAPH, "%s %d %s", of.what, i + 1,
                                       bb_node_kind_of(x) == BB_NODE_INERT
                                           ? "is the result of a failed call"
                                           : "belongs to another graph"));
        if (bb_node_kind_of(x) == BB_NODE_INERT)
            return refuse(inert_out, x);
        if (bb_node_op(x) && bb_node_op(x)->is_effect)
            return refuse(inert_out,
                          bb_fail_node(x, NULL, name, BB_BAD_ARGUMENT, "an effect has no value"));
    }
    if (count > 0)
        return true;
    return refuse(inert_out,
                  bb_fail_node(beside, NULL, name, BB_BAD_ARGUMENT, "there is no %s", of.what));
}

static bb_node *first_of(bb_nodes nodes)
{
    return nodes.items && nodes.count > 0 ? nodes.items[0] : NULL;
}

bool bb__lists_fit(const char *name, bb_nodes beside, bb__operands of, bb__operands with,
                   bb_node **inert_out)
{
    bb_node *other = first_of(of.nodes) ? NULL : first_of(beside);
    if (!bb__operands_fit(name, other, of, inert_out))
        return false;
    bb_node *first = of.nodes.items[0];
    if (with.nodes.count != of.nodes.count)
        return refuse(inert_out, bb_fail_node(first, NULL, name, BB_BAD_ARGUMENT,
                                              "takes a %s for each %s, got %d for %d", with.what,
                                              of.what, with.nodes.count, of.nodes.count));
    return bb__operands_fit(name, first, with, inert_out);
}

bool bb__pairs_fit(const char *name, bb_nodes beside, bb__operands of, bb__operands with,
                   bb_node **inert_out)
{
    if (!bb__lists_fit(name, beside, of, with, inert_out))
        return false;
    for (int i = 0; i < of.nodes.count; i++) {
        bb_node *x = of.nodes.items[i], *v = with.nodes.items[i];
        if (bb_node_dtype(v) != bb_node_dtype(x) ||
            !bb_shape_equal(bb_node_shape(v), bb_node_shape(x)))
            return refuse(inert_out, bb_fail_node(x, v, name, BB_BAD_SHAPE,
                                                  "the %s does not have the type of the %s",
                                                  with.what, of.what));
    }
    return true;
}
