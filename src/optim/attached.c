/* SPDX-License-Identifier: MIT */
/* What a loss depends on: its parameters, and the effects that come along.
 *
 * Inputs have smaller ids than the nodes they feed, so one sweep from the loss down to node 0 sees
 * each node after all that need it. */
#include "attached.h"

#include <bibun/op.h>
#include <bibun/optim.h>

void bb__mark_needed(const bb_node *loss, bool *needed)
{
    const bb_graph *g = bb_node_graph(loss);
    needed[bb_node_id(loss)] = true;
    for (int id = bb_node_id(loss); id >= 0; id--) {
        const bb_node *node = bb_graph_node(g, id);
        for (int i = 0; needed[id] && i < bb_node_input_count(node); i++)
            needed[bb_node_id(bb_node_input(node, i))] = true;
    }
}

int bb__collect_trained(const bb_node *loss, const bb_params *params, const bool *needed,
                        bb_node **trained_out)
{
    int count = 0;
    for (int id = 0; id <= bb_node_id(loss); id++) {
        bb_node *node = bb_graph_node(bb_node_graph(loss), id);
        if (!needed[id] || !bb_node_is_trainable(node) || !bb_params_owns(params, node))
            continue;
        if (trained_out)
            trained_out[count] = node;
        count++;
    }
    return count;
}

/* Whether an effect, or one that it groups, stores into a tensor of the set. */
static bool changes(const bb_node *effect, const bb_params *params)
{
    if (bb_node_op(effect)->is_store)
        return bb_params_owns(params, bb_node_input(effect, 0));
    bool any = false;
    for (int i = 0; bb_node_op(effect)->takes_effects && i < bb_node_input_count(effect); i++)
        any = any || changes(bb_node_input(effect, i), params);
    return any;
}

int bb__collect_attached(const bb_node *loss, const bb_params *params, const bool *needed,
                         bb_node **effects_out)
{
    int count = 0;
    for (int id = 0; id <= bb_node_id(loss); id++) {
        const bb_node *node = bb_graph_node(bb_node_graph(loss), id);
        bb_node *effect;
        for (int i = 0; needed[id] && (effect = bb_node_effect(node, i)); i++)
            if (changes(effect, params)) {
                if (effects_out)
                    effects_out[count] = effect;
                count++;
            }
    }
    return count;
}

static bb_node *group_attached(bb_node *loss, const bb_params *params, bool *needed)
{
    bb__mark_needed(loss, needed);
    int count = bb__collect_attached(loss, params, needed, NULL);
    bb_node *result = NULL, **effects = bb_memory_zeroed((size_t)count + 1, sizeof *effects);
    if (effects) {
        bb__collect_attached(loss, params, needed, effects);
        result =
            bb_apply_in(bb_node_graph(loss), bb_op_find("group"), (bb_nodes){count, effects}, NULL);
    }
    bb_memory_release(effects);
    return result;
}

bb_node *bb_attached(bb_node *loss, bb_params *params)
{
    if (!loss || !params)
        return bb_fail_node(loss, NULL, "attached", BB_BAD_ARGUMENT,
                            loss ? "bb_params is NULL" : "the loss is NULL");
    if (bb_node_kind_of(loss) == BB_NODE_INERT)
        return loss;
    bool *needed = bb_memory_zeroed((size_t)bb_node_id(loss) + 1, sizeof *needed);
    bb_node *result = needed ? group_attached(loss, params, needed) : NULL;
    bb_memory_release(needed);
    return result ? result
                  : bb_fail_node(loss, NULL, "attached", BB_OUT_OF_MEMORY, "out of memory");
}
