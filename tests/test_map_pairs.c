/* SPDX-License-Identifier: MIT */
/* Arithmetic ops of a map that are computed two at a time: the same bits as one after the other. */
#include <criterion/criterion.h>

#include "arithmetic.h"

#include <string.h>

enum { COUNT = 1000, INPUTS = 3 };

enum { FIRST = BB_ARITHMETIC_ADD, LAST = BB_ARITHMETIC_SQRT };

static double numbers[INPUTS][COUNT], results[2][COUNT];

/* Thirds, which are rounded in every operation, and special values. */
static void fill(int dtype)
{
    static const double special[] = {0.0, -0.0, INFINITY, -INFINITY, NAN, 1e30, -1e-30, 1e-44};
    enum { SPECIAL = sizeof special / sizeof *special };
    for (int k = 0; k < INPUTS; k++)
        for (int i = 0; i < COUNT; i++) {
            const double x = i < 512 ? special[i >> 3 * k & 7] : (i * 7 % 31 - 15 * k - 1) / 3.0;
            if (dtype == BB_F32)
                ((float *)numbers[k])[i] = (float)x;
            else
                numbers[k][i] = x;
        }
}

/* How many ops are left of these. */
static int run(const bb__map_op *wanted, int n, int dtype)
{
    const bb_shape shape = {1, {COUNT}};
    bb_array in[INPUTS];
    bb__map_input inputs[INPUTS];
    bb__map_op ops[BB__MAP_OPS];
    bb__map m = {.n_in = INPUTS, .n_ops = n, .in = inputs, .ops = ops};
    memcpy(ops, wanted, (size_t)n * sizeof *ops);
    for (int k = 0; k < INPUTS; k++)
        in[k] = (bb_array){numbers[k], (bb_dtype)dtype, shape, {1}};
    bb__map_prepare(&m, in, shape);
    bb__map_bind(&m, in);
    bb__map_run(&m, 1);
    return m.n_ops;
}

/* The same, but not run. */
static int left_of(const bb__map_op *wanted, int n, int dtype)
{
    const bb_shape shape = {1, {COUNT}};
    bb_array in[INPUTS];
    bb__map_input inputs[INPUTS];
    bb__map_op ops[BB__MAP_OPS];
    bb__map m = {.n_in = INPUTS - 1, .n_to = 1, .n_ops = n, .in = inputs, .ops = ops};
    memcpy(ops, wanted, (size_t)n * sizeof *ops);
    for (int k = 0; k < n; k++)
        for (int i = 0; i < ops[k].n_in; i++) /* input 2 is what is scattered to */
            ops[k].in[i] = ops[k].in[i] >= INPUTS ? ops[k].in[i] - 1 : ops[k].in[i] % m.n_in;
    for (int k = 0; k < INPUTS; k++)
        in[k] = (bb_array){numbers[k], (bb_dtype)dtype, shape, {1}};
    bb__map_prepare(&m, in, shape);
    return m.n_ops;
}

/* Not a number is one whatever its bits. */
static void expect_same(int dtype, const char *what, int a, int b)
{
    for (int i = 0; i < COUNT; i++) {
        const double x = dtype == BB_F32 ? ((float *)results[0])[i] : results[0][i];
        const double y = dtype == BB_F32 ? ((float *)results[1])[i] : results[1][i];
        cr_assert((x != x && y != y) || memcmp(&x, &y, sizeof x) == 0,
                  "%s of %d and %d, element %d: %g, not %g", what, a, b, i, x, y);
    }
}

/* One of any kind into any operand of another, beside both ops apart. What has attributes is the
 * second only. */
Test(map_pairs, of_all_kinds)
{
    for (int dtype = BB_F32; dtype <= BB_F64; dtype++)
        for (int a = FIRST; a <= LAST; a++)
            for (int b = FIRST; b <= LAST; b++)
                for (int side = 0; side < 2; side++) {
                    bb__map_op ops[] = {op_of(a, dtype, 0, 1), side ? op_of(b, dtype, 2, INPUTS)
                                                                    : op_of(b, dtype, INPUTS, 2)};
                    if (a != BB_ARITHMETIC_AXPBY)
                        ops[0].attrs = NULL;
                    if (ops[1].n_in == 1)
                        ops[1].in[0] = INPUTS;
                    fill(dtype);
                    ops[1].out = (char *)results[0];
                    cr_assert_eq(run(ops, 2, dtype), a == BB_ARITHMETIC_AXPBY ? 2 : 1);
                    ops[0].arithmetic = BB_ARITHMETIC_NONE;
                    ops[1].out = (char *)results[1];
                    cr_assert_eq(run(ops, 2, dtype), 2);
                    expect_same(dtype, "pair", a, b);
                }
}

/* A chain of them with a stranger in between. */
Test(map_pairs, in_a_chain)
{
    for (int dtype = BB_F32; dtype <= BB_F64; dtype++)
        for (int paired = 0; paired < 2; paired++) {
            bb__map_op ops[] = {op_of(BB_ARITHMETIC_MUL, dtype, 0, 1),
                                op_of(BB_ARITHMETIC_SUB, dtype, 2, INPUTS),
                                op_of(BB_ARITHMETIC_NONE, dtype, INPUTS + 1, 0),
                                op_of(BB_ARITHMETIC_SQUARE, dtype, INPUTS + 2, 0),
                                op_of(BB_ARITHMETIC_ADD, dtype, INPUTS + 3, INPUTS + 2),
                                op_of(BB_ARITHMETIC_MUL, dtype, INPUTS + 4, INPUTS + 4)};
            for (int k = 0; k < 6 && !paired; k++)
                ops[k].arithmetic = BB_ARITHMETIC_NONE;
            ops[5].out = (char *)results[paired];
            fill(dtype);
            cr_assert_eq(run(ops, 6, dtype), paired ? 4 : 6);
            if (paired)
                expect_same(dtype, "chain", 0, 0);
        }
}

/* What another reads, too, or what is stored is computed by itself. So is what would be read after
 * it is written over: numbers[0] by the second op. */
Test(map_pairs, not_of_all)
{
    for (int dtype = BB_F32; dtype <= BB_F64; dtype++)
        for (int paired = 0; paired < 2; paired++) {
            bb__map_op over[] = {op_of(BB_ARITHMETIC_ADD, dtype, 0, 1),
                                 op_of(BB_ARITHMETIC_NONE, dtype, 2, 0),
                                 op_of(BB_ARITHMETIC_MUL, dtype, INPUTS, INPUTS + 1)};
            bb__map_op twice[] = {op_of(BB_ARITHMETIC_ADD, dtype, 0, 1),
                                  op_of(BB_ARITHMETIC_MUL, dtype, INPUTS, 2),
                                  op_of(BB_ARITHMETIC_SUB, dtype, INPUTS + 1, INPUTS)};
            bb__map_op stored[] = {op_of(BB_ARITHMETIC_ADD, dtype, 0, 1),
                                   op_of(BB_ARITHMETIC_MUL, dtype, INPUTS, 2)};
            over[1].out = (char *)numbers[0];
            over[2].out = twice[2].out = stored[1].out = (char *)results[paired];
            stored[0].out = (char *)numbers[2];
            for (int k = 0; k < 3 && !paired; k++)
                over[k].arithmetic = BB_ARITHMETIC_NONE;
            fill(dtype);
            cr_assert_eq(run(over, 3, dtype), 3);
            if (!paired)
                continue;
            expect_same(dtype, "what is written over", 0, 0);
            twice[2].arithmetic = BB_ARITHMETIC_NONE; /* no partner of any */
            fill(dtype);
            cr_assert_eq(run(twice, 3, dtype), 3);
            fill(dtype);
            cr_assert_eq(run(stored, 2, dtype), 2);
            stored[0].out = NULL;
            stored[0].dtype = dtype == BB_F32 ? BB_F64 : BB_F32; /* as a cast between them is */
            cr_assert_eq(left_of(stored, 2, dtype), 2);
            stored[0].dtype = (bb_dtype)dtype;
            stored[0].to = 2;
            cr_assert_eq(left_of(stored, 2, dtype), 2);
            stored[0].to = 0;
            cr_assert_eq(left_of(stored, 2, dtype), 1);
            over[1].out = NULL;
            over[1].to = 2;
            cr_assert_eq(left_of(over, 3, dtype), 3);
            over[1].to = 0;
            cr_assert_eq(left_of(over, 3, dtype), 2);
        }
}
