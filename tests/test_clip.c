/* SPDX-License-Identifier: MIT */
/* Clipping of gradients by their joint norm, and weight decay; each parameter's gradient is a
 * number that the test fed. */
#include <bibun/optim.h>
#include <bibun/program.h>
#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

enum { A = 3, B = 2 }; /* elements of the two parameters */

/* Parameters "a" [3] of `dtype` and "b" [2] f64 with the gradients `g`; the rate is 1. */
static void descend(bb_dtype dtype, const double g[A + B], bb_optimise_options options,
                    double start, double moved[A + B])
{
    bb_graph *graph = bb_graph_new();
    bb_params *params = bb_params_new(1);
    bb_node *a = bb_param(graph, params, "a", dtype, BB_SHAPE(A), (bb_init){0});
    bb_node *b = bb_param(graph, params, "b", BB_F64, BB_SHAPE(B), (bb_init){0});
    double *b_data = bb_tensor_data(bb_params_find(params, "b"));
    for (int i = 0; i < B; i++)
        b_data[i] = start;
    bb_tensor *all = bb_tensor_from(BB_F64, BB_SHAPE(A + B), g);
    bb_node *constant = bb_constant(graph, all);
    bb_node *both = bb_concat(BB_NODES(bb_cast(a, BB_F64), b), 0);
    bb_node *loss = bb_sum(bb_mul(both, constant), BB_ALL);
    bb_program *p =
        bb_compile(graph, BB_NODES(bb_optimise(loss, params, bb_optimiser_sgd(1), &options)));
    cr_assert(p, "%s", bb_graph_error(graph));
    cr_assert_eq(bb_run(p, BB_NO_FEEDS), BB_OK);
    for (int i = 0; i < A + B; i++)
        moved[i] = i < A ? -bb_tensor_at(bb_params_find(params, "a"), i)
                         : start - bb_tensor_at(bb_params_find(params, "b"), i - A);
    bb_program_free(p);
    bb_tensor_release(all);
    bb_graph_free(graph);
    bb_params_free(params);
}

static double norm(const double *x)
{
    double sum = 0;
    for (int i = 0; i < A + B; i++)
        sum += x[i] * x[i];
    return sqrt(sum);
}

static void expect(bb_dtype dtype, const double *g, double clip, double factor)
{
    double moved[A + B];
    descend(dtype, g, (bb_optimise_options){.clip_norm = clip}, 0, moved);
    for (int i = 0; i < A + B; i++)
        cr_assert(fabs(moved[i] - factor * g[i]) <=
                      (dtype == BB_F32 ? 2e-7 : 1e-15) * fabs(factor * g[i]),
                  "element %d moved by %.17g, not %.17g", i, moved[i], factor * g[i]);
}

Test(clip, a_joint_norm)
{
    static const double g[] = {3, -4, 0.5, 12, -1};
    for (int f32 = 0; f32 < 2; f32++) {
        bb_dtype dtype = f32 ? BB_F32 : BB_F64;
        expect(dtype, g, 1, 1 / norm(g));
        expect(dtype, g, 13, 13 / norm(g));
        expect(dtype, g, 0.001, 0.001 / norm(g));
    }
}

/* Gradients within the limit are the same to the bit. */
Test(clip, what_is_within_the_limit)
{
    static const double g[] = {3, -4, 0.5, 12, 0.3}, zero[A + B] = {0};
    double moved[A + B];
    const double limits[] = {norm(g) * 1.0001, 14, 1e10, 1e300};
    for (int i = 0; i < 4; i++) {
        descend(BB_F64, g, (bb_optimise_options){.clip_norm = limits[i]}, 0, moved);
        cr_assert_eq(memcmp(moved, g, sizeof moved), 0, "limit %g", limits[i]);
    }
    expect(BB_F32, zero, 1, 1);
}

/* Squares that would overflow or vanish. */
Test(clip, sizes_that_cannot_be_squared)
{
    static const double large[] = {3e300, -4e300, 0, 0, 0}, large32[] = {3e37, -4e37, 0, 0, 0};
    static const double mixed[] = {1e38, 0, 0, 1e300, 0};
    static const double small[] = {3e-300, -4e-300, 0, 0, 0}, small32[] = {3e-37, 4e-37, 0, 0, 0};
    double moved[A + B];
    expect(BB_F64, large, 1, 1 / 5e300);
    expect(BB_F32, large32, 1, 1 / 5e37);
    expect(BB_F64, small, 1e-300, 1e-300 / 5e-300);
    expect(BB_F32, small32, 1e-37, 1e-37 / 5e-37);
    expect(BB_F64, small, 1, 1);
    descend(BB_F32, mixed, (bb_optimise_options){.clip_norm = 1}, 0, moved);
    cr_assert_float_eq(moved[3], 1, 1e-15);
}

Test(clip, nan_and_infinity_reach_all)
{
    static const double bad[][A + B] = {{1, (double)NAN, 1, 1, 1}, {1, 1, 1, (double)NAN, 1}};
    static const double endless[] = {1, (double)INFINITY, 1, 1, 1};
    double moved[A + B];
    for (int k = 0; k < 2; k++) {
        descend(BB_F32, bad[k], (bb_optimise_options){.clip_norm = 1}, 0, moved);
        for (int i = 0; i < A + B; i++)
            cr_assert(isnan(moved[i]));
    }
    descend(BB_F64, endless, (bb_optimise_options){.clip_norm = 1}, 0, moved);
    for (int i = 0; i < A + B; i++)
        cr_assert(isnan(moved[i]), "%g", moved[i]);
}

Test(decay, is_added_after_clipping)
{
    static const double g[] = {3, 0, 0, 4, 0};
    double moved[A + B];
    descend(BB_F64, g, (bb_optimise_options){.weight_decay = 0.25}, 8, moved);
    cr_assert(moved[0] == 3 && moved[3] == 4 + 2 && moved[4] == 2);
    descend(BB_F64, g, (bb_optimise_options){.weight_decay = 0.25, .clip_norm = 2.5}, 8, moved);
    cr_assert(moved[0] == 1.5 && moved[3] == 2 + 2 && moved[4] == 2);
}
