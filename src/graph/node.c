/* SPDX-License-Identifier: MIT */
/* A look at any node. NULL is accepted everywhere and looks like an inert node. */
#include "node.h"

static const bb_node nothing = {.kind = BB_NODE_INERT, .id = -1, .name = "", .scope = ""};

static const bb_node *seen(const bb_node *node)
{
    return node ? node : &nothing;
}

bb_node_kind bb_node_kind_of(const bb_node *node)
{
    return seen(node)->kind;
}

bb_graph *bb_node_graph(const bb_node *node)
{
    return seen(node)->graph;
}

int bb_node_id(const bb_node *node)
{
    return seen(node)->id;
}

bb_dtype bb_node_dtype(const bb_node *node)
{
    return seen(node)->type.dtype;
}

bb_shape bb_node_shape(const bb_node *node)
{
    return seen(node)->type.shape;
}

const char *bb_node_name(const bb_node *node)
{
    return seen(node)->name;
}

const char *bb_node_scope(const bb_node *node)
{
    return seen(node)->scope;
}

const bb_op *bb_node_op(const bb_node *node)
{
    return seen(node)->op;
}

const char *bb_node_op_name(const bb_node *node)
{
    static const char *const leaves[] = {
        [BB_NODE_INPUT] = "input", [BB_NODE_PARAM] = "param", [BB_NODE_CONSTANT] = "constant",
        [BB_NODE_OP] = "op",       [BB_NODE_INERT] = "inert",
    };
    return seen(node)->op ? node->op->name : leaves[seen(node)->kind];
}

const void *bb_node_attrs(const bb_node *node)
{
    return seen(node)->attrs;
}

int bb_node_input_count(const bb_node *node)
{
    return seen(node)->n_in;
}

bb_node *bb_node_input(const bb_node *node, int i)
{
    return i >= 0 && i < seen(node)->n_in ? node->in[i] : NULL;
}

int bb_node_order(const bb_node *node)
{
    return seen(node)->order;
}

const char *bb_node_file(const bb_node *node)
{
    return seen(node)->site.file ? node->site.file : "";
}

int bb_node_line(const bb_node *node)
{
    return seen(node)->site.line;
}

const bb_tensor *bb_node_tensor(const bb_node *node)
{
    return seen(node)->tensor;
}

bool bb_node_is_trainable(const bb_node *node)
{
    return seen(node)->trainable;
}

double bb_node_flops(const bb_node *node)
{
    enum { FEW = 8 };
    const bb_op *op = seen(node)->op;
    bb_type few[FEW], *in = few;
    if (!op || !op->flops)
        return op && !op->forward ? (double)bb_shape_count(node->type.shape) : 0;
    if (node->n_in > FEW)
        in = bb_memory_zeroed((size_t)node->n_in, sizeof *in);
    for (int i = 0; in && i < node->n_in; i++)
        in[i] = node->in[i]->type;
    double flops = in ? op->flops(node->attrs, in, &node->type) : 0;
    if (in != few)
        bb_memory_release(in);
    return flops;
}
