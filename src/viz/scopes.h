/* SPDX-License-Identifier: MIT */
/* Private to viz: the scopes of drawn nodes as a tree, and in each the nodes that it holds. */
#ifndef BIBUN_VIZ_SCOPES_H
#define BIBUN_VIZ_SCOPES_H

#include <bibun/graph.h>

/* Indices are -1 where there is none. Children and nodes stand in the order in which they came. */
typedef struct bb__scope {
    const char *path; /* the first `length` characters; borrowed from a node */
    size_t length, parent_length;
    int parent, first_child, last_child, next;
    int first_node, last_node;
} bb__scope;

/* Zero-initialise. Scope 0 is the outermost, with an empty path. */
typedef struct bb__scopes {
    bb__scope *items;
    int count, capacity;
    int *table; /* open addressing by the path's hash; index + 1, 0 when free */
    int table_size;
    int *next_node; /* by node id: the next node of the same scope */
} bb__scopes;

bool bb__scopes_begin(bb__scopes *s, int node_count);
bool bb__scopes_add(bb__scopes *s, int node, const char *path); /* false: memory ran out */
void bb__scopes_end(bb__scopes *s);

#endif
