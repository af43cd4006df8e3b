/* SPDX-License-Identifier: MIT */
/* Memory that runs out: a small training program, with each of its allocations failing once. Every
 * way out gives a status and leaks nothing; and a run allocates nothing. */
#include <bibun/bibun.h>
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "probe.h"

typedef struct session {
    bb_graph *g;
    bb_params *params;
    bb_tensor *images, *labels;
    bb_batches *batches;
    bb_program *train;
    bb_node *x, *t, *loss;
} session;

static bb_node *network(session *s)
{
    s->x = bb_input(s->g, "x", BB_F32, BB_SHAPE(4, 6));
    s->t = bb_input(s->g, "t", BB_I32, BB_SHAPE(4));
    bb_scope_push(s->g, "net");
    bb_node *h = bb_named(bb_dropout(bb_tanh(bb_dense(s->x, s->params, "fc1", 5)), 0.1), "h");
    bb_node *tall = bb_concat(BB_NODES(h, bb_transpose(bb_reshape(h, BB_SHAPE(5, 4)))), 1);
    bb_node *y = bb_dense(bb_softmax(tall, 1), s->params, "fc2", 3);
    bb_scope_pop(s->g);
    return y;
}

/* What is given when memory runs out: BB_OUT_OF_MEMORY or nothing, never another failure. */
static bool out_of_memory(bb_status status)
{
    cr_assert_eq(status, BB_OUT_OF_MEMORY, "%s after allocation %ld failed", bb_status_text(status),
                 probe.fails_at);
    return false;
}

static bool failed(const bb_graph *g)
{
    const char *error = bb_graph_error(g);
    cr_assert(error && strstr(error, "out of memory"), "%s", error);
    return out_of_memory(bb_graph_status(g));
}

static bool build(session *s)
{
    s->g = bb_graph_new();
    s->params = bb_params_new(3);
    if (!s->params)
        return out_of_memory(BB_OUT_OF_MEMORY);
    bb_node *y = network(s);
    s->loss = bb_softmax_cross_entropy(y, s->t);
    bb_node *penalty = bb_mul_scalar(bb_sum(bb_square(bb_grad(s->loss, s->x)), BB_ALL), 0.1);
    bb_node *step = bb_momentum(bb_add(s->loss, penalty), s->params, 0.1, 0.9);
    if (bb_graph_status(s->g) != BB_OK)
        return failed(s->g);
    s->train = bb_compile(s->g, BB_NODES(s->loss, step));
    return s->train || failed(s->g);
}

static bool load(session *s)
{
    bb_error error = {BB_OUT_OF_MEMORY, ""};
    s->images = bb_tensor_new(BB_F32, BB_SHAPE(10, 6));
    s->labels = bb_tensor_new(BB_I32, BB_SHAPE(10));
    if (!s->images || !s->labels)
        return false;
    bb_tensor_fill_normal(s->images, 0, 1, 1);
    s->batches = bb_batches_new(s->images, s->labels, 4, BB_SHUFFLED, 5, &error);
    return s->batches || out_of_memory(error.status);
}

static void run(session *s)
{
    const bb_tensor *xs, *ts;
    for (int i = 0; i < 3; i++) {
        while (bb_batches_next(s->batches, &xs, &ts)) {
            long before = probe.calls;
            cr_assert_eq(bb_run(s->train, BB_FEEDS({s->x, xs}, {s->t, ts})), BB_OK);
            cr_assert_eq(bb_run(s->train, BB_NO_FEEDS), BB_BAD_FEED);
            cr_assert_eq(probe.calls, before, "a run allocates nothing");
        }
    }
}

static bool look(session *s)
{
    bb_error error = {BB_OK, ""};
    bb_node *w = bb_graph_node(s->g, bb_node_id(s->t) + 1);
    bb_tensor *value = bb_eval(w, BB_NO_FEEDS, &error);
    if (!value)
        return out_of_memory(error.status);
    bb_tensor_release(value);
    char text[1 << 16];
    FILE *file = fmemopen(text, sizeof text, "w");
    bb_status status = bb_dot_write(s->g, file, NULL);
    fclose(file);
    return status == BB_OK || out_of_memory(status);
}

static bool use(session *s)
{
    if (!build(s) || !load(s))
        return false;
    run(s);
    return look(s);
}

static void leave(session *s)
{
    bb_batches_free(s->batches);
    bb_tensor_release(s->images);
    bb_tensor_release(s->labels);
    bb_program_free(s->train);
    bb_graph_free(s->g);
    bb_params_free(s->params);
}

/* How many constants the last session's program folded. */
static int folded;

static bool session_with(long fails_at)
{
    session s = {0};
    probe_begin(fails_at);
    bool done = use(&s);
    folded = s.train ? bb_program_stats_of(s.train).folded : 0;
    leave(&s);
    cr_assert_eq(probe.live, 0, "%ld blocks are left after allocation %ld failed", probe.live,
                 fails_at);
    return done;
}

/* There is one other way out: what cannot be folded for want of memory is computed in each run. */
Test(memory, every_allocation_fails_once)
{
    cr_assert(session_with(0));
    long calls = probe.calls;
    int all_folded = folded;
    cr_assert_gt(calls, 50);
    for (long n = 1; n <= calls; n++) {
        bool done = session_with(n);
        cr_assert_geq(probe.calls, n, "allocation %ld was never asked for", n);
        cr_assert(!done || folded == all_folded - 1, "nobody noticed that allocation %ld failed",
                  n);
    }
    cr_assert(session_with(calls + 1));
    probe_end();
}

/* All allocations fail from the n-th on, as when memory is really gone. */
static long first_to_fail;

static void *resize_until(void *block, size_t size)
{
    probe.calls++;
    if (probe.calls >= first_to_fail)
        return NULL;
    void *resized = realloc(block, size);
    probe.live += resized && !block;
    return resized;
}

Test(memory, all_fail_from_some_on)
{
    const bb_allocator allocator = {resize_until, probe_release};
    for (first_to_fail = 1;; first_to_fail++) {
        session s = {0};
        probe_begin(0);
        bb_allocator_set(&allocator);
        bool done = use(&s);
        leave(&s);
        cr_assert_eq(probe.live, 0);
        if (done)
            break;
    }
    cr_assert_gt(first_to_fail, 50);
    probe_end();
}

/* A compilation that runs out of memory fails alone; the next one may succeed. */
Test(memory, compile)
{
    probe_begin(0);
    bb_graph *g = bb_graph_new();
    bb_node *y = bb_neg(bb_scalar(g, BB_F32, 1));
    probe.calls = 0;
    probe.fails_at = 1;
    cr_assert_null(bb_compile(g, BB_NODES(y)));
    cr_assert_eq(bb_graph_status(g), BB_OUT_OF_MEMORY);
    cr_assert_not_null(strstr(bb_graph_error(g), ": compile: out of memory"));
    bb_program *p = bb_compile(g, BB_NODES(y));
    cr_assert(p && !bb_graph_error(g));
    bb_program_free(p);
    bb_graph_free(g);
    cr_assert_eq(probe.live, 0);
    probe_end();
}

/* Many operands go through memory of their own. */
Test(memory, many_operands)
{
    for (long fails_at = 1, done = 0; !done; fails_at++) {
        probe_begin(fails_at);
        bb_graph *g = bb_graph_new();
        bb_node *parts[20], *x = bb_input(g, "x", BB_F32, BB_SHAPE(2, 3));
        for (int i = 0; i < 20; i++)
            parts[i] = bb_neg(x);
        bb_node *all = bb_concat((bb_nodes){20, parts}, 0);
        bb_program *p = bb_compile(g, BB_NODES(all, bb_grad(bb_sum(all, BB_ALL), x)));
        done = p != NULL;
        if (!done)
            failed(g);
        bb_program_free(p);
        bb_graph_free(g);
        cr_assert_eq(probe.live, 0);
        probe_end();
    }
}
