/* SPDX-License-Identifier: MIT */
/* One graph compiled in two ways and run on the same numbers, for tests of what the compiler makes
 * of it. */
#ifndef BIBUN_TESTS_PLANS_H
#define BIBUN_TESTS_PLANS_H

#include <bibun/bibun.h>
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static inline bb_program_stats stats_with(bb_graph *g, bb_nodes outputs,
                                          const bb_compile_options *options)
{
    bb_program *p = bb_compile_with(g, outputs, options);
    cr_assert(p, "%s", bb_graph_error(g));
    bb_program_stats stats = bb_program_stats_of(p);
    bb_program_free(p);
    return stats;
}

/* Runs both ways on memory full of NaN and by so many threads; every output must agree to
 * `tolerance`, relative to 1 and the value. */
static inline void expect_agreement_of(bb_graph *g, bb_nodes outputs, bb_feeds feeds,
                                       bb_compile_options one, bb_compile_options other,
                                       double tolerance, int threads)
{
    one.poison = other.poison = true;
    bb_program *p = bb_compile_with(g, outputs, &one);
    bb_program *q = bb_compile_with(g, outputs, &other);
    cr_assert(p && q, "%s", bb_graph_error(g));
    bb_program_set_threads(p, threads);
    bb_program_set_threads(q, threads);
    for (int run = 0; run < 2; run++) {
        cr_assert_eq(bb_run(p, feeds), BB_OK, "%s", bb_program_error(p));
        cr_assert_eq(bb_run(q, feeds), BB_OK, "%s", bb_program_error(q));
    }
    for (int i = 0; i < outputs.count; i++) {
        const bb_tensor *a = bb_program_value(p, outputs.items[i]);
        const bb_tensor *b = bb_program_value(q, outputs.items[i]);
        for (int64_t k = 0; a && k < bb_tensor_count(a); k++) {
            double x = bb_tensor_at(a, k), y = bb_tensor_at(b, k);
            cr_assert(fabs(x - y) <= tolerance * (1 + fabs(y)), "output %d, element %d: %g, %g", i,
                      (int)k, x, y);
        }
    }
    bb_program_free(p);
    bb_program_free(q);
}

/* As it is compiled by itself and with the options. */
static inline void expect_agreement(bb_graph *g, bb_nodes outputs, bb_feeds feeds,
                                    const bb_compile_options *options, double tolerance,
                                    int threads)
{
    expect_agreement_of(g, outputs, feeds, (bb_compile_options){0}, *options, tolerance, threads);
}

#endif
