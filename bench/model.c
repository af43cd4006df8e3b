/* SPDX-License-Identifier: MIT */
/* What all models need: inputs, values for them, and their end. */
#include "workloads.h"

void model_free(model *m)
{
    bb_graph_free(m->graph);
    for (int i = 0; i < m->n_inputs; i++)
        bb_tensor_release(m->values[i]);
}

bb_node *model_input(model *m, const char *name, bb_dtype dtype, bb_shape shape)
{
    bb_node *node = bb_input(m->graph, name, dtype, shape);
    m->feeds[m->n_inputs++].input = node;
    return node;
}

static bb_tensor *value_for(const model *m, const bb_node *input)
{
    bb_tensor *value = bb_tensor_new(bb_node_dtype(input), bb_node_shape(input));
    if (!value || bb_tensor_fill_uniform(value, 0, 1, 1) == BB_OK)
        return value;
    int32_t *label = bb_tensor_data(value);
    bb_rng rng = {2, 0};
    for (int64_t i = 0; i < bb_tensor_count(value); i++)
        label[i] = (int32_t)bb_rng_below(&rng, (uint64_t)m->labels);
    return value;
}

void model_feed(model *m)
{
    for (int i = 0; i < m->n_inputs; i++)
        m->feeds[i].value = m->values[i] = value_for(m, m->feeds[i].input);
}
