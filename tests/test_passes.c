/* SPDX-License-Identifier: MIT */
/* The passes of the compiler: none but strips changes a bit of any result, and each does what it is
 * for. */
#include <math.h>
#include <stdlib.h>

#include "random_graph.h"

enum { ALL = 127 };

static bb_compile_options options_of(int bits)
{
    return (bb_compile_options){.no_fold = bits & 1,
                                .no_merge = bits & 2,
                                .no_inplace = bits & 4,
                                .no_reuse = bits & 8,
                                .poison = bits & 16,
                                .no_fuse = bits & 32,
                                .all_branches = bits & 64,
                                .no_branches = !(bits & 64),
                                .no_strips = true};
}

static int expect_same_bits(bb_dtype dtype, uint64_t seed)
{
    int branched = 0;
    random_graph r;
    random_graph_begin(&r, dtype, seed);
    uint64_t wanted = 0;
    for (int bits = ALL; bits >= 0; bits--) {
        bb_compile_options options = options_of(bits);
        bb_program *p = bb_compile_with(r.g, random_graph_outputs(&r), &options);
        cr_assert(p, "%s", bb_graph_error(r.g));
        bb_program_set_threads(p, 1 + (int)seed % 4);
        uint64_t got = random_graph_bits(&r, p, 3);
        wanted = bits == ALL ? got : wanted;
        cr_assert_eq(got, wanted, "seed %d, options %d", (int)seed, bits);
        cr_assert(isfinite(bb_program_number(p, r.outputs[0])));
        branched += bb_program_stats_of(p).branched;
        bb_program_free(p);
    }
    random_graph_end(&r);
    return branched;
}

Test(passes, same_bits_f64)
{
    int branched = 0;
    for (uint64_t seed = 1; seed <= 40; seed++)
        branched += expect_same_bits(BB_F64, seed);
    cr_assert_gt(branched, 40 * 64 * 8, "%d", branched);
}

Test(passes, same_bits_f32)
{
    for (uint64_t seed = 101; seed <= 140; seed++)
        expect_same_bits(BB_F32, seed);
}

/* Strips of single rows, which cut products otherwise and so round otherwise, change no result by
 * more than that, and are themselves not changed by where values lie. */
static int expect_same_in_strips(bb_dtype dtype, uint64_t seed)
{
    int stripped = 0;
    enum { PLANS = 1 | 2 | 4 | 8 | 16 };
    random_graph r;
    random_graph_begin(&r, dtype, seed);
    bb_program *whole = bb_compile(r.g, random_graph_outputs(&r));
    random_graph_bits(&r, whole, 1);
    uint64_t wanted = 0;
    for (int bits = PLANS; bits >= 0; bits--) {
        bb_compile_options options = options_of(bits);
        options.no_strips = false;
        options.all_strips = true;
        bb_program *p = bb_compile_with(r.g, random_graph_outputs(&r), &options);
        cr_assert(p, "%s", bb_graph_error(r.g));
        stripped += bb_program_stats_of(p).stripped;
        bb_program_set_threads(p, 1 + bits % 2);
        uint64_t got = random_graph_bits(&r, p, 1);
        wanted = bits == PLANS ? got : wanted;
        cr_assert_eq(got, wanted, "seed %d, options %d", (int)seed, bits);
        for (int i = 0; i < RANDOM_OUTPUTS; i++) {
            const bb_tensor *a = bb_program_value(p, r.outputs[i]);
            const bb_tensor *b = bb_program_value(whole, r.outputs[i]);
            for (int64_t k = 0; a && k < bb_tensor_count(a); k++)
                cr_assert_float_eq(bb_tensor_at(a, k), bb_tensor_at(b, k),
                                   (dtype == BB_F64 ? 1e-9 : 1e-3) * (1 + fabs(bb_tensor_at(b, k))),
                                   "seed %d, output %d", (int)seed, i);
        }
        bb_program_free(p);
    }
    bb_program_free(whole);
    random_graph_end(&r);
    return stripped;
}

Test(passes, strips)
{
    int stripped = 0;
    for (uint64_t seed = 1; seed <= 40; seed++)
        stripped += expect_same_in_strips(seed % 2 ? BB_F64 : BB_F32, seed);
    cr_assert_gt(stripped, 40 * 32);
}

/* On random graphs the plan is never larger with reuse than without. */
Test(passes, reuse_saves_memory)
{
    size_t with = 0, without = 0;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        random_graph r;
        random_graph_begin(&r, BB_F64, seed);
        const bb_compile_options waste = {.no_reuse = true, .no_inplace = true};
        bb_program *lean = bb_compile(r.g, random_graph_outputs(&r));
        bb_program *wide = bb_compile_with(r.g, random_graph_outputs(&r), &waste);
        bb_program_stats a = bb_program_stats_of(lean), b = bb_program_stats_of(wide);
        cr_assert_leq(a.peak_bytes, b.peak_bytes);
        cr_assert_eq(a.value_bytes, b.value_bytes);
        cr_assert_gt(a.inplace, 0);
        cr_assert_eq(b.inplace, 0);
        cr_assert_eq(a.merged, b.merged);
        with += a.peak_bytes;
        without += b.peak_bytes;
        bb_program_free(lean);
        bb_program_free(wide);
        random_graph_end(&r);
    }
    cr_assert_lt(2 * with, without, "%zu of %zu bytes", with, without);
}

/* Single passes. */

/* x y of a mask and a number. */
static bool infer_scaled(bb_infer *c)
{
    c->out = c->in[1];
    return true;
}

BB_TILE2(masked_f64, double, uint8_t, double, x *y)

static bb_graph *g;
static bb_node *x;

static void begin(void)
{
    g = bb_graph_new();
    x = bb_input(g, "x", BB_F64, BB_SHAPE(4));
}

static void end(void)
{
    bb_graph_free(g);
}

TestSuite(single_passes, .init = begin, .fini = end);

static bb_program_stats stats_of(bb_nodes outputs, const bb_compile_options *options)
{
    bb_program *p = bb_compile_with(g, outputs, options);
    cr_assert(p, "%s", bb_graph_error(g));
    bb_program_stats stats = bb_program_stats_of(p);
    bb_program_free(p);
    return stats;
}

Test(single_passes, merge)
{
    const bb_compile_options no_fuse = {.no_fuse = true};
    const bb_compile_options no_merge = {.no_merge = true, .no_fuse = true};
    bb_node *a = bb_exp(bb_neg(x)), *b = bb_exp(bb_neg(x)), *y = bb_add(a, b);
    bb_program_stats s = stats_of(BB_NODES(y), &no_fuse);
    cr_assert_eq(s.nodes, 6);
    cr_assert_eq(s.merged, 2);
    cr_assert_eq(s.steps, 3);
    s = stats_of(BB_NODES(y), &no_merge);
    cr_assert_eq(s.merged, 0);
    cr_assert_eq(s.steps, 5);
}

/* What differs in attributes, type or operand order, or is random, is not merged. */
Test(single_passes, what_is_not_merged)
{
    bb_node *m = bb_reshape(x, BB_SHAPE(2, 2)), *one = bb_scalar(g, BB_F64, 1);
    bb_node *sums[] = {bb_sum(m, BB_AXES(0)), bb_sum(m, BB_AXES(1)), bb_sum(m, BB_ALL),
                       bb_sum_keep(m, BB_AXES(0))};
    cr_assert_eq(stats_of((bb_nodes){4, sums}, NULL).merged, 0);
    bb_node *ordered[] = {bb_sub(x, one), bb_sub(one, x)};
    cr_assert_eq(stats_of((bb_nodes){2, ordered}, NULL).merged, 1, "the broadcast of 1 is");
    bb_node *random[] = {bb_uniform(g, BB_F64, BB_SHAPE(3), 0, 1),
                         bb_uniform(g, BB_F64, BB_SHAPE(3), 0, 1)};
    cr_assert_eq(stats_of((bb_nodes){2, random}, NULL).merged, 0);
    bb_node *zeros[] = {bb_mul_scalar(x, 0.0), bb_mul_scalar(x, -0.0)};
    cr_assert_eq(stats_of((bb_nodes){2, zeros}, NULL).merged, 0, "0 and -0 differ");
    bb_node *wide = bb_cast(x, BB_F32), *nans[] = {bb_mul_scalar(x, NAN), bb_mul_scalar(x, NAN)};
    cr_assert_eq(stats_of(BB_NODES(nans[0], nans[1], wide), NULL).merged, 2);
}

Test(single_passes, fold)
{
    const bb_compile_options no_fold = {.no_fold = true};
    bb_node *two = bb_scalar(g, BB_F64, 2), *y = bb_add(x, bb_exp(bb_square(two)));
    bb_program_stats s = stats_of(BB_NODES(y), NULL);
    cr_assert_eq(s.folded, 2);
    cr_assert_eq(s.steps, 1);
    cr_assert_eq(s.views, 1);
    s = stats_of(BB_NODES(y), &no_fold);
    cr_assert_eq(s.folded, 0);
    cr_assert_eq(s.steps, 2, "the number's two are one");
}

/* Random numbers, effects and values of more than 4096 bytes are computed when they are run. */
Test(single_passes, what_is_not_folded)
{
    bb_node *noise = bb_neg(bb_uniform(g, BB_F64, BB_SHAPE(3), 0, 1));
    cr_assert_eq(stats_of(BB_NODES(noise), NULL).folded, 0);
    bb_node *large = bb_exp(bb_full(g, BB_F64, BB_SHAPE(513), 1));
    cr_assert_eq(stats_of(BB_NODES(large), NULL).folded, 0);
    bb_node *fits = bb_exp(bb_full(g, BB_F64, BB_SHAPE(512), 1));
    cr_assert_eq(stats_of(BB_NODES(fits), NULL).folded, 1);
}

Test(single_passes, only_what_is_needed)
{
    bb_node *y = bb_exp(x);
    for (int i = 0; i < 10; i++)
        bb_sin(y);
    bb_program_stats s = stats_of(BB_NODES(y), NULL);
    cr_assert_eq(s.nodes, 2);
    cr_assert_eq(s.steps, 1);
    cr_assert_eq(s.peak_bytes, 0, "the only value is an output");
    cr_assert_eq(s.value_bytes, 32);
    cr_assert_eq(s.flops, 4);
}

/* A chain of maps needs one buffer, of which each takes over the last's. */
Test(single_passes, in_place)
{
    const bb_compile_options single = {.no_fuse = true},
                             apart = {.no_fuse = true, .no_inplace = true},
                             waste = {.no_fuse = true, .no_reuse = true};
    bb_node *y = x;
    for (int i = 0; i < 9; i++)
        y = bb_sin(y);
    bb_program_stats s = stats_of(BB_NODES(y), &single);
    cr_assert_eq(s.inplace, 7, "the first reads a feed, the last is an output");
    cr_assert_eq(s.peak_bytes, 64);
    s = stats_of(BB_NODES(y), &apart);
    cr_assert_eq(s.inplace, 0);
    cr_assert_eq(s.peak_bytes, 128);
    cr_assert_eq(stats_of(BB_NODES(y), &waste).peak_bytes, 8 * 64);
}

/* What is also read in another order than its own is not written over. */
Test(single_passes, not_in_place)
{
    bb_node *m = bb_neg(bb_reshape(x, BB_SHAPE(2, 2)));
    bb_node *odd = bb_neg(bb_sub(m, bb_transpose(m))), *twice = bb_neg(bb_mul(m, m));
    const bb_compile_options single = {.no_fuse = true};
    cr_assert_eq(stats_of(BB_NODES(twice), &single).inplace, 1);
    cr_assert_eq(stats_of(BB_NODES(odd), &single).inplace, 0);
    bb_tensor *t = bb_tensor_from(BB_F64, BB_SHAPE(4), (const double[]){1, 2, 3, 4});
    bb_tensor *value = bb_eval(odd, BB_FEEDS({x, t}), NULL);
    const double wanted[] = {0, -1, 1, 0};
    for (int i = 0; i < 4; i++)
        cr_assert_eq(bb_tensor_at(value, i), wanted[i]);
    bb_tensor_release(value);
    bb_tensor_release(t);
}

/* Views cost nothing; a copy is made for an op that needs row-major operands, and for an output. */
Test(single_passes, views_and_copies)
{
    bb_node *m = bb_exp(bb_reshape(x, BB_SHAPE(2, 2))), *t = bb_transpose(m);
    bb_program_stats s = stats_of(BB_NODES(bb_sin(t)), NULL);
    cr_assert_eq(s.views, 2);
    cr_assert_eq(s.copies, 0);
    cr_assert_eq(s.steps, 2);
    s = stats_of(BB_NODES(t), NULL);
    cr_assert_eq(s.copies, 1);
    s = stats_of(BB_NODES(bb_softmax(t, 1)), NULL);
    cr_assert_eq(s.copies, bb_op_find("softmax")->needs_contiguous);
}

/* A chain of maps is one step without memory of its own. */
Test(single_passes, fuse)
{
    bb_node *y = x;
    for (int i = 0; i < 9; i++)
        y = bb_sin(y);
    bb_program_stats s = stats_of(BB_NODES(y), NULL);
    cr_assert_eq(s.steps, 1);
    cr_assert_eq(s.fused, 8);
    cr_assert_eq(s.peak_bytes, 0);
    cr_assert_eq(s.value_bytes, 9 * 32);
    cr_assert_eq(s.flops, 9 * 4);
}

/* What is read outside of its unit is stored; what needs a sum of the unit's own comes later. */
Test(single_passes, fuse_around_a_sum)
{
    bb_node *a = bb_exp(x), *b = bb_sin(a), *total = bb_sum(b, BB_ALL);
    bb_node *y = bb_div(bb_mul(a, bb_cos(x)), total), *z = bb_neg(b);
    bb_program_stats s = stats_of(BB_NODES(y, z), NULL);
    cr_assert_eq(s.steps, 3, "exp sin neg and perhaps cos; sum; the rest");
    bb_tensor *t = bb_tensor_from(BB_F64, BB_SHAPE(4), (const double[]){1, 2, 3, 4});
    const bb_compile_options single = {.no_fuse = true};
    bb_program *fused = bb_compile(g, BB_NODES(y, z));
    bb_program *apart = bb_compile_with(g, BB_NODES(y, z), &single);
    cr_assert_eq(bb_run(fused, BB_FEEDS({x, t})), BB_OK);
    cr_assert_eq(bb_run(apart, BB_FEEDS({x, t})), BB_OK);
    for (int i = 0; i < 4; i++) {
        cr_assert_eq(bb_tensor_at(bb_program_value(fused, y), i),
                     bb_tensor_at(bb_program_value(apart, y), i));
        cr_assert_eq(bb_tensor_at(bb_program_value(fused, z), i),
                     bb_tensor_at(bb_program_value(apart, z), i));
    }
    bb_program_free(fused);
    bb_program_free(apart);
    bb_tensor_release(t);
}

/* Long chains and wide sums are cut into several units. */
Test(single_passes, fuse_within_limits)
{
    bb_node *y = x, *inputs[40];
    for (int i = 0; i < 100; i++)
        y = bb_sin(y);
    cr_assert_eq(stats_of(BB_NODES(y), NULL).steps, 3);
    for (int i = 0; i < 40; i++) {
        char name[8];
        snprintf(name, sizeof name, "in%d", i);
        inputs[i] = bb_input(g, name, BB_F64, BB_SHAPE(4));
        y = bb_add(i ? y : x, inputs[i]);
    }
    bb_program_stats s = stats_of(BB_NODES(y), NULL);
    cr_assert_eq(s.steps, 2);
    cr_assert_eq(s.fused, 38);
}

/* A user's map that says which arithmetic it is, but has operands of two types, or says
 * nonsense. */
Test(single_passes, arithmetic_that_cannot_be)
{
    bb_tensor *xs = bb_tensor_from(BB_F64, BB_SHAPE(4), (double[]){-1, 2, -3, 4});
    const int kinds[] = {BB_ARITHMETIC_MUL, BB_ARITHMETIC_NEG, 99};
    enum { KINDS = sizeof kinds / sizeof *kinds };
    bb_node *mask = bb_greater(x, bb_zeros_like(x)), *other = bb_exp(x);
    bb_op ops[KINDS];
    for (int k = 0; k < KINDS; k++) {
        ops[k] = (bb_op){.name = "masked",
                         .arity = 2,
                         .infer = infer_scaled,
                         .arithmetic = (bb_arithmetic)kinds[k],
                         .map = {[BB_F64] = masked_f64}};
        bb_node *y = bb_add(bb_apply(&ops[k], BB_NODES(mask, other), NULL), other);
        bb_node *wanted = bb_where(mask, bb_mul_scalar(other, 2), other);
        bb_node *off = bb_max(bb_abs(bb_sub(y, wanted)), BB_ALL);
        bb_program *p = bb_compile(g, BB_NODES(off));
        cr_assert_eq(bb_run(p, BB_FEEDS({x, xs})), BB_OK);
        cr_expect_eq(bb_program_number(p, off), 0, "%d", k);
        bb_program_free(p);
    }
    bb_tensor_release(xs);
}

static void less_f64(size_t n, const void *const *in, void *out, const void *attrs)
{
    (void)attrs;
    for (size_t i = 0; i < n; i++)
        ((double *)out)[i] = ((const double *)in[0])[i] - ((const double *)in[1])[i];
}

/* One that says it has factors, and has none. */
Test(single_passes, factors_that_are_not_there)
{
    const bb_op less = {.name = "less",
                        .arity = 2,
                        .infer = bb_infer_same,
                        .arithmetic = BB_ARITHMETIC_AXPBY,
                        .map = {[BB_F64] = less_f64}};
    bb_tensor *xs = bb_tensor_from(BB_F64, BB_SHAPE(4), (double[]){-1, 2, -3, 4});
    bb_node *other = bb_exp(x), *y = bb_apply(&less, BB_NODES(bb_add(x, other), other), NULL);
    bb_node *off = bb_max(bb_abs(bb_sub(y, x)), BB_ALL);
    bb_program *p = bb_compile(g, BB_NODES(off));
    cr_assert_eq(bb_run(p, BB_FEEDS({x, xs})), BB_OK);
    cr_expect_lt(bb_program_number(p, off), 1e-12);
    bb_program_free(p);
    bb_tensor_release(xs);
}
