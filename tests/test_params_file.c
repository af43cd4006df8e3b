/* SPDX-License-Identifier: MIT */
/* Parameters saved and loaded: training that goes on from a file gives the bits of training that was
 * never interrupted. */
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
    bb_params *other = bb_params_new(3);
    bb_param(four.g, other, "fc1.weight", BB_F32, BB_SHAPE(2, 4), (bb_init){0});
    cr_assert_eq(bb_params_load(other, "more.npz", &error), BB_BAD_FORMAT);
    cr_assert(strstr(error.text, "is no parameter of this set"), "%s", error.text);
    cr_assert_eq(bb_params_load(other, "none.npz", &error), BB_BAD_FILE);
    bb_params_free(other);
    learner_free(&four);
    learner_free(&five);
}
