/* SPDX-License-Identifier: MIT */
/* What layers share; a scope that is opened is closed again, after failures too. */
#include "layer.h"

#include <bibun/op.h>

static bb_node *check(const char *layer, bb_node *x, int rank)
{
    if (!x)
        return bb_fail_node(x, NULL, layer, BB_BAD_ARGUMENT, "operand 1 is NULL");
    if (bb_node_kind_of(x) == BB_NODE_INERT)
        return x;
    if (bb_node_shape(x).ndim < rank)
        return bb_fail_node(x, NULL, layer, BB_BAD_SHAPE, "needs at least %d dimension%s", rank,
                            rank == 1 ? "" : "s");
    if (!bb_dtype_is_float(bb_node_dtype(x)))
        return bb_fail_node(x, NULL, layer, BB_BAD_TYPE, "needs f32 or f64");
    return NULL;
}

bb_node *bb__layer_open(const char *layer, bb_node *x, const char *name, int rank)
{
    if (!name || !name[0])
        return bb_fail_node(x, NULL, layer, BB_BAD_ARGUMENT, "a layer needs a name");
    bb_scope_push(bb_node_graph(x), name);
    bb_node *failed = check(layer, x, rank);
    if (failed)
        bb_scope_pop(bb_node_graph(x));
    return failed;
}

bb_node *bb__layer_close(bb_node *x, bb_node *y)
{
    bb_scope_pop(bb_node_graph(x));
    return y;
}

bb_init bb__init_or(bb_init init, bb_init usual)
{
    return init.fill ? init : usual;
}

bb_node *bb__layer_param(bb_node *x, bb_params *params, const char *name, bb_shape shape,
                         bb_init init)
{
    return bb_param(bb_node_graph(x), params, name, bb_node_dtype(x), shape, init);
}
