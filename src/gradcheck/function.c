/* SPDX-License-Identifier: MIT */
/* The variables of a gradient check, and the functions of them that it differentiates and runs.
 *
 * A function is compiled once and run many times over the same feeds, whose tensors change in
 * between. */
#include "parts.h"

#include <bibun/grad.h>
#include <string.h>

static double *copy_numbers(const double *from, int64_t count)
{
    double *copy = bb_memory_zeroed((size_t)count + 1, sizeof *copy);
    if (copy && count)
        memcpy(copy, from, (size_t)count * sizeof *copy);
    return copy;
}

bb_status bb__variable_open(bb__check *c, bb__variable *v, bb_node *node, bb_tensor *value)
{
    v->node = node;
    v->value = bb_tensor_retain(value);
    v->count = bb_tensor_count(value);
    v->start = copy_numbers(bb_tensor_read(value), v->count);
    v->here = copy_numbers(bb_tensor_read(value), v->count);
    if (!v->start || !v->here)
        return bb__check_error(c, BB_OUT_OF_MEMORY, "gradient check: out of memory");
    return BB_OK;
}

void bb__variable_close(bb__variable *v)
{
    if (v->value && v->start && v->count)
        memcpy(bb_tensor_data(v->value), v->start, (size_t)v->count * sizeof *v->start);
    bb_tensor_release(v->value);
    bb_memory_release(v->start);
    bb_memory_release(v->here);
}

void bb__variable_put_back(bb__variable *v)
{
    if (v->count)
        memcpy(bb_tensor_data(v->value), v->here, (size_t)v->count * sizeof *v->here);
}

bb_status bb__check_feed(bb__check *c, const bb_node *input, const bb_tensor *value)
{
    if (c->n_feeds == c->feeds_capacity) {
        int capacity = 2 * c->feeds_capacity + 8;
        bb_feed *feeds = bb_memory_resize(c->feeds, (size_t)capacity * sizeof *feeds);
        if (!feeds)
            return bb__check_error(c, BB_OUT_OF_MEMORY, "gradient check: out of memory");
        c->feeds = feeds;
        c->feeds_capacity = capacity;
    }
    c->feeds[c->n_feeds++] = (bb_feed){input, value};
    return BB_OK;
}

void bb__fill_cotangent(bb__check *c, bb_tensor *cotangent, bool off_ones)
{
    double *v = bb_tensor_data(cotangent), mean = 0;
    int64_t n = bb_tensor_count(cotangent);
    for (int64_t i = 0; i < n; i++) {
        v[i] = bb_rng_normal(&c->rng);
        mean += v[i] / (double)n;
    }
    for (int64_t i = 0; off_ones && n > 1 && i < n; i++)
        v[i] -= mean;
}

static bb_node *new_cotangent(bb_graph *g, bb_shape shape)
{
    char name[48];
    int number = 0;
    do
        snprintf(name, sizeof name, "gradcheck.cotangent%d", number++);
    while (bb_graph_input(g, name));
    return bb_input(g, name, BB_F64, shape);
}

static bb_status graph_error(bb__check *c)
{
    const char *text = bb_graph_error(c->graph);
    bb_status status = bb_graph_status(c->graph);
    return bb__check_error(c, status == BB_OK ? BB_OUT_OF_MEMORY : status, "%s",
                           text ? text : "gradient check: out of memory");
}

static bb_status differentiate(bb__check *c, bb__function *f)
{
    bb_node **wrt = bb_memory_zeroed((size_t)f->n + 1, sizeof *wrt);
    f->grads = bb_memory_zeroed((size_t)f->n + 1, sizeof *f->grads);
    bb_status status = BB_OUT_OF_MEMORY;
    if (wrt && f->grads) {
        for (int i = 0; i < f->n; i++)
            wrt[i] = c->variables[i].node;
        status = bb_grads(f->y, f->cotangent_node, (bb_nodes){f->n, wrt}, f->grads);
        f->grads[f->n] = f->y;
    }
    bb_memory_release(wrt);
    return status == BB_OK ? BB_OK : graph_error(c);
}

bb_status bb__function_open(bb__check *c, bb__function *f)
{
    f->count = bb_shape_count(bb_node_shape(f->y));
    f->cotangent_node = new_cotangent(c->graph, bb_node_shape(f->y));
    f->cotangent = bb_tensor_new(BB_F64, bb_node_shape(f->y));
    if (!f->cotangent)
        return bb__check_error(c, BB_OUT_OF_MEMORY, "gradient check: out of memory");
    bb_status status = differentiate(c, f);
    if (status != BB_OK)
        return status;
    f->value = bb_compile(c->graph, (bb_nodes){1, &f->y});
    f->gradient = bb_compile(c->graph, (bb_nodes){f->n + 1, f->grads});
    if (!f->value || !f->gradient)
        return graph_error(c);
    return bb__check_feed(c, f->cotangent_node, f->cotangent);
}

void bb__function_close(bb__function *f)
{
    bb_program_free(f->value);
    bb_program_free(f->gradient);
    bb_tensor_release(f->cotangent);
    bb_memory_release(f->grads);
}

bb_status bb__function_run(bb__check *c, bb_program *p)
{
    bb_program_set_step(p, 0);
    bb_status status = bb_run(p, (bb_feeds){c->n_feeds, c->feeds});
    return status == BB_OK ? BB_OK : bb__check_error(c, status, "%s", bb_program_error(p));
}
