/* SPDX-License-Identifier: MIT */
/* Makes the rows of cases/ into functions that build a graph, and a table of them. */
#include "ops.h"
#include "ops_networks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPERANDS = 4, PARAMETERS = 100, COTANGENTS = 200 }; /* the last two: first streams */

static double number_of(uint64_t i, uint64_t stream)
{
    uint64_t z = stream * 0xD1B54A32D192ED03u + (i + 1) * 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return (double)((z ^ (z >> 31)) >> 40) * 0x1p-24;
}

static void fill(bb_tensor *t, double low, double high, uint64_t stream)
{
    for (int64_t i = 0; i < bb_tensor_count(t); i++)
        bb_tensor_set(t, i, low + (high - low) * number_of((uint64_t)i, stream));
}

double op_case_sum(const bb_tensor *value)
{
    int64_t n = bb_tensor_count(value);
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        const double x = bb_tensor_at(value, i);
        sum += (x < 0 ? -2 * x : x) * (double)(i + 1) / (double)n;
    }
    return sum;
}

static bb_node *add_input(model *m, const char *name, bb_dtype dtype, bb_shape shape, double low,
                          double high, int stream)
{
    int i = m->n_inputs;
    bb_tensor *value = bb_tensor_new(dtype, shape);
    fill(value, low, high, (uint64_t)stream);
    bb_node *node = model_input(m, name, dtype, shape);
    m->feeds[i].value = m->values[i] = value;
    return node;
}

/* The operand that a text such as "f32(-3,3)[500,500] ..." begins with, NULL for a parameter; the
 * text goes on to the next. */
static bb_node *read_operand(model *m, const char **text, int i)
{
    static const char *const names[OPERANDS] = {"x", "y", "z", "w"};
    const char *type = *text;
    char *at = strpbrk(type, "([");
    double low = 0, high = 1;
    bb_shape shape = {0};
    if (!at || !strchr(at, ']')) {
        fprintf(stderr, "inputs end with \"%s\", where type(low,high)[shape] was due\n", type);
        abort();
    }
    if (*at == '(') {
        high = strtod(at + 1, &at);
        if (*at == ',') {
            low = high;
            high = strtod(at + 1, &at);
        }
        at++;
    }
    for (at += at[1] == ']' /* no dimensions */; *at != ']'; shape.ndim++)
        shape.dim[shape.ndim] = strtoll(at + 1, &at, 10);
    *text = at + 1 + strspn(at + 1, " ");
    if (strncmp(type, "param", 5) == 0)
        return NULL;
    bb_dtype dtype = strncmp(type, "i32", 3) == 0   ? BB_I32
                     : strncmp(type, "f64", 3) == 0 ? BB_F64
                                                    : BB_F32;
    return add_input(m, names[i], dtype, shape, low, high, i);
}

static void fill_parameters(const model *m)
{
    int stream = PARAMETERS;
    for (int i = 0; i < bb_params_count(m->params); i++) {
        bb_tensor *t = bb_params_tensor(m->params, i);
        bb_shape shape = bb_tensor_shape(t);
        int64_t largest = 1;
        for (int d = 0; d < shape.ndim; d++)
            largest = shape.dim[d] > largest ? shape.dim[d] : largest;
        double limit = sqrt((double)largest / (double)bb_tensor_count(t));
        if (bb_params_is_trainable(m->params, i))
            fill(t, -limit, limit, (uint64_t)stream++);
    }
}

void op_case_build(const op_case *c, model *m)
{
    bb_node *operands[OPERANDS] = {NULL};
    const char *text = c->inputs;
    m->graph = bb_graph_new();
    for (int i = 0; i < OPERANDS && *text; i++)
        operands[i] = read_operand(m, &text, i);
    c->build(m, m->graph, m->params, operands[0], operands[1], operands[2], operands[3]);
    fill_parameters(m);
}

/* The kinds. */

static void value(model *m, bb_nodes ys)
{
    for (int i = 0; i < ys.count; i++)
        m->outputs[m->n_outputs++] = ys.items[i];
}

static bb_node *input(const model *m, int i)
{
    return bb_graph_input(m->graph, bb_node_name(m->feeds[i].input));
}

static void loss_and_slope(model *m, bb_node *loss)
{
    m->outputs[0] = loss;
    m->outputs[1] = bb_grad(loss, input(m, 0));
    m->n_outputs = 2;
}

static void loss_and_step(model *m, bb_node *loss, bb_node *step)
{
    m->outputs[0] = loss;
    m->outputs[1] = step;
    m->n_outputs = 2;
}

/* With what is attached to a layer's result, as running means. */
static void vjp(model *m, bb_nodes ys)
{
    bb_node *operands[MODEL_INPUTS], *cotangents[OPERANDS];
    int n = 0;
    for (int i = 0; i < m->n_inputs; i++)
        if (bb_dtype_is_float(bb_node_dtype(m->feeds[i].input)))
            operands[n++] = input(m, i);
    for (int i = 0; i < bb_params_count(m->params); i++)
        if (bb_params_is_trainable(m->params, i))
            operands[n++] = bb_graph_param(m->graph, bb_params_name(m->params, i));
    for (int i = 0; i < ys.count; i++) {
        char name[16];
        snprintf(name, sizeof name, "dy%d", i);
        cotangents[i] = add_input(m, name, bb_node_dtype(ys.items[i]), bb_node_shape(ys.items[i]),
                                  -1, 1, COTANGENTS + i);
    }
    value(m, ys);
    bb_vjps(ys, (bb_nodes){n, operands}, (bb_nodes){ys.count, cotangents},
            &m->outputs[m->n_outputs]);
    m->n_outputs += n;
    if (bb_node_effect(ys.items[0], 0))
        m->outputs[m->n_outputs++] = bb_attached(ys.items[0], m->params);
}

/* Logits in rows, of which there are as many as labels in the last input. */
static bb_node *cross_entropy(const model *m, bb_node *logits)
{
    bb_node *labels = input(m, m->n_inputs - 1);
    bb_shape rows = BB_SHAPE(bb_node_shape(labels).dim[0], -1);
    return bb_softmax_cross_entropy(bb_reshape(logits, rows), labels);
}

static bb_node *weighted_sum(model *m, bb_node *x)
{
    bb_node *w = bb_param(m->graph, m->params, "w", BB_F32, BB_SHAPE(1000, 1000), bb_init_zeros());
    return bb_sum(bb_mul(w, x), BB_ALL);
}

#define CASE(name, ...)                                                                  \
    static void case_##name(model *m, bb_graph *g, bb_params *p, bb_node *x, bb_node *y, \
                            bb_node *z, bb_node *w)                                      \
    {                                                                                    \
        (void)g, (void)p, (void)x, (void)y, (void)z, (void)w; /* few rows need all */    \
        __VA_ARGS__;                                                                     \
    }
#define VJP(name, inputs, torch, ...) CASE(name, vjp(m, BB_NODES(__VA_ARGS__)))
#define MAP(name, range, torch, ...)          \
    CASE(name, vjp(m, BB_NODES(__VA_ARGS__))) \
    CASE(name##_f64, vjp(m, BB_NODES(__VA_ARGS__)))
#define LOSS(name, inputs, torch, ...) CASE(name, loss_and_slope(m, __VA_ARGS__))
#define VALUE(name, inputs, torch, ...) CASE(name, value(m, BB_NODES(__VA_ARGS__)))
#define INFER(name, inputs, torch, ...) CASE(name, value(m, BB_NODES(__VA_ARGS__)))
#define NET(name, inputs, torch, ...)                         \
    CASE(name, bb_node *loss = cross_entropy(m, __VA_ARGS__); \
         loss_and_step(m, loss, bb_adam(loss, p, 1e-3)))
#define SGD(name, inputs, torch, ...)                         \
    CASE(name, bb_node *loss = cross_entropy(m, __VA_ARGS__); \
         loss_and_step(m, loss, bb_sgd(loss, p, 0.1)))
#define STEP(name, inputs, torch, ...) \
    CASE(name, bb_node *loss = __VA_ARGS__; loss_and_step(m, loss, bb_adam(loss, p, 1e-3)))
#define RULE(name, inputs, torch, ...) \
    CASE(name, bb_node *loss = weighted_sum(m, x); loss_and_step(m, loss, __VA_ARGS__))
#include "cases/all.def"
#undef VJP
#undef MAP
#undef LOSS
#undef VALUE
#undef INFER
#undef NET
#undef SGD
#undef STEP
#undef RULE

#define ROW(name, inputs, ...) {#name, inputs, case_##name},
#define VJP ROW
#define MAP(name, range, ...)                      \
    {#name, "f32" range "[500,500]", case_##name}, \
        {#name "_f64", "f64" range "[300,300]", case_##name##_f64},
#define LOSS ROW
#define VALUE ROW
#define INFER ROW
#define NET ROW
#define SGD ROW
#define STEP ROW
#define RULE ROW
const op_case op_cases[] = {
#include "cases/all.def"
};
const int n_op_cases = sizeof op_cases / sizeof op_cases[0];
