/* SPDX-License-Identifier: MIT */
/* Compiling: one sweep from nodes to values with all passes in it, then order, plan and steps. */
#include "engine.h"

#include <string.h>

/* Grows the arrays that are indexed by value. */
static bool push(bb__ir *ir, bb__value value)
{
    if (!bb__grow(&ir->values, &ir->capacity, ir->count + 1, sizeof *ir->values) ||
        !bb__grow(&ir->copies, &ir->copies_capacity, ir->count + 1, sizeof *ir->copies))
        return false;
    ir->copies[ir->count] = (bb__copies){-1, -1};
    ir->values[ir->count++] = value;
    return true;
}

int bb__emit(bb__ir *ir, bb__value value)
{
    int number = (int)ir->count;
    if (bb__is_pure(value.op) && !ir->options.no_fold && bb__fold(ir, &value))
        ir->n_folded++;
    if (!ir->options.no_merge && (bb__is_pure(value.op) || value.kind == BB_NODE_CONSTANT)) {
        int older = bb__merge(ir, &value, number);
        if (older != -1) {
            if (value.kind == BB_NODE_CONSTANT)
                bb_tensor_release(value.tensor);
            ir->n_merged += older >= 0 && value.op;
            return older >= 0 ? older : -1;
        }
    }
    bb__lay_out(ir, &value, number);
    if (!push(ir, value)) {
        bb_tensor_release(value.tensor);
        return -1;
    }
    return number;
}

/* How many ops with a row_step read a node; of a parameter's view, the parameter by any view. */
static int *readers_of(const bb__ir *ir, const bb_node *node)
{
    const bb_node *at = node;
    while (at->op && at->op->view && at->n_in == 1)
        at = at->in[0];
    return at->kind == BB_NODE_PARAM ? &ir->readers[at->id][at != node] : &ir->readers[node->id][0];
}

static void count_readers(const bb__ir *ir, const bb_node *node)
{
    for (int i = 0; node->op && node->op->row_step && i < node->n_in; i++)
        ++*readers_of(ir, node->in[i]);
}

/* Whether memory can hold a matrix with rows that far apart. */
static bool fits_in_rows(bb_type type, int64_t step)
{
    const int64_t most = INT64_MAX / 2 / (int64_t)bb_dtype_size(type.dtype);
    return type.shape.dim[0] == 0 || step <= most / type.shape.dim[0];
}

/* Copies that pay, made once a run: of what an op reads often, or many. */
static bool space_rows(bb__ir *ir, const bb_node *node, bb__value *value)
{
    bb_type in[BB__ROWWISE_INPUTS];
    if (!node->op->row_step || node->n_in > BB__ROWWISE_INPUTS)
        return true;
    for (int i = 0; i < node->n_in; i++)
        in[i] = node->in[i]->type;
    for (int i = 0; i < node->n_in; i++) {
        const int64_t *stride = ir->values[value->in[i]].layout.stride;
        int64_t step = node->op->row_step(in, i, stride, *readers_of(ir, node->in[i]));
        if (in[i].shape.ndim != 2 || step < in[i].shape.dim[1] || !fits_in_rows(in[i], step))
            step = 0; /* an op may say what cannot be */
        if (step && (value->in[i] = bb__rows_apart(ir, value->in[i], step)) < 0)
            return false;
    }
    return true;
}

static bool prepare_inputs(bb__ir *ir, bb__value *value)
{
    const bb_op *op = value->op;
    if (bb__tile_of(ir, value))
        for (int i = 0; i < value->n_in; i++)
            if ((value->in[i] = bb__for_map(ir, value->in[i])) < 0)
                return false;
    if (op->needs_contiguous)
        for (int i = 0; i < value->n_in; i++)
            if ((value->in[i] = bb__contiguous(ir, value->in[i])) < 0)
                return false;
    /* What is stored may be another parameter, which its own store may have changed by then. */
    if (op->is_store && ir->values[ir->values[value->in[1]].root].kind == BB_NODE_PARAM)
        value->in[1] = bb__own(ir, value->in[1]);
    return !op->is_store || value->in[1] >= 0;
}

static bool emit_node(bb__ir *ir, const bb_node *node, int *numbers)
{
    bb__value value = {.node = node,
                       .op = node->op,
                       .attrs = node->attrs,
                       .kind = node->kind,
                       .type = node->type,
                       .n_in = node->n_in};
    if (node->n_in) {
        value.in = bb__arena_take(&ir->arena, (size_t)node->n_in * sizeof *value.in);
        if (!value.in)
            return false;
        for (int i = 0; i < node->n_in; i++)
            value.in[i] = numbers[node->in[i]->id];
        if (!prepare_inputs(ir, &value) || !space_rows(ir, node, &value))
            return false;
    }
    value.tensor = bb_tensor_retain(node->tensor);
    int made = value.op && value.op->stages ? bb__emit_in_stages(ir, &value) : BB__WHOLE;
    if (made == BB__WHOLE)
        made = bb__emit(ir, value);
    numbers[node->id] = made;
    return made >= 0;
}

enum { UNSEEN = -2, WANTED = -1 };

/* Marks what the outputs need, without recursion. */
static bool mark_wanted(bb_nodes outputs, int *numbers)
{
    const bb_node **stack = NULL;
    size_t depth = 0, capacity = 0;
    bool fits = true;
    for (int i = 0; fits && i < outputs.count; i++) {
        fits = bb__grow(&stack, &capacity, depth + 1, sizeof *stack);
        if (fits)
            stack[depth++] = outputs.items[i];
        while (fits && depth > 0) {
            const bb_node *node = stack[--depth];
            if (numbers[node->id] != UNSEEN)
                continue;
            numbers[node->id] = WANTED;
            fits = bb__grow(&stack, &capacity, depth + (size_t)node->n_in, sizeof *stack);
            for (int k = 0; fits && k < node->n_in; k++)
                stack[depth++] = node->in[k];
        }
    }
    bb_memory_release(stack);
    return fits;
}

/* Every value that is asked for gets memory of its own. */
static bool collect_outputs(bb__ir *ir, bb_nodes outputs, const int *numbers)
{
    ir->outputs = bb__arena_take(&ir->arena, ((size_t)outputs.count + 1) * sizeof *ir->outputs);
    if (!ir->outputs)
        return false;
    for (int i = 0; i < outputs.count; i++) {
        int number = numbers[outputs.items[i]->id];
        const bb_op *op = ir->values[number].op;
        ir->outputs[i] = op && op->is_effect ? number : bb__own(ir, number);
        if (ir->outputs[i] < 0)
            return false;
    }
    ir->n_outputs = outputs.count;
    return true;
}

static bool sweep(bb__ir *ir, bb_nodes outputs)
{
    size_t n = ir->graph->count;
    int *numbers = bb_memory_zeroed(n, sizeof *numbers);
    if (!numbers)
        return false;
    for (size_t id = 0; id < n; id++)
        numbers[id] = UNSEEN;
    ir->readers = bb_memory_zeroed(n, sizeof *ir->readers);
    bool fits = ir->readers && mark_wanted(outputs, numbers);
    for (size_t id = 0; fits && id < n; id++)
        if (numbers[id] == WANTED)
            count_readers(ir, ir->graph->nodes[id]);
    for (size_t id = 0; fits && id < n; id++)
        if (numbers[id] == WANTED) {
            ir->n_nodes++;
            fits = emit_node(ir, ir->graph->nodes[id], numbers);
        }
    fits = fits && collect_outputs(ir, outputs, numbers);
    bb_memory_release(numbers);
    return fits;
}

/* Two stores into one parameter would leave its value to chance. */
static bool stores_differ(const bb__ir *ir)
{
    bb_graph *g = ir->graph;
    bool *written = bb_memory_zeroed(ir->count, sizeof *written);
    bool fits = written != NULL;
    for (size_t v = 0; fits && v < ir->count; v++) {
        const bb__value *value = &ir->values[v];
        if (!value->op || !value->op->is_store)
            continue;
        int target = ir->values[value->in[0]].root;
        if (written[target])
            bb__compile_fail(g, value->node, BB_BAD_ARGUMENT, value->op->name,
                             "%s is assigned twice in one program", ir->values[target].node->name);
        written[target] = true;
    }
    bb_memory_release(written);
    return fits && g->compile.status == BB_OK;
}

static void ir_free(bb__ir *ir)
{
    for (size_t v = 0; v < ir->count; v++)
        bb_tensor_release(ir->values[v].tensor);
    bb__table_free(&ir->merged);
    bb_memory_release(ir->values);
    bb_memory_release(ir->copies);
    bb_memory_release(ir->readers);
    bb_memory_release(ir->needed);
    bb_memory_release(ir->early);
    bb_memory_release(ir->spared);
    bb_memory_release(ir->unit);
    bb_memory_release(ir->next);
    bb_memory_release(ir->inner);
    bb_memory_release(ir->section);
    bb_memory_release(ir->strips);
    bb_memory_release(ir->local);
    bb_memory_release(ir->fork);
    bb_memory_release(ir->branch);
    bb_memory_release(ir->forks);
    bb_memory_release(ir->host);
    bb_memory_release(ir->host_offset);
    bb_memory_release(ir->order);
    bb__arena_free(&ir->arena);
}

static bool outputs_fit(bb_graph *g, bb_nodes outputs)
{
    if (outputs.count < 1 || !outputs.items)
        bb__compile_fail(g, NULL, BB_BAD_ARGUMENT, "compile", "no outputs");
    for (int i = 0; outputs.items && i < outputs.count; i++) {
        const bb_node *node = outputs.items[i];
        bool is_lost = node && node->kind == BB_NODE_INERT;
        if (!node)
            bb__compile_fail(g, NULL, BB_BAD_ARGUMENT, "compile", "output %d is NULL", i + 1);
        else if (node->graph != g)
            bb__compile_fail(g, NULL, BB_BAD_GRAPH, "compile", "output %d %s%s%s", i + 1,
                             is_lost ? "is the result of a failed call ("
                                     : "belongs to another graph",
                             is_lost ? bb_graph_error(node->graph) : "", is_lost ? ")" : "");
    }
    return g->compile.status == BB_OK;
}

bb_program *bb_compile_with(bb_graph *g, bb_nodes outputs, const bb_compile_options *options)
{
    if (!g || bb__failed(g))
        return NULL;
    g->compile.status = BB_OK;
    if (!outputs_fit(g, outputs))
        return NULL;
    bb__ir ir = {.graph = g, .options = options ? *options : (bb_compile_options){0}};
    bb__plan plan = {0};
    bb_program *program = NULL;
    if (sweep(&ir, outputs) && stores_differ(&ir) && bb__order(&ir) && bb__find_branches(&ir) &&
        bb__find_strips(&ir) && bb__find_hosts(&ir) && bb__plan_memory(&ir, &plan))
        program = bb__bind(&ir, &plan);
    if (!program)
        bb__compile_fail(g, NULL, BB_OUT_OF_MEMORY, "compile", "out of memory");
    else
        for (int i = 0; i < outputs.count; i++)
            program->output_nodes[i] = outputs.items[i];
    bb__plan_free(&plan, ir.n_outputs);
    ir_free(&ir);
    return program;
}

bb_program *bb_compile(bb_graph *g, bb_nodes outputs)
{
    return bb_compile_with(g, outputs, NULL);
}
