/* SPDX-License-Identifier: MIT */
/* Pictures of graphs in Graphviz's dot language. */
#ifndef BIBUN_VIZ_H
#define BIBUN_VIZ_H

#include <bibun/graph.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* All zero: all that the outputs need, or the whole graph when there are none. */
typedef struct bb_dot_options {
    bb_nodes outputs;  /* draw only what these need */
    bool no_gradients; /* leave out nodes that differentiation made */
    bool no_scopes;    /* no clusters */
    const char *title;
} bb_dot_options;

/* Writes the graph as dot text: ids are node numbers, text is escaped, each node shows op, name,
 * dtype and shape; inputs, parameters, constants, forward and gradient nodes are told apart; scopes
 * are clusters. The same graph gives the same bytes. `options` may be NULL. BB_BAD_FILE when
 * writing fails. */
BB_API bb_status bb_dot_write(const bb_graph *g, FILE *file, const bb_dot_options *options);
BB_API bb_status bb_dot_save(const bb_graph *g, const char *path, const bb_dot_options *options);

#ifdef __cplusplus
}
#endif
#endif
