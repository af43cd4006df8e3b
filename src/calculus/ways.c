/* SPDX-License-Identifier: MIT */
/* The nodes between others: ids are a topological order, so a sweep up finds what depends on the
 * one end, and a sweep down what the other needs of it. */
#include "calculus.h"

static void sweep_up(const bb_graph *g, bb__ways *ways)
{
    for (int id = 0; id < ways->count; id++) {
        const bb_node *node = bb_graph_node(g, id);
        for (int i = 0; i < bb_node_input_count(node) && !ways->marks[id]; i++)
            if (ways->marks[bb_node_id(bb_node_input(node, i))])
                ways->marks[id] = BB__DEPENDS;
    }
}

static void sweep_down(const bb_graph *g, bb__ways *ways)
{
    for (int id = ways->count - 1; id >= 0; id--) {
        const bb_node *node = bb_graph_node(g, id);
        if (!(ways->marks[id] & BB__WAY) || ways->marks[id] & BB__FROM)
            continue;
        ways->flops += bb_node_flops(node);
        for (int i = 0; i < bb_node_input_count(node); i++) {
            unsigned char *mark = &ways->marks[bb_node_id(bb_node_input(node, i))];
            if (*mark)
                *mark |= BB__WAY;
        }
    }
}

bb__ways bb__ways_between(bb_nodes from, bb_nodes to)
{
    const bb_graph *g = bb_node_graph(to.items[0]);
    bb__ways ways = {NULL, 0, 0};
    for (int i = 0; i < to.count; i++)
        if (bb_node_id(to.items[i]) >= ways.count)
            ways.count = bb_node_id(to.items[i]) + 1;
    ways.marks = bb_memory_zeroed((size_t)ways.count, sizeof *ways.marks);
    if (!ways.marks) {
        bb__no_memory(to.items[0], "calculus");
        return ways;
    }
    for (int i = 0; i < from.count; i++)
        if (bb_node_id(from.items[i]) < ways.count)
            ways.marks[bb_node_id(from.items[i])] = BB__FROM | BB__DEPENDS;
    sweep_up(g, &ways);
    for (int i = 0; i < to.count; i++)
        if (ways.marks[bb_node_id(to.items[i])])
            ways.marks[bb_node_id(to.items[i])] |= BB__WAY;
    sweep_down(g, &ways);
    return ways;
}

bool bb__is_marked(const bb__ways *ways, const bb_node *node, int mark)
{
    return bb_node_id(node) < ways->count && ways->marks[bb_node_id(node)] & mark;
}
