/* SPDX-License-Identifier: MIT */
/* For parameterised tests: every op of the registry, some of them in one process, which takes
 * longer to start than the checks of an op. */
#ifndef BIBUN_EVERY_OP_H
#define BIBUN_EVERY_OP_H

#include <assert.h>
#include <bibun/op.h>
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

enum { OPS_A_PROCESS = 16 };

/* The first of each so many. */
static inline struct criterion_test_params every_op(void)
{
    enum { MOST = 128 };
    static int first[MOST];
    size_t n = 0;
    assert(bb_op_count() <= MOST * OPS_A_PROCESS);
    for (int i = 0; i < bb_op_count(); i += OPS_A_PROCESS)
        first[n++] = i;
    return cr_make_param_array(int, first, n);
}

/* Calls `check` for each of them. */
static inline void for_ops_from(const int *first, void (*check)(const bb_op *op))
{
    for (int i = *first; i < bb_op_count() && i < *first + OPS_A_PROCESS; i++)
        check(bb_op_at(i));
}

#endif
