/* SPDX-License-Identifier: MIT */
/* Prints what the registry and trials on the samples tell of each op, a line an op: name, kind,
 * types of its operands, derivative, an example of its attributes, doc; for scripts/ops-md. */
#include "samples.h"

#include <stdio.h>
#include <string.h>

static const char *kind_of(const bb_op *op)
{
    if (op->build)
        return "composite";
    if (op->is_effect)
        return "effect";
    if (op->view)
        return "view";
    return op->is_impure ? "random" : op->forward ? "op" : "map";
}

/* Whether operand i is an index or a mask. */
static bool chooses(const bb_sample *s, int i)
{
    return s->is_integer[i] || s->is_mask[i];
}

static bool has_other_operands(const bb_op *op)
{
    for (int i = 0; i < op->n_samples; i++)
        for (int k = 0; k < op->samples[i].n_in; k++)
            if (!chooses(&op->samples[i], k))
                return true;
    return false;
}

/* Sample i with operands of that type: those that are no index and no mask, or all when every
 * sample has nothing else. */
static sample_graph graph_of(const bb_op *op, int i, bb_dtype dtype)
{
    bb_sample s = op->samples[i];
    if (!has_other_operands(op)) {
        memset(s.is_integer, 0, sizeof(s.is_integer));
        memset(s.is_mask, 0, sizeof(s.is_mask));
    }
    return sample_graph_new(op, &s, dtype);
}

static bool takes(const bb_op *op, bb_dtype dtype)
{
    bool takes_it = false;
    for (int i = 0; i < op->n_samples && !takes_it; i++) {
        sample_graph sg = graph_of(op, i, dtype);
        for (int k = 0; k < sg.n && !bb_graph_error(sg.g); k++)
            takes_it |= bb_node_dtype(sg.in[k]) == dtype;
        sample_graph_free(&sg);
    }
    return takes_it;
}

/* Runs a sample's gradient; false when there is none. */
static bool run_gradient(sample_graph *sg, bool *nonzero)
{
    bb_node *wrt[BB_SAMPLE_INPUTS], *grads[BB_SAMPLE_INPUTS];
    bb_tensor *weights = bb_tensor_new(BB_F64, bb_node_shape(sg->y));
    bb_tensor_fill_uniform(weights, 0.5, 1.5, 3);
    bb_node *cotangent = bb_constant(sg->g, weights);
    bb_tensor_release(weights);
    int n = 0;
    for (int i = 0; i < sg->n; i++)
        if (bb_dtype_is_float(bb_node_dtype(sg->in[i])))
            wrt[n++] = sg->in[i];
    if (bb_grads(sg->y, cotangent, (bb_nodes){n, wrt}, grads) != BB_OK)
        return false;
    bb_program *p = bb_compile(sg->g, (bb_nodes){n, grads});
    bool ran = p && bb_run(p, sample_feeds(sg)) == BB_OK;
    for (int i = 0; ran && i < n; i++) {
        const bb_tensor *d = bb_program_value(p, grads[i]);
        for (int64_t e = 0; e < bb_tensor_count(d); e++)
            *nonzero |= bb_tensor_at(d, e) != 0;
    }
    bb_program_free(p);
    return true;
}

static const char *derivative_of(const bb_op *op)
{
    bool has = false, nonzero = false;
    for (int i = 0; i < op->n_samples && !nonzero; i++) {
        sample_graph sg = graph_of(op, i, BB_F64);
        if (!bb_graph_error(sg.g) && sample_has_gradient(&sg))
            has |= run_gradient(&sg, &nonzero);
        sample_graph_free(&sg);
    }
    return nonzero ? "yes" : has ? "zero" : "none";
}

static void print_attributes(const bb_op *op)
{
    char text[256] = "";
    for (int i = 0; i < op->n_samples && op->print_attrs && !text[0]; i++)
        if (op->samples[i].attrs)
            op->print_attrs(op->samples[i].attrs, text, sizeof(text));
    printf("%s", text);
}

int main(void)
{
    for (int i = 0; i < bb_op_count(); i++) {
        const bb_op *op = bb_op_at(i);
        printf("%s\t%s\t", op->name, kind_of(op));
        for (int dtype = 0; dtype < BB_DTYPE_COUNT; dtype++)
            if (takes(op, (bb_dtype)dtype))
                printf("%s ", bb_dtype_text((bb_dtype)dtype));
        printf("\t%s\t", derivative_of(op));
        print_attributes(op);
        printf("\t%s\n", op->doc);
    }
    return 0;
}
