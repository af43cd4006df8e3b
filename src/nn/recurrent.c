/* SPDX-License-Identifier: MIT */
/* Recurrent layers, unrolled over time. What the inputs give to all steps is one product before the
 * steps; within, time is the first axis, so that a step's numbers lie together. */
#include "layer.h"

#include <bibun/op.h>

#include <math.h>

typedef struct net net;

/* What a kind of layer is. */
typedef struct kind {
    const char *name;
    int gates;
    bool has_cell;
    bool has_recurrent_bias;
    bb_init (*bias)(void);
    void (*step)(net *n, bb_node *gates); /* moves state and cell on */
} kind;

/* A layer while it is built. */
struct net {
    const kind *kind;
    const bb_recurrent_options *options;
    bb_node *recurrent, *recurrent_bias; /* the bias may be NULL */
    bb_node *state, *cell;               /* [batch, units]; an LSTM's cell, else NULL */
};

static void rnn_step(net *n, bb_node *gates)
{
    bb_node *sum = bb_add(gates, bb_matmul(n->state, n->recurrent));
    n->state = n->options->activation ? n->options->activation(sum) : bb_tanh(sum);
}

static void lstm_step(net *n, bb_node *gates)
{
    bb_node *sum = bb_add(gates, bb_matmul(n->state, n->recurrent));
    n->state = bb_lstm_cell(sum, n->cell, &n->cell);
}

static void gru_step(net *n, bb_node *gates)
{
    n->state = bb_gru_cell(gates, bb_matmul(n->state, n->recurrent), n->recurrent_bias, n->state);
}

/* Forget gates begin open. */
static bb_status fill_forget(bb_tensor *t, double value, uint64_t key)
{
    (void)key;
    int64_t units = bb_tensor_count(t) / 4;
    for (int64_t i = 0; i < units; i++)
        bb_tensor_set(t, units + i, value);
    return BB_OK;
}

static bb_init forget_bias(void)
{
    return (bb_init){fill_forget, 1};
}

static const kind rnn = {"rnn", 1, false, false, bb_init_zeros, rnn_step};
static const kind lstm = {"lstm", 4, true, false, forget_bias, lstm_step};
static const kind gru = {"gru", 3, false, true, bb_init_zeros, gru_step};

/* What a run begins with: what is given, or zeros. */
static bb_node *begin(const net *n, bb_node *x, bb_node *given, int64_t units)
{
    bb_shape shape = BB_SHAPE(bb_node_shape(x).dim[0], units);
    if (!given)
        return bb_full(bb_node_graph(x), bb_node_dtype(x), shape, 0);
    if (bb_node_kind_of(given) != BB_NODE_INERT && !bb_shape_equal(bb_node_shape(given), shape))
        return bb_fail_node(x, given, n->kind->name, BB_BAD_SHAPE,
                            "what it begins with is not [batch units]");
    return given;
}

/* W x + b of all gates and steps, [time, batch, gates]; makes the parameters. */
static bb_node *project(net *n, bb_node *x, bb_params *params, int64_t units)
{
    const bb_recurrent_options *o = n->options;
    int64_t gates = n->kind->gates * units, inputs = bb_node_shape(x).dim[2];
    bb_node *weight = bb__layer_param(x, params, "weight", BB_SHAPE(inputs, gates),
                                      bb__init_or(o->weight, bb_init_xavier()));
    n->recurrent =
        bb__layer_param(x, params, "recurrent", BB_SHAPE(units, gates),
                        bb__init_or(o->recurrent, bb_init_uniform(1 / sqrt((double)units))));
    bb_node *all = bb_matmul(bb_permute(x, BB_AXES(1, 0, 2)), weight);
    if (o->no_bias)
        return all;
    if (n->kind->has_recurrent_bias)
        n->recurrent_bias =
            bb__layer_param(x, params, "recurrent_bias", BB_SHAPE(units), bb_init_zeros());
    return bb_add(all, bb__layer_param(x, params, "bias", BB_SHAPE(gates),
                                       bb__init_or(o->bias, n->kind->bias())));
}

/* All steps; the states of all, [batch, time, units]. */
static bb_node *unroll(net *n, bb_node *all, int64_t units)
{
    bb_shape shape = bb_node_shape(all);
    if (bb_node_kind_of(all) == BB_NODE_INERT)
        return all;
    int64_t steps = shape.dim[0], batch = shape.dim[1];
    bb_node **states = bb_memory_zeroed((size_t)steps, sizeof(bb_node *));
    if (!states)
        return bb_fail_node(all, NULL, n->kind->name, BB_OUT_OF_MEMORY, "out of memory");
    for (int64_t i = 0; i < steps; i++) {
        int64_t t = n->options->reverse ? steps - 1 - i : i;
        bb_node *gates = bb_slice(all, 0, t, t + 1, 1);
        n->kind->step(n, bb_reshape(gates, BB_SHAPE(batch, shape.dim[2])));
        states[t] = bb_reshape(n->state, BB_SHAPE(1, batch, units));
    }
    bb_node *y = bb_concat((bb_nodes){(int)steps, states}, 0);
    bb_memory_release(states);
    return bb_permute(y, BB_AXES(1, 0, 2));
}

static bb_node *check(const kind *k, bb_node *x, int64_t units)
{
    if (bb_node_shape(x).ndim != 3 || bb_node_shape(x).dim[1] < 1)
        return bb_fail_node(x, NULL, k->name, BB_BAD_SHAPE,
                            "needs [batch, time, features] with a step or more");
    if (units < 1 || units > INT32_MAX)
        return bb_fail_node(x, NULL, k->name, BB_BAD_SHAPE,
                            units < 1 ? "units must be at least 1, not %lld"
                                      : "%lld units are too many",
                            (long long)units);
    return NULL;
}

static bb_node *layer(const kind *k, bb_node *x, bb_params *params, const char *name, int64_t units,
                      const bb_recurrent_options *options, bb_recurrent_last *last_out)
{
    static const bb_recurrent_options usual = {0};
    bb_node *y = bb__layer_open(k->name, x, name, 3);
    bool is_open = !y;
    net n = {.kind = k, .options = options ? options : &usual};
    if (!y)
        y = check(k, x, units);
    if (!y) {
        n.state = begin(&n, x, n.options->state, units);
        n.cell = k->has_cell ? begin(&n, x, n.options->cell, units) : NULL;
        y = unroll(&n, project(&n, x, params, units), units);
    }
    if (is_open)
        bb__layer_close(x, y);
    bool failed = bb_node_kind_of(y) == BB_NODE_INERT;
    if (last_out)
        *last_out = (bb_recurrent_last){failed ? y : n.state, failed && k->has_cell ? y : n.cell};
    return y;
}

bb_node *bb_rnn_with(bb_node *x, bb_params *params, const char *name, int64_t units,
                     const bb_recurrent_options *options, bb_recurrent_last *last_out)
{
    return layer(&rnn, x, params, name, units, options, last_out);
}

bb_node *bb_rnn(bb_node *x, bb_params *params, const char *name, int64_t units)
{
    return layer(&rnn, x, params, name, units, NULL, NULL);
}

bb_node *bb_lstm_with(bb_node *x, bb_params *params, const char *name, int64_t units,
                      const bb_recurrent_options *options, bb_recurrent_last *last_out)
{
    return layer(&lstm, x, params, name, units, options, last_out);
}

bb_node *bb_lstm(bb_node *x, bb_params *params, const char *name, int64_t units)
{
    return layer(&lstm, x, params, name, units, NULL, NULL);
}

bb_node *bb_gru_with(bb_node *x, bb_params *params, const char *name, int64_t units,
                     const bb_recurrent_options *options, bb_recurrent_last *last_out)
{
    return layer(&gru, x, params, name, units, options, last_out);
}

bb_node *bb_gru(bb_node *x, bb_params *params, const char *name, int64_t units)
{
    return layer(&gru, x, params, name, units, NULL, NULL);
}
