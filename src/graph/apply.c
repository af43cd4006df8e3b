/* SPDX-License-Identifier: MIT */
/* bb_apply: the only place where a node comes to be, of an op or a leaf.
 *
 * All checks on operands stand here or in the op's infer, so that a node that exists is sound. */
#include "node.h"

#include <stdio.h>
#include <string.h>

/* Fills what every node has and puts it at the graph's end; NULL when memory runs out. */
static bb_node *append(bb_graph *g, bb_node node)
{
    bb_node *stored = bb__arena_take(&g->arena, sizeof *stored);
    if (!stored || g->count >= INT32_MAX ||
        !bb__grow(&g->nodes, &g->capacity, g->count + 1, sizeof *g->nodes))
        return NULL;
    const bb_node *origin = g->origin;
    node.graph = g;
    node.id = (int)g->count;
    node.order = g->order;
    node.scope = origin ? origin->scope : bb__open_scope(g);
    node.site = origin ? origin->site : bb__site_now();
    *stored = node;
    g->nodes[g->count++] = stored;
    return stored;
}

static uint64_t name_hash(bb_node_kind kind, const char *name)
{
    return bb__hash((uint64_t)kind, name, strlen(name));
}

static uint64_t tensor_hash(const bb_tensor *tensor)
{
    return bb__hash(BB_NODE_INERT, &tensor, sizeof tensor); /* no kind that has a name */
}

/* So that the node that is appended next can be found; false when memory runs out. */
static bool put_leaf(bb_graph *g, const bb_node *leaf)
{
    int id = (int)g->count;
    if (leaf->kind == BB_NODE_CONSTANT)
        return true;
    return bb__table_put(&g->leaves, name_hash(leaf->kind, leaf->name), id) &&
           (!leaf->tensor || bb__table_put(&g->leaves, tensor_hash(leaf->tensor), id));
}

bb_node *bb__leaf(bb_graph *g, const char *what, const bb_node *template)
{
    bb_node leaf = *template;
    leaf.name = leaf.name && leaf.name[0] ? bb__arena_text(&g->arena, leaf.name) : "";
    if (!leaf.name || !put_leaf(g, &leaf))
        return bb__graph_no_memory(g, what);
    bb_node *node = append(g, leaf);
    if (!node)
        return bb__graph_no_memory(g, what);
    bb_tensor_retain(node->tensor);
    return node;
}

bb_node *bb__leaf_of(const bb_graph *g, const bb_tensor *tensor)
{
    size_t cursor = 0;
    for (int id; (id = bb__table_find(&g->leaves, tensor_hash(tensor), &cursor)) >= 0;)
        if ((size_t)id < g->count && g->nodes[id]->tensor == tensor)
            return g->nodes[id];
    return NULL;
}

/* The oldest, since parameters of several sets may have one name. */
static bb_node *leaf_named(const bb_graph *g, bb_node_kind kind, const char *name)
{
    bb_node *oldest = NULL;
    size_t cursor = 0;
    if (!g || !name)
        return NULL;
    for (int id; (id = bb__table_find(&g->leaves, name_hash(kind, name), &cursor)) >= 0;) {
        bb_node *node = (size_t)id < g->count ? g->nodes[id] : NULL;
        if (node && node->kind == kind && strcmp(node->name, name) == 0 &&
            (!oldest || node->id < oldest->id))
            oldest = node;
    }
    return oldest;
}

bb_node *bb_graph_input(const bb_graph *g, const char *name)
{
    return leaf_named(g, BB_NODE_INPUT, name);
}

bb_node *bb_graph_param(const bb_graph *g, const char *name)
{
    return leaf_named(g, BB_NODE_PARAM, name);
}

/* The graph of the first operand that has one; NULL when none has. */
static bb_graph *graph_of(bb_nodes inputs)
{
    for (int i = 0; inputs.items && i < inputs.count; i++)
        if (inputs.items[i] && !bb__is_nowhere(inputs.items[i]->graph))
            return inputs.items[i]->graph;
    return NULL;
}

/* What is wrong with an operand; NULL when nothing is. */
static const char *trouble_with(const bb_graph *g, const bb_op *op, const bb_node *in)
{
    if (!in)
        return "is NULL";
    if (in->graph != g)
        return in->kind == BB_NODE_INERT ? "is the result of a failed call"
                                         : "belongs to another graph";
    bool is_effect = in->op && in->op->is_effect;
    return is_effect == op->takes_effects ? NULL
           : is_effect                    ? "is an effect, which has no value"
                                          : "is not an effect";
}

/* A store overwrites its first operand. */
static bool target_fits(bb_graph *g, const bb_op *op, bb_nodes inputs)
{
    if (!op->is_store || (inputs.count == 2 && inputs.items[0]->kind == BB_NODE_PARAM))
        return true;
    bb__graph_fail(g, BB_BAD_ARGUMENT, op->name, inputs, "the target is not a parameter");
    return false;
}

static bool operands_fit(bb_graph *g, const bb_op *op, bb_nodes inputs)
{
    if (inputs.count < 0 || (op->arity != BB_VARIADIC && op->arity != inputs.count)) {
        bb__graph_fail(g, BB_BAD_ARGUMENT, op->name, inputs, "takes %d operands, got %d", op->arity,
                       inputs.count);
        return false;
    }
    for (int i = 0; i < inputs.count; i++) {
        const bb_node *in = inputs.items[i];
        const char *trouble = trouble_with(g, op, in);
        if (trouble) {
            bool is_lost = in && bb__is_nowhere(in->graph);
            bb__graph_fail(g, in && in->graph != g ? BB_BAD_GRAPH : BB_BAD_ARGUMENT, op->name,
                           inputs, "operand %d %s%s%s%s", i + 1, trouble, is_lost ? " (" : "",
                           is_lost ? bb_graph_error(in->graph) : "", is_lost ? ")" : "");
            return false;
        }
    }
    return target_fits(g, op, inputs);
}

static bool has_kernel(bb_graph *g, const bb_op *op, bb_nodes inputs)
{
    bool is_map = false;
    for (int dtype = 0; dtype < BB_DTYPE_COUNT; dtype++)
        is_map = is_map || op->map[dtype];
    if (op->forward && is_map) {
        bb__graph_fail(g, BB_BAD_ARGUMENT, op->name, inputs, "has both a map and a forward");
        return false;
    }
    if (op->index && !op->may_fault) {
        bb__graph_fail(g, BB_BAD_ARGUMENT, op->name, inputs, "has an index, but may not fault");
        return false;
    }
    if (op->forward || (is_map && inputs.count > 0 && inputs.count <= BB_MAP_INPUTS &&
                        op->map[inputs.items[inputs.count - 1]->type.dtype]))
        return true;
    bb__graph_fail(g, BB_BAD_TYPE, op->name, inputs, "has no kernel for these operands");
    return false;
}

static bool result_fits(bb_graph *g, const bb_op *op, bb_nodes inputs, bb_type out)
{
    if (bb_dtype_size(out.dtype) == 0) {
        bb__graph_fail(g, BB_BAD_TYPE, op->name, inputs, "the result's dtype %d is none",
                       (int)out.dtype);
        return false;
    }
    for (int i = 0; !op->forward && i < inputs.count; i++)
        if (!bb_shape_equal(inputs.items[i]->type.shape, out.shape)) {
            bb__graph_fail(g, BB_BAD_SHAPE, op->name, inputs,
                           "a map's operands must have its result's shape");
            return false;
        }
    if (bb_shape_count(out.shape) >= 0)
        return true;
    if (out.shape.ndim > BB_MAX_DIMS)
        bb__graph_fail(g, BB_BAD_SHAPE, op->name, inputs, "rank %d is over %d", out.shape.ndim,
                       (int)BB_MAX_DIMS);
    else {
        char text[BB_SHAPE_TEXT];
        bb__graph_fail(g, BB_BAD_SHAPE, op->name, inputs,
                       "shape %s has a bad size or too many elements",
                       bb_shape_text(out.shape, text));
    }
    return false;
}

/* Runs infer on a copy of the attributes, which it may normalise; false after a failure. */
static bool infer(bb_graph *g, const bb_op *op, bb_nodes inputs, void *attrs, bb_type *out)
{
    enum { FEW = 8 };
    bb_type few[FEW], *types = few;
    if (inputs.count > FEW)
        types = bb_memory_zeroed((size_t)inputs.count, sizeof *types);
    if (!types) {
        bb__graph_no_memory(g, op->name);
        return false;
    }
    for (int i = 0; i < inputs.count; i++)
        types[i] = inputs.items[i]->type;
    bb_infer c = {.op = op, .n_in = inputs.count, .in = types, .attrs = attrs};
    bool fits = op->infer(&c);
    if (types != few)
        bb_memory_release(types);
    if (!fits)
        bb__graph_fail(g, c.status == BB_OK ? BB_BAD_ARGUMENT : c.status, op->name, inputs, "%s",
                       c.reason[0] ? c.reason : "refused");
    *out = c.out;
    return fits && result_fits(g, op, inputs, c.out);
}

static bb_node *build(bb_graph *g, const bb_op *op, bb_nodes inputs, const void *attrs)
{
    if (op->arity != BB_VARIADIC && op->arity != inputs.count)
        return bb__graph_fail(g, BB_BAD_ARGUMENT, op->name, inputs, "takes %d operands, got %d",
                              op->arity, inputs.count);
    if (op->attrs_size && !attrs)
        return bb__graph_fail(g, BB_BAD_ARGUMENT, op->name, inputs, "needs attributes");
    bb_node *built = op->build(g, inputs, attrs);
    return built ? built
                 : bb__graph_fail(g, BB_BAD_ARGUMENT, op->name, inputs, "its build gives NULL");
}

/* The graph's own copies of a node's operands and attributes; false when memory runs out. */
static bool keep(bb_graph *g, bb_nodes inputs, const void *attrs, bb_node *node)
{
    size_t pointers = (size_t)inputs.count * sizeof(bb_node *), size = node->op->attrs_size;
    node->in = pointers ? bb__arena_take(&g->arena, pointers) : NULL;
    node->attrs = size ? bb__arena_take(&g->arena, size) : NULL;
    if ((pointers && !node->in) || (size && !node->attrs))
        return false;
    if (pointers)
        memcpy(node->in, inputs.items, pointers);
    if (size && attrs)
        memcpy(node->attrs, attrs, size);
    else if (size)
        memset(node->attrs, 0, size);
    return true;
}

bb_node *bb_apply_in(bb_graph *g, const bb_op *op, bb_nodes inputs, const void *attrs)
{
    if (!g)
        return bb__nowhere(op ? op->name : "apply");
    if (bb__failed(g))
        return &g->inert;
    if (!inputs.items)
        inputs.count = 0;
    if (!op || !op->name || (!op->infer && !op->build))
        return bb__graph_fail(g, BB_BAD_ARGUMENT, "apply", inputs,
                              "the op has no name or no infer");
    if (op->build)
        return build(g, op, inputs, attrs);
    if (!operands_fit(g, op, inputs))
        return &g->inert;
    bb_node node = {.op = op, .kind = BB_NODE_OP, .n_in = inputs.count, .name = ""};
    if (!keep(g, inputs, attrs, &node))
        return bb__graph_no_memory(g, op->name);
    if (!infer(g, op, inputs, node.attrs, &node.type) || !has_kernel(g, op, inputs))
        return &g->inert;
    bb_node *stored = append(g, node);
    return stored ? stored : bb__graph_no_memory(g, op->name);
}

bb_node *bb_apply(const bb_op *op, bb_nodes inputs, const void *attrs)
{
    return bb_apply_in(graph_of(inputs), op, inputs, attrs);
}

int64_t bb_graph_next_random(bb_graph *g)
{
    return g ? g->random_count++ : 0;
}

bb_node *bb_fail_node(bb_node *x, bb_node *y, const char *op_name, bb_status status,
                      const char *format, ...)
{
    char reason[256];
    va_list arguments;
    bb_node *operands[] = {x ? x : y, y};
    bb_nodes named = {(x != NULL) + (y != NULL), operands};
    bb_graph *g = graph_of(named);
    if (!g)
        return bb__nowhere(op_name);
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    return bb__graph_fail(g, status, op_name, named, "%s", reason);
}
