/* SPDX-License-Identifier: MIT */
/* Profiles: what a step says of itself, that only profiled runs count, and the printed table. */
#include <bibun/bibun.h>
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bb_graph *g;
static bb_node *product, *y;
static bb_program *p;

/* A product [2 4] x [4 3], and one step of two elementwise ops on it. */
static void begin(void)
{
    g = bb_graph_new();
    bb_params *params = bb_params_new(1);
    bb_node *x = bb_param(g, params, "x", BB_F64, BB_SHAPE(2, 4), bb_init_uniform(1));
    bb_node *w = bb_param(g, params, "w", BB_F64, BB_SHAPE(4, 3), bb_init_uniform(1));
    product = bb_matmul(x, w);
    y = bb_named(bb_tanh(bb_add_scalar(product, 1)), "y");
    p = bb_compile(g, BB_NODES(y));
    cr_assert(p, "%s", bb_graph_error(g));
    bb_params_free(params);
}

static void end(void)
{
    bb_program_free(p);
    bb_graph_free(g);
}

TestSuite(profile, .init = begin, .fini = end);

static bb_step_profile step(int i)
{
    bb_step_profile s;
    cr_assert(bb_program_step_profile(p, i, &s));
    return s;
}

Test(profile, steps_say_what_they_do)
{
    cr_assert_eq(bb_program_step_count(p), 2);
    bb_step_profile first = step(0), second = step(1);
    cr_assert_str_eq(first.ops, "matmul");
    cr_assert_eq(first.node, product);
    cr_assert_eq(first.flops, 2 * 2 * 4 * 3);
    cr_assert_eq(first.bytes, (2 * 4 + 4 * 3 + 2 * 3) * sizeof(double));
    cr_assert_str_eq(second.ops, "add tanh");
    cr_assert_eq(second.node, y);
    cr_assert_eq(second.flops, 2 * 6);
    cr_assert_eq(second.bytes, (6 + 1 + 6) * sizeof(double), "%g", second.bytes);
}

Test(profile, only_profiled_runs_are_timed)
{
    cr_assert_eq(bb_run(p, BB_NO_FEEDS), BB_OK);
    cr_assert_eq(step(0).seconds, 0);
    bb_program_set_profiling(p, true);
    cr_assert_eq(bb_run(p, BB_NO_FEEDS), BB_OK);
    double seconds = step(0).seconds;
    cr_assert_gt(seconds, 0);
    bb_program_set_profiling(p, false);
    cr_assert_eq(bb_run(p, BB_NO_FEEDS), BB_OK);
    cr_assert_eq(step(0).seconds, seconds);
    bb_program_set_profiling(p, true);
    cr_assert_eq(step(0).seconds, 0, "turning it on starts anew");
}

Test(profile, table)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    cr_assert_eq(bb_program_print_profile(p, file), BB_OK);
    fclose(file);
    cr_assert(strncmp(text, "        us  share   Gflop/s      GB/s  ops", 42) == 0, "%s", text);
    cr_assert(strstr(text, "add tanh"));
    cr_assert(strstr(text, " y  "));
    cr_assert(strstr(text, "       0.0 in 2 steps\n"));
    free(text);
}

Test(profile, nothing_and_a_full_disk)
{
    bb_step_profile s = {.flops = 7};
    cr_assert_not(bb_program_step_profile(p, -1, &s));
    cr_assert_not(bb_program_step_profile(p, 2, &s));
    cr_assert_not(bb_program_step_profile(NULL, 0, &s));
    cr_assert_eq(s.flops, 7, "written on success only");
    cr_assert_eq(bb_program_step_count(NULL), 0);
    bb_program_set_profiling(NULL, true);
    cr_assert_eq(bb_program_print_profile(NULL, stdout), BB_BAD_ARGUMENT);
    FILE *full = fopen("/dev/full", "w");
    if (!full)
        cr_skip_test("there is no /dev/full");
    cr_assert_eq(bb_program_print_profile(p, full), BB_BAD_FILE);
    fclose(full);
}
