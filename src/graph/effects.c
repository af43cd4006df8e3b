/* SPDX-License-Identifier: MIT */
/* Effects that come along with nodes, in the order in which they were attached. */
#include "node.h"

bb_node *bb_attach(bb_node *node, bb_node *effect)
{
    if (!node || !effect)
        return bb_fail_node(node, effect, "attach", BB_BAD_ARGUMENT, "operand %d is NULL",
                            node ? 2 : 1);
    bb_graph *g = node->graph;
    bb_nodes operands = {2, (bb_node *[]){node, effect}};
    if (node->kind == BB_NODE_INERT || bb__failed(g))
        return node->kind == BB_NODE_INERT ? node : &g->inert;
    if (effect->graph != g)
        return bb__graph_fail(g, BB_BAD_GRAPH, "attach", operands, "operand 2 %s",
                              effect->kind == BB_NODE_INERT ? "is the result of a failed call"
                                                            : "belongs to another graph");
    if (!effect->op || !effect->op->is_effect)
        return bb__graph_fail(g, BB_BAD_ARGUMENT, "attach", operands, "operand 2 is not an effect");
    bb__effect *last = bb__arena_take(&g->arena, sizeof *last), **end = &node->effects;
    if (!last)
        return bb__graph_no_memory(g, "attach");
    while (*end)
        end = &(*end)->next;
    *last = (bb__effect){effect, NULL};
    *end = last;
    return node;
}

bb_node *bb_node_effect(const bb_node *node, int i)
{
    const bb__effect *effect = node && i >= 0 ? node->effects : NULL;
    while (effect && i-- > 0)
        effect = effect->next;
    return effect ? effect->node : NULL;
}
