/* SPDX-License-Identifier: MIT */
/* A case as a graph: every operand is an input, seen directly or through a view of memory in
 * another order, or with junk between its elements. */
#include "case.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

double cotangent(int k, int64_t i)
{
    uint32_t h = ((uint32_t)i + 977U * (uint32_t)k + 1U) * 2654435761U;
    return ((double)(h >> 16 & 31U) - 16 + 0.5) / 8;
}

static bool is_fed(const operand *o)
{
    return strchr("fciu", o->kind) != NULL;
}

bool view_applies(const oracle_case *c, operand_view view)
{
    if (view == PLAIN)
        return true;
    for (int i = 0; i < c->n_operands; i++)
        if (is_fed(&c->operands[i]) && c->operands[i].shape.ndim > (view == TRANSPOSED ? 1 : 0))
            return case_has(c, 'v');
    return false;
}

static bb_dtype dtype_of(const operand *o, bb_dtype dtype)
{
    return o->kind == 'i' ? BB_I32 : o->kind == 'u' ? BB_U8 : dtype;
}

/* Where element i, in row-major order, of an operand goes when its axes are stored in reverse. */
static int64_t reversed_place(bb_shape shape, int64_t i)
{
    int64_t place = 0, stride = bb_shape_count(shape);
    for (int axis = shape.ndim - 1; axis >= 0; axis--) {
        stride /= shape.dim[axis];
        place += i % shape.dim[axis] * stride;
        i /= shape.dim[axis];
    }
    return place;
}

static bb_shape stored_shape(bb_shape shape, operand_view view)
{
    bb_shape stored = shape;
    for (int i = 0; view == TRANSPOSED && i < shape.ndim; i++)
        stored.dim[i] = shape.dim[shape.ndim - 1 - i];
    if (view == STRIDED)
        stored.dim[shape.ndim - 1] = 2 * shape.dim[shape.ndim - 1] + 1;
    return stored;
}

/* The place in storage of element i. */
static int64_t place_of(bb_shape shape, operand_view view, int64_t i)
{
    if (view == TRANSPOSED)
        return reversed_place(shape, i);
    if (view == PLAIN)
        return i;
    int64_t row = shape.dim[shape.ndim - 1];
    return i / row * (2 * row + 1) + 2 * (i % row) + 1;
}

static bb_tensor *stored(const operand *o, bb_dtype dtype, operand_view view)
{
    bb_tensor *t = bb_tensor_new(dtype, stored_shape(o->shape, view));
    for (int64_t i = 0; bb_dtype_is_float(dtype) && i < bb_tensor_count(t); i++)
        bb_tensor_set(t, i, NAN);
    for (int64_t i = 0; i < bb_shape_count(o->shape); i++)
        bb_tensor_set(t, place_of(o->shape, view, i), o->numbers[i]);
    return t;
}

static bb_node *seen_through(bb_node *x, bb_shape shape, operand_view view)
{
    bb_axes order = {.count = shape.ndim};
    for (int i = 0; i < shape.ndim; i++)
        order.axis[i] = shape.ndim - 1 - i;
    int last = shape.ndim - 1;
    if (view == PLAIN)
        return x;
    return view == TRANSPOSED ? bb_permute(x, order)
                              : bb_slice(x, last, 1, 2 * shape.dim[last] + 1, 2);
}

static void add_input(built *b, int i, const operand *o, bb_dtype dtype, operand_view view)
{
    char name[16];
    if (o->kind == '-')
        return;
    if (o->shape.ndim < (view == TRANSPOSED ? 2 : 1))
        view = PLAIN;
    snprintf(name, sizeof(name), "x%d", i);
    bb_node *x = bb_input(b->g, name, dtype, stored_shape(o->shape, view));
    b->feeds[b->n_feeds++] = (bb_feed){x, stored(o, dtype, view)};
    b->inputs[i] = seen_through(x, o->shape, view);
    if (o->kind == 'f')
        b->wrt[b->n_wrt++] = b->inputs[i];
}

static bool is_parameter(const operand *o)
{
    return o->kind == 'p' || o->kind == 'q';
}

static bb_node *parameter_named(const bb_graph *g, const char *name)
{
    for (int id = 0; bb_graph_node(g, id); id++) {
        bb_node *node = bb_graph_node(g, id);
        if (bb_node_kind_of(node) == BB_NODE_PARAM && strcmp(bb_node_name(node), name) == 0)
            return node;
    }
    return NULL;
}

/* Fills the parameters that a layer has made. */
static void set_parameters(built *b, const oracle_case *c)
{
    for (int i = 0; i < c->n_operands; i++) {
        const operand *o = &c->operands[i];
        if (!is_parameter(o))
            continue;
        bb_node *node = parameter_named(b->g, o->name);
        bb_tensor *t = bb_params_find(b->params, o->name);
        if (!node || !t || !bb_shape_equal(bb_node_shape(node), o->shape)) {
            bb_fail_node(b->results[0], NULL, "layer", BB_BAD_SHAPE, "no such %s", o->name);
            return;
        }
        for (int64_t k = 0; k < bb_tensor_count(t); k++)
            bb_tensor_set(t, k, o->numbers[k]);
        if (o->kind == 'p')
            b->wrt[b->n_wrt++] = node;
    }
}

static bb_node *cotangent_of(bb_node *y, int k)
{
    bb_tensor *t = bb_tensor_new(bb_node_dtype(y), bb_node_shape(y));
    for (int64_t i = 0; i < bb_tensor_count(t); i++)
        bb_tensor_set(t, i, cotangent(k, i));
    bb_node *node = bb_constant(bb_node_graph(y), t);
    bb_tensor_release(t);
    return node;
}

static void differentiate(built *b, int order)
{
    bb_nodes wrt = {b->n_wrt, b->wrt};
    bb_node **first = b->results + 1, **second = first + b->n_wrt;
    if (order < 1 || b->n_wrt == 0)
        return;
    bb_grads(b->results[0], cotangent_of(b->results[0], 0), wrt, first);
    b->n_results += b->n_wrt;
    if (order < 2)
        return;
    bb_node *sum = NULL;
    for (int i = 0; i < b->n_wrt; i++) {
        bb_node *part = bb_sum(bb_mul(cotangent_of(first[i], i + 1), first[i]), BB_ALL);
        sum = sum ? bb_add(sum, part) : part;
    }
    bb_grads(sum, NULL, wrt, second);
    b->n_results += b->n_wrt;
}

void case_build(built *b, const oracle_case *c, builder_function build, bb_dtype dtype,
                operand_view view)
{
    *b = (built){.g = bb_graph_new(), .params = bb_params_new(1), .n_results = 1};
    int n_nodes = 0;
    for (; n_nodes < c->n_operands && !is_parameter(&c->operands[n_nodes]); n_nodes++) {
        const operand *o = &c->operands[n_nodes];
        add_input(b, n_nodes, o, dtype_of(o, dtype), view);
    }
    arguments a = {.c = c,
                   .g = b->g,
                   .params = b->params,
                   .dtype = dtype,
                   .nodes = b->inputs,
                   .n_nodes = n_nodes,
                   .text = c->arguments};
    b->results[0] = build(&a);
    set_parameters(b, c);
    if (!bb_graph_has_failed(b->g))
        differentiate(b, c->order);
}

void built_free(built *b)
{
    for (int i = 0; i < b->n_feeds; i++)
        bb_tensor_release((bb_tensor *)b->feeds[i].value);
    bb_graph_free(b->g);
    bb_params_free(b->params);
}

bb_node *next_node(arguments *a)
{
    return a->next_node < a->n_nodes ? a->nodes[a->next_node++] : NULL;
}

bb_nodes rest_of_nodes(arguments *a)
{
    bb_nodes rest = {a->n_nodes - a->next_node, a->nodes + a->next_node};
    a->next_node = a->n_nodes;
    return rest;
}

const char *next_text(arguments *a)
{
    size_t length = strcspn(a->text, ";");
    memcpy(a->field, a->text, length);
    a->field[length] = 0;
    a->text += length + (a->text[length] == ';');
    return a->field;
}

double next_number(arguments *a)
{
    return atof(next_text(a));
}

/* Whole numbers separated by commas; returns how many. "none" has none. */
static int numbers_of(const char *text, int64_t *numbers, int limit)
{
    int count = 0;
    if (strcmp(text, "none") == 0)
        return 0;
    while (*text && count < limit) {
        char *end;
        numbers[count++] = strtoll(text, &end, 10);
        text = *end ? end + 1 : end;
    }
    return count;
}

bb_shape next_shape(arguments *a)
{
    bb_shape shape = {0};
    shape.ndim = numbers_of(next_text(a), shape.dim, BB_MAX_DIMS);
    return shape;
}

bb_axes next_axes(arguments *a)
{
    int64_t axes[BB_MAX_DIMS];
    const char *text = next_text(a);
    if (strcmp(text, "all") == 0)
        return BB_ALL;
    bb_axes set = {.count = numbers_of(text, axes, BB_MAX_DIMS)};
    for (int i = 0; i < set.count; i++)
        set.axis[i] = (int)axes[i];
    return set;
}

/* "float" is the type that the case is compared in. */
bb_dtype next_dtype(arguments *a)
{
    const char *text = next_text(a);
    for (int i = 0; i < BB_DTYPE_COUNT; i++)
        if (strcmp(text, bb_dtype_text((bb_dtype)i)) == 0)
            return (bb_dtype)i;
    return a->dtype;
}

void next_words(arguments *a, void *words, size_t size)
{
    int64_t numbers[16] = {0};
    numbers_of(next_text(a), numbers, 16);
    memcpy(words, numbers, size);
}
