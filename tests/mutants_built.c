/* SPDX-License-Identifier: MIT */
/* Ops whose rules `batch` and `join` are broken on purpose: what they build is spoiled. A mutant
 * counts where that changed something. */
#include "mutants.h"
#include "samples.h"

typedef struct mutant {
    bb_op op; /* first, so that a node's op is its mutant */
    const bb_op *original;
    bb_node *(*spoil)(bb_node *built);
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
