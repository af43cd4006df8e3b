/* SPDX-License-Identifier: MIT */
/* Leaves: inputs, constants, parameters and state, and the names of nodes. */
#include "node.h"
#include "params.h"

#include <stdio.h>
#include <string.h>

static const bb_nodes nobody = {0, NULL};

static bool type_fits(bb_graph *g, const char *what, const char *name, bb_type type)
{
    char text[BB_SHAPE_TEXT];
    if (bb_dtype_size(type.dtype) == 0)
        bb__graph_fail(g, BB_BAD_TYPE, what, nobody, "%s: %d is no dtype", name, (int)type.dtype);
    else if (type.shape.ndim > BB_MAX_DIMS || type.shape.ndim < 0)
        bb__graph_fail(g, BB_BAD_SHAPE, what, nobody, "%s: rank %d is not in 0 .. %d", name,
                       type.shape.ndim, (int)BB_MAX_DIMS);
    else if (bb_shape_count(type.shape) < 0)
        bb__graph_fail(g, BB_BAD_SHAPE, what, nobody,
                       "%s: shape %s has a bad size or too many elements", name,
                       bb_shape_text(type.shape, text));
    return !bb__failed(g);
}

bb_node *bb_input(bb_graph *g, const char *name, bb_dtype dtype, bb_shape shape)
{
    if (!g)
        return bb__nowhere("input");
    if (bb__failed(g))
        return &g->inert;
    if (!name || !name[0])
        return bb__graph_fail(g, BB_BAD_ARGUMENT, "input", nobody, "an input needs a name");
    if (bb_graph_input(g, name))
        return bb__graph_fail(g, BB_BAD_ARGUMENT, "input", nobody, "there is an input %s already",
                              name);
    bb_type type = {dtype, shape};
    if (!type_fits(g, "input", name, type))
        return &g->inert;
    return bb__leaf(g, "input", &(bb_node){.kind = BB_NODE_INPUT, .type = type, .name = name});
}

bb_node *bb_constant(bb_graph *g, bb_tensor *value)
{
    if (!g)
        return bb__nowhere("constant");
    if (bb__failed(g))
        return &g->inert;
    if (!value)
        return bb__graph_fail(g, BB_BAD_ARGUMENT, "constant", nobody, "the tensor is NULL");
    bb_type type = {bb_tensor_dtype(value), bb_tensor_shape(value)};
    return bb__leaf(g, "constant",
                    &(bb_node){.kind = BB_NODE_CONSTANT, .type = type, .tensor = value});
}

bb_node *bb_constant_from(bb_graph *g, bb_dtype dtype, bb_shape shape, const void *data)
{
    if (!g)
        return bb__nowhere("constant");
    if (bb__failed(g))
        return &g->inert;
    if (!type_fits(g, "constant", "constant", (bb_type){dtype, shape}))
        return &g->inert;
    bb_tensor *tensor = bb_tensor_from(dtype, shape, data);
    if (!tensor)
        return data
                   ? bb__graph_no_memory(g, "constant")
                   : bb__graph_fail(g, BB_BAD_ARGUMENT, "constant", nobody, "the numbers are NULL");
    bb_node *node = bb_constant(g, tensor);
    bb_tensor_release(tensor);
    return node;
}

bb_node *bb_scalar(bb_graph *g, bb_dtype dtype, double value)
{
    if (!g)
        return bb__nowhere("scalar");
    if (bb__failed(g))
        return &g->inert;
    if (!type_fits(g, "scalar", "scalar", (bb_type){dtype, BB_SCALAR}))
        return &g->inert;
    bb_tensor *number = bb_tensor_wrap(BB_F64, BB_SCALAR, &value, NULL);
    bb_tensor *tensor = bb_tensor_cast(number, dtype);
    bb_tensor_release(number);
    if (!tensor)
        return bb__graph_no_memory(g, "scalar");
    bb_node *node = bb_constant(g, tensor);
    bb_tensor_release(tensor);
    return node;
}

bb_node *bb_number(bb_node *like, double value)
{
    if (!like)
        return bb__nowhere("number");
    return like->kind == BB_NODE_INERT ? like : bb_scalar(like->graph, like->type.dtype, value);
}

/* The node of the tensor `full_name` in params, both made when there are none. */
static bb_node *keep(bb_graph *g, bb_params *params, const char *what, const char *full_name,
                     bb_type type, bb_init init, bool trainable)
{
    if (!type_fits(g, what, full_name, type))
        return &g->inert;
    const bb__param *param = NULL;
    bb_status status = bb__params_get(params, full_name, type, init, trainable, &param);
    if (status != BB_OK)
        return bb__graph_fail(g, status, what, nobody, "%s: %s", full_name, bb_status_text(status));
    bb_type had = {bb_tensor_dtype(param->tensor), bb_tensor_shape(param->tensor)};
    if (had.dtype != type.dtype || !bb_shape_equal(had.shape, type.shape)) {
        char old[BB_SHAPE_TEXT], new[BB_SHAPE_TEXT];
        return bb__graph_fail(g, had.dtype != type.dtype ? BB_BAD_TYPE : BB_BAD_SHAPE, what, nobody,
                              "%s is %s %s already, not %s %s", full_name, bb_dtype_text(had.dtype),
                              bb_shape_text(had.shape, old), bb_dtype_text(type.dtype),
                              bb_shape_text(type.shape, new));
    }
    if (param->trainable != trainable)
        return bb__graph_fail(g, BB_BAD_ARGUMENT, what, nobody, "%s is a %s already", full_name,
                              trainable ? "state" : "parameter");
    bb_node *node = bb__leaf_of(g, param->tensor);
    return node ? node
                : bb__leaf(g, what,
                           &(bb_node){.kind = BB_NODE_PARAM,
                                      .type = type,
                                      .name = full_name,
                                      .tensor = param->tensor,
                                      .params = bb__params_serial(params),
                                      .trainable = trainable});
}

/* The same for a name within the open scopes. */
static bb_node *keep_here(bb_graph *g, bb_params *params, const char *what, const char *name,
                          bb_type type, bb_init init, bool trainable)
{
    if (!g)
        return bb__nowhere(what);
    if (bb__failed(g))
        return &g->inert;
    if (!params || !name || !name[0])
        return bb__graph_fail(g, BB_BAD_ARGUMENT, what, nobody,
                              params ? "it needs a name" : "bb_params is NULL");
    const char *scope = bb__open_scope(g);
    size_t size = strlen(scope) + strlen(name) + 2;
    char *full_name = bb__arena_take(&g->arena, size);
    if (!full_name)
        return bb__graph_no_memory(g, what);
    snprintf(full_name, size, "%s%s%s", scope, scope[0] ? "." : "", name);
    return keep(g, params, what, full_name, type, init, trainable);
}

bb_node *bb_param(bb_graph *g, bb_params *params, const char *name, bb_dtype dtype, bb_shape shape,
                  bb_init init)
{
    return keep_here(g, params, "param", name, (bb_type){dtype, shape}, init, true);
}

bb_node *bb_state(bb_graph *g, bb_params *params, const char *name, bb_dtype dtype, bb_shape shape,
                  bb_init init)
{
    return keep_here(g, params, "state", name, (bb_type){dtype, shape}, init, false);
}

bb_node *bb_state_of(bb_node *param, bb_params *params, const char *suffix, bb_dtype dtype,
                     bb_shape shape, bb_init init)
{
    if (!param)
        return bb__nowhere("state");
    bb_graph *g = param->graph;
    if (bb__failed(g))
        return &g->inert;
    if (param->kind != BB_NODE_PARAM || !params || !suffix || !suffix[0])
        return bb__graph_fail(g, BB_BAD_ARGUMENT, "state", (bb_nodes){1, &param},
                              param->kind != BB_NODE_PARAM ? "of what is no parameter"
                              : params                     ? "it needs a name"
                                                           : "bb_params is NULL");
    size_t size = strlen(param->name) + strlen(suffix) + 2;
    char *full_name = bb__arena_take(&g->arena, size);
    if (!full_name)
        return bb__graph_no_memory(g, "state");
    snprintf(full_name, size, "%s/%s", param->name, suffix);
    return keep(g, params, "state", full_name, (bb_type){dtype, shape}, init, false);
}

bb_node *bb_named(bb_node *node, const char *name)
{
    if (!node)
        return bb__nowhere("named");
    if (node->kind == BB_NODE_INERT || !name)
        return node;
    if (node->kind == BB_NODE_INPUT || node->kind == BB_NODE_PARAM)
        return bb__graph_fail(node->graph, BB_BAD_ARGUMENT, "named", (bb_nodes){1, &node},
                              "inputs and parameters keep their names");
    const char *kept = bb__arena_text(&node->graph->arena, name);
    if (!kept)
        return bb__graph_no_memory(node->graph, "named");
    node->name = kept;
    return node;
}
