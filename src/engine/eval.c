/* SPDX-License-Identifier: MIT */
/* The value of one node at once, for those who explore. */
#include "engine.h"

bb_tensor *bb_eval(bb_node *node, bb_feeds feeds, bb_error *error_out)
{
    bb_graph *g = bb_node_graph(node);
    if (!g || bb__failed(g)) {
        bb_fail(error_out, g ? bb_graph_status(g) : BB_BAD_ARGUMENT, "%s",
                g ? bb_graph_error(g) : "eval: the node is NULL");
        return NULL;
    }
    if (node->op && node->op->is_effect) {
        bb_fail(error_out, BB_BAD_ARGUMENT, "eval: %s has no value", node->op->name);
        return NULL;
    }
    bb_program *program = bb_compile(g, BB_NODES(node));
    if (!program) {
        bb_fail(error_out, bb_graph_status(g), "%s", bb_graph_error(g));
        return NULL;
    }
    bb_tensor *value = NULL;
    if (bb_run(program, feeds) == BB_OK)
        value = bb_tensor_retain(program->outputs[0]);
    else if (error_out)
        *error_out = program->error;
    bb_program_free(program);
    return value;
}
