/* SPDX-License-Identifier: MIT */
/* Threads: the same bits for any number of them, and programs of several threads over the same
 * parameters. */
#include <pthread.h>

#include "random_graph.h"

static const int counts[] = {1, 2, 5, 64, 0};
enum { COUNTS = sizeof counts / sizeof counts[0] };

static uint64_t bits_of(const bb_tensor *t, uint64_t bits)
{
    const unsigned char *bytes = bb_tensor_read(t);
    for (size_t i = 0; i < bb_tensor_bytes(t); i++)
        bits = (bits ^ bytes[i]) * 0x100000001B3u + (bits >> 47);
    return bits;
}

static bb_node *noise(bb_graph *g, bb_dtype dtype, int64_t rows, int64_t columns)
{
    bb_tensor *t = bb_tensor_new(dtype, BB_SHAPE(rows, columns));
    bb_tensor_fill_normal(t, 0.1, 1, 3);
    bb_node *node = bb_constant(g, t);
    bb_tensor_release(t);
    return node;
}

/* A training step. */

static bb_node *two_layers(bb_node *x, bb_params *params)
{
    bb_node *h = bb_dropout(bb_tanh(bb_dense(x, params, "fc1", 150)), 0.2);
    return bb_dense(h, params, "fc2", 10);
}

static uint64_t trained_bits(bb_dtype dtype, int threads)
{
    bb_graph *g = bb_graph_new();
    bb_params *params = bb_params_new(1);
    bb_node *x = noise(g, dtype, 200, 90), *t = bb_argmax(noise(g, dtype, 200, 10), 1);
    bb_node *loss = bb_softmax_cross_entropy(two_layers(x, params), t);
    bb_node *step = bb_momentum(loss, params, 0.1, 0.9);
    bb_program *p = bb_compile(g, BB_NODES(loss, step));
    cr_assert(p, "%s", bb_graph_error(g));
    bb_program_set_threads(p, threads);
    uint64_t bits = 0;
    for (int run = 0; run < 5; run++) {
        cr_assert_eq(bb_run(p, BB_NO_FEEDS), BB_OK);
        bits = bits_of(bb_program_value(p, loss), bits);
    }
    for (int i = 0; i < bb_params_count(params); i++)
        bits = bits_of(bb_params_tensor(params, i), bits);
    bb_program_free(p);
    bb_graph_free(g);
    bb_params_free(params);
    return bits;
}

Test(threads, training)
{
    for (int dtype = BB_F32; dtype <= BB_F64; dtype++) {
        uint64_t wanted = trained_bits((bb_dtype)dtype, 1);
        for (int i = 0; i < COUNTS; i++)
            cr_assert_eq(trained_bits((bb_dtype)dtype, counts[i]), wanted, "%d threads", counts[i]);
    }
}

/* Reductions. */

static void expect_same(bb_graph *g, bb_nodes outputs)
{
    uint64_t wanted = 0;
    bb_program *p = bb_compile(g, outputs);
    cr_assert(p, "%s", bb_graph_error(g));
    for (int i = 0; i < COUNTS; i++) {
        uint64_t bits = 0;
        bb_program_set_threads(p, counts[i]);
        bb_program_set_step(p, 0);
        cr_assert_eq(bb_run(p, BB_NO_FEEDS), BB_OK);
        for (int k = 0; k < outputs.count; k++)
            bits = bits_of(bb_program_value(p, outputs.items[k]), bits);
        wanted = i ? wanted : bits;
        cr_assert_eq(bits, wanted, "%d threads", counts[i]);
    }
    bb_program_free(p);
}

Test(threads, reductions)
{
    bb_graph *g = bb_graph_new();
    for (int dtype = BB_F32; dtype <= BB_F64; dtype++) {
        bb_node *x = noise(g, (bb_dtype)dtype, 301, 503), *t = bb_transpose(x);
        expect_same(g, BB_NODES(bb_sum(x, BB_ALL), bb_sum(x, BB_AXES(0)), bb_sum(x, BB_AXES(1)),
                                bb_sum(t, BB_ALL), bb_sum(t, BB_AXES(0)), bb_max(x, BB_AXES(0)),
                                bb_logsumexp(x, BB_AXES(1)), bb_logsumexp(t, BB_ALL),
                                bb_softmax(x, 0), bb_log_softmax(x, 1), bb_argmax(t, 0)));
        bb_node *flat = bb_reshape(x, BB_SHAPE(301 * 503));
        expect_same(g, BB_NODES(bb_sum(flat, BB_ALL), bb_mean(bb_square(flat), BB_ALL),
                                bb_matmul(x, t), bb_matmul(t, x),
                                bb_normal(g, (bb_dtype)dtype, BB_SHAPE(301, 503), 0, 1)));
    }
    bb_graph_free(g);
}

Test(threads, random_graphs)
{
    for (uint64_t seed = 201; seed <= 210; seed++) {
        random_graph r;
        random_graph_begin(&r, seed % 2 ? BB_F32 : BB_F64, seed);
        bb_program *p = bb_compile(r.g, random_graph_outputs(&r));
        cr_assert(p, "%s", bb_graph_error(r.g));
        bb_program_set_threads(p, 1);
        uint64_t wanted = random_graph_bits(&r, p, 2);
        bb_program_set_threads(p, 5);
        cr_assert_eq(random_graph_bits(&r, p, 2), wanted);
        bb_program_free(p);
        random_graph_end(&r);
    }
}

/* Several programs at once. */

typedef struct worker {
    bb_params *params;
    int64_t rows;
    uint64_t bits;
    const char *trouble;
} worker;

/* Evaluates the network over the shared parameters, 200 times with one result. */
static void evaluate(worker *w, bb_graph *g)
{
    bb_node *x = noise(g, BB_F32, w->rows, 90);
    bb_node *y = bb_softmax(bb_dense(x, w->params, "fc1", 40), 1);
    bb_program *p = bb_compile(g, BB_NODES(y));
    for (int run = 0; p && run < 200 && !w->trouble; run++) {
        if (bb_run(p, BB_NO_FEEDS) != BB_OK)
            w->trouble = "a run failed";
        uint64_t bits = bits_of(bb_program_value(p, y), 0);
        if (run > 0 && bits != w->bits)
            w->trouble = "two runs differ";
        w->bits = bits;
    }
    w->trouble = p ? w->trouble : "it does not compile";
    bb_program_free(p);
}

static void *work(void *argument)
{
    worker *w = argument;
    bb_graph *g = bb_graph_new();
    evaluate(w, g);
    bb_graph_free(g);
    return NULL;
}

Test(threads, programs_side_by_side)
{
    enum { WORKERS = 3 };
    worker workers[WORKERS], alone[WORKERS];
    pthread_t threads[WORKERS];
    bb_params *params = bb_params_new(1);
    for (int i = 0; i < WORKERS; i++) {
        alone[i] = workers[i] = (worker){.params = params, .rows = 50 + 40 * i};
        work(&alone[i]);
    }
    for (int i = 0; i < WORKERS; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    for (int i = 0; i < WORKERS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < WORKERS; i++) {
        cr_assert_null(workers[i].trouble, "%s", workers[i].trouble);
        cr_assert_eq(workers[i].bits, alone[i].bits);
    }
    bb_params_free(params);
}

/* Call sites and the error of no graph are each thread's own. */
static void *fail_elsewhere(void *argument)
{
    bb__site_push("elsewhere.c", 9);
    (bb_exp)(NULL);
    bb_node **x = argument;
    *x = (bb_input)(bb_node_graph(*x), "y", BB_F32, BB_SCALAR);
    return NULL;
}

Test(threads, call_sites)
{
    bb_graph *g = bb_graph_new();
    bb_node *x = bb_input(g, "x", BB_F32, BB_SCALAR), *y = x, *none = bb_exp(NULL);
    int line = __LINE__ - 1;
    pthread_t thread;
    cr_assert_eq(pthread_create(&thread, NULL, fail_elsewhere, &y), 0);
    pthread_join(thread, NULL);
    cr_assert_eq(bb_node_line(y), 9);
    cr_assert_eq(bb_node_line((bb_exp)(x)), 0);
    cr_assert_null(strstr(bb_graph_error(bb_node_graph(none)), "elsewhere"));
    cr_assert_eq(bb_node_line(x), line);
    bb_graph_free(g);
}
