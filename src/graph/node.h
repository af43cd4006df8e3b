/* SPDX-License-Identifier: MIT */
/* Floor 2, private: what graphs and nodes are made of.
 *
 * Nodes live in the graph's arena and are only appended, after their inputs; nothing in a node
 * changes afterwards but its name and the effects that are attached to it. */
#ifndef BIBUN_GRAPH_NODE_H
#define BIBUN_GRAPH_NODE_H

#include <bibun/op.h>

#include "base.h"

#include <stdatomic.h>

typedef struct bb__site {
    const char *file; /* a string literal of the caller; NULL when not known */
    int line;
} bb__site;

/* An effect that comes along with a node. */
typedef struct bb__effect bb__effect;
struct bb__effect {
    bb_node *node;
    bb__effect *next;
};

struct bb_node {
    bb_graph *graph;
    const bb_op *op; /* NULL for leaves */
    bb_node_kind kind;
    int id;
    bb_type type;
    int n_in;
    int order; /* how often differentiation was at work when it was made */
    bb_node **in;
    void *attrs;
    const char *name, *scope; /* "" when none */
    bb_tensor *tensor;        /* of a parameter or constant, retained */
    uint64_t params;          /* the serial number of the set a parameter or state is of */
    bool trainable;
    bb__site site;
    bb__effect *effects; /* the first attached; NULL for none */
};

struct bb_graph {
    bb__arena arena;
    bb_node **nodes;
    size_t count, capacity;
    bb__table leaves;    /* ids of inputs by name, of parameters by name and by tensor */
    const char **scopes; /* full names of the open scopes, the innermost last */
    size_t scope_count, scope_capacity;
    bb_error error;   /* sticks */
    bb_error compile; /* of the last compilation; gone with the next */
    bb_node inert;
    atomic_int references; /* the user's and each program's */
    int64_t random_count;  /* keys given to random nodes */

    /* While a backward rule of `origin` builds nodes, they take its scope and call site. */
    const bb_node *origin;
    int order;
};

/* The call site of the builder that the user is in. */
bb__site bb__site_now(void);
/* "file:line: " into a buffer, which is returned; nothing where it is not known. */
enum { BB__SITE_TEXT = 256 };
const char *bb__site_text(bb__site site, char buffer[BB__SITE_TEXT]);

/* Appends a leaf with the template's kind, type, name, tensor (which is retained), params and
 * trainable, for the builder `what`; on failure the inert node. */
bb_node *bb__leaf(bb_graph *g, const char *what, const bb_node *template);

/* The leaf of that tensor; NULL when there is none. */
bb_node *bb__leaf_of(const bb_graph *g, const bb_tensor *tensor);

static inline bool bb__failed(const bb_graph *g)
{
    return g->error.status != BB_OK;
}

/* Keeps the graph for a program. */
void bb__graph_retain(bb_graph *g);

/* Where a graph should have been but is not: the inert node of no graph, noting which call met
 * it. */
bb_node *bb__nowhere(const char *op_name);
bool bb__is_nowhere(const bb_graph *g);

/* Fails the graph as "file:line: op_name: reason: operands, in scope" unless it has failed already,
 * which no later failure changes; returns the inert node. The only place where a graph's error is
 * written. */
bb_node *bb__graph_fail(bb_graph *g, bb_status status, const char *op_name, bb_nodes operands,
                        const char *format, ...) BB_PRINTF(5, 6);

bb_node *bb__graph_no_memory(bb_graph *g, const char *op_name);

/* The full name of the innermost open scope; "" when none is open. */
const char *bb__open_scope(const bb_graph *g);

/* Fails the compilation that is under way, at a node's line and in its scope, or at the user's when
 * it is NULL. Does not stick. */
void bb__compile_fail(bb_graph *g, const bb_node *node, bb_status status, const char *op_name,
                      const char *format, ...) BB_PRINTF(5, 6);

/* "h", or "matmul#12" for a node without a name; returns the buffer. */
const char *bb__node_label(const bb_node *node, char *buffer, size_t size);

/* Appends formatted text to a buffer of `size` bytes that holds `*used`; what does not fit is
 * cut. */
void bb__text(char *buffer, size_t size, size_t *used, const char *format, ...) BB_PRINTF(4, 5);

#endif
