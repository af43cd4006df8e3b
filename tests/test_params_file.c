/* SPDX-License-Identifier: MIT */
/* Parameters saved and loaded: training that goes on from a file gives the bits of training that
 * was never interrupted. */
#include "temporary.h"

#include <bibun/bibun.h>

#include <criterion/criterion.h>
#include <string.h>

TestSuite(params_file, .init = temporary_enter, .fini = temporary_leave);

typedef struct learner {
    bb_graph *g;
    bb_params *params;
    bb_node *loss;
    bb_program *program;
} learner;

static learner learner_new(uint64_t seed, int64_t units)
{
    learner l = {bb_graph_new(), bb_params_new(seed), NULL, NULL};
    bb_node *x = bb_constant_from(l.g, BB_F32, BB_SHAPE(3, 2), (float[]){0, 1, 2, -1, 1, 1});
    bb_node *y = bb_dense(bb_tanh(bb_dense(x, l.params, "fc1", units)), l.params, "fc2", 1);
    l.loss = bb_mean(bb_square(bb_add_scalar(y, -1)), BB_ALL);
    l.program = bb_compile(l.g, BB_NODES(l.loss, bb_adam(l.loss, l.params, 0.01)));
    cr_assert_not_null(l.program, "%s", bb_graph_error(l.g));
    return l;
}

static double train(learner *l, int steps)
{
    for (int i = 0; i < steps; i++)
        cr_assert_eq(bb_run(l->program, BB_NO_FEEDS), BB_OK);
    return bb_program_number(l->program, l->loss);
}

static void learner_free(learner *l)
{
    bb_program_free(l->program);
    bb_graph_free(l->g);
    bb_params_free(l->params);
}

Test(params_file, training_goes_on)
{
    learner whole = learner_new(1, 4), first = learner_new(1, 4), second = learner_new(2, 4);
    bb_error error = {BB_OK, ""};
    double wanted = train(&whole, 20);
    train(&first, 8);
    cr_assert_eq(bb_params_save(first.params, "p.npz", &error), BB_OK, "%s", error.text);
    cr_assert_eq(bb_params_load(second.params, "p.npz", &error), BB_OK, "%s", error.text);
    double loaded = train(&second, 12);
    cr_assert_eq(memcmp(&wanted, &loaded, sizeof wanted), 0, "%a is not %a", loaded, wanted);
    learner_free(&whole);
    learner_free(&first);
    learner_free(&second);
}

/* The network of a learner alone: its parameters, which nobody trains. */
static bb_params *forward_only(bb_graph *g, uint64_t seed)
{
    bb_params *params = bb_params_new(seed);
    bb_node *x = bb_input(g, "x", BB_F32, BB_SHAPE(1, 2));
    bb_dense(bb_tanh(bb_dense(x, params, "fc1", 4)), params, "fc2", 1);
    return params;
}

Test(params_file, evaluation_has_no_use_for_optimisers_states)
{
    learner l = learner_new(1, 4);
    bb_graph *g = bb_graph_new();
    bb_params *params = forward_only(g, 2);
    bb_error error = {BB_OK, ""};
    train(&l, 3);
    cr_assert_eq(bb_params_save(l.params, "p.npz", &error), BB_OK, "%s", error.text);
    cr_assert_eq(bb_params_load(params, "p.npz", &error), BB_OK, "%s", error.text);
    cr_assert_eq(bb_params_count(params), 4);
    for (int i = 0; i < 4; i++) {
        const bb_tensor *read = bb_params_tensor(params, i);
        const bb_tensor *kept = bb_params_find(l.params, bb_params_name(params, i));
        cr_assert_eq(memcmp(bb_tensor_read(read), bb_tensor_read(kept), bb_tensor_bytes(read)), 0,
                     "%s", bb_params_name(params, i));
    }
    bb_params_free(params);
    bb_graph_free(g);
    learner_free(&l);
}

static void expect_bad(bb_params *params, const char *path, bb_status status, const char *text)
{
    bb_error error = {BB_OK, ""};
    double before = bb_tensor_at(bb_params_tensor(params, 0), 0);
    cr_assert_eq(bb_params_load(params, path, &error), status);
    cr_assert_eq(error.status, status);
    cr_assert_str_eq(error.text, text);
    cr_assert_eq(bb_tensor_at(bb_params_tensor(params, 0), 0), before);
}

Test(params_file, what_does_not_fit)
{
    learner four = learner_new(1, 4), five = learner_new(1, 5);
    bb_error error = {BB_OK, ""};
    cr_assert_eq(bb_params_save(four.params, "four.npz", &error), BB_OK, "%s", error.text);
    expect_bad(five.params, "four.npz", BB_BAD_FORMAT,
               "four.npz: fc1.weight is f32 [2 4], but the parameter is f32 [2 5]");
    bb_param(four.g, four.params, "extra", BB_F32, BB_SCALAR, (bb_init){0});
    cr_assert_eq(bb_params_save(four.params, "more.npz", &error), BB_OK, "%s", error.text);
    bb_graph *g = bb_graph_new();
    bb_params *other = forward_only(g, 3), *empty = bb_params_new(4);
    expect_bad(other, "more.npz", BB_BAD_FORMAT,
               "more.npz: it has extra, which is no parameter of this set");
    expect_bad(other, "none.npz", BB_BAD_FILE, "none.npz: No such file or directory");
    bb_tensor *one = bb_tensor_new(BB_F32, BB_SCALAR);
    cr_assert_eq(bb_npz_write("state.npz", 1, &(bb_npz_entry){"fc3.weight/m", one}, false, NULL),
                 0);
    expect_bad(other, "state.npz", BB_BAD_FORMAT,
               "state.npz: it has fc3.weight/m, which is no parameter of this set");
    cr_assert_eq(bb_params_load(empty, "four.npz", &error), BB_BAD_ARGUMENT);
    cr_assert_str_eq(error.text,
                     "four.npz: the set has no parameters; build a graph over it first");
    bb_tensor_release(one);
    bb_params_free(empty);
    bb_params_free(other);
    bb_graph_free(g);
    learner_free(&four);
    learner_free(&five);
}
