/* SPDX-License-Identifier: MIT */
/* What elementwise functions refuse, to the letter. */
#include "refusals.h"

TestSuite(errors_maps, .init = refusals_begin, .fini = refusals_end);

Test(errors_maps, polygamma)
{
    REFUSED(ARGUMENT, "polygamma: order -1 is not in 0 .. 160: x [2 3]", bb_polygamma(w.x, -1));
    REFUSED(ARGUMENT, "polygamma: order 161 is not in 0 .. 160: x [2 3]", bb_polygamma(w.x, 161));
    REFUSED(ARGUMENT, "polygamma: order 9223372036854775807 is not in 0 .. 160: x [2 3]",
            bb_polygamma(w.x, INT64_MAX));
    REFUSED(TYPE, "polygamma: needs f32 or f64: i i32 [2]", bb_polygamma(w.i, 1));
}

/* The last order has a value, and no derivative. */
Test(errors_maps, polygamma_of_the_last_order)
{
    bb_node *y = bb_polygamma(w.x, 160), *gradient = NULL;
    cr_assert_null(bb_graph_error(w.g));
    cr_expect_eq(bb_grads(y, bb_ones_like(y), BB_NODES(w.x), &gradient), BB_BAD_ARGUMENT);
    const char *wanted = "polygamma: order 161 is not in 0 .. 160: x [2 3]";
    const char *error = bb_graph_error(w.g);
    cr_expect(error && strstr(error, wanted), "%s", error);
}

typedef struct unary {
    const char *name;
    bb_node *(*build)(bb_node *x);
} unary;

static const unary unaries[] = {
    {"log1p", bb_log1p}, {"expm1", bb_expm1},   {"log2", bb_log2},     {"exp2", bb_exp2},
    {"rsqrt", bb_rsqrt}, {"cbrt", bb_cbrt},     {"tan", bb_tan},       {"asin", bb_asin},
    {"acos", bb_acos},   {"atan", bb_atan},     {"sinh", bb_sinh},     {"cosh", bb_cosh},
    {"asinh", bb_asinh}, {"acosh", bb_acosh},   {"atanh", bb_atanh},   {"erf", bb_erf},
    {"erfc", bb_erfc},   {"erfinv", bb_erfinv}, {"lgamma", bb_lgamma}, {"digamma", bb_digamma},
    {"floor", bb_floor}, {"ceil", bb_ceil},     {"round", bb_round},   {"trunc", bb_trunc},
};

Test(errors_maps, of_one_operand)
{
    for (size_t i = 0; i < sizeof unaries / sizeof *unaries; i++) {
        char text[80];
        snprintf(text, sizeof text, "%s: needs f32 or f64: i i32 [2]", unaries[i].name);
        cr_expect_eq(bb_node_kind_of(unaries[i].build(w.i)), BB_NODE_INERT, "%s", text);
        refused(BB_BAD_TYPE, text);
        cr_expect_eq(bb_node_kind_of(unaries[i].build(w.m)), BB_NODE_INERT, "%s", text);
        refusals_end();
        refusals_begin();
    }
    REFUSED(TYPE, "div: needs f32 or f64: broadcast#8 i32 [2] x i i32 [2]", bb_reciprocal(w.i));
}

Test(errors_maps, of_two_operands)
{
    REFUSED(SHAPE, "atan2: shapes do not broadcast: x [2 3] x y [4 5]", bb_atan2(w.x, w.y));
    REFUSED(TYPE, "atan2: types differ: x f32 [2 3] x d f64 [2 3]", bb_atan2(w.x, w.d));
    REFUSED(SHAPE, "hypot: shapes do not broadcast: x [2 3] x y [4 5]", bb_hypot(w.x, w.y));
    REFUSED(TYPE, "hypot: needs f32 or f64: i i32 [2] x i i32 [2]", bb_hypot(w.i, w.i));
    REFUSED(SHAPE, "fmod: shapes do not broadcast: x [2 3] x y [4 5]", bb_fmod(w.x, w.y));
    REFUSED(TYPE, "fmod: needs f32 or f64: m u8 [2 3] x m u8 [2 3]", bb_fmod(w.m, w.m));
}
