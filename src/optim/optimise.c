/* SPDX-License-Identifier: MIT */
/* What optimisers share: which parameters a loss depends on, their gradients, one effect for all.
 *
 * Inputs have smaller ids than the nodes they feed, so one sweep from the loss down to node 0 sees
 * each node after all that need it. */
#include <bibun/op.h>
#include <bibun/optim.h>

static bool is_trained(const bb_node *node, const bb_params *params)
{
    return bb_node_is_trainable(node) && bb_params_owns(params, node);
}

/* Sets needed[id] for all that the loss depends on; returns how many of these are trained. */
static int mark(bb_node *loss, const bb_params *params, bool *needed)
{
    int trained = 0;
    const bb_graph *g = bb_node_graph(loss);
    needed[bb_node_id(loss)] = true;
    for (int id = bb_node_id(loss); id >= 0; id--) {
        const bb_node *node = bb_graph_node(g, id);
        if (!needed[id])
            continue;
        for (int i = 0; i < bb_node_input_count(node); i++)
            needed[bb_node_id(bb_node_input(node, i))] = true;
        trained += is_trained(node, params);
    }
    return trained;
}

static void collect(bb_node *loss, const bb_params *params, const bool *needed, bb_node **trained)
{
    for (int id = 0; id <= bb_node_id(loss); id++) {
        bb_node *node = bb_graph_node(bb_node_graph(loss), id);
        if (needed[id] && is_trained(node, params))
            *trained++ = node;
    }
}

/* The rule's nodes take the parameter's scope, as those of its gradient do. */
static bb_node *update(bb_update_rule rule, bb_params *params, bb_node *w, bb_node *gradient,
                       const void *data)
{
    bb_graph *g = bb_node_graph(w);
    bool scoped = bb_node_scope(w)[0] != '\0';
    if (scoped)
        bb_scope_push(g, bb_node_scope(w));
    bb_node *effect = rule(params, w, gradient, data);
    if (bb_node_graph(effect) != g)
        effect = bb_fail_node(w, NULL, "optimise", BB_BAD_GRAPH,
                              "the rule returned no node of this graph");
    if (scoped)
        bb_scope_pop(g);
    return effect;
}

static bb_node *no_memory(bb_node *loss)
{
    return bb_fail_node(loss, NULL, "optimise", BB_OUT_OF_MEMORY, "out of memory");
}

static bb_node *update_all(bb_node *loss, bb_params *params, const bool *needed, int count,
                           bb_update_rule rule, const void *data)
{
    bb_node **w = bb_memory_zeroed((size_t)count, 3 * sizeof(bb_node *));
    if (!w)
        return no_memory(loss);
    bb_node **gradients = w + count, **effects = gradients + count;
    collect(loss, params, needed, w);
    bb_node *result;
    if (bb_grads(loss, NULL, (bb_nodes){count, w}, gradients) != BB_OK) {
        result = gradients[0];
    } else {
        for (int i = 0; i < count; i++)
            effects[i] = update(rule, params, w[i], gradients[i], data);
        result = bb_group((bb_nodes){count, effects});
    }
    bb_memory_release(w);
    return result;
}

bb_node *bb_optimise(bb_node *loss, bb_params *params, bb_update_rule rule, const void *data)
{
    if (!loss)
        return bb_fail_node(loss, NULL, "optimise", BB_BAD_ARGUMENT, "the loss is NULL");
    if (bb_node_kind_of(loss) == BB_NODE_INERT)
        return loss;
    if (!params || !rule)
        return bb_fail_node(loss, NULL, "optimise", BB_BAD_ARGUMENT,
                            params ? "the rule is NULL" : "bb_params is NULL");
    bool *needed = bb_memory_zeroed((size_t)bb_node_id(loss) + 1, sizeof *needed);
    if (!needed)
        return no_memory(loss);
    int count = mark(loss, params, needed);
    bb_node *result =
        count ? update_all(loss, params, needed, count, rule, data)
              : bb_fail_node(loss, NULL, "optimise", BB_BAD_ARGUMENT,
                             "the loss depends on no trainable parameter of the given bb_params");
    bb_memory_release(needed);
    return result;
}
