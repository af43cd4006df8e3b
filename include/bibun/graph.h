/* SPDX-License-Identifier: MIT */
/* Graphs of op nodes: leaves, scopes, names, the sticky error, and a look at any node.
 *
 * A graph owns its nodes, names and error text; bb_graph_free frees them all. Nodes are only ever
 * appended, and a node's inputs exist before it, so the order of creation is a topological order. A
 * graph is built by one thread at a time.
 *
 * The first failure sticks to the graph. From then on every builder returns an inert node, never
 * NULL, so that user code chains freely and asks bb_graph_error once. */
#ifndef BIBUN_GRAPH_H
#define BIBUN_GRAPH_H

#include <bibun/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct bb_graph bb_graph;
typedef struct bb_node bb_node;
typedef struct bb_params bb_params;
typedef struct bb_op bb_op;
typedef struct bb_program bb_program;

/* A borrowed list of nodes: BB_NODES(loss, step). One whose items are NULL is empty. */
typedef struct bb_nodes {
    int count;
    bb_node *const *items;
} bb_nodes;
#ifdef __cplusplus
#define BB_NODES(...) bb__nodes_of({__VA_ARGS__})
#else
#define BB_NODES(...)                                                          \
    ((bb_nodes){(int)(sizeof((bb_node *[]){__VA_ARGS__}) / sizeof(bb_node *)), \
                (bb_node *[]){__VA_ARGS__}})
#endif

/* NULL when memory runs out, which every builder and bb_graph_error accept */
BB_API bb_graph *bb_graph_new(void);
BB_API void bb_graph_free(bb_graph *g); /* its programs keep it until they are freed */

/* The first failure, or else that of the last compilation: its sentence, or NULL when there was
 * none; its status. */
BB_API const char *bb_graph_error(const bb_graph *g);
BB_API bb_status bb_graph_status(const bb_graph *g);
BB_API bool bb_graph_has_failed(const bb_graph *g); /* whether a failure sticks to it */

/* Leaves. */

/* A value that each run is given. Names of inputs are unique in a graph. */
BB_BUILDER bb_node *bb_input(bb_graph *g, const char *name, bb_dtype dtype, bb_shape shape);

/* A constant. The graph retains the tensor, whose numbers must not change while it is in use. */
BB_BUILDER bb_node *bb_constant(bb_graph *g, bb_tensor *value);
/* A copy of `data`, which holds bb_shape_count(shape) elements. */
BB_BUILDER bb_node *bb_constant_from(bb_graph *g, bb_dtype dtype, bb_shape shape, const void *data);
/* A constant of shape [], the number as bb_cast would convert it. */
BB_BUILDER bb_node *bb_scalar(bb_graph *g, bb_dtype dtype, double value);
/* The same, of another node's graph and dtype. */
BB_BUILDER bb_node *bb_number(bb_node *like, double value);

/* How a new parameter is filled: `fill` gets the zero-filled tensor, a key of its own and `scale`.
 * See nn.h for the usual ones. */
typedef struct bb_init {
    bb_status (*fill)(bb_tensor *t, double scale, uint64_t key); /* NULL leaves zeros */
    double scale;
} bb_init;

/* The parameter of that name in `params`, made and filled by `init` when there is none. The full
 * name is the open scopes and the name, joined by dots. Asked twice in one graph it is the same
 * node. Error when it exists with another type. */
BB_BUILDER bb_node *bb_param(bb_graph *g, bb_params *params, const char *name, bb_dtype dtype,
                             bb_shape shape, bb_init init);

/* The same for what a program keeps from run to run but nobody trains: an optimiser's momentum, a
 * running mean. */
BB_BUILDER bb_node *bb_state(bb_graph *g, bb_params *params, const char *name, bb_dtype dtype,
                             bb_shape shape, bb_init init);

/* A state named "param's name/suffix", whatever scopes are open; how optimisers keep a parameter's
 * momentum, and the count of its updates. */
BB_BUILDER bb_node *bb_state_of(bb_node *param, bb_params *params, const char *suffix,
                                bb_dtype dtype, bb_shape shape, bb_init init);

/* Scopes and names. */

/* Nodes made until the matching pop carry the scope; scopes nest and read "encoder.fc1". */
BB_API void bb_scope_push(bb_graph *g, const char *name);
BB_API void bb_scope_pop(bb_graph *g);

/* Names an op's node or a constant in messages and pictures; returns the node. Inputs and
 * parameters keep the name that they were made with. */
BB_BUILDER bb_node *bb_named(bb_node *node, const char *name);

/* Effects that come along. */

/* Ties an effect, as the assignment of a running mean, to a node: whatever trains on a loss that
 * depends on the node (bb_optimise, bb_attached) does it as well. Returns the node. An effect is
 * left out where its states belong to other parameters than those being trained. */
BB_BUILDER bb_node *bb_attach(bb_node *node, bb_node *effect);
BB_API bb_node *bb_node_effect(const bb_node *node, int i); /* NULL when there are not so many */

/* Looking at nodes. */

typedef enum bb_node_kind {
    BB_NODE_INPUT,
    BB_NODE_PARAM,
    BB_NODE_CONSTANT,
    BB_NODE_OP,
    BB_NODE_INERT
} bb_node_kind;

BB_API bb_node_kind bb_node_kind_of(const bb_node *node);
BB_API bb_graph *bb_node_graph(const bb_node *node);
/* its place in the graph, from 0; -1 for an inert node */
BB_API int bb_node_id(const bb_node *node);
BB_API bb_dtype bb_node_dtype(const bb_node *node);
BB_API bb_shape bb_node_shape(const bb_node *node);
BB_API const char *bb_node_name(const bb_node *node);  /* given name; "" when none */
BB_API const char *bb_node_scope(const bb_node *node); /* "encoder.fc1"; "" when none */
BB_API const bb_op *bb_node_op(const bb_node *node);   /* NULL for leaves */
/* "matmul"; "input", "param", "constant" for leaves */
BB_API const char *bb_node_op_name(const bb_node *node);
BB_API const void *bb_node_attrs(const bb_node *node);
BB_API int bb_node_input_count(const bb_node *node);
BB_API bb_node *bb_node_input(const bb_node *node, int i);
/* 0 for forward nodes, 1 for a gradient's, 2 for a gradient's gradient's */
BB_API int bb_node_order(const bb_node *node);
/* the user's line that made it; "" when not known */
BB_API const char *bb_node_file(const bb_node *node);
BB_API int bb_node_line(const bb_node *node);
/* of a parameter or constant; else NULL */
BB_API const bb_tensor *bb_node_tensor(const bb_node *node);
BB_API bool bb_node_is_trainable(const bb_node *node); /* made by bb_param */

BB_API int bb_graph_node_count(const bb_graph *g);
BB_API bb_node *bb_graph_node(const bb_graph *g, int id);            /* NULL when out of range */
BB_API bb_node *bb_graph_input(const bb_graph *g, const char *name); /* NULL when there is none */
/* The parameter or state of that full name, "encoder.fc1.weight", as g's node; NULL when there is
 * none. Of several sets' parameters of one name it is the one that g had first. */
BB_API bb_node *bb_graph_param(const bb_graph *g, const char *name);

/* Parameters. */

/* A set of named tensors that outlives the graphs that use it. A set is used by one thread at a
 * time while graphs are built over it. One seed: each tensor's first numbers depend on the seed and
 * its name only. */
BB_API bb_params *bb_params_new(uint64_t seed);
BB_API void bb_params_free(bb_params *p); /* graphs and programs that use its tensors may live on */
BB_API int bb_params_count(const bb_params *p);
BB_API const char *bb_params_name(const bb_params *p, int i);
BB_API bb_tensor *bb_params_tensor(const bb_params *p, int i);
BB_API bool bb_params_is_trainable(const bb_params *p, int i);
/* NULL when there is none */
BB_API bb_tensor *bb_params_find(const bb_params *p, const char *name);
/* whether a parameter node's tensor is of this set */
BB_API bool bb_params_owns(const bb_params *p, const bb_node *node);

/* Call sites, used by bibun.h's macros. */

BB_API void bb__site_push(const char *file, int line);
BB_API bb_node *bb__site_pop_node(bb_node *node);
BB_API bb_status bb__site_pop_status(bb_status status);
BB_API bb_program *bb__site_pop_program(bb_program *program);

#ifdef __cplusplus
}

/* Lives until the end of the full expression, as the list does. */
inline bb_nodes bb__nodes_of(std::initializer_list<bb_node *> nodes)
{
    return bb_nodes{(int)nodes.size(), nodes.begin()};
}
#endif
#endif
