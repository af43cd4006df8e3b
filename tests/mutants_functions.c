/* SPDX-License-Identifier: MIT */
/* Ops of which another function than the rule is broken on purpose: the numbers of `forward`, or
 * what `batch` and `join` build, are spoiled. A mutant counts where that changes something. */
#include "mutants.h"
#include "samples.h"

#include <math.h>
#include <string.h>

typedef struct mutant {
    bb_op op; /* first, so that a node's op is its mutant */
    const bb_op *original;
    bb_node *(*spoil)(bb_node *built);
    void (*spoil_output)(const bb_array *out);
    bool changed;
} mutant;

static bb_node *scale(bb_node *built)
{
    return bb_dtype_is_float(bb_node_dtype(built)) ? bb_mul_scalar(built, 1 + 1e-6) : NULL;
}

static bb_node *turn_rows(bb_node *built)
{
    return bb_flip(built, 0);
}

static bb_node *drop_row(bb_node *built)
{
    bb_shape shape = bb_node_shape(built);
    return shape.dim[0] > 1 ? bb_slice(built, 0, 1, shape.dim[0], 1) : NULL;
}

static bb_node *spoilt(mutant *m, bb_node *built)
{
    const bb_shape shape = built ? bb_node_shape(built) : (bb_shape){0};
    bb_node *node = shape.ndim > 0 && bb_shape_count(shape) > 0 ? m->spoil(built) : NULL;
    m->changed |= node != NULL;
    return node ? node : built;
}

static bb_node *broken_batch(const bb_node *node, bb_node *const *in, const bool *batched)
{
    mutant *m = (mutant *)bb_node_op(node);
    return spoilt(m, m->original->batch(node, in, batched));
}

static bb_node *broken_join(bb_nodes parts)
{
    mutant *m = (mutant *)bb_node_op(parts.items[0]);
    return spoilt(m, m->original->join(parts));
}

static bb_node *first_alone(bb_nodes parts)
{
    mutant *m = (mutant *)bb_node_op(parts.items[0]);
    m->changed = true;
    return bb_mul_scalar(parts.items[0], 1);
}

static void try_mutant(mutant *m, mutant_count *count, FILE *log, const char *what)
{
    bb_gradcheck_report report;
    bb_gradcheck_options options = check_options(m->original);
    const bool is_caught = bb_gradcheck_op(&m->op, &options, &report) == BB_CHECK_FAILED;
    count->made += m->changed;
    count->caught += m->changed && is_caught;
    if (m->changed && !is_caught)
        fprintf(log, "missed: %s, %s: %s\n", m->op.name, what, report.text);
}

mutant_count break_built(const bb_op *op, FILE *log)
{
    static bb_node *(*const spoils[])(bb_node *) = {scale, turn_rows, drop_row};
    mutant_count count = {0, 0};
    for (size_t i = 0; i < sizeof spoils / sizeof *spoils; i++) {
        mutant batch = {.op = *op, .original = op, .spoil = spoils[i]}, join = batch;
        batch.op.batch = broken_batch;
        if (op->batch)
            try_mutant(&batch, &count, log, "batch");
        join.op.join = broken_join;
        if (op->join)
            try_mutant(&join, &count, log, "join");
        if (op->join && spoils[i] == scale && !join.changed) {
            count.made++;
            fprintf(log, "missed: %s: no two samples that it joins\n", op->name);
        }
    }
    mutant alone = {.op = *op, .original = op};
    alone.op.join = first_alone;
    if (op->join)
        try_mutant(&alone, &count, log, "one part alone");
    return count;
}

static void broken_forward(const bb_call *call)
{
    mutant *m = (mutant *)call->op;
    bb_call inner = *call;
    const void *in[BB_SAMPLE_INPUTS];
    inner.op = m->original;
    for (int i = 0; i < call->n_in; i++)
        in[i] = call->in[i].data;
    size_t count = (size_t)bb_shape_count(call->out->shape);
    if (m->original->forward)
        m->original->forward(&inner);
    else
        m->original->map[call->in[call->n_in - 1].dtype](count, in, call->out->data, call->attrs);
    if (count)
        m->spoil_output(call->out);
}

static void scale_output(const bb_array *out)
{
    double *x = out->data;
    for (int64_t e = 0; out->dtype == BB_F64 && e < bb_shape_count(out->shape); e++)
        x[e] *= 1 + 1e-9;
}

static void change_float(double *x)
{
    *x = !isfinite(*x) ? 0 : *x == 0 ? 0.5 : *x * 1.5;
}

static void change_last(const bb_array *out)
{
    int64_t last = bb_shape_count(out->shape) - 1;
    if (out->dtype == BB_F64)
        change_float((double *)out->data + last);
    else if (out->dtype == BB_I32)
        ((int32_t *)out->data)[last] ^= 1;
    else if (out->dtype == BB_U8)
        ((uint8_t *)out->data)[last] ^= 1;
}

/* Whether some golden figure of the op changes when the output is scaled (a finite one but 0), or
 * when its last element is. */
static bool figures_change(const bb_op *op, bool scaled)
{
    bool change = false;
    for (int i = 0; i < op->n_samples; i++) {
        const bb_sample *s = &op->samples[i];
        sample_graph sg = sample_graph_new(op, s, BB_F64);
        int64_t count = s->golden_out ? bb_shape_count(bb_node_shape(sg.y)) : 0;
        bb_dtype dtype = bb_node_dtype(sg.y);
        change |= !scaled && count > 0 && dtype != BB_F32;
        for (int64_t e = 0; scaled && dtype == BB_F64 && s->golden_tolerance < 1e-9 && e < count;
             e++)
            change |= isfinite(s->golden_out[e]) && s->golden_out[e] != 0;
        sample_graph_free(&sg);
    }
    return change;
}

mutant_count break_forward(const bb_op *op, FILE *log)
{
    mutant_count count = {0, 0};
    for (int scaled = 0; scaled < 2 && !op->build; scaled++) {
        mutant m = {.op = *op, .original = op, .changed = figures_change(op, scaled)};
        memset(m.op.map, 0, sizeof m.op.map);
        m.op.forward = broken_forward;
        m.op.view = NULL;
        m.op.inplace = BB_INPLACE_NONE;
        m.op.needs_contiguous = op->needs_contiguous || !op->forward;
        m.spoil_output = scaled ? scale_output : change_last;
        if (m.changed)
            try_mutant(&m, &count, log, scaled ? "output scaled" : "last output changed");
    }
    return count;
}
