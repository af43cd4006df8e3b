/* SPDX-License-Identifier: MIT */
/* The embedding: a table of vectors, from which indices pick. */
#include "layer.h"

#include <bibun/op.h>

bb_node *bb_embedding_with(bb_node *index, bb_params *params, const char *name, int64_t vocabulary,
                           int64_t width, const bb_embedding_options *options)
{
    static const bb_embedding_options usual = {0};
    const bb_embedding_options *o = options ? options : &usual;
    bb_graph *g = bb_node_graph(index);
    if (!name || !name[0])
        return bb_fail_node(index, NULL, "embedding", BB_BAD_ARGUMENT, "a layer needs a name");
    if (vocabulary < 1 || width < 1)
        return bb_fail_node(index, NULL, "embedding", BB_BAD_SHAPE,
                            "a table of %lld by %lld has no numbers", (long long)vocabulary,
                            (long long)width);
    bb_scope_push(g, name);
    bb_node *table = bb_param(g, params, "weight", o->dtype, BB_SHAPE(vocabulary, width),
                              bb__init_or(o->weight, bb_init_normal(1)));
    bb_node *y = bb_gather(table, index, 0);
    bb_scope_pop(g);
    return y;
}

bb_node *bb_embedding(bb_node *index, bb_params *params, const char *name, int64_t vocabulary,
                      int64_t width)
{
    return bb_embedding_with(index, params, name, vocabulary, width, NULL);
}
