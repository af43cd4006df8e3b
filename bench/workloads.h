/* SPDX-License-Identifier: MIT */
/* The models that are measured: how to build each in a graph, and what a run of it is fed. */
#ifndef WORKLOADS_H
#define WORKLOADS_H

#include <bibun/bibun.h>

enum { WORKLOAD_OUTPUTS = 2, WORKLOAD_FEEDS = 2 };

/* A model in a graph of its own, with the values that its runs are fed. */
typedef struct model {
    bb_graph *graph;
    bb_params *params;
    bb_node *outputs[WORKLOAD_OUTPUTS];
    int n_outputs;
    bb_feed feeds[WORKLOAD_FEEDS];
    bb_tensor *values[WORKLOAD_FEEDS]; /* of the feeds, owned */
    int n_feeds;
} model;

typedef struct workload {
    const char *name;
    void (*build)(model *m); /* into a zeroed model; failures stick to its graph */
} workload;

extern const workload workloads[];
extern const int n_workloads;

/* For the cost of graphs alone: a chain of 10,000 nodes, and mlp_wide. */
extern const workload graph_costs[];
extern const int n_graph_costs;

void model_free(model *m);

#endif
