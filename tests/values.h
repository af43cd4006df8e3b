/* SPDX-License-Identifier: MIT */
/* For tests of ops: constants as nodes, and what nodes evaluate to. */
#ifndef BIBUN_TESTS_VALUES_H
#define BIBUN_TESTS_VALUES_H

#include <bibun/bibun.h>
#include <criterion/criterion.h>
#include <math.h>

static inline bb_tensor *value_of(bb_node *node)
{
    bb_error error = {0};
    bb_tensor *value = bb_eval(node, BB_NO_FEEDS, &error);
    cr_assert_not_null(value, "%s", error.text);
    return value;
}

/* The node has these numbers, to within some units in the last place of a double. */
static inline void expect(const char *what, bb_node *node, int count, const double *numbers)
{
    bb_tensor *value = value_of(node);
    cr_assert_eq(bb_tensor_count(value), count, "%s", what);
    for (int i = 0; i < count; i++) {
        double got = bb_tensor_at(value, i), wanted = numbers[i];
        bool same = got == wanted || fabs(got - wanted) <= 1e-13 * fabs(wanted);
        cr_assert(same || (isnan(got) && isnan(wanted)), "%s [%d]: %.17g, not %.17g", what, i, got,
                  wanted);
    }
    bb_tensor_release(value);
}

#define EXPECT(node, ...)                                                        \
    expect(#node, node, (int)(sizeof((double[]){__VA_ARGS__}) / sizeof(double)), \
           (const double[]){__VA_ARGS__})

/* A vector of doubles. */
#define VECTOR(g, ...)                                                                      \
    bb_constant_from(g, BB_F64,                                                             \
                     BB_SHAPE((int64_t)(sizeof((double[]){__VA_ARGS__}) / sizeof(double))), \
                     (const double[]){__VA_ARGS__})

#endif
