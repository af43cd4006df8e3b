/* SPDX-License-Identifier: MIT */
/* Profiles: where the time of runs goes, step by step, beside the work that each step has. */
#include "engine.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

double bb__seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

const char *bb__step_name(const bb__step *step, char *buffer, size_t size)
{
    const bool has_head = !step->map || step->call.tail;
    const int count = has_head + step->n_ops;
    size_t length = 0;
    buffer[0] = '\0';
    for (int k = 0; k < count; k++) {
        const char *name = k < has_head ? step->call.op->name : step->ops[k - has_head]->name;
        const size_t rest = k + 1 < count ? sizeof " ..." : sizeof "";
        const bool fits = k == 0 || length + 1 + strlen(name) + rest <= size;
        snprintf(buffer + length, size - length, k ? " %s" : "%s", fits ? name : "...");
        if (!fits)
            break;
        length += strlen(buffer + length);
    }
    return buffer;
}

void bb_program_set_profiling(bb_program *p, bool on)
{
    if (!p)
        return;
    p->profiling = on;
    for (int i = 0; on && i < p->n_steps; i++) {
        p->steps[i].seconds = 0;
        p->steps[i].runs = 0;
    }
}

int bb_program_step_count(const bb_program *p)
{
    return p ? p->n_steps : 0;
}

/* Of the profiled runs. */
static double mean_seconds(const bb__step *step)
{
    return step->runs ? step->seconds / (double)step->runs : 0;
}

bool bb_program_step_profile(const bb_program *p, int i, bb_step_profile *profile_out)
{
    if (!p || !profile_out || i < 0 || i >= p->n_steps)
        return false;
    const bb__step *step = &p->steps[i];
    *profile_out = (bb_step_profile){
        .node = step->node,
        .seconds = mean_seconds(step),
        .flops = step->flops,
        .bytes = step->bytes,
    };
    bb__step_name(step, profile_out->ops, sizeof profile_out->ops);
    return true;
}

typedef struct row {
    double seconds;
    int step;
} row;

static int by_time(const void *a, const void *b)
{
    double x = ((const row *)a)->seconds, y = ((const row *)b)->seconds;
    return (x < y) - (x > y);
}

static void print_row(const bb_program *p, int i, double total, FILE *file)
{
    bb_step_profile s;
    char label[128], shape[BB_SHAPE_TEXT], ops[BB__STEP_COLUMN + 1];
    bb_program_step_profile(p, i, &s);
    fprintf(file, "%10.1f %5.1f%% %9.2f %9.2f  %-*s %-20s %s\n", s.seconds * 1e6,
            total > 0 ? 100 * s.seconds / total : 0, s.seconds > 0 ? s.flops / s.seconds * 1e-9 : 0,
            s.seconds > 0 ? s.bytes / s.seconds * 1e-9 : 0, BB__STEP_COLUMN,
            bb__step_name(&p->steps[i], ops, sizeof ops),
            bb__node_label(s.node, label, sizeof label),
            bb_shape_text(p->steps[i].out.shape, shape));
}

bb_status bb_program_print_profile(const bb_program *p, FILE *file)
{
    if (!p || !file)
        return BB_BAD_ARGUMENT;
    row *rows = bb_memory_zeroed((size_t)p->n_steps + 1, sizeof *rows);
    if (!rows)
        return BB_OUT_OF_MEMORY;
    double total = 0;
    for (int i = 0; i < p->n_steps; i++) {
        const bb__step *step = &p->steps[i];
        rows[i] = (row){mean_seconds(step), i};
        total += rows[i].seconds;
    }
    qsort(rows, (size_t)p->n_steps, sizeof *rows, by_time);
    if (total == 0)
        fprintf(file, "no run was profiled: see bb_program_set_profiling\n");
    fprintf(file, "%10s %6s %9s %9s  %-*s %-20s %s\n", "us", "share", "Gflop/s", "GB/s",
            BB__STEP_COLUMN, "ops", "node", "shape");
    for (int i = 0; i < p->n_steps; i++)
        print_row(p, rows[i].step, total, file);
    fprintf(file, "%10.1f in %d steps\n", total * 1e6, p->n_steps);
    bb_memory_release(rows);
    return fflush(file) != 0 || ferror(file) ? BB_BAD_FILE : BB_OK;
}
