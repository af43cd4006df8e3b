/* SPDX-License-Identifier: MIT */
/* Small steps that are computed at the same time, in branches. */
#include "noise_input.h"

#include <pthread.h>
#include <stdio.h>
#include <time.h>

static const bb_compile_options plain = {.no_branches = true, .no_strips = true};
static const bb_compile_options usual = {.no_strips = true};
static const bb_compile_options apart = {.all_branches = true, .no_strips = true};
enum { ROWS = 32, WIDTH = 64, NETWORKS = 8 };

static void begin(void)
{
    begin_with(BB_SHAPE(ROWS, WIDTH));
}

TestSuite(branches, .init = begin, .fini = end);

static int branched(bb_nodes outputs, const bb_compile_options *options)
{
    return stats_with(g, outputs, options).branched;
}

/* To the bit; the plain program is the other one. */
static void agree(bb_nodes outputs, const bb_compile_options *options)
{
    for (int threads = 1; threads <= 5; threads++)
        expect_agreement_of(g, outputs, BB_FEEDS({x, xs}), *options, plain, 0, threads);
}

static bb_node *network(bb_node *in, int number, int layers)
{
    char name[32];
    for (int i = 0; i < layers; i++) {
        snprintf(name, sizeof name, "network%d_%d", number, i);
        in = bb_tanh(bb_dense(in, params, name, WIDTH));
    }
    return in;
}

static bb_node *ensemble(bb_node *in, int layers)
{
    bb_node *sum = network(in, 0, layers);
    for (int i = 1; i < NETWORKS; i++)
        sum = bb_add(sum, network(in, i, layers));
    return sum;
}

Test(branches, of_networks)
{
    bb_node *y = ensemble(x, 3);
    bb_program_stats s = stats_with(g, BB_NODES(y), NULL);
    cr_expect_geq(s.branched, (NETWORKS - 1) * 3, "%d of %d", s.branched, s.steps);
    cr_expect_eq(branched(BB_NODES(y), &plain), 0);
    agree(BB_NODES(y), &usual);
    agree(BB_NODES(y), &apart);
}

/* What they all need comes first, and what needs them all last. */
Test(branches, of_a_trunk)
{
    bb_node *trunk = network(network(x, 20, 4), 21, 4);
    bb_node *y = network(ensemble(trunk, 3), 22, 4);
    bb_program_stats s = stats_with(g, BB_NODES(y), NULL);
    cr_expect_geq(s.branched, (NETWORKS - 1) * 3, "%d of %d", s.branched, s.steps);
    cr_expect_leq(s.branched, NETWORKS * 3, "%d of %d", s.branched, s.steps);
    agree(BB_NODES(y), &apart);
}

Test(branches, of_gradients)
{
    bb_node *loss = bb_mean(bb_square(ensemble(x, 3)), BB_ALL), *grads[1 + 2 * NETWORKS];
    for (int i = 0; i < NETWORKS; i++) {
        char name[32];
        snprintf(name, sizeof name, "network%d_0.weight", i);
        grads[i] = bb_grad(loss, bb_graph_param(g, name));
    }
    grads[NETWORKS] = bb_grad(loss, x);
    bb_program_stats s = stats_with(g, (bb_nodes){NETWORKS + 1, grads}, NULL);
    cr_expect_geq(s.branched, NETWORKS * 5, "%d of %d", s.branched, s.steps);
    agree((bb_nodes){NETWORKS + 1, grads}, &usual);
    agree((bb_nodes){NETWORKS + 1, grads}, &apart);
}

Test(branches, of_two_directions)
{
    const bb_recurrent_options reversed = {.reverse = true};
    bb_node *texts = bb_reshape(x, BB_SHAPE(4, 32, 16));
    bb_node *forth = bb_lstm(texts, params, "forth", 32);
    bb_node *back = bb_lstm_with(texts, params, "back", 32, &reversed, NULL);
    bb_node *y = bb_concat(BB_NODES(forth, back), -1), *dx = bb_grad(bb_sum(y, BB_ALL), x);
    bb_program_stats s = stats_with(g, BB_NODES(y, dx), NULL);
    cr_expect_gt(2 * s.branched, s.steps, "%d of %d", s.branched, s.steps);
    agree(BB_NODES(y, dx), &usual);
    agree(BB_NODES(y, dx), &apart);
}

/* The gradients of the weights stand between those of the two directions. */
Test(branches, of_two_directions_that_learn)
{
    const bb_recurrent_options reversed = {.reverse = true};
    bb_node *texts = bb_reshape(x, BB_SHAPE(4, 32, 16));
    bb_node *forth = bb_lstm(texts, params, "forth", 128);
    bb_node *back = bb_lstm_with(texts, params, "back", 128, &reversed, NULL);
    bb_node *loss = bb_mean(bb_square(bb_concat(BB_NODES(forth, back), -1)), BB_ALL);
    bb_program_stats s = stats_with(g, BB_NODES(loss, bb_adam(loss, params, 1e-3)), NULL);
    cr_expect_gt(4 * s.branched, 3 * s.steps, "%d of %d", s.branched, s.steps);
}

/* Of networks that read the same words, whose losses have the same labels, one checks these
 * indices; the others may be in branches. */
Test(branches, of_checked_indices)
{
    bb_node *words = bb_input(g, "words", BB_I32, BB_SHAPE(16)), *losses[NETWORKS];
    bb_node *labels = bb_input(g, "labels", BB_I32, BB_SHAPE(16)), *loss = NULL;
    for (int i = 0; i < NETWORKS; i++) {
        char name[32];
        snprintf(name, sizeof name, "table%d", i);
        bb_node *h = bb_embedding(words, params, name, 9, WIDTH);
        losses[i] = bb_softmax_cross_entropy(network(h, 40 + i, 3), labels);
        loss = loss ? bb_add(loss, losses[i]) : losses[i];
    }
    bb_program_stats s = stats_with(g, BB_NODES(loss, bb_sgd(loss, params, 0.1)), NULL);
    cr_expect_gt(2 * s.branched, s.steps, "%d of %d", s.branched, s.steps);
}

/* One network has nothing to do at the same time, nor have branches that are shorter than it takes
 * two threads to meet. */
Test(branches, not_without_need)
{
    cr_expect_eq(branched(BB_NODES(network(x, 0, 6)), NULL), 0);
    bb_node *few = bb_slice(x, 0, 0, 1, 1);
    bb_node *small = bb_add(bb_sum(bb_sin(few), BB_ALL), bb_sum(bb_exp(few), BB_ALL));
    cr_expect_eq(branched(BB_NODES(small), NULL), 0);
    cr_expect_gt(branched(BB_NODES(small), &apart), 0);
}

/* What reads a parameter is in one branch with what computes and stores its new number. */
Test(branches, not_of_a_reader_and_a_store)
{
    bb_node *w = bb_param(g, params, "w", BB_F32, BB_SHAPE(ROWS, WIDTH), bb_init_normal(1));
    bb_node *v = bb_param(g, params, "v", BB_F32, BB_SHAPE(ROWS, WIDTH), bb_init_normal(1));
    bb_node *read = bb_sin(w), *other = bb_sin(v);
    bb_node *computed = bb_assign(w, bb_tanh(bb_flip(x, 0))), *copied = bb_assign(w, x);
    cr_expect_eq(branched(BB_NODES(read, computed), &apart), 0);
    cr_expect_eq(branched(BB_NODES(read, copied), &apart), 0);
    cr_expect_gt(branched(BB_NODES(other, computed), &apart), 0);
}

/* A parameter's new number is not stored while another branch reads the old one. */
Test(branches, of_stores)
{
    bb_node *w = bb_param(g, params, "w", BB_F32, BB_SHAPE(ROWS, WIDTH), bb_init_normal(1));
    bb_node *v = bb_param(g, params, "v", BB_F32, BB_SHAPE(ROWS, WIDTH), bb_init_normal(1));
    bb_node *a = bb_sum(bb_sin(bb_mul(w, x)), BB_AXES(1)), *b = bb_sum(bb_exp(w), BB_AXES(0));
    bb_node *c = bb_sum(bb_mul(v, bb_flip(w, 0)), BB_AXES(0));
    bb_node *stores =
        bb_group(BB_NODES(bb_assign(w, bb_tanh(bb_add(w, v))), bb_assign(v, bb_sin(bb_sub(v, w)))));
    bb_tensor *tensors[] = {bb_params_find(params, "w"), bb_params_find(params, "v")};
    float numbers[2][2][ROWS * WIDTH];
    for (int way = 0; way < 2; way++) {
        for (int i = 0; i < 2; i++)
            bb_tensor_fill_normal(tensors[i], 0, 1, 5 + (uint64_t)i);
        bb_program *p = bb_compile_with(g, BB_NODES(a, b, c, stores), way ? &apart : &plain);
        cr_assert(p, "%s", bb_graph_error(g));
        cr_expect_eq(bb_program_stats_of(p).branched > 0, way);
        bb_program_set_threads(p, 4);
        for (int run = 0; run < 5; run++)
            cr_assert_eq(bb_run(p, BB_FEEDS({x, xs})), BB_OK, "%s", bb_program_error(p));
        for (int i = 0; i < 2; i++)
            memcpy(numbers[way][i], bb_tensor_read(tensors[i]), sizeof numbers[way][i]);
        bb_program_free(p);
    }
    cr_expect_eq(memcmp(numbers[0], numbers[1], sizeof numbers[0]), 0);
}

/* Training changes parameters from run to run, as without branches. */
Test(branches, of_training)
{
    float numbers[2][WIDTH * WIDTH];
    for (int way = 0; way < 2; way++) {
        bb_params *own = params;
        params = bb_params_new(3);
        bb_graph *other = g;
        g = bb_graph_new();
        bb_node *in = bb_input(g, "x", BB_F32, BB_SHAPE(ROWS, WIDTH));
        bb_node *loss = bb_mean(bb_square(ensemble(in, 3)), BB_ALL);
        bb_node *step = bb_adam(loss, params, 1e-2);
        bb_program *p = bb_compile_with(g, BB_NODES(loss, step), way ? NULL : &plain);
        cr_assert(p, "%s", bb_graph_error(g));
        cr_expect_eq(bb_program_stats_of(p).branched > 0, way);
        for (int run = 0; run < 20; run++)
            cr_assert_eq(bb_run(p, BB_FEEDS({in, xs})), BB_OK, "%s", bb_program_error(p));
        memcpy(numbers[way], bb_tensor_read(bb_params_find(params, "network7_1.weight")),
               sizeof numbers[way]);
        bb_program_free(p);
        bb_graph_free(g);
        bb_params_free(params);
        g = other, params = own;
    }
    cr_expect_eq(memcmp(numbers[0], numbers[1], sizeof numbers[0]), 0);
}

/* What lives in one branch has memory that no other branch uses meanwhile, but uses it again. */
Test(branches, memory)
{
    bb_node *y = ensemble(x, 12);
    const size_t value = sizeof(float) * ROWS * WIDTH;
    const bb_program_stats s = stats_with(g, BB_NODES(y), NULL);
    cr_expect_gt(s.branched, NETWORKS * 11);
    cr_expect_leq(s.peak_bytes, 3 * NETWORKS * value, "%zu values", s.peak_bytes / value);
    cr_expect_leq(stats_with(g, BB_NODES(y), &plain).peak_bytes, 10 * value);
}

typedef struct caller {
    bb_program *program;
    const bb_node *y;
    const bb_tensor *wanted;
    int failures;
} caller;

static void *call(void *context)
{
    caller *c = context;
    for (int run = 0; run < 50; run++) {
        c->failures += bb_run(c->program, BB_FEEDS({x, xs})) != BB_OK;
        c->failures += memcmp(bb_tensor_read(bb_program_value(c->program, c->y)),
                              bb_tensor_read(c->wanted), bb_tensor_bytes(c->wanted)) != 0;
    }
    return NULL;
}

/* Programs of one graph, each with threads of its own. */
Test(branches, by_several_callers)
{
    enum { CALLERS = 3 };
    bb_node *y = ensemble(x, 3);
    bb_tensor *wanted = bb_eval(y, BB_FEEDS({x, xs}), NULL);
    pthread_t threads[CALLERS];
    caller callers[CALLERS];
    for (int i = 0; i < CALLERS; i++) {
        callers[i] = (caller){bb_compile(g, BB_NODES(y)), y, wanted, 0};
        bb_program_set_threads(callers[i].program, 2 + i);
    }
    for (int i = 0; i < CALLERS; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, call, &callers[i]), 0);
    for (int i = 0; i < CALLERS; i++) {
        pthread_join(threads[i], NULL);
        cr_expect_eq(callers[i].failures, 0, "caller %d", i);
        bb_program_free(callers[i].program);
    }
    bb_tensor_release(wanted);
}

/* Steps in branches have their shares of the time that all took together. */
Test(branches, profile)
{
    bb_node *y = ensemble(x, 3);
    bb_program *p = bb_compile(g, BB_NODES(y));
    bb_program_set_threads(p, 2);
    bb_program_set_profiling(p, true);
    struct timespec start, stop;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (int run = 0; run < 10; run++)
        cr_assert_eq(bb_run(p, BB_FEEDS({x, xs})), BB_OK);
    clock_gettime(CLOCK_MONOTONIC, &stop);
    const double all =
        (double)(stop.tv_sec - start.tv_sec) + 1e-9 * (double)(stop.tv_nsec - start.tv_nsec);
    double sum = 0;
    for (int i = 0; i < bb_program_step_count(p); i++) {
        bb_step_profile step;
        cr_assert(bb_program_step_profile(p, i, &step));
        cr_expect_gt(step.seconds, 0, "step %d", i);
        sum += step.seconds;
    }
    cr_expect_leq(sum, all, "%g of %g s", sum, all);
    bb_program_free(p);
}

Test(branches, printed)
{
    char text[8192] = "";
    FILE *file = tmpfile();
    cr_assert(file);
    bb_program *p = bb_compile(g, BB_NODES(ensemble(x, 3)));
    cr_assert_eq(bb_program_print(p, file), BB_OK);
    rewind(file);
    const size_t length = fread(text, 1, sizeof text - 1, file);
    text[length] = '\0';
    fclose(file);
    cr_expect(strstr(text, ", in branch 1 of 8\n") && strstr(text, ", in branch 8 of 8\n"), "%s",
              text);
    cr_expect_not(strstr(text, "branch 9"), "%s", text);
    bb_program_free(p);
}

/* Long graphs with branches everywhere, to the bit; every two neighbours are joined again. */
Test(branches, of_many)
{
    bb_node *y = bb_slice(x, 0, 0, 4, 1);
    for (int i = 0; i < 700; i++)
        y = bb_mul_scalar(bb_add(bb_softmax(y, 1), bb_softmax(y, 0)), 0.5);
    const bb_program_stats s = stats_with(g, BB_NODES(y), &apart);
    cr_expect_gt(s.branched, 700);
    cr_expect_leq(s.peak_bytes, 4 * sizeof(float) * 4 * WIDTH, "%zu", s.peak_bytes);
    agree(BB_NODES(y), &apart);
}

static void copy(const bb_call *call)
{
    memcpy(call->out->data, call->in[0].data, sizeof(float) * ROWS * WIDTH);
}

static void copy_slowly(const bb_call *call)
{
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    cr_expect_eq(call->threads, 1);
    copy(call);
}

static const bb_op end_op = {
    .name = "end_of_stretch",
    .doc = "x",
    .arity = 1,
    .infer = bb_infer_same,
    .forward = copy,
    .needs_contiguous = true,
    .is_impure = true,
};
static const bb_op slow_op = {
    .name = "slow",
    .doc = "x",
    .arity = 1,
    .infer = bb_infer_same,
    .forward = copy_slowly,
    .needs_contiguous = true,
};

static bb_node *store(const char *name, bb_node *value)
{
    const bb_shape shape = BB_SHAPE(ROWS, WIDTH);
    return bb_assign(bb_param(g, params, name, BB_F32, shape, bb_init_normal(1)), value);
}

/* One number for two parameters is computed in that of the two whose readers are in its branch,
 * though branches change the order of the stores; another branch reads the other one slowly. */
Test(branches, of_two_stores)
{
    bb_node *p = bb_param(g, params, "p", BB_F32, BB_SHAPE(ROWS, WIDTH), bb_init_normal(1));
    bb_node *q = bb_param(g, params, "q", BB_F32, BB_SHAPE(ROWS, WIDTH), bb_init_normal(1));
    bb_node *slow = store("slow", bb_apply(&slow_op, BB_NODES(p), NULL));
    bb_node *value = bb_cumsum(x, 1, false, false);
    bb_node *later = bb_apply(&end_op, BB_NODES(value), NULL);
    bb_node *a = store("a", bb_cumsum(bb_mul_scalar(later, 2), 0, true, false));
    bb_node *b = store("b", bb_cumsum(bb_mul_scalar(later, 3), 0, true, false));
    bb_node *c = store("c", bb_cumsum(bb_mul_scalar(later, 4), 0, true, false));
    bb_node *of_q = bb_cumsum(bb_sin(bb_add(q, later)), 0, false, false);
    bb_node *d = store("d", bb_add(of_q, bb_flip(q, 0)));
    bb_node *to_p = bb_assign(p, value), *to_q = bb_assign(q, value);
    bb_node *e = store("e", bb_cumsum(later, 0, true, true));
    bb_node *f = store("f", bb_cumsum(bb_sin(later), 0, false, true));
    bb_program *program = bb_compile_with(g, BB_NODES(slow, a, b, c, d, to_p, to_q, e, f), &apart);
    cr_assert(program, "%s", bb_graph_error(g));
    const size_t bytes = sizeof(float) * ROWS * WIDTH;
    float before[ROWS * WIDTH];
    memcpy(before, bb_tensor_read(bb_params_find(params, "p")), bytes);
    bb_program_set_threads(program, 2);
    cr_assert_eq(bb_run(program, BB_FEEDS({x, xs})), BB_OK, "%s", bb_program_error(program));
    cr_expect_arr_eq(bb_tensor_read(bb_params_find(params, "slow")), before, bytes);
    bb_program_free(program);
}
