/* SPDX-License-Identifier: MIT */
/* For parameterised tests: every op of the registry, by its number, in a process of its own. */
#ifndef BIBUN_EVERY_OP_H
#define BIBUN_EVERY_OP_H

#include <assert.h>
#include <bibun/op.h>
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

static inline struct criterion_test_params every_op(void)
{
    enum { MOST = 1024 };
    static int index[MOST];
    assert(bb_op_count() <= MOST);
    for (int i = 0; i < bb_op_count(); i++)
        index[i] = i;
    return cr_make_param_array(int, index, (size_t)bb_op_count());
}

#endif
