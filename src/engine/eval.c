/* SPDX-License-Identifier: MIT */
/* The value of one node at once, for those who explore. */
#include "engine.h"

#include <math.h>

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

double bb_eval_number(bb_node *node, bb_feeds feeds, bb_error *error_out)
{
    char label[128], shape[BB_SHAPE_TEXT];
    bool is_value = node && !bb__failed(node->graph) && !(node->op && node->op->is_effect);
    if (is_value && bb_shape_count(node->type.shape) != 1) {
        bb_fail(error_out, BB_BAD_SHAPE, "eval: %s %s is not one number",
                bb__node_label(node, label, sizeof label), bb_shape_text(node->type.shape, shape));
        return NAN;
    }
    bb_tensor *value = bb_eval(node, feeds, error_out);
    double number = bb_tensor_at(value, 0); /* NaN of NULL */
    bb_tensor_release(value);
    return number;
}
