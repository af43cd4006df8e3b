/* SPDX-License-Identifier: MIT */
/* Programs: their life, their settings, and what can be read of them. */
#include "engine.h"

#include <math.h>

void bb_program_free(bb_program *p)
{
    if (!p)
        return;
    for (int i = 0; i < p->n_retained; i++)
        bb_tensor_release(p->retained[i]);
    for (int i = 0; i < p->n_outputs; i++)
        bb_tensor_release(p->outputs[i]);
    bb__release_aligned(p->memory);
    bb__arena_free(&p->arena);
    bb_graph_free(p->graph);
    bb_memory_release(p);
}

const char *bb_program_error(const bb_program *p)
{
    if (!p)
        return "there is no program";
    return p->error.status == BB_OK ? NULL : p->error.text;
}

const bb_tensor *bb_program_value(const bb_program *p, const bb_node *output)
{
    for (int i = 0; p && output && i < p->n_outputs; i++)
        if (p->output_nodes[i] == output)
            return p->outputs[i];
    return NULL;
}

double bb_program_number(const bb_program *p, const bb_node *output)
{
    return bb_tensor_at(bb_program_value(p, output), 0);
}

void bb_program_set_threads(bb_program *p, int threads)
{
    if (!p)
        return;
    p->threads = bb__clamp_threads(threads);
    for (int i = 0; i < p->n_steps; i++)
        p->steps[i].call.threads = p->threads;
}

void bb_program_set_seed(bb_program *p, uint64_t seed)
{
    if (!p)
        return;
    p->seed = seed;
    for (int i = 0; i < p->n_steps; i++)
        p->steps[i].call.seed = seed;
}

void bb_program_set_flush_denormals(bb_program *p, bool flush)
{
    if (p)
        p->flushes_denormals = flush;
}

void bb_program_set_step(bb_program *p, uint64_t step)
{
    if (p)
        p->step = step;
}

uint64_t bb_program_step(const bb_program *p)
{
    return p ? p->step : 0;
}

bb_program_stats bb_program_stats_of(const bb_program *p)
{
    return p ? p->stats : (bb_program_stats){0};
}

static void print_place(const bb_program *p, const bb__step *step, FILE *file)
{
    const char *at = step->out.data;
    if (at >= p->memory && at < p->memory + p->memory_bytes)
        fprintf(file, "at %zu", (size_t)(at - p->memory));
    else
        fprintf(file, "kept");
}

/* Of step i from the first one of a fork. */
static void print_branch(const bb__step *first, int i, FILE *file)
{
    const bb__fork *fork = first->fork;
    int branch = 0;
    while (branch < fork->n_branches && fork->first[branch + 1] <= i)
        branch++;
    if (branch < fork->n_branches)
        fprintf(file, ", in branch %d of %d", branch + 1, fork->n_branches);
}

bb_status bb_program_print(const bb_program *p, FILE *file)
{
    char label[128], shape[BB_SHAPE_TEXT], name[BB__STEP_COLUMN + 1];
    if (!p || !file)
        return BB_BAD_ARGUMENT;
    const bb__step *fork = NULL; /* the first step of the latest */
    fprintf(file, "%d steps, %d views, %zu bytes\n", p->n_steps, p->stats.views, p->memory_bytes);
    for (int i = 0; i < p->n_steps; i++) {
        const bb__step *step = &p->steps[i];
        fprintf(file, "%4d  %-*s %-20s %s %s  ", i, BB__STEP_COLUMN,
                bb__step_name(step, name, sizeof name),
                bb__node_label(step->node, label, sizeof label), bb_dtype_text(step->out.dtype),
                bb_shape_text(step->out.shape, shape));
        print_place(p, step, file);
        if (step->strips > 1)
            fprintf(file, ", in %d strips", step->strips);
        fork = step->fork ? step : fork;
        if (fork)
            print_branch(fork, (int)(step - fork), file);
        fputc('\n', file);
    }
    return fflush(file) != 0 || ferror(file) ? BB_BAD_FILE : BB_OK;
}
