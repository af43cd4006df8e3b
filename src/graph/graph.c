/* SPDX-License-Identifier: MIT */
/* Graphs: their life, their scopes, and their sticky error. */
#include "node.h"

#include <stdio.h>
#include <string.h>

/* What builders get that are given no graph: failed for good, never written to. */
static bb_graph nowhere = {
    .error = {.status = BB_BAD_ARGUMENT},
    .inert = {.graph = &nowhere, .kind = BB_NODE_INERT, .id = -1, .name = "", .scope = ""},
};
static _Thread_local char nowhere_text[BB__SITE_TEXT + 128] = "no graph: an operand is NULL";

bb_graph *bb_graph_new(void)
{
    bb_graph *g = bb_memory_zeroed(1, sizeof *g);
    if (!g)
        return NULL;
    g->inert = (bb_node){.graph = g, .kind = BB_NODE_INERT, .id = -1, .name = "", .scope = ""};
    atomic_init(&g->references, 1);
    return g;
}

void bb__graph_retain(bb_graph *g)
{
    atomic_fetch_add(&g->references, 1);
}

void bb_graph_free(bb_graph *g)
{
    if (!g || g == &nowhere || atomic_fetch_sub(&g->references, 1) != 1)
        return;
    for (size_t i = 0; i < g->count; i++)
        bb_tensor_release(g->nodes[i]->tensor);
    bb_memory_release(g->nodes);
    bb__table_free(&g->leaves);
    bb_memory_release(g->scopes);
    bb__arena_free(&g->arena);
    bb_memory_release(g);
}

static const bb_error *error_of(const bb_graph *g)
{
    return bb__failed(g) ? &g->error : &g->compile;
}

const char *bb_graph_error(const bb_graph *g)
{
    if (!g)
        return "out of memory: there is no graph";
    if (g == &nowhere)
        return nowhere_text;
    return error_of(g)->status == BB_OK ? NULL : error_of(g)->text;
}

bool bb_graph_has_failed(const bb_graph *g)
{
    return !g || bb__failed(g);
}

bb_status bb_graph_status(const bb_graph *g)
{
    return g ? error_of(g)->status : BB_OUT_OF_MEMORY;
}

bb_node *bb__nowhere(const char *op_name)
{
    char place[BB__SITE_TEXT];
    snprintf(nowhere_text, sizeof nowhere_text,
             "%s%s: no operand has a graph: each is NULL, or failed",
             bb__site_text(bb__site_now(), place), op_name);
    return &nowhere.inert;
}

bool bb__is_nowhere(const bb_graph *g)
{
    return g == &nowhere;
}

void bb__text(char *buffer, size_t size, size_t *used, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int wrote = *used < size ? vsnprintf(buffer + *used, size - *used, format, arguments) : 0;
    va_end(arguments);
    *used += wrote > 0 ? (size_t)wrote : 0;
    if (*used >= size)
        *used = size - 1;
}

const char *bb__node_label(const bb_node *node, char *buffer, size_t size)
{
    if (node->name[0])
        snprintf(buffer, size, "%s", node->name);
    else
        snprintf(buffer, size, "%s#%d", bb_node_op_name(node), node->id);
    return buffer;
}

static bool one_dtype(bb_nodes nodes)
{
    const bb_node *first = NULL;
    for (int i = 0; i < nodes.count; i++) {
        const bb_node *node = nodes.items[i];
        if (!node || node->kind == BB_NODE_INERT)
            continue;
        if (first && first->type.dtype != node->type.dtype)
            return false;
        first = first ? first : node;
    }
    return true;
}

/* "h [100 50] x w [64 10]", with types where they matter. */
static void list_operands(char *text, size_t size, size_t *used, bb_nodes operands, bool dtypes)
{
    enum { SHOWN = 4 };
    char label[128], shape[BB_SHAPE_TEXT];
    for (int i = 0; i < operands.count && i < SHOWN; i++) {
        const bb_node *node = operands.items[i];
        bb__text(text, size, used, i ? " x " : ": ");
        if (!node || node->kind == BB_NODE_INERT)
            bb__text(text, size, used, node ? "a failed node" : "NULL");
        else
            bb__text(text, size, used, "%s %s%s%s", bb__node_label(node, label, sizeof label),
                     dtypes ? bb_dtype_text(node->type.dtype) : "", dtypes ? " " : "",
                     bb_shape_text(node->type.shape, shape));
    }
    if (operands.count > SHOWN)
        bb__text(text, size, used, " and %d more", operands.count - SHOWN);
}

static void write_error(bb_error *error, bb_status status, bb__site site, const char *scope,
                        const char *op_name, const char *reason, bb_nodes operands)
{
    size_t used = 0;
    char place[BB__SITE_TEXT];
    if (error->status != BB_OK)
        return;
    bb__text(error->text, sizeof error->text, &used, "%s%s: %s", bb__site_text(site, place),
             op_name, reason);
    list_operands(error->text, sizeof error->text, &used, operands,
                  status == BB_BAD_TYPE || !one_dtype(operands));
    if (scope[0])
        bb__text(error->text, sizeof error->text, &used, ", in %s", scope);
    error->status = status;
}

const char *bb__open_scope(const bb_graph *g)
{
    return g->scope_count ? g->scopes[g->scope_count - 1] : "";
}

bb_node *bb__graph_fail(bb_graph *g, bb_status status, const char *op_name, bb_nodes operands,
                        const char *format, ...)
{
    char reason[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    if (g->origin)
        write_error(&g->error, status, g->origin->site, g->origin->scope, op_name, reason,
                    operands);
    else
        write_error(&g->error, status, bb__site_now(), bb__open_scope(g), op_name, reason,
                    operands);
    return &g->inert;
}

bb_node *bb__graph_no_memory(bb_graph *g, const char *op_name)
{
    return bb__graph_fail(g, BB_OUT_OF_MEMORY, op_name, (bb_nodes){0, NULL}, "out of memory");
}

void bb__compile_fail(bb_graph *g, const bb_node *node, bb_status status, const char *op_name,
                      const char *format, ...)
{
    char reason[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    write_error(&g->compile, status, node ? node->site : bb__site_now(), node ? node->scope : "",
                op_name, reason, (bb_nodes){0, NULL});
}

void bb_scope_push(bb_graph *g, const char *name)
{
    if (!g || bb__failed(g))
        return;
    const char *outer = bb__open_scope(g);
    size_t size = strlen(outer) + strlen(name ? name : "") + 2;
    char *full = bb__arena_take(&g->arena, size);
    if (!name || !name[0]) {
        bb__graph_fail(g, BB_BAD_ARGUMENT, "scope", (bb_nodes){0, NULL}, "a scope needs a name");
        return;
    }
    if (!full || !bb__grow(&g->scopes, &g->scope_capacity, g->scope_count + 1, sizeof *g->scopes)) {
        bb__graph_no_memory(g, "scope");
        return;
    }
    snprintf(full, size, "%s%s%s", outer, outer[0] ? "." : "", name);
    g->scopes[g->scope_count++] = full;
}

void bb_scope_pop(bb_graph *g)
{
    if (!g || bb__failed(g))
        return;
    if (g->scope_count == 0)
        bb__graph_fail(g, BB_BAD_ARGUMENT, "scope", (bb_nodes){0, NULL}, "no scope is open");
    else
        g->scope_count--;
}

int bb_graph_node_count(const bb_graph *g)
{
    return g ? (int)g->count : 0;
}

bb_node *bb_graph_node(const bb_graph *g, int id)
{
    return g && id >= 0 && (size_t)id < g->count ? g->nodes[id] : NULL;
}
