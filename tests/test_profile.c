/* SPDX-License-Identifier: MIT */
/* Profiles, the build's line, and denormals. */
#include <bibun/bibun.h>
#include <criterion/criterion.h>
#include <float.h>
#include <string.h>

static bb_graph *g;
static bb_node *x, *w;
static bb_tensor *xs, *ws;

static void begin(void)
{
    g = bb_graph_new();
    x = bb_input(g, "x", BB_F32, BB_SHAPE(8, 16));
    w = bb_input(g, "w", BB_F32, BB_SHAPE(16, 4));
    xs = bb_tensor_new(BB_F32, BB_SHAPE(8, 16));
    ws = bb_tensor_new(BB_F32, BB_SHAPE(16, 4));
    bb_tensor_fill_uniform(xs, 0, 1, 1);
    bb_tensor_fill_uniform(ws, 0, 1, 2);
}

static void end(void)
{
    bb_tensor_release(xs);
    bb_tensor_release(ws);
    bb_graph_free(g);
}

TestSuite(profile, .init = begin, .fini = end);

/* The bytes that a step of this op moves. */
static double moved(const bb_program *p, const char *op)
{
    bb_step_profile s;
    for (int i = 0; bb_program_step_profile(p, i, &s); i++)
        if (strcmp(s.ops, op) == 0)
            return s.bytes;
    return -1;
}

Test(profile, what_lies_in_its_place_is_not_moved)
{
    enum { BYTES = 4 * 8 * 16 }; /* of x */
    bb_node *y = bb_exp(x), *z = bb_sin(x), *half = bb_slice(y, 0, 0, 4, 1);
    const struct {
        bb_nodes parts;
        double bytes; /* of what is copied, read and written */
    } cases[] = {{BB_NODES(y, z), 0},
                 {BB_NODES(y, z, x), 2 * BYTES},
                 {BB_NODES(y, y), 2 * BYTES},
                 {BB_NODES(z, half), BYTES}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bb_node *all = bb_concat(cases[i].parts, 0);
        bb_program *p = bb_compile(g, BB_NODES(bb_sum(bb_cumsum(all, 0, false, false), BB_ALL)));
        cr_expect_eq(moved(p, "concat"), cases[i].bytes, "case %zu: %g", i, moved(p, "concat"));
        bb_program_free(p);
    }
}

Test(profile, of_a_chain_and_a_product_with_its_tail)
{
    bb_step_profile s;
    bb_node *y = bb_tanh(bb_matmul(bb_sin(bb_neg(bb_square(x))), w));
    bb_program *p = bb_compile(g, BB_NODES(y));
    cr_assert_eq(bb_program_step_count(p), 2);
    cr_assert(bb_program_step_profile(p, 0, &s));
    cr_expect_str_eq(s.ops, "square neg sin"); /* the first two in one pass */
    cr_expect_eq(s.seconds, 0, "not run yet");
    cr_expect_eq(s.flops, 3 * 8 * 16);
    cr_expect_eq(s.bytes, 2 * 4 * 8 * 16, "what stays in the unit is not moved");
    cr_assert(bb_program_step_profile(p, 1, &s));
    cr_expect_str_eq(s.ops, "matmul tanh");
    cr_expect_eq(s.node, y);
    cr_expect_eq(s.flops, 2 * 8 * 16 * 4 + 8 * 4);
    cr_expect_eq(s.bytes, 4 * (8 * 16 + 16 * 4 + 8 * 4), "nor what passes to the tail");
    cr_expect_not(bb_program_step_profile(p, 2, &s));
    cr_expect_not(bb_program_step_profile(p, -1, &s));
    cr_expect_not(bb_program_step_profile(p, 0, NULL));
    bb_program_set_profiling(p, true);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(bb_run(p, BB_FEEDS({x, xs}, {w, ws})), BB_OK);
    bb_program_step_profile(p, 0, &s);
    double first = s.seconds;
    cr_expect_gt(first, 0);
    bb_program_set_profiling(p, false);
    cr_assert_eq(bb_run(p, BB_FEEDS({x, xs}, {w, ws})), BB_OK);
    bb_program_step_profile(p, 0, &s);
    cr_expect_eq(s.seconds, first, "turned off, what was found stays");
    bb_program_set_profiling(p, true);
    bb_program_step_profile(p, 0, &s);
    cr_expect_eq(s.seconds, 0, "turned on, it starts anew");
    bb_program_free(p);
}

Test(profile, printed)
{
    char text[4000] = "";
    bb_program *p = bb_compile(g, BB_NODES(bb_named(bb_matmul(x, w), "product")));
    bb_program_set_profiling(p, true);
    cr_assert_eq(bb_run(p, BB_FEEDS({x, xs}, {w, ws})), BB_OK);
    FILE *file = fmemopen(text, sizeof text, "w");
    cr_assert_eq(bb_program_print_profile(p, file), BB_OK);
    fclose(file);
    cr_expect(strstr(text, "Gflop/s"), "%s", text);
    cr_expect(strstr(text, "matmul"), "%s", text);
    cr_expect(strstr(text, "product"), "%s", text);
    cr_expect(strstr(text, "in 1 steps"), "%s", text);
    cr_expect_eq(bb_program_print_profile(NULL, stderr), BB_BAD_ARGUMENT);
    cr_expect_eq(bb_program_print_profile(p, NULL), BB_BAD_ARGUMENT);
    FILE *full = fopen("/dev/full", "w");
    if (full) {
        cr_expect_eq(bb_program_print_profile(p, full), BB_BAD_FILE);
        fclose(full);
    }
    bb_program_free(p);
}

/* What a program prints of itself; unprofiled, a profile says so. */
static void expect_printed(const bb_program *p, const char *wanted)
{
    char text[4000] = "", plan[4000] = "";
    FILE *file = fmemopen(text, sizeof text, "w");
    cr_assert_eq(bb_program_print_profile(p, file), BB_OK);
    fclose(file);
    file = fmemopen(plan, sizeof plan, "w");
    cr_assert_eq(bb_program_print(p, file), BB_OK);
    fclose(file);
    cr_expect(strstr(text, "no run was profiled: see bb_program_set_profiling\n"), "%s", text);
    cr_expect(strstr(text, wanted), "%s", text);
    cr_expect(strstr(plan, wanted), "%s", plan);
}

/* Names are whole, and as many as fit their column. */
Test(profile, long_steps)
{
    bb_node *y = bb_matmul(x, w);
    static const char *const wanted[] = {
        "  matmul tanh tanh tanh tanh       ", "  matmul tanh tanh tanh tanh tanh  ",
        "  matmul tanh tanh tanh tanh ...   ", "  matmul tanh tanh tanh tanh ...   "};
    for (int i = 0; i < 4; i++)
        y = bb_tanh(y);
    for (int i = 0; i < 4; i++) {
        bb_program *p = bb_compile(g, BB_NODES(y));
        expect_printed(p, wanted[i]);
        bb_program_free(p);
        y = bb_tanh(y);
    }
}

Test(profile, of_no_program)
{
    bb_step_profile s;
    bb_program_set_profiling(NULL, true);
    cr_expect_eq(bb_program_step_count(NULL), 0);
    cr_expect_not(bb_program_step_profile(NULL, 0, &s));
}

/* Maps keep denormals; a run that flushes them gives zeros where the processor can. */
Test(profile, denormals)
{
    bb_node *small = bb_input(g, "small", BB_F32, BB_SHAPE(1)), *y = bb_mul_scalar(small, 0.5);
    bb_tensor *value = bb_tensor_from(BB_F32, BB_SHAPE(1), (const float[]){FLT_MIN});
    bb_program *p = bb_compile(g, BB_NODES(y));
    cr_assert_eq(bb_run(p, BB_FEEDS({small, value})), BB_OK);
    cr_expect_eq(bb_program_number(p, y), FLT_MIN / 2);
    bb_program_set_flush_denormals(p, true);
    cr_assert_eq(bb_run(p, BB_FEEDS({small, value})), BB_OK);
#if defined(__SSE2__) || defined(__aarch64__)
    cr_expect_eq(bb_program_number(p, y), 0);
#endif
    bb_program_set_flush_denormals(p, false);
    cr_assert_eq(bb_run(p, BB_FEEDS({small, value})), BB_OK);
    cr_expect_eq(bb_program_number(p, y), FLT_MIN / 2, "the mode was put back");
    bb_program_set_flush_denormals(NULL, true);
    bb_program_free(p);
    bb_tensor_release(value);
}

Test(profile, build_info)
{
    char text[BB_BUILD_TEXT], small[8];
    cr_expect_eq(bb_build_info(text, sizeof text), text);
    cr_expect_eq(strncmp(text, "Bibun 0.1.0, ", 13), 0, "%s", text);
    cr_expect(strstr(text, "OpenBLAS "), "%s", text);
    cr_expect(strstr(text, " threads"), "%s", text);
    cr_expect_lt(strlen(text), sizeof text - 1);
    bb_build_info(small, sizeof small);
    cr_expect_eq(strlen(small), sizeof small - 1);
}
