/* SPDX-License-Identifier: MIT */
/* Convolutions by oneDNN, each call on one thread: blocks of images, cut by sizes only, are brought
 * into the layout that its kernels want, convolved, and brought back. The gradient of the filters
 * has a fixed number of sums, which are added up in their order. */
#include "blas.h"
#include "conv_onednn_plan.h"

#include <stdatomic.h>
#include <string.h>

typedef struct job {
    const bb__onednn_conv *c;
    char *data[BB__ROLES]; /* in rows */
    char *weights;         /* filters in oneDNN's layout, or sums of their gradients */
    char *slots;
    char *done;             /* marks of blocks */
    const bb__tail *tail;   /* or NULL */
    atomic_bool has_failed; /* a sum, or a part of the filters on its way */
} job;

static bool to_own(const bb__onednn_plan *p, int role, void *rows, void *own)
{
    const bb__onednn_argument of[] = {{DNNL_ARG_FROM, p->rows[role], rows},
                                      {DNNL_ARG_TO, p->placed[role], own}};
    return bb__onednn_execute(p->reorder[role], 2, of);
}

static bool to_rows(const bb__onednn_plan *p, int role, void *own, void *rows)
{
    const bb__onednn_argument of[] = {{DNNL_ARG_FROM, p->placed[role], own},
                                      {DNNL_ARG_TO, p->rows[role], rows}};
    return bb__onednn_execute(p->reorder[role], 2, of);
}

/* Parts of the filters into oneDNN's layout, or of their gradient back from it. */
static void reorder_parts(void *context, int64_t first, int64_t last)
{
    job *j = context;
    const bb__onednn_plan *p = &j->c->plans[0];
    const bb__blas_state state = bb__blas_enter();
    for (int64_t part = first; part < last; part++) {
        char *rows = j->data[BB__WEIGHTS] + (size_t)part * p->rows_part;
        char *own = j->weights + (size_t)part * p->own_part;
        if (!(j->c->direction == BB__CONV_WEIGHT ? to_rows(p, BB__WEIGHTS, own, rows)
                                                 : to_own(p, BB__WEIGHTS, rows, own)))
            atomic_store(&j->has_failed, true);
    }
    bb__blas_leave(state);
}

static void reorder_filters(job *j, int threads)
{
    bb_parallel(j->c->plans[0].filter_parts, 1, threads, reorder_parts, j);
}

static int64_t image_bytes(const bb__conv_shape *s, int role)
{
    return (role == BB__SRC ? s->c * s->h * s->w : s->o * s->oh * s->ow) * (int64_t)sizeof(float);
}

/* One block with these filters, or giving their gradient. */
static bool run_block(const job *j, int64_t block, char *weights, char *slot)
{
    const bb__onednn_conv *c = j->c;
    const bb__conv_shape *s = &c->shape;
    const int64_t first = bb__deal(s->n, c->blocks, block);
    const int64_t images = bb__deal(s->n, c->blocks, block + 1) - first;
    const bb__onednn_plan *p = &c->plans[images - c->images];
    const int result = (int)bb__onednn_result(c->direction);
    char *rows[BB__ROLES] = {[BB__SRC] = j->data[BB__SRC] + image_bytes(s, BB__SRC) * first,
                             [BB__DST] = j->data[BB__DST] + image_bytes(s, BB__DST) * first};
    char *own[BB__ROLES] = {slot, weights, slot + c->sizes[BB__SRC]};
    bb__onednn_argument of[BB__ROLES + 1] = {
        [BB__ROLES] = {DNNL_ARG_SCRATCHPAD, p->scratchpad, own[BB__DST] + c->sizes[BB__DST]}};
    bool ok = true;
    for (int i = 0; i < BB__ROLES; i++) {
        if (i != BB__WEIGHTS && !p->reorder[i])
            own[i] = rows[i];
        else if (i != BB__WEIGHTS && i != result) {
            if (i == BB__SRC && bb__onednn_has_margin(c)) /* all of it: that is little beside all */
                memset(own[i], 0, dnnl_memory_desc_get_size(p->own[i]));
            ok = ok && to_own(p, i, rows[i], own[i]);
        }
        of[i] =
            (bb__onednn_argument){bb__onednn_operands[c->direction][i].argument, p->own[i], own[i]};
    }
    ok = ok && bb__onednn_execute(p->conv, BB__ROLES + 1, of);
    if (result != BB__WEIGHTS && p->reorder[result])
        ok = ok && to_rows(p, result, own[result], rows[result]);
    return ok;
}

static char *slot_of(const job *j)
{
    return j->slots + (size_t)bb__thread_slot() * j->c->slot;
}

/* The result's elements of the images of a block. */
typedef struct stretch {
    int64_t first, count;
} stretch;

static stretch stretch_of(const job *j, int64_t block)
{
    const bb__onednn_conv *c = j->c;
    const int64_t first = bb__deal(c->shape.n, c->blocks, block);
    const int64_t images = bb__deal(c->shape.n, c->blocks, block + 1) - first;
    const int64_t image =
        image_bytes(&c->shape, (int)bb__onednn_result(c->direction)) / (int64_t)sizeof(float);
    return (stretch){first * image, images * image};
}

/* A tail does not run in a product's floating-point mode. */
static void run_blocks(void *context, int64_t first, int64_t last)
{
    job *j = context;
    for (int64_t block = first; block < last; block++) {
        const bb__blas_state state = bb__blas_enter();
        const bool ok = run_block(j, block, j->weights, slot_of(j));
        bb__blas_leave(state);
        j->done[block] = ok;
        const stretch s = stretch_of(j, block);
        if (ok && j->tail)
            j->tail->run(j->tail->context, s.first, s.count);
    }
}

/* Blocks for which memory ran out, by our own kernels. */

typedef struct later {
    const bb__tail *tail;
    int64_t first;
} later;

static void run_later(const void *context, int64_t first, int64_t count)
{
    const later *l = context;
    l->tail->run(l->tail->context, l->first + first, count);
}

static void redo_block(const job *j, int64_t block, void *scratch, int threads)
{
    const bb__onednn_conv *c = j->c;
    const int64_t first = bb__deal(c->shape.n, c->blocks, block);
    bb__conv_shape s = c->shape;
    s.n = bb__deal(c->shape.n, c->blocks, block + 1) - first;
    char *src = j->data[BB__SRC] + image_bytes(&s, BB__SRC) * first;
    char *dst = j->data[BB__DST] + image_bytes(&s, BB__DST) * first;
    const later rest = {j->tail, stretch_of(j, block).first};
    const bb__tail tail = {run_later, &rest, j->tail ? j->tail->grain : 1};
    const bb__tail *used = j->tail ? &tail : NULL;
    if (c->direction == BB__CONV_FORWARD)
        bb__columns_forward(&s, src, j->data[BB__WEIGHTS], dst, scratch, used, threads);
    else
        bb__columns_input(&s, dst, j->data[BB__WEIGHTS], src, scratch, used, threads);
}

/* Bytes, of which a block has `images`, or one more. */
static size_t redo_scratch(const bb__onednn_conv *c)
{
    size_t most = 0;
    for (int more = 0; more < 2 && c->direction != BB__CONV_WEIGHT; more++) {
        bb__conv_shape s = c->shape;
        s.n = c->images + more;
        const size_t bytes = c->direction == BB__CONV_FORWARD ? bb__columns_forward_scratch(&s)
                                                              : bb__columns_input_scratch(&s);
        most = bytes > most ? bytes : most;
    }
    return most;
}

/* Sums of gradients. */

static char *sum_at(const job *j, int64_t number)
{
    return j->weights + (size_t)number * j->c->sizes[BB__WEIGHTS];
}

/* to += from, floats */
static void add(char *from, char *to, int64_t count)
{
    bb_array x = {.data = from, .dtype = BB_F32, .shape = BB_SHAPE(count), .stride = {1}}, y = x;
    y.data = to;
    bb__accumulate(&x, &y, 1);
}

static void sum_blocks(void *context, int64_t first, int64_t last)
{
    job *j = context;
    const bb__onednn_conv *c = j->c;
    const int64_t count = (int64_t)(c->sizes[BB__WEIGHTS] / sizeof(float));
    const bb__blas_state state = bb__blas_enter();
    char *slot = slot_of(j), *part = slot + c->slot - c->sizes[BB__WEIGHTS];
    for (int64_t number = first; number < last; number++) {
        const int64_t begin = bb__deal(c->blocks, c->sums, number);
        const int64_t end = bb__deal(c->blocks, c->sums, number + 1);
        for (int64_t block = begin; block < end; block++) {
            if (!run_block(j, block, block == begin ? sum_at(j, number) : part, slot))
                atomic_store(&j->has_failed, true);
            if (block > begin)
                add(part, sum_at(j, number), count);
        }
    }
    bb__blas_leave(state);
}

static void add_up(void *context, int64_t first, int64_t last)
{
    const job *j = context;
    for (int64_t number = 1; number < j->c->sums; number++)
        add(sum_at(j, number) + (size_t)first * sizeof(float),
            j->weights + (size_t)first * sizeof(float), last - first);
}

static int slots(const bb__onednn_conv *c)
{
    return (int)bb__lower(bb__onednn_items(c), BB__SLOTS);
}

size_t bb__onednn_conv_scratch(const bb__onednn_conv *c)
{
    const size_t own = redo_scratch(c), usual = c->weights + (size_t)slots(c) * c->slot;
    return c->done + (own > usual ? own : usual);
}

static void run_weight(job *j, int64_t grain, int threads)
{
    enum { ADD_GRAIN = 16384 };
    const bb__onednn_conv *c = j->c;
    const bb__onednn_plan *p = &c->plans[0];
    bb_parallel(c->sums, grain, (int)bb__lower(threads, slots(c)), sum_blocks, j);
    bb_parallel((int64_t)(c->sizes[BB__WEIGHTS] / sizeof(float)), 1 + ADD_GRAIN / c->sums, threads,
                add_up, j);
    if (p->reorder[BB__WEIGHTS])
        reorder_filters(j, threads);
    else
        memcpy(j->data[BB__WEIGHTS], j->weights, dnnl_memory_desc_get_size(p->own[BB__WEIGHTS]));
}

static void run_images(job *j, int64_t grain, int threads)
{
    void *scratch = j->weights;
    if (j->c->plans[0].reorder[BB__WEIGHTS])
        reorder_filters(j, threads);
    else
        j->weights = j->data[BB__WEIGHTS];
    memset(j->done, 0, j->c->done);
    if (!atomic_exchange(&j->has_failed, false))
        bb_parallel(j->c->blocks, grain, (int)bb__lower(threads, slots(j->c)), run_blocks, j);
    for (int64_t block = 0; block < j->c->blocks; block++)
        if (!j->done[block])
            redo_block(j, block, scratch, threads);
}

bool bb__onednn_conv_run(const bb__onednn_conv *c, const void *a, const void *b, void *out,
                         void *scratch, const bb__tail *tail, int threads)
{
    const bool is_weight = c->direction == BB__CONV_WEIGHT;
    const double work = bb__conv_multiplications(&c->shape) / (double)bb__onednn_items(c);
    job j = {.c = c, .done = scratch, .weights = (char *)scratch + c->done, .tail = tail};
    j.slots = j.weights + c->weights;
    j.data[bb__onednn_result(c->direction)] = out;
    j.data[c->direction == BB__CONV_INPUT ? BB__DST : BB__SRC] = (char *)(uintptr_t)a;
    j.data[is_weight ? BB__DST : BB__WEIGHTS] = (char *)(uintptr_t)b;
    (is_weight ? run_weight : run_images)(&j, bb__conv_grain(work), threads);
    return !atomic_load(&j.has_failed);
}
