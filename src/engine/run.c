/* SPDX-License-Identifier: MIT */
/* Running: check the feeds, put their addresses where they are read, call the kernels in order.
 *
 * Nothing here allocates, or looks at a shape but for the feeds' and, of strips, the number of
 * rows. */
#include "engine.h"
#include "float_mode.h"

#include <string.h>

static void execute_by(bb__step *step, const bb_call *call)
{
    if (step->map)
        bb__map_bind(step->map, step->map_in);
    if (step->map && !call->tail)
        bb__map_run(step->map, call->threads);
    else
        call->op->forward(call);
}

static void execute(bb__step *step)
{
    execute_by(step, &step->call);
}

/* Strips. */

/* One strip, and where its locals lie: so many bytes after those of the first slot. */
typedef struct strip {
    int64_t number, shift;
} strip;

/* A tail that begins at a strip's first element. */
typedef struct strip_tail {
    const bb__map *map;
    strip at;
    int64_t start;
} strip_tail;

static void run_strip_tail(const void *context, int64_t first, int64_t count)
{
    const strip_tail *t = context;
    bb__map_run_strip(t->map, t->at.number, t->at.shift, t->start + first, count);
}

/* A local has memory for this strip alone. */
static bb_array strip_of(bb_array whole, int strips, strip at, int64_t local)
{
    const int64_t rows = whole.shape.dim[0] / strips;
    const int64_t bytes = rows * whole.stride[0] * (int64_t)bb_dtype_size(whole.dtype);
    whole.shape.dim[0] = rows;
    whole.data = (char *)whole.data + (local ? at.shift : at.number * bytes);
    return whole;
}

static void execute_head(const bb__step *step, strip at)
{
    bb_array in[BB__ROWWISE_INPUTS];
    bb_array out = strip_of(step->result, step->strips, at, step->result_local);
    const int64_t count = bb_shape_count(out.shape);
    const strip_tail after = {step->map, at, at.number * count};
    const bb__tail tail = {run_strip_tail, &after, count};
    bb_call call = step->call;
    for (int i = 0; i < call.n_in; i++)
        in[i] = step->split >> i & 1U ? strip_of(call.in[i], step->strips, at, step->local[i])
                                      : call.in[i];
    call.in = in;
    call.out = &out;
    call.threads = 1;
    if (step->strip_scratch)
        call.scratch = (char *)call.scratch + (size_t)bb__thread_slot() * step->strip_scratch;
    if (call.tail)
        call.tail = &tail;
    call.op->forward(&call);
}

static void execute_strip(const bb__step *step, strip at)
{
    const int64_t count = step->map ? step->map->count / step->strips : 0;
    if (step->map && !step->call.tail)
        bb__map_run_strip(step->map, at.number, at.shift, at.number * count, count);
    else
        execute_head(step, at);
}

static void execute_strips(void *context, int64_t first, int64_t last)
{
    bb__step *steps = context;
    const int slot = bb__thread_slot();
    for (int64_t number = first; number < last; number++)
        for (int i = 0; i < steps->section; i++) {
            const double start = steps->is_timed ? bb__seconds() : 0;
            execute_strip(&steps[i], (strip){number, slot * (int64_t)steps->slot_bytes});
            if (steps->is_timed)
                steps[i].spent[slot] += bb__seconds() - start;
        }
}

static void execute_section(bb__step *steps)
{
    const int slots = bb__strip_slots(steps->strips), threads = steps->call.threads;
    for (int i = 0; i < steps->section; i++)
        if (steps[i].map)
            bb__map_bind(steps[i].map, steps[i].map_in);
    bb_parallel(steps->strips, 1, threads < slots ? threads : slots, execute_strips, steps);
}

/* Branches. */

static void execute_branches(void *context, int64_t first, int64_t last)
{
    bb__step *steps = context;
    const bb__fork *fork = steps->fork;
    for (int64_t branch = first; branch < last; branch++)
        for (int i = fork->first[branch]; i < fork->first[branch + 1]; i++) {
            const double start = steps->is_timed ? bb__seconds() : 0;
            bb_call call = steps[i].call;
            call.threads = 1;
            execute_by(&steps[i], &call);
            if (steps->is_timed)
                steps[i].share = bb__seconds() - start;
        }
}

static void execute_fork(bb__step *steps)
{
    bb_parallel(steps->fork->n_branches, 1, steps->call.threads, execute_branches, steps);
}

static bool is_worth_while(const bb__fork *fork, int threads)
{
    return threads > 1 && (fork->work.is_always || bb__fork_gain(&fork->work, threads) > 0);
}

/* Profiling. */

/* What all threads have spent in a step of a section. */
static double spent_in(bb__step *step)
{
    double sum = 0;
    for (int slot = 0; slot < bb__strip_slots(step->strips); slot++) {
        sum += step->spent[slot];
        step->spent[slot] = 0;
    }
    return sum;
}

/* The time of steps that are run together is dealt out as they have taken of the threads' time. */
static void time_steps(bb__step *steps, int n, void (*run)(bb__step *))
{
    double all = 0;
    const double start = bb__seconds();
    steps->is_timed = n > 1;
    run(steps);
    steps->is_timed = false;
    const double total = bb__seconds() - start;
    for (int i = 0; i < n && n > 1; i++) {
        steps[i].share = steps->strips > 1 ? spent_in(&steps[i]) : steps[i].share;
        all += steps[i].share;
    }
    for (int i = 0; i < n; i++) {
        steps[i].seconds += n == 1 ? total : all > 0 ? total * steps[i].share / all : 0;
        steps[i].runs++;
    }
}

/* A step, or all that are run together with it; returns how many. */
static int execute_next(bb_program *p, int at)
{
    bb__step *step = &p->steps[at];
    const bool is_fork = step->fork && is_worth_while(step->fork, p->threads);
    const int n = is_fork ? step->fork->n_steps : step->section;
    void (*const run)(bb__step *) = is_fork            ? execute_fork
                                    : step->strips > 1 ? execute_section
                                                       : execute;
    for (int i = 0; i < n; i++)
        step[i].call.step = p->step;
    if (p->profiling)
        time_steps(step, n, run);
    else
        run(step);
    return n;
}

static bb__entry *entry_of(bb_program *p, const bb_node *input)
{
    for (int i = 0; i < p->n_entries; i++)
        if (p->entries[i].node == input)
            return &p->entries[i];
    return NULL;
}

/* "main.c:12: run: input x was fed NULL", with the line that made the input. */
static bb_status refuse(bb_program *p, const bb_node *input, const char *reason)
{
    char place[BB__SITE_TEXT];
    return bb_fail(&p->error, BB_BAD_FEED, "%srun: input %.127s %s",
                   bb__site_text(input->site, place), input->name, reason);
}

static bb_status refuse_type(bb_program *p, const bb_node *input, const bb_tensor *value)
{
    char want[BB_SHAPE_TEXT], got[BB_SHAPE_TEXT], reason[2 * BB_SHAPE_TEXT + 64];
    snprintf(reason, sizeof reason, "is %s %s, but was fed %s %s", bb_dtype_text(input->type.dtype),
             bb_shape_text(input->type.shape, want), bb_dtype_text(bb_tensor_dtype(value)),
             bb_shape_text(bb_tensor_shape(value), got));
    return refuse(p, input, reason);
}

static bb_status refuse_missing(bb_program *p, const bb_node *input)
{
    char shape[BB_SHAPE_TEXT], reason[BB_SHAPE_TEXT + 64];
    snprintf(reason, sizeof reason, "%s %s was not fed", bb_dtype_text(input->type.dtype),
             bb_shape_text(input->type.shape, shape));
    return refuse(p, input, reason);
}

/* A feed for no input of the program's graph. */
static bb_status refuse_node(bb_program *p, const bb_node *node, int number)
{
    char place[BB__SITE_TEXT], label[128];
    if (!node)
        return bb_fail(&p->error, BB_BAD_FEED, "run: feed %d is for NULL", number);
    return bb_fail(&p->error, BB_BAD_FEED, "%srun: feed %d is for %s, %s",
                   bb__site_text(node->site, place), number,
                   bb__node_label(node, label, sizeof label),
                   node->kind != BB_NODE_INPUT ? "which is no input" : "an input of another graph");
}

static bool is_written(const bb_program *p, const bb_tensor *value)
{
    const char *start = bb_tensor_read(value), *end = start + bb_tensor_bytes(value);
    for (int i = 0; i < p->n_written; i++)
        if (start < p->written[i].start + p->written[i].bytes && p->written[i].start < end)
            return true;
    return false;
}

static bb_status accept(bb_program *p, const bb_feed *feed, int number)
{
    const bb_node *input = feed->input;
    if (!input || input->kind != BB_NODE_INPUT || input->graph != p->graph)
        return refuse_node(p, input, number);
    bb__entry *entry = entry_of(p, input);
    if (!entry)
        return BB_OK;
    if (!feed->value)
        return refuse(p, input, "was fed NULL");
    if (entry->fed)
        return refuse(p, input, "is fed twice");
    if (bb_tensor_dtype(feed->value) != input->type.dtype ||
        !bb_shape_equal(bb_tensor_shape(feed->value), input->type.shape))
        return refuse_type(p, input, feed->value);
    if (is_written(p, feed->value))
        return refuse(p, input, "was fed memory that this run writes; feed a copy");
    entry->fed = feed->value;
    return BB_OK;
}

static bb_status bind_feeds(bb_program *p, bb_feeds feeds)
{
    for (int i = 0; i < p->n_entries; i++)
        p->entries[i].fed = NULL;
    for (int i = 0; feeds.items && i < feeds.count; i++) {
        bb_status status = accept(p, &feeds.items[i], i + 1);
        if (status != BB_OK)
            return status;
    }
    for (int i = 0; i < p->n_entries; i++) {
        bb__entry *entry = &p->entries[i];
        if (!entry->fed)
            return refuse_missing(p, entry->node);
        /* Kernels only read their inputs; bb_array has one pointer for both directions. */
        char *data = (char *)(uintptr_t)bb_tensor_read(entry->fed);
        for (int k = 0; k < entry->n_slots; k++)
            *entry->slots[k].address = data + entry->slots[k].offset;
    }
    return BB_OK;
}

/* 0xFF in every byte is NaN in both float types. */
static void poison_all(bb_program *p)
{
    memset(p->memory, 0xFF, p->memory_bytes);
    for (int i = 0; i < p->n_outputs; i++)
        if (p->outputs[i])
            memset(bb_tensor_data(p->outputs[i]), 0xFF, bb_tensor_bytes(p->outputs[i]));
}

/* Poisons what died with the step; `next` goes through the deaths along with the steps. */
static void poison_dead(const bb_program *p, int step, int *next)
{
    for (; *next < p->n_deaths && p->deaths[*next].step == step; ++*next)
        memset(p->deaths[*next].memory, 0xFF, p->deaths[*next].bytes);
}

/* "model.c:12: gather#7: index 12 is not in 0 .. 9, in fc1" */
static bb_status report_fault(bb_program *p, const bb_node *node)
{
    char place[BB__SITE_TEXT], label[128];
    return bb_fail(&p->error, BB_BAD_VALUE, "%s%s: %s%s%s", bb__site_text(node->site, place),
                   bb__node_label(node, label, sizeof label), p->fault.reason,
                   node->scope[0] ? ", in " : "", node->scope);
}

static bb_status run_steps(bb_program *p)
{
    int dead = 0;
    for (int i = 0; i < p->n_steps;) {
        const bb_node *node = p->steps[i].node;
        i += execute_next(p, i);
        if (p->fault.raised)
            return report_fault(p, node);
        if (p->poison)
            poison_dead(p, i - 1, &dead);
    }
    return BB_OK;
}

bb_status bb_run(bb_program *p, bb_feeds feeds)
{
    if (!p)
        return BB_BAD_ARGUMENT;
    p->error.status = BB_OK;
    bb_status status = bind_feeds(p, feeds);
    if (status != BB_OK)
        return status;
    if (p->poison)
        poison_all(p);
    p->fault.raised = false;
    const unsigned mode = bb__float_mode();
    bb__float_mode_set(p->flushes_denormals ? bb__float_mode_flushing(mode) : mode);
    status = run_steps(p);
    bb__float_mode_set(mode);
    p->step += status == BB_OK;
    return status;
}
