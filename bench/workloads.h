/* SPDX-License-Identifier: MIT */
/* The models that are measured: how to build each in a graph, and what a run of it is fed. */
#ifndef WORKLOADS_H
#define WORKLOADS_H

#include <bibun/bibun.h>

enum { MODEL_OUTPUTS = 24, MODEL_INPUTS = 24 };

/* A model in a graph of its own. */
typedef struct model {
    bb_graph *graph;
    bb_params *params; /* borrowed */
    bb_node *outputs[MODEL_OUTPUTS];
    int n_outputs;
    bb_feed feeds[MODEL_INPUTS]; /* all inputs; the values are NULL until model_feed */
    bb_tensor *values[MODEL_INPUTS];
    int n_inputs;
    int64_t labels; /* integer inputs are drawn from 0 to labels - 1 */
} model;

typedef struct workload {
    const char *name;
    void (*build)(model *m); /* fills a model that has its parameters and nothing else; failures
                                stick to the graph */
} workload;

extern const workload workloads[];
extern const int n_workloads;

/* For the cost of graphs alone: chains and networks of three sizes, and mlp_wide. */
extern const workload graph_costs[];
extern const int n_graph_costs;

bb_node *model_input(model *m, const char *name, bb_dtype dtype, bb_shape shape);

/* One by one, in the files named after their kind. */
void build_mlp_seed(model *m);
void build_mlp_infer1(model *m);
void build_mlp_infer100(model *m);
void build_mlp_wide(model *m);
void build_wide_loss(model *m);
void build_wide_gradient(model *m);
void build_hvp(model *m);
void build_eltwise(model *m);
void build_rows(model *m);       /* of what strips bring; without a peer */
void build_ensemble(model *m);   /* of what branches bring; without a peer */
void build_directions(model *m); /* likewise */
void build_scalar(model *m);
void build_gmm(model *m);
void build_conv_simple(model *m);
void build_conv_deep(model *m);
void build_products(model *m); /* for --profile, without a peer */
void build_convs(model *m);    /* of each way to convolve; for --profile, without a peer */
void build_lstm(model *m);
void build_gpt(model *m);

/* A function, its gradient and its Hessian's product with a direction. */
extern const workload orders[3];

/* The machine: a large product, and memory run through at sizes of each cache. */
extern const workload ceilings[];
extern const int n_ceilings;

/* Two small products, run before anything is measured. */
void build_first_use(model *m);

/* Values for all inputs: uniform numbers, and labels. */
void model_feed(model *m);

void model_free(model *m); /* all but the parameters */

#endif
