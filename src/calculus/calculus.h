/* SPDX-License-Identifier: MIT */
/* Private: what the files of the calculus share. Operands of functions here have been checked. */
#ifndef BIBUN_CALCULUS_CALCULUS_H
#define BIBUN_CALCULUS_CALCULUS_H

#include <bibun/calculus.h>
#include <bibun/grad.h>
#include <bibun/op.h>
#include <bibun/ops.h>

/* A list and what its members are called in messages. */
typedef struct bb__operands {
    bb_nodes nodes;
    const char *what; /* "function" */
} bb__operands;

/* Whether the members of a list are values of one graph, that of `beside` unless it is NULL; else
 * `name` fails, and *inert_out is the inert node. */
bool bb__operands_fit(const char *name, bb_node *beside, bb__operands of, bb_node **inert_out);
/* The same for two lists of one length; where the first has no first member, one of `beside` tells
 * the graph. */
bool bb__lists_fit(const char *name, bb_nodes beside, bb__operands of, bb__operands with,
                   bb_node **inert_out);
/* The same for two lists of the same types and shapes. */
bool bb__pairs_fit(const char *name, bb_nodes beside, bb__operands of, bb__operands with,
                   bb_node **inert_out);

/* Fills n results with the inert node of a node's graph, which has failed; returns its status. */
bb_status bb__give_inert(bb_node *node, int n, bb_node **results);
bb_node *bb__no_memory(bb_node *x, const char *name);

/* What bb__ways marks, by id. */
enum { BB__FROM = 1, BB__DEPENDS = 2, BB__WAY = 4 };

typedef struct bb__ways {
    unsigned char
        *marks;   /* the caller releases it; NULL when the graph failed for want of memory */
    int count;    /* ids from 0 on: up to the last of `to` */
    double flops; /* of the ops on the way, `from` aside */
} bb__ways;

/* Marks the nodes through which one of `to` depends on one of `from`, ends included. Nothing leads
 * into one of `from`. */
bb__ways bb__ways_between(bb_nodes from, bb_nodes to);
bool bb__is_marked(const bb__ways *ways, const bb_node *node, int mark);

/* bb_vjps, in one walk. */
bb_status bb__pull(bb_nodes ys, bb_nodes xs, bb_nodes cotangents, bb_node **out);

/* The first node between us and ys whose rule cannot tell what is linear in us: it has none, or is
 * zero by definition. NULL when all can. */
bb_node *bb__find_not_linear(bb_nodes us, bb_nodes ys);
bool bb__depend(bb_nodes ys, bb_nodes us); /* one of ys on one of us */

/* bb_vmaps for `name`. */
bb_status bb__batch(const char *name, bb_nodes ys, bb_nodes xs, bb_nodes rows, bb_node **out);

#endif
