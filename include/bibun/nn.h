/* SPDX-License-Identifier: MIT */
/* Layers and initialisation. Weights of a dense layer are [inputs, units]; fan-in is the product of
 * all sizes but the last, fan-out the last. Filters are [filters, channels, height, width]; their
 * fan-in is the product of all sizes but the first. Parameters of a layer are of x's dtype, but for
 * an embedding's; `bb_graph_param(g, "fc1.weight")` finds the node of one. */
#ifndef BIBUN_NN_H
#define BIBUN_NN_H

#include <bibun/ops.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How parameters begin; one of your own is a bb_init of graph.h. */

BB_API bb_init bb_init_zeros(void);
BB_API bb_init bb_init_constant(double value);
BB_API bb_init bb_init_normal(double deviation); /* mean 0 */
BB_API bb_init bb_init_uniform(double limit);    /* [-limit, limit) */
/* normal, variance 2 / (fan-in + fan-out) (Glorot and Bengio 2010, eq. 12) */
BB_API bb_init bb_init_xavier(void);
/* normal, variance 2 / fan-in (He et al. 2015, eq. 10) */
BB_API bb_init bb_init_he(void);
BB_API bb_init bb_init_he_filters(void); /* the same for filters */

/* Dense and convolution layers. */

/* x W + b for x [..., inputs]: [..., units]. Parameters "name.weight" by Xavier and "name.bias" of
 * zeros. */
BB_BUILDER bb_node *bb_dense(bb_node *x, bb_params *params, const char *name, int64_t units);

typedef struct bb_dense_options {
    bb_init weight; /* a NULL fill stands for Xavier; for zeros say bb_init_zeros() */
    bb_init bias;   /* a NULL fill stands for zeros */
    bool no_bias;
} bb_dense_options;
BB_BUILDER bb_node *bb_dense_with(bb_node *x, bb_params *params, const char *name, int64_t units,
                                  const bb_dense_options *options);

/* bb_conv2d of x [n c h w] with so many filters of size x size, and a bias for each. Parameters
 * "name.weight" [filters c / groups size size] by He and "name.bias" [filters] of zeros. */
BB_BUILDER bb_node *bb_convolution(bb_node *x, bb_params *params, const char *name, int64_t filters,
                                   int64_t size, bb_conv options);

typedef struct bb_convolution_options {
    bb_conv conv;
    bb_init weight; /* a NULL fill stands for He; for zeros say bb_init_zeros() */
    bb_init bias;   /* a NULL fill stands for zeros */
    bool no_bias;
} bb_convolution_options;
BB_BUILDER bb_node *bb_convolution_with(bb_node *x, bb_params *params, const char *name,
                                        int64_t filters, int64_t height, int64_t width,
                                        const bb_convolution_options *options);

/* bb_conv_transpose2d of x [n c h w], which makes images larger, with so many filters, and a bias
 * for each. Parameters "name.weight" [c filters/groups size size] by He and "name.bias" of
 * zeros. */
BB_BUILDER bb_node *bb_transposed_convolution(bb_node *x, bb_params *params, const char *name,
                                              int64_t filters, int64_t size, bb_conv options);
BB_BUILDER bb_node *bb_transposed_convolution_with(bb_node *x, bb_params *params, const char *name,
                                                   int64_t filters, int64_t height, int64_t width,
                                                   const bb_convolution_options *options);

/* Embedding. */

/* The rows of a table that i32 indices of any shape name: [..., width]. Parameter "name.weight"
 * [vocabulary, width], normal of deviation 1. An index out of range is an error of the run. Learned
 * positions are bb_add(x, bb_param(...)) or an embedding of 0, 1, 2, ... */
BB_BUILDER bb_node *bb_embedding(bb_node *index, bb_params *params, const char *name,
                                 int64_t vocabulary, int64_t width);

typedef struct bb_embedding_options {
    bb_init weight; /* a NULL fill stands for normal of deviation 1 */
    bb_dtype dtype; /* of the table: f32 unless it says f64 */
} bb_embedding_options;
BB_BUILDER bb_node *bb_embedding_with(bb_node *index, bb_params *params, const char *name,
                                      int64_t vocabulary, int64_t width,
                                      const bb_embedding_options *options);

/* Normalisation. What bb_standardise and its kin give, times "name.weight" of ones, plus
 * "name.bias" of zeros. Channels are the second axis of x, [batch, channels, ...]. */

typedef struct bb_norm_options {
    double epsilon;  /* 0 stands for 1e-5, in bb_rms_norm for 1e-6 */
    double momentum; /* of bb_batch_norm; 0 stands for 0.1 */
    bool plain;      /* no weight and no bias */
} bb_norm_options;

/* over the last axis; weight and bias are of its size (Ba, Kiros and Hinton 2016) */
BB_BUILDER bb_node *bb_layer_norm(bb_node *x, bb_params *params, const char *name);
BB_BUILDER bb_node *bb_layer_norm_with(bb_node *x, bb_params *params, const char *name,
                                       const bb_norm_options *options);
/* over the last axis, x over its root mean square, without bias (Zhang and Sennrich 2019) */
BB_BUILDER bb_node *bb_rms_norm(bb_node *x, bb_params *params, const char *name);
BB_BUILDER bb_node *bb_rms_norm_with(bb_node *x, bb_params *params, const char *name,
                                     const bb_norm_options *options);
/* over groups of channels and all that follows; weight and bias a channel (Wu and He 2018) */
BB_BUILDER bb_node *bb_group_norm(bb_node *x, bb_params *params, const char *name, int64_t groups);
BB_BUILDER bb_node *bb_group_norm_with(bb_node *x, bb_params *params, const char *name,
                                       int64_t groups, const bb_norm_options *options);
/* over all that follows a channel (Ulyanov, Vedaldi and Lempitsky 2016) */
BB_BUILDER bb_node *bb_instance_norm(bb_node *x, bb_params *params, const char *name);
BB_BUILDER bb_node *bb_instance_norm_with(bb_node *x, bb_params *params, const char *name,
                                          const bb_norm_options *options);
/* Each channel over the batch and all that follows (Ioffe and Szegedy 2015). Training takes mean
 * and variance of the batch, and ties to the result (bb_attach) the updates of two states,
 * "name.running_mean" and "name.running_variance":
 *
 *     running <- running + momentum (batch's - running)
 *
 * where the variance has n - 1 for n below it. Every optimiser takes these updates along, and so
 * does bb_attached; nothing else is to be done. Evaluation takes the running ones. Called twice
 * under one name in a graph for training, the updates collide, which bb_compile reports. */
BB_BUILDER bb_node *bb_batch_norm(bb_node *x, bb_params *params, const char *name, bool training);
BB_BUILDER bb_node *bb_batch_norm_with(bb_node *x, bb_params *params, const char *name,
                                       bool training, const bb_norm_options *options);

/* Recurrent layers: x [batch, time, inputs] to the states after each step [batch, time, units].
 * Steps are unrolled in the graph. Gates stand side by side, in PyTorch's order, in "name.weight"
 * [inputs, gates units], "name.recurrent" [units, gates units] and "name.bias" [gates units]. */

typedef struct bb_recurrent_options {
    bb_init weight;    /* a NULL fill stands for Xavier */
    bb_init recurrent; /* ... for uniform within 1 / sqrt(units) */
    bb_init bias;      /* ... for zeros; in an LSTM with ones for the forget gate */
    bool no_bias;
    bool reverse;   /* from the last step to the first; results stay in the order of time */
    bb_node *state; /* what it begins with, [batch, units]; NULL: zeros */
    bb_node *cell;  /* the same of an LSTM's cell */
    bb_node *(*activation)(bb_node *x); /* of bb_rnn; NULL: bb_tanh */
} bb_recurrent_options;

/* After the last step that is computed, [batch, units]: with `reverse` that of time 0. */
typedef struct bb_recurrent_last {
    bb_node *state;
    bb_node *cell; /* NULL but for an LSTM */
} bb_recurrent_last;

/* h' = tanh(x W + h U + b) (Elman 1990) */
BB_BUILDER bb_node *bb_rnn(bb_node *x, bb_params *params, const char *name, int64_t units);
/* Of these three, options and last_out may be NULL. Both directions are
 * bb_concat(BB_NODES(bb_lstm(x, params, "forth", units),
 *                    bb_lstm_with(x, params, "back", units, &reversed, NULL)), -1);
 * under one name they would share their weights. */
BB_BUILDER bb_node *bb_rnn_with(bb_node *x, bb_params *params, const char *name, int64_t units,
                                const bb_recurrent_options *options, bb_recurrent_last *last_out);
/* (i, f, g, o) = x W + h U + b; c' = sigmoid(f) c + sigmoid(i) tanh(g); h' = sigmoid(o) tanh(c')
 * (Hochreiter and Schmidhuber 1997; Gers, Schmidhuber and Cummins 2000) */
BB_BUILDER bb_node *bb_lstm(bb_node *x, bb_params *params, const char *name, int64_t units);
BB_BUILDER bb_node *bb_lstm_with(bb_node *x, bb_params *params, const char *name, int64_t units,
                                 const bb_recurrent_options *options, bb_recurrent_last *last_out);
/* (r, z, n) = x W + b; (r', z', n') = h U; n'' = tanh(n + sigmoid(r + r') (n' + c));
 * h' = (1 - sigmoid(z + z')) n'' + sigmoid(z + z') h (Cho et al. 2014), where c is
 * "name.recurrent_bias" [units] of zeros */
BB_BUILDER bb_node *bb_gru(bb_node *x, bb_params *params, const char *name, int64_t units);
BB_BUILDER bb_node *bb_gru_with(bb_node *x, bb_params *params, const char *name, int64_t units,
                                const bb_recurrent_options *options, bb_recurrent_last *last_out);

/* One step from the gates' sums, for loops of your own: the next state. An LSTM's from x W + h U +
 * b [batch, 4 units] and the cell [batch, units], where cell_out may be NULL; a GRU's from x W + b
 * and h U [batch, 3 units], c (may be NULL) and h. */
BB_BUILDER bb_node *bb_lstm_cell(bb_node *gates, bb_node *cell, bb_node **cell_out);
BB_BUILDER bb_node *bb_gru_cell(bb_node *gates, bb_node *recurrent, bb_node *recurrent_bias,
                                bb_node *state);

/* Attention. */

typedef struct bb_attention_options {
    bool causal;      /* no place sees those after it */
    bb_node *mask;    /* broadcasts to [batch, heads, places, places of the context]; NULL: none */
    bb_node *context; /* what is attended to, [batch, places, features]; NULL: x itself */
    bb_init weight;   /* a NULL fill stands for Xavier */
    bool no_bias;
} bb_attention_options;

/* x [batch, places, width] to the same shape: bb_scaled_dot_product_attention in each of `heads`
 * parts of queries, keys and values, put side by side and mixed (Vaswani et al. 2017, section
 * 3.2.2). Dense layers "name.in" of 3 width units (queries, keys, values) and "name.out"; with a
 * context, "name.query", "name.context" of 2 width units (keys, values), and "name.out". */
BB_BUILDER bb_node *bb_multi_head_attention(bb_node *x, bb_params *params, const char *name,
                                            int64_t heads);
BB_BUILDER bb_node *bb_multi_head_attention_with(bb_node *x, bb_params *params, const char *name,
                                                 int64_t heads,
                                                 const bb_attention_options *options);

typedef struct bb_transformer_options {
    bool causal;
    bb_node *mask;                      /* as in bb_attention_options */
    int64_t hidden;                     /* 0 stands for 4 times x's width */
    bb_node *(*activation)(bb_node *x); /* NULL: bb_gelu */
    double dropout;                     /* of what each part adds; leave it out to evaluate */
    bb_init weight;                     /* of all products; a NULL fill stands for Xavier */
} bb_transformer_options;

/* x + attention(norm(x)), and then x + down(activation(up(norm(x)))), for x [batch, places, width]
 * (Vaswani et al. 2017, with normalisation first as in Xiong et al. 2020). Layers "name.norm1",
 * "name.attention", "name.norm2", "name.up" and "name.down". */
BB_BUILDER bb_node *bb_transformer_block(bb_node *x, bb_params *params, const char *name,
                                         int64_t heads);
BB_BUILDER bb_node *bb_transformer_block_with(bb_node *x, bb_params *params, const char *name,
                                              int64_t heads, const bb_transformer_options *options);

#ifdef __cplusplus
}
#endif
#endif
